"""Connections to PostgreSQL that outlive a test and serve the next ones on the same database.

A new session reads the catalogue and plans every statement anew: half of what a short test costs
the server. What a session can keep of a test (settings, locks, temporary tables) is taken from it.
"""

import contextlib
import select
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import pq
from sqlalchemy import Engine, event

_FORGET = (
    "RESET ALL; SELECT pg_advisory_unlock_all(); UNLISTEN *; DISCARD TEMP; DISCARD SEQUENCES;"
    " CLOSE ALL"
)
_MOST = 3
"""Idle ones of a database; a test that needs more opens them."""


class Line(psycopg.Connection[Any]):
    """A connection that is offered to its keeper before it is closed."""

    keeper: "Lines | None" = None

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._told: list[Callable[[Any], None]] = []

    def add_notice_handler(self, callback: Callable[[Any], None]) -> None:
        """Tell somebody of notices until the end of their test."""
        self._told.append(callback)
        super().add_notice_handler(callback)

    def close(self) -> None:
        """End the session, unless it is kept for the next test."""
        keeper, self.keeper = self.keeper, None
        if keeper is None or not keeper.takes_back(self):
            super().close()

    def forgets(self) -> bool:
        """Leave nothing of a test in the session; False when it cannot be used any more."""
        if self.closed or self.info.transaction_status is not pq.TransactionStatus.IDLE:
            return False
        for callback in self._told:
            self.remove_notice_handler(callback)
        self._told.clear()
        with contextlib.suppress(psycopg.Error):
            self.isolation_level = self.read_only = self.deferrable = None
            self.autocommit = True
            self.execute(_FORGET)
            self.autocommit = False
            return True
        return False

    def is_quiet(self) -> bool:
        """Tell whether the server has said nothing meanwhile, such as that it ends the session."""
        waiting = select.poll()
        waiting.register(self.fileno(), select.POLLIN)
        return not self.closed and not waiting.poll(0)


class Lines:
    """The idle connections of databases lent to tests, brought by SQLAlchemy's `do_connect`."""

    def __init__(self) -> None:
        self._idle: dict[str, list[Line]] = {}
        event.listen(Engine, "do_connect", self._connected)

    def end(self) -> None:
        """Close them all, and keep none from now on."""
        event.remove(Engine, "do_connect", self._connected)
        for name in list(self._idle):
            self.close(name)

    def open(self, name: str) -> None:
        """Keep connections to this database from now on."""
        self._idle.setdefault(name, [])

    def close(self, name: str) -> None:
        """Close what is kept of a database that is about to go."""
        for line in self._idle.pop(name, []):
            line.close()

    def sessions(self, name: str) -> list[int]:
        """Return the server's numbers of the idle sessions of a database."""
        return [line.info.backend_pid for line in self._idle.get(name, [])]

    def takes_back(self, line: Line) -> bool:
        """Keep a connection that nobody uses any more; False when it is to be closed."""
        idle = self._idle.get(line.info.dbname)
        if idle is None or len(idle) >= _MOST or not line.forgets():
            return False
        idle.append(line)
        return True

    def _connected(
        self, dialect: Any, _record: Any, _words: list[Any], named: dict[str, Any]
    ) -> Any:
        idle = self._idle.get(named.get("dbname", ""))
        if idle is None or dialect.name != "postgresql":
            return None
        line = None
        while idle and line is None:
            line = idle.pop()
            if not line.is_quiet():
                line.close()
                line = None
        line = line or Line.connect(**named)
        line.keeper = self
        return line
