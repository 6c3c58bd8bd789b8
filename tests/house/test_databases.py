"""The databases that tests are given."""

from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from sqlalchemy.pool import NullPool

from tests.databases import MigratedPostgres
from tests.postgres import PostgresServer, sweep_leftovers


def _tables(url: str) -> list[str]:
    engine = sqlalchemy.create_engine(url, poolclass=NullPool)
    return sqlalchemy.inspect(engine).get_table_names()


def _make_table(url: str) -> None:
    engine = sqlalchemy.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE here_before (id INTEGER)")


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_empty_whoever_was_there_before(database_url: str, turn: int) -> None:
    assert _tables(database_url) == []
    _make_table(database_url)
    assert _tables(database_url) == ["here_before"]


@pytest.mark.parametrize("turn", [1, 2])
def test_a_migrated_database_has_the_schema_and_nobody_elses_tables(
    migrated_database_url: str, turn: int
) -> None:
    before = _tables(migrated_database_url)
    assert "alembic_version" in before
    assert "here_before" not in before
    _make_table(migrated_database_url)


def test_the_private_server_listens_on_no_port(postgres_server: PostgresServer) -> None:
    url = postgres_server.create("ports")
    engine = sqlalchemy.create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW listen_addresses").scalar() == ""


def test_a_killed_sessions_folder_is_swept_and_a_living_ones_is_kept(tmp_path: Path) -> None:
    pids = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    dead = tmp_path / f"anninh-pg-{max(pids) + 100_000_000}-aaaa"
    alive = tmp_path / f"anninh-pg-{pids[0]}-bbbb"
    for folder in (dead, alive):
        (folder / "data").mkdir(parents=True)
        (folder / "data" / "postmaster.pid").write_text("1\n")
    sweep_leftovers(tmp_path)
    assert not dead.exists()
    assert alive.exists()


def _areas(url: str) -> int:
    engine = sqlalchemy.create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM area").scalar_one()
        connection.exec_driver_sql(
            "INSERT INTO area (code, level, kind, name, full_name, old_names)"
            " VALUES ('00001', 'commune', 'phường', 'Ví Dụ', 'phường Ví Dụ', '[]')"
        )
    return int(found)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_migrated_database_holds_no_rows_of_the_test_before(
    migrated_database_url: str, turn: int
) -> None:
    assert _areas(migrated_database_url) == 0


def test_a_connection_left_open_ends_with_its_test(postgres_server: PostgresServer) -> None:
    postgres_server.create("open")
    left_open = postgres_server.connect("open")
    left_open.execute("SELECT 1")
    postgres_server.send_away("open")
    with pytest.raises(psycopg.OperationalError):
        left_open.execute("SELECT 1")


def test_a_database_is_used_again_unless_its_schema_was_changed(
    migrated_postgres: MigratedPostgres,
) -> None:
    with migrated_postgres.fresh() as first:
        _areas(first)
    with migrated_postgres.fresh() as second:
        _make_table(second)
    with migrated_postgres.fresh() as third:
        assert "here_before" not in _tables(third)
    assert first == second
    assert third != second


def _session(url: str, *deeds: str) -> int:
    engine = sqlalchemy.create_engine(url)
    with engine.begin() as connection:
        for deed in deeds:
            connection.exec_driver_sql(deed)
        number = int(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
    engine.dispose()
    return number


def test_a_session_that_serves_the_next_test_has_forgotten_the_one_before(
    migrated_postgres: MigratedPostgres,
) -> None:
    deeds = (
        "SET search_path TO nowhere",
        "SELECT pg_advisory_lock(7)",
        "CREATE TEMPORARY TABLE here_before (id INTEGER)",
        "LISTEN here",
    )
    with migrated_postgres.fresh() as url:
        first = _session(url, *deeds)
    with migrated_postgres.fresh() as url:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            ask = connection.exec_driver_sql
            assert ask("SELECT pg_backend_pid()").scalar_one() == first
            assert ask("SHOW search_path").scalar_one() == '"$user", public'
            assert ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").scalar() == 0
            assert ask("SELECT to_regclass('pg_temp.here_before')").scalar_one() is None
            assert ask("SELECT count(*) FROM pg_listening_channels()").scalar_one() == 0
        engine.dispose()


def test_a_session_that_the_server_ended_serves_nobody(
    postgres_server: PostgresServer, migrated_postgres: MigratedPostgres
) -> None:
    with migrated_postgres.fresh() as url:
        first = _session(url)
        postgres_server.send_away(str(sqlalchemy.make_url(url).database))
        assert _session(url) != first
