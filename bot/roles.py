"""What a process of the service does: receive, work, keep time, or all of it."""

from collections.abc import Collection
from enum import StrEnum

from domain.errors import Misconfigured
from storage.database import is_sqlite

_ALONE = (
    "--role chỉ dùng với PostgreSQL. Trên SQLite một tiến trình làm tất cả: bỏ --role, hoặc đặt "
    "DATABASE_URL=postgresql+psycopg://… rồi chạy lại."
)


class Role(StrEnum):
    """One part of the service; any number of processes may play it on PostgreSQL."""

    WEB = "web"
    """Hears the platforms and puts what they tell into the inbox."""
    WORKER = "worker"
    """Handles the inbox, sends, fetches and cleans files, does the long jobs."""
    SCHEDULER = "scheduler"
    """Keeps time: starts what is due. It speaks to no platform."""


def roles_of(asked: Collection[Role], database_url: str) -> frozenset[Role]:
    """Return what this process is to do; nothing asked: everything.

    Raises: Misconfigured for a part of it on SQLite.
    """
    roles = frozenset(asked) or frozenset(Role)
    if is_sqlite(database_url) and roles != frozenset(Role):
        raise Misconfigured(_ALONE)
    return roles
