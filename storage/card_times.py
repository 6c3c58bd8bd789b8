"""When the cards of tips are due: put off, held while many wait, shown again."""

from datetime import datetime

from sqlalchemy import or_, select

from domain.tip import TipState
from storage import tips
from storage.database import Tx
from storage.tables import tip
from storage.tips import Tip


def due(tx: Tx, limit: int) -> list[Tip]:
    """Return tips with something to show on a card by now, urgent ones first."""
    rows = tx.connection.execute(
        select(tip)
        .where(tip.c.card_due_at <= tx.now, tip.c.state != TipState.ERASED.value)
        .where(or_(tip.c.held_until.is_(None), tip.c.held_until <= tx.now, tip.c.urgent))
        .order_by(tip.c.urgent.desc(), tip.c.card_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [tips.as_tip(row) for row in rows]


def note_carded(tx: Tx, known: Tip) -> Tip:
    """Record that everything said so far stands on a card."""
    return tips.changed(
        tx, known.id, card_due_at=None, held_until=None, carded_at=known.carded_at or tx.now
    )


def put_off(tx: Tx, known: Tip, until: datetime | None) -> Tip:
    """Try the card again later, or show none: nobody is there to read it, or nothing to show."""
    return tips.changed(tx, known.id, card_due_at=until)


def due_again(tx: Tx, known: Tip, due_at: datetime, *, first: bool) -> Tip:
    """Let a card follow that did not come; `first` when there is none yet to add to."""
    waits = known.card_due_at if known.card_due_at is not None else due_at
    return tips.changed(
        tx,
        known.id,
        card_due_at=min(waits, due_at),
        carded_at=None if first else known.carded_at,
    )
