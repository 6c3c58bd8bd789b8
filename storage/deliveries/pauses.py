"""Pauses of an account, as its platform asks for them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, or_, update

from storage.database import Tx
from storage.tables import account
from storage.types import UtcDateTime

APART = timedelta(seconds=5)
"""Processes' instants differ by less than this; what lies further ahead was noted before the clock
was put back."""


def begin(tx: Tx, account_id: UUID, until: datetime) -> None:
    """Let nothing be sent until an instant; a longer pause stays."""
    tx.connection.execute(
        update(account)
        .where(
            account.c.id == account_id,
            or_(account.c.paused_until.is_(None), account.c.paused_until < until),
        )
        .values(paused_until=until, paused_since=func.coalesce(account.c.paused_since, tx.now))
    )


def end(tx: Tx, account_id: UUID) -> None:
    """Let the account send freely again, once the platform took what was tried after a pause."""
    soon = tx.now + APART
    tx.connection.execute(_END, {"account": account_id, "now": tx.now, "soon": soon})


# Asked for each window, so it is built once.
_NOW, _SOON = bindparam("now", type_=UtcDateTime), bindparam("soon", type_=UtcDateTime)
_END = (
    update(account)
    .where(
        account.c.id == bindparam("account", type_=Uuid),
        or_(account.c.paused_until <= _NOW, account.c.paused_since > _SOON),
    )
    .values(paused_until=None, paused_since=None)
)
