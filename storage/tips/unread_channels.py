"""Tips of a channel on which nobody of their unit can read them: who waits, when it was told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from domain.tip import TipEventKind
from storage.database import Tx
from storage.tables import account, resident, tip, tip_event
from storage.tables.intake import UNTAKEN


def was_told(tx: Tx, tip_id: UUID, unit_id: UUID, channel: str, since: datetime) -> bool:
    """Tell whether it was told since then, by this tip or another of the unit and channel."""
    of_channel = (
        (tip.c.unit_id == unit_id) & (tip.c.carded_at >= since) & (account.c.channel == channel)
    )
    query = (
        select(tip_event.c.id)
        .join(tip, tip.c.id == tip_event.c.tip_id)
        .join(account, account.c.id == tip.c.account_id)
        .where(
            tip_event.c.kind == TipEventKind.UNREADABLE.value,
            tip_event.c.at >= since,
            (tip.c.id == tip_id) | of_channel,
        )
        .limit(1)
    )
    return tx.connection.execute(query).first() is not None


def waiting(tx: Tx) -> list[tuple[UUID, str]]:
    """Return the units and channels of tips nobody has taken, unless any channel may show them."""
    query = (
        select(tip.c.unit_id, account.c.channel)
        .join(account, account.c.id == tip.c.account_id)
        .outerjoin(resident, resident.c.id == tip.c.resident_id)
        .where(UNTAKEN, resident.c.shown_elsewhere.is_not(True))
        .distinct()
    )
    return [(row.unit_id, row.channel) for row in tx.connection.execute(query)]
