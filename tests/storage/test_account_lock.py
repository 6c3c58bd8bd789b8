"""The lock of an account on PostgreSQL: one holder, also after its connection was lost."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text

from storage.account_lock import AccountLock
from tests.databases import fresh_postgres
from tests.postgres import PostgresServer


@pytest.fixture
def url(postgres_server: PostgresServer) -> Iterator[str]:
    with fresh_postgres(postgres_server) as made:
        yield made


def _break_connections(url: str) -> int:
    """End every other connection to the database, as a restart of the server would."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    words = (
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        ended = len(connection.execute(text(words)).all())
    engine.dispose()
    return ended


def _soon(take: Callable[[], bool]) -> bool:
    """Take a lock that was let go: the server frees it once it sees that its connection closed."""
    deadline = time.monotonic() + 60
    while not (taken := take()) and time.monotonic() < deadline:
        time.sleep(0.01)
    return taken


def test_an_account_has_one_holder_and_others_do_not_mind(url: str) -> None:
    first, second, other = AccountLock(url, "7001"), AccountLock(url, "7001"), AccountLock(url, "2")
    assert first.take()
    assert not second.take()
    assert other.take()
    assert first.renew()
    first.let_go()
    assert _soon(second.take)
    second.let_go()
    other.let_go()
    other.let_go()


def test_a_lost_connection_is_replaced_while_nobody_else_came(url: str) -> None:
    lock = AccountLock(url, "7001")
    assert lock.take()
    assert _break_connections(url) == 1
    assert lock.renew()
    assert not AccountLock(url, "7001").take()
    lock.let_go()


def test_who_lost_the_lock_to_another_is_told_so(url: str) -> None:
    lock, other = AccountLock(url, "7001"), AccountLock(url, "7001")
    assert lock.take()
    _break_connections(url)
    assert other.take()
    assert not lock.renew()
    assert not lock.renew()
    other.let_go()
    assert _soon(lock.renew)
    lock.let_go()
