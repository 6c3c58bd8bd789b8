"""Forget what is kept no longer: small portions, each safe to do again after a crash.

Nothing that is open, unread, or part of a case is touched. What was forgotten is counted by day,
and nothing else of it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update

from domain.clock import HANOI, local
from domain.delivery import DeliveryKind
from domain.keeping import KeepingTerms
from domain.tip import TipOutcome, TipState
from storage.database import Tx
from storage.deliveries.counters import FACET_COLUMNS
from storage.people import addresses, erasing, mutes
from storage.people.consents import Answer
from storage.savepoints import Spoiled, apart
from storage.tables import attempt, consent, delivery, dialogue, forgotten, tip, tip_event
from storage.tables.deliveries import ALONE
from storage.tables.intake import CLOSED
from storage.tips import tip_ties, tips
from storage.tips.tips import Tip
from storage.upsert import insert_into

log = structlog.get_logger(__name__)

_SHORT = (TipOutcome.OUT_OF_SCOPE.value, TipOutcome.MISTAKEN.value)
_STALE = timedelta(days=30)
"""How long a conversation that nobody goes on with stays open."""
_ENDED = (Answer.STOP.value, Answer.NO.value)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much of a kind was forgotten lately, and when last."""

    count: int
    at: datetime


def erase_closed(tx: Tx, terms: KeepingTerms, limit: int = 20) -> int:
    """Erase up to `limit` closed tips whose time is over; return how many."""
    over = or_(
        tip.c.closed_at < tx.now - terms.closed,
        and_(tip.c.outcome.in_(_SHORT), tip.c.closed_at < tx.now - terms.other),
    )
    return _each(tx, "tips", over, _erase, limit)


def cut_links(tx: Tx, terms: KeepingTerms, limit: int = 50) -> int:
    """Destroy the way back to the writers of up to `limit` tips closed long ago."""
    over = and_(tip.c.closed_at < tx.now - terms.link, tip.c.cut_at.is_(None))
    return _each(tx, "links", over, cut, limit)


def cut(tx: Tx, known: Tip) -> None:
    """Destroy what leads from a tip to its writer; the tip stays, and can be answered no more."""
    blank = known.address_id
    if known.address_id is not None:
        chat = addresses.get(tx, known.address_id)
        if known.resident_id is not None:
            _blur(tx, known.resident_id, known)
        _drop(tx, (delivery.c.address_id == chat.id) & (delivery.c.tip_id == known.id))
        mutes.forget_by(tx, known.id)
        blank = erasing.blank_address(tx, chat.account_id)
    theirs = (tip_event.c.tip_id == known.id) & tip_event.c.staff_id.is_(None)
    tx.connection.execute(update(tip_event).where(theirs).values(message_lookup=None))
    tip_ties.cut(tx, known.id)
    tips.changed(
        tx, known.id, address_id=blank, resident_id=None, cut_at=tx.now, stub_due_at=tx.now
    )


def forget_talk(tx: Tx, terms: KeepingTerms, limit: int = 200) -> int:
    """Forget up to `limit` of our old parts of conversations, but for those about living tips."""
    over = (
        select(tip.c.id)
        .where(tip.c.id == delivery.c.tip_id)
        .where(or_(tip.c.closed_at < tx.now - terms.link, tip.c.state == TipState.ERASED.value))
        .where(tip.c.docket.is_(None))
    )
    ids = tx.connection.execute(
        select(delivery.c.id)
        .where(
            ALONE,
            delivery.c.settled_at < tx.now - terms.link,
            delivery.c.kind == DeliveryKind.REPLY.value,
            delivery.c.group_id.is_(None),
            or_(delivery.c.tip_id.is_(None), exists(over)),
        )
        .order_by(delivery.c.settled_at)
        .limit(limit)
    ).scalars()
    found = list(ids)
    if found:
        _drop(tx, delivery.c.id.in_(found))
        note(tx, "talk", len(found))
    return len(found)


def forget_dialogues(tx: Tx, _terms: KeepingTerms, limit: int = 200) -> int:
    """Close up to `limit` conversations that nobody went on with for a month."""
    old = select(dialogue.c.address_id).where(dialogue.c.updated_at < tx.now - _STALE).limit(limit)
    tx.seen.clear()
    done = tx.connection.execute(
        delete(dialogue).where(dialogue.c.address_id.in_(old.scalar_subquery()))
    ).rowcount
    return note(tx, "dialogues", done)


def forget_consents(tx: Tx, terms: KeepingTerms, limit: int = 200) -> int:
    """Forget up to `limit` proofs of consent that another answer ended long ago.

    What holds today is kept whatever its age; a no or a stop is kept for its time.
    """
    before = tx.now - terms.proof
    later, back = consent.alias("later"), consent.alias("back")
    # Who came back agreed to what they had agreed to before: that proof is still needed.
    came_back = exists().where(
        back.c.resident_id == later.c.resident_id,
        back.c.id > later.c.id,
        back.c.answer == Answer.RESUME.value,
    )
    ends = (later.c.answer == Answer.YES.value) | (later.c.answer.in_(_ENDED) & ~came_back)
    superseded = exists().where(
        later.c.resident_id == consent.c.resident_id,
        later.c.id > consent.c.id,
        later.c.at < before,
        ends,
    )
    old = (
        select(consent.c.id)
        .where(consent.c.at < before, or_(consent.c.answer.in_(_ENDED), superseded))
        .order_by(consent.c.id)
        .limit(limit)
    )
    ids = list(tx.connection.execute(old).scalars())
    tx.connection.execute(delete(consent).where(consent.c.id.in_(ids)))
    return note(tx, "consents", len(ids))


def note(tx: Tx, what: str, count: int) -> int:
    """Count something as forgotten today; returns the count."""
    if count:
        day = local(tx.now).date().isoformat()
        tx.connection.execute(
            insert_into(tx, forgotten)
            .values(what=what, day=day, count=count, at=tx.now)
            .on_conflict_do_update(
                index_elements=[forgotten.c.what, forgotten.c.day],
                set_={"count": forgotten.c.count + count, "at": tx.now},
            )
        )
        log.info("forgotten", what=what, count=count)
    return count


def last(tx: Tx, what: str) -> datetime | None:
    """Return when something was last counted as forgotten."""
    query = select(func.max(forgotten.c.at)).where(forgotten.c.what == what)
    found: datetime | None = tx.connection.execute(query).scalar_one()
    return found


def since(tx: Tx, instant: datetime) -> dict[str, Forgotten]:
    """Return what was forgotten since the day of an instant, by kind."""
    query = (
        select(forgotten.c.what, func.sum(forgotten.c.count), func.max(forgotten.c.at))
        .where(forgotten.c.day >= local(instant).date().isoformat())
        .group_by(forgotten.c.what)
    )
    return {row[0]: Forgotten(int(row[1]), row[2]) for row in tx.connection.execute(query)}


def _each(
    tx: Tx, what: str, over: ColumnElement[bool], work: Callable[[Tx, Tip], None], limit: int
) -> int:
    """Do something to closed tips one by one; one that cannot be is told, and keeps no other."""
    done, last_id = 0, None
    while done < limit:
        query = select(tip).where(CLOSED, over, tip.c.docket.is_(None))
        # A card still to come is what somebody has yet to read.
        query = query.where(tip.c.card_due_at.is_(None))
        if last_id is not None:
            query = query.where(tip.c.id > last_id)
        rows = tx.connection.execute(
            query.order_by(tip.c.id).limit(limit - done).with_for_update(skip_locked=True)
        ).all()
        for row in rows:
            try:
                apart(tx, partial(work, tx, tips.as_tip(row)))
                done += 1
            except Spoiled as fault:
                log.error("not_forgotten", what=what, tip=str(row.id), fault=str(fault))
            last_id = row.id
        if not rows:
            break
    return note(tx, what, done)


def _erase(tx: Tx, known: Tip) -> None:
    if known.cut_at is None:
        cut(tx, known)
    tips.erase(tx, known)


def _blur(tx: Tx, resident_id: UUID, known: Tip) -> None:
    """Keep only the day of what a resident did to broadcasts whenever they told of a tip."""
    columns = list(FACET_COLUMNS.values())
    theirs = (tip_event.c.tip_id == known.id) & tip_event.c.staff_id.is_(None)
    at_once = select(tip_event.c.at).where(theirs)
    told = {known.opened_at, *tx.connection.execute(at_once).scalars()}
    rows = tx.connection.execute(
        select(delivery.c.id, delivery.c.created_at, *columns).where(
            delivery.c.resident_id == resident_id,
            delivery.c.run_id.is_not(None),
            or_(*(column.in_(at_once) | (column == known.opened_at) for column in columns)),
        )
    ).all()
    for row in rows:
        known_at = {column.name: row._mapping[column.name] for column in columns}
        values = {
            name: max(_day(at), row.created_at) for name, at in known_at.items() if at in told
        }
        tx.connection.execute(update(delivery).where(delivery.c.id == row.id).values(values))


def _day(at: datetime) -> datetime:
    return datetime.combine(local(at).date(), time(), HANOI).astimezone(UTC)


def _drop(tx: Tx, which: ColumnElement[bool]) -> None:
    """Delete rows of conversations that are not on their way, with what became of them."""
    rows = select(delivery.c.id).where(which, ALONE, delivery.c.window_id.is_(None))
    ids = list(tx.connection.execute(rows).scalars())
    tx.connection.execute(delete(attempt).where(attempt.c.delivery_id.in_(ids)))
    tx.connection.execute(delete(delivery).where(delivery.c.id.in_(ids)))
