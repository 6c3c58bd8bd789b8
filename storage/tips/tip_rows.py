"""What the ledger knows of a tip: its cards and pages, whether they came, and taking them back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, select, update

from domain.delivery import DeliveryKind, DeliveryState, Lane, SkipReason
from domain.tip import TipEventKind
from storage.database import Tx
from storage.tables import attempt, delivery, run, tip, tip_event
from storage.tables.intake import UNTAKEN
from storage.tips import card_times, tips
from storage.tips.tips import Tip

_MISSED = frozenset({DeliveryState.REFUSED, DeliveryState.UNREACHABLE, DeliveryState.UNSURE})
_TELLS_NOTHING = (DeliveryKind.STUB, DeliveryKind.PHOTO, DeliveryKind.EFFECT)
"""What a platform may refuse for reasons of its own while it takes words."""
_ON_CARDS = (
    TipEventKind.PIECE,
    TipEventKind.EDIT,
    TipEventKind.REOPENED,
    TipEventKind.RELEASED,
    TipEventKind.NOTE,
)
_BY_OFFICERS = (
    TipEventKind.ANSWER,
    TipEventKind.STATUS,
    TipEventKind.VALUED,
    TipEventKind.VALUE_WITHDRAWN,
    TipEventKind.CLOSED,
    TipEventKind.OPENED,
    TipEventKind.TAKEN_DOWN,
)


@dataclass(frozen=True, slots=True)
class Row:
    """A message about a tip; what was put in one transaction has one `put_at`."""

    id: UUID
    address_id: UUID
    put_at: datetime
    state: DeliveryState
    again: bool

    @property
    def missed(self) -> bool:
        """True when it did not arrive, or nobody knows."""
        return self.state in _MISSED

    @property
    def hopeful(self) -> bool:
        """True when it arrived or still may."""
        return not self.missed and self.state is not DeliveryState.SKIPPED


def cards(tx: Tx, tip_id: UUID) -> list[Row]:
    """Return a tip's cards and the content shown to single officers, oldest first."""
    return _rows(tx, tip_id, DeliveryKind.CARD, tuple(Lane))


def pages(tx: Tx, tip_id: UUID) -> list[Row]:
    """Return the pages to people on duty, oldest first."""
    return _rows(tx, tip_id, DeliveryKind.NOTICE, (Lane.URGENT,))


@dataclass(frozen=True, slots=True)
class WholeCard:
    """A card that stands in a chat with all its words; one that was sent again stands twice."""

    attempt_id: UUID
    address_id: UUID
    group_id: UUID | None
    language: str
    message_id: str


def whole_cards(
    tx: Tx, tip_id: UUID, *, settled_by: datetime | None = None, put_by: datetime | None = None
) -> list[WholeCard]:
    """Return a tip's cards that arrived and were not reduced yet; all, or by an instant."""
    conditions = []
    if settled_by is not None:
        conditions.append(delivery.c.settled_at <= settled_by)
    if put_by is not None:
        conditions.append(delivery.c.created_at <= put_by)
    return _unamended(tx, tip_id, DeliveryKind.CARD, *conditions)


def standing_in(tx: Tx, address_id: UUID) -> list[tuple[UUID, WholeCard]]:
    """Return every card that stands whole in a chat, with the tip it is of, oldest first."""
    stub = delivery.alias("stub")
    rows = tx.connection.execute(
        select(
            delivery.c.tip_id,
            attempt.c.id,
            delivery.c.address_id,
            delivery.c.group_id,
            delivery.c.language,
            attempt.c.message_id,
        )
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            delivery.c.address_id == address_id,
            delivery.c.tip_id.is_not(None),
            delivery.c.kind == DeliveryKind.CARD.value,
            attempt.c.message_id.is_not(None),
            ~exists().where(stub.c.amends == attempt.c.id),
        )
        .order_by(attempt.c.id)
    )
    return [(tip_id, WholeCard(*card)) for tip_id, *card in rows]


def coming_to(tx: Tx, address_id: UUID) -> list[UUID]:
    """Return the tips of which a card or photo is still to be sent to a chat."""
    query = select(delivery.c.tip_id).where(
        delivery.c.address_id == address_id,
        delivery.c.tip_id.is_not(None),
        delivery.c.kind.in_([DeliveryKind.CARD.value, DeliveryKind.PHOTO.value]),
        delivery.c.state == DeliveryState.PENDING.value,
        delivery.c.window_id.is_(None),
    )
    return list(tx.connection.execute(query.distinct()).scalars())


def whole_stubs(tx: Tx, tip_id: UUID) -> list[WholeCard]:
    """Return what a tip's cards were reduced to, where nothing changed it again."""
    return _unamended(tx, tip_id, DeliveryKind.STUB)


def _unamended(
    tx: Tx, tip_id: UUID, kind: DeliveryKind, *conditions: ColumnElement[bool]
) -> list[WholeCard]:
    stub = delivery.alias("stub")
    query = (
        select(
            attempt.c.id,
            delivery.c.address_id,
            delivery.c.group_id,
            delivery.c.language,
            attempt.c.message_id,
        )
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            delivery.c.tip_id == tip_id,
            delivery.c.kind == kind.value,
            attempt.c.message_id.is_not(None),
            ~exists().where(stub.c.amends == attempt.c.id),
            *conditions,
        )
        .order_by(attempt.c.id)
    )
    if kind is DeliveryKind.STUB:
        card, came = delivery.alias("card"), attempt.alias("came")
        query = query.where(
            exists().where(
                came.c.id == delivery.c.amends,
                card.c.id == came.c.delivery_id,
                card.c.kind == DeliveryKind.CARD.value,
            )
        )
    return [WholeCard(*row) for row in tx.connection.execute(query)]


def has_pending_cards(tx: Tx, tip_id: UUID) -> bool:
    """Tell whether a card of a tip is still to come."""
    return any(row.state is DeliveryState.PENDING for row in cards(tx, tip_id))


def newest_carded(tx: Tx, address_id: UUID) -> Tip | None:
    """Return the tip of the newest card in a chat."""
    query = (
        select(tip)
        .join(delivery, delivery.c.tip_id == tip.c.id)
        .where(
            delivery.c.address_id == address_id,
            delivery.c.run_id.is_(None),
            delivery.c.kind == DeliveryKind.CARD.value,
        )
        .order_by(delivery.c.id.desc())
        .limit(1)
    )
    row = tx.connection.execute(query).one_or_none()
    return tips.as_tip(row) if row is not None else None


def first_card(tx: Tx, tip_id: UUID, address_id: UUID) -> str | None:
    """Return the message id of the first card of a tip in a chat, to reply to; None if none yet."""
    query = (
        select(attempt.c.message_id)
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(
            delivery.c.tip_id == tip_id,
            delivery.c.address_id == address_id,
            delivery.c.kind == DeliveryKind.CARD.value,
            attempt.c.message_id.is_not(None),
        )
        .order_by(delivery.c.id)
        .limit(1)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def run_code(tx: Tx, run_id: UUID) -> str:
    """Return the code under which people know a run."""
    code: str = tx.connection.execute(select(run.c.code).where(run.c.id == run_id)).scalar_one()
    return code


def own_delivery(tx: Tx, run_id: UUID, resident_id: UUID) -> UUID | None:
    """Return the private delivery by which a resident got a run, if they did."""
    query = select(delivery.c.id).where(
        delivery.c.run_id == run_id, delivery.c.resident_id == resident_id
    )
    return tx.connection.execute(query).scalar_one_or_none()


def stubs_due(tx: Tx, limit: int) -> list[Tip]:
    """Return tips whose cards are due to be reduced to a line."""
    rows = tx.connection.execute(
        select(tip)
        .where(tip.c.stub_due_at <= tx.now)
        .order_by(tip.c.stub_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [tips.as_tip(row) for row in rows]


def put_stubs_off(tx: Tx, known: Tip, until: datetime | None) -> Tip:
    """Look at its cards again later, or never."""
    return tips.changed(tx, known.id, stub_due_at=until)


def restore(tx: Tx, tip_id: UUID) -> None:
    """A tip opens again: reduce no more of its cards; what stood on those reduced is shown anew."""
    waiting = (
        delivery.c.tip_id == tip_id,
        delivery.c.kind == DeliveryKind.STUB.value,
    )
    tx.connection.execute(
        update(delivery)
        .where(
            *waiting,
            delivery.c.state == DeliveryState.PENDING.value,
            delivery.c.window_id.is_(None),
        )
        .values(
            state=DeliveryState.SKIPPED.value,
            reason=SkipReason.CANCELLED.value,
            settled_at=tx.now,
            payload=None,
            amends=None,
        )
    )
    reduced = select(delivery.c.id).where(*waiting, delivery.c.amends.is_not(None)).limit(1)
    if tx.connection.execute(reduced).first() is not None:
        show_whole(tx, tip_id)


def show_whole(tx: Tx, tip_id: UUID) -> None:
    """Let the next card show all that ever stood on one."""
    on_cards = [kind.value for kind in _ON_CARDS]
    tx.connection.execute(
        update(tip_event)
        .where(tip_event.c.tip_id == tip_id, tip_event.c.kind.in_(on_cards))
        .values(shown=False)
    )


def withdraw(
    tx: Tx,
    tip_id: UUID,
    *,
    put_at: datetime | None = None,
    kind: DeliveryKind = DeliveryKind.CARD,
) -> list[Row]:
    """Skip a tip's cards that are not on their way yet, or those of one instant; return them."""
    waiting = (
        delivery.c.tip_id == tip_id,
        delivery.c.kind == kind.value,
        delivery.c.state == DeliveryState.PENDING.value,
        delivery.c.window_id.is_(None),
    )
    query = select(delivery).where(*waiting).order_by(delivery.c.id).with_for_update()
    if put_at is not None:
        query = query.where(delivery.c.created_at == put_at)
    found = [
        Row(row.id, row.address_id, row.created_at, DeliveryState.SKIPPED, row.again)
        for row in tx.connection.execute(query)
    ]
    tx.connection.execute(
        update(delivery)
        .where(delivery.c.id.in_([row.id for row in found]))
        .values(
            state=DeliveryState.SKIPPED.value,
            reason=SkipReason.CANCELLED.value,
            settled_at=tx.now,
            payload=None,
        )
    )
    return found


def show_again(tx: Tx, known: Tip, put_at: datetime, due_at: datetime) -> Tip:
    """Let what stood on the card of an instant, and on none that came, be shown again."""
    before = [
        row.put_at
        for row in cards(tx, known.id)
        if row.put_at < put_at and row.hopeful and not was_asked_for(tx, known.id, row.put_at)
    ]
    stood = [
        tip_event.c.tip_id == known.id,
        tip_event.c.kind.in_([kind.value for kind in _ON_CARDS]),
        tip_event.c.at <= put_at,
    ]
    if before:
        stood.append(tip_event.c.at > max(before))
    tx.connection.execute(update(tip_event).where(*stood).values(shown=False))
    first = known.carded_at == put_at
    return card_times.due_again(tx, known, due_at, first=first)


def was_asked_for(tx: Tx, tip_id: UUID, put_at: datetime) -> bool:
    """Tell whether a card was put for one member of staff: they asked, or were given the tip."""
    return _happened(tx, tip_id, put_at, (TipEventKind.READ, TipEventKind.ASSIGNED))


def was_for_its_holder(tx: Tx, tip_id: UUID, put_at: datetime) -> bool:
    """Tell whether a card was put because the tip was given to somebody."""
    return _happened(tx, tip_id, put_at, (TipEventKind.ASSIGNED,))


def carries_an_answer(tx: Tx, tip_id: UUID, put_at: datetime) -> bool:
    """Tell whether a message to a tip's writer carries or announces an officer's word."""
    return _happened(tx, tip_id, put_at, _BY_OFFICERS)


def refused_lately(tx: Tx, address_id: UUID, within: timedelta) -> bool:
    """Tell whether the last message about a tip that a chat was sent did not arrive."""
    last = tx.connection.execute(
        select(delivery.c.state, delivery.c.settled_at)
        .where(
            delivery.c.address_id == address_id,
            delivery.c.tip_id.is_not(None),
            delivery.c.run_id.is_(None),
            delivery.c.settled_at.is_not(None),
            delivery.c.state != DeliveryState.SKIPPED.value,
            delivery.c.kind.not_in([kind.value for kind in _TELLS_NOTHING]),
        )
        .order_by(delivery.c.settled_at.desc())
        .limit(1)
    ).one_or_none()
    return (
        last is not None
        and DeliveryState(last.state) in _MISSED
        and tx.now - last.settled_at < within
    )


def unseen(tx: Tx, since: timedelta) -> int:
    """Return how many tips nobody has taken and no card told of, `since` after they came."""
    reached = (DeliveryState.ACCEPTED.value, DeliveryState.DELIVERED.value)
    carded = exists().where(
        delivery.c.tip_id == tip.c.id,
        delivery.c.kind == DeliveryKind.CARD.value,
        delivery.c.state.in_(reached),
    )
    query = select(func.count()).where(UNTAKEN, tip.c.opened_at < tx.now - since, ~carded)
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _rows(tx: Tx, tip_id: UUID, kind: DeliveryKind, lanes: Collection[Lane]) -> list[Row]:
    rows = tx.connection.execute(
        select(delivery)
        .where(
            delivery.c.tip_id == tip_id,
            delivery.c.kind == kind.value,
            delivery.c.lane.in_([int(lane) for lane in lanes]),
        )
        .order_by(delivery.c.id)
    )
    return [
        Row(row.id, row.address_id, row.created_at, DeliveryState(row.state), row.again)
        for row in rows
    ]


def _happened(tx: Tx, tip_id: UUID, at: datetime, kinds: Collection[TipEventKind]) -> bool:
    query = select(tip_event.c.id).where(
        tip_event.c.tip_id == tip_id,
        tip_event.c.at == at,
        tip_event.c.kind.in_([kind.value for kind in kinds]),
    )
    return tx.connection.execute(query.limit(1)).one_or_none() is not None
