"""Turns at what only one process may do at a time; the end of the transaction ends the turn."""

import hashlib

from sqlalchemy import func, select

from storage.database import Tx


def take(tx: Tx, name: str) -> bool:
    """Take the turn at something until this transaction ends; False while another has it.

    What the one before us committed is seen by every statement from now on. On SQLite one
    process works alone, and always has its turn.
    """
    if tx.connection.dialect.name != "postgresql":
        return True
    taken: bool = tx.connection.execute(
        select(func.pg_try_advisory_xact_lock(_key(name)))
    ).scalar_one()
    return taken


def wait(tx: Tx, name: str) -> None:
    """Take the turn at something until this transaction ends, after whoever has it."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(select(func.pg_advisory_xact_lock(_key(name))))


def _key(name: str) -> int:
    digest = hashlib.sha256(f"an-ninh turn {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
