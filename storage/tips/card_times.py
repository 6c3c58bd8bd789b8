"""When the cards of tips are due: put off, held while many wait, shown again."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from domain.tip import TipState
from storage.database import Tx
from storage.tables import card_digest, tip, topic
from storage.tables.intake import HELD, UNTAKEN
from storage.tips import tips
from storage.tips.tips import Tip
from storage.upsert import insert_into


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


def carded_since(tx: Tx, unit_id: UUID, since: datetime) -> list[datetime]:
    """Return when first cards of a unit's tips that were not urgent went, oldest first."""
    query = select(tip.c.carded_at).where(
        tip.c.unit_id == unit_id, tip.c.carded_at > since, tip.c.urgent.is_(False)
    )
    return sorted(tx.connection.execute(query).scalars())


def with_topics_asked(tx: Tx, known: Tip) -> int:
    """Return how many other tips of its unit wait only for their topics to open."""
    query = (
        select(func.count(func.distinct(tip.c.id)))
        .join(topic, topic.c.tip_id == tip.c.id)
        .where(
            tip.c.unit_id == known.unit_id,
            tip.c.carded_at.is_(None),
            tip.c.urgent.is_(False),
            tip.c.id != known.id,
            topic.c.state == "asked",
        )
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def hold(tx: Tx, known: Tip, until: datetime) -> Tip:
    """Let its card come no earlier: many wait. Its words are read meanwhile in the list."""
    return tips.changed(tx, known.id, held_until=until)


def held(tx: Tx, unit_id: UUID) -> int:
    """Return how many tips of a unit wait for their first cards because many do."""
    query = select(func.count()).select_from(tip).where(HELD, tip.c.unit_id == unit_id)
    first = tip.c.card_due_at.is_not(None), tip.c.carded_at.is_(None)
    count: int = tx.connection.execute(query.where(*first)).scalar_one()
    return count


def waiting(tx: Tx, unit_id: UUID, *, urgent_only: bool) -> list[Tip]:
    """Return the open tips of a unit that nobody has, urgent ones first, then the oldest."""
    query = select(tip).where(UNTAKEN, tip.c.unit_id == unit_id)
    if urgent_only:
        query = query.where(tip.c.urgent)
    rows = tx.connection.execute(query.order_by(tip.c.urgent.desc(), tip.c.opened_at, tip.c.id))
    return [tips.as_tip(row) for row in rows]


def digest_due(tx: Tx, unit_id: UUID, every: timedelta) -> bool:
    """Tell whether a unit's readers are to be told again how many wait, and note that they are."""
    query = select(card_digest.c.at).where(card_digest.c.unit_id == unit_id).with_for_update()
    last: datetime | None = tx.connection.execute(query).scalar_one_or_none()
    if last is not None and tx.now - last < every:
        return False
    tx.connection.execute(
        insert_into(tx, card_digest)
        .values(unit_id=unit_id, at=tx.now)
        .on_conflict_do_update(index_elements=[card_digest.c.unit_id], set_={"at": tx.now})
    )
    return True
