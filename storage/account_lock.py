"""One process per account on PostgreSQL: a lock that lives as long as its connection."""

import hashlib

from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from storage.database import alive, sorted_errors

_SESSION = (
    # A machine that vanished must not hold the lock for the two hours that TCP would wait.
    "SET tcp_keepalives_idle = 20",
    "SET tcp_keepalives_interval = 5",
    "SET tcp_keepalives_count = 3",
)


class AccountLock:
    """The right to run an account, held by a connection of its own in the account's database."""

    def __init__(self, url: str, account: str) -> None:
        self._engine = create_engine(
            url,
            hide_parameters=True,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=alive(url),
        )
        digest = hashlib.sha256(f"an-ninh account {account}".encode()).digest()
        self._key = int.from_bytes(digest[:8], "big", signed=True)
        self._connection: Connection | None = None

    def take(self) -> bool:
        """Take the lock; False when another process holds it. Not to be called while held.

        Raises: DatabaseAway.
        """
        with sorted_errors():
            connection = self._engine.connect()
            try:
                for statement in _SESSION:
                    connection.execute(text(statement))
                query = text("SELECT pg_try_advisory_lock(:key)")
                taken: bool = connection.execute(query, {"key": self._key}).scalar_one()
            except BaseException:
                connection.close()
                raise
        if taken:
            self._connection = connection
        else:
            connection.close()
        return taken

    def renew(self) -> bool:
        """Make sure that the lock is still ours, taken anew if its connection was lost.

        False when another process took it meanwhile.

        Raises: DatabaseAway.
        """
        if self._connection is not None:
            try:
                self._connection.execute(text("SELECT 1"))
            except DBAPIError:
                self.let_go()
            else:
                return True
        return self.take()

    def let_go(self) -> None:
        """Free the lock."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.invalidate()
            connection.close()
