"""Kept connections to a server: one that has rested is asked whether it is still there."""

import select
import time
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

_REST_S = 1.0
_RESTS_SINCE = "rests since"


def look_after_rests(engine: Engine) -> None:
    """Let an engine take another connection where one is gone since it was used last."""
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _look_after_rest)


def _note_rest(_connection: Any, record: ConnectionPoolEntry) -> None:
    record.info[_RESTS_SINCE] = time.monotonic()


def _look_after_rest(connection: Any, record: ConnectionPoolEntry, _given: Any) -> None:
    """Ask a connection that has rested whether the server is still there, else take another.

    One that was used a moment ago, and was told nothing since, such as that the server shuts down,
    is not asked: that would be one question for each transaction. Nor is one that was opened just
    now: if that is gone, too, so is the server, and whoever uses it is told so.
    """
    since = record.info.get(_RESTS_SINCE)
    if since is None:
        return
    rested = time.monotonic() - since >= _REST_S
    try:
        if not rested and not _was_told_something(connection):
            return
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as fault:
        raise InvalidatePoolError from fault


def _was_told_something(connection: Any) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))
