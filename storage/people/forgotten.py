"""For a few hours, who had us forget them: a message from before that must not bring them back.

A platform that tries again may deliver it late. Kept are a keyed hash and an instant, among the
keys of what was handled.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select

from storage.database import Tx
from storage.tables import inbox
from storage.tables.intake import DONE
from storage.upsert import insert_into

KEPT_FOR: Final = timedelta(hours=3)
"""Zalo tries again for up to two hours."""
_KEY, _BEHIND = "forgot", "forgou"
"""With what the keys of these begin, and what comes behind them all."""
_NO_ORDER = b"\x00"


def note(tx: Tx, account_id: UUID, chat_id: str, at: datetime) -> None:
    """Remember that somebody had us forget them at an instant; the latest counts."""
    key = _KEY + tx.keys.hash(_purpose(account_id), chat_id).hex()
    values = {"received_at": at, "handled_at": tx.now}
    new = insert_into(tx, inbox).values(
        id=tx.new_id(),
        account_id=account_id,
        key=key,
        order_lookup=_NO_ORDER,
        state="done",
        tries=0,
        **values,
    )
    tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=[inbox.c.account_id, inbox.c.key],
            set_=values,
            where=inbox.c.received_at < at,
        )
    )


def since(tx: Tx, account_id: UUID, chat_id: str, at: datetime) -> bool:
    """Tell whether somebody had us forget them at an instant or after it."""
    keys = [_KEY + one.hex() for one in tx.keys.hashes(_purpose(account_id), chat_id)]
    query = select(inbox.c.id).where(
        inbox.c.account_id == account_id, inbox.c.key.in_(keys), inbox.c.received_at >= at
    )
    return tx.connection.execute(query).first() is not None


def forget_old(tx: Tx, limit: int = 1000) -> int:
    """Forget up to `limit` of them that no late message can follow; return how many."""
    old = (
        select(inbox.c.id)
        .where(
            DONE,
            inbox.c.handled_at < tx.now - KEPT_FOR,
            inbox.c.key >= _KEY,
            inbox.c.key < _BEHIND,
        )
        .limit(limit)
    )
    return tx.connection.execute(inbox.delete().where(inbox.c.id.in_(old))).rowcount


def _purpose(account_id: UUID) -> str:
    return f"forgotten:{account_id.hex}"
