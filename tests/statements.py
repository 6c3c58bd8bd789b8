"""SQL compiled once for a whole test session: most tests open engines of their own.

SQLAlchemy keeps what it has compiled per engine, and compiling was a quarter of the suite's work.
"""

from typing import Any

from sqlalchemy import Connection, Engine, event


class Statements(dict[tuple[Any, ...], Any]):
    """What SQLAlchemy keeps compiled statements in; engines of one dialect class share theirs."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """Return the compiled statement; `key` begins with the engine's dialect object."""
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


def share(statements: Statements) -> None:
    """Let every engine of this process look there, by SQLAlchemy's option `compiled_cache`."""

    def connected(connection: Connection) -> None:
        connection.execution_options(compiled_cache=statements)

    event.listen(Engine, "engine_connect", connected)
