"""The ledger: everything meant for a person or a group is a row here before it is sent.

A row is being sent when it is pending and lies in an open window (`windows`); there is no
stored "sending".
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    Uuid,
    bindparam,
    func,
    or_,
    select,
    update,
)

from domain.delivery import DeliveryKind, DeliveryState, Facet, Lane, SkipReason
from domain.messages import Outgoing
from storage.campaigns import reactions
from storage.codec import read_outgoing, write_outgoing
from storage.database import Tx
from storage.deliveries.counters import FACET_COLUMNS, CounterKey, Moves, Standing
from storage.people import addresses
from storage.sealing import Place
from storage.tables import attempt, delivery
from storage.tables.deliveries import DUE, UNSURE
from storage.upsert import DIALECTS, insert_for

PROOFS = ("seen_at", "acknowledged_at", "pressed_at")
"""Columns that say it arrived; tips, replies and stops may be tied to it by assumption."""
SENDING_RUNS = ("expanding", "sending")
"""States of a run in which its rows may be sent."""
ANSWERS = "answers"
"""How many answers an address was given lately lies in `Tx.seen` under this; one more ends that."""
_CAMPAIGN = "campaign"
"""When a campaign last reached a resident, None for never, lies in `Tx.seen` under this."""
_FAILED = (DeliveryState.UNREACHABLE, DeliveryState.REFUSED, DeliveryState.UNSURE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """A row to be written; without `outgoing` the run's prepared content is sent."""

    kind: DeliveryKind
    lane: Lane
    address_id: UUID
    language: str
    area_code: str = ""
    outgoing: Outgoing | None = None
    run_id: UUID | None = None
    resident_id: UUID | None = None
    group_id: UUID | None = None
    tip_id: UUID | None = None
    not_before: datetime | None = None
    not_after: datetime | None = None
    amends: UUID | None = None
    """What this one changes, at most one row each: a row, or the attempt that became a message.

    Or the row, in another chat, that did not arrive and in place of which this one goes.
    """


@dataclass(frozen=True, slots=True)
class Delivery:
    """A row of the ledger, its content left sealed."""

    id: UUID
    kind: DeliveryKind
    lane: Lane
    account_id: UUID
    address_id: UUID
    run_id: UUID | None
    resident_id: UUID | None
    group_id: UUID | None
    tip_id: UUID | None
    area_code: str
    channel: str
    language: str
    state: DeliveryState
    reason: str | None
    again: bool
    tries: int
    created_at: datetime
    window_id: UUID | None
    proven: bool
    """Whether something happened to it that shows it arrived."""


def put(tx: Tx, new: NewDelivery, moves: Moves | None = None) -> UUID | None:
    """Write a pending row; None when there is one for this person, group or amended row."""
    home = addresses.home(tx, new.address_id)
    tx.seen.pop((ANSWERS, new.address_id), None)
    delivery_id = tx.new_id()
    payload = None
    if new.outgoing is not None:
        place = Place("delivery", "payload", delivery_id)
        payload = tx.keys.seal(write_outgoing(new.outgoing), place)
    result = tx.connection.execute(
        _PUT[tx.connection.dialect.name],
        {
            "id": delivery_id,
            "kind": new.kind.value,
            "lane": int(new.lane),
            "account_id": home.account_id,
            "address_id": new.address_id,
            "run_id": new.run_id,
            "resident_id": new.resident_id,
            "group_id": new.group_id,
            "tip_id": new.tip_id,
            "area_code": new.area_code,
            "channel": home.channel,
            "language": new.language,
            "state": DeliveryState.PENDING.value,
            "payload": payload,
            "created_at": tx.now,
            "not_before": new.not_before,
            "not_after": new.not_after,
            "amends": new.amends,
            "tries": 0,
            "again": False,
        },
    )
    if result.rowcount == 0:
        return None
    if new.run_id is not None:
        own = moves if moves is not None else Moves()
        key = CounterKey(new.run_id, new.kind.value, new.area_code, home.channel, new.language)
        own.add(key, "targeted")
        own.add(key, DeliveryState.PENDING.value)
        if moves is None:
            own.apply(tx)
    return delivery_id


def locked(tx: Tx, delivery_ids: Collection[UUID]) -> dict[UUID, Delivery]:
    """Return rows by their ids; nobody else can change them until the transaction ends."""
    rows = tx.connection.execute(_LOCKED, {"rows": list(delivery_ids)})
    return {row.id: as_delivery(row) for row in rows}


def get(tx: Tx, delivery_id: UUID) -> Delivery | None:
    """Return a row by its id."""
    row = tx.connection.execute(select(delivery).where(delivery.c.id == delivery_id)).one_or_none()
    return as_delivery(row) if row else None


def content(tx: Tx, delivery_id: UUID) -> Outgoing | None:
    """Open the content of a row that has its own; None for a campaign's rows."""
    query = select(delivery.c.payload).where(delivery.c.id == delivery_id)
    payload = tx.connection.execute(query).scalar_one_or_none()
    if payload is None:
        return None
    return read_outgoing(tx.keys.unseal(payload, Place("delivery", "payload", delivery_id)))


def by_message(tx: Tx, address_id: UUID, message_id: str, *, lock: bool = False) -> Delivery | None:
    """Return the row that became a given message in a chat.

    The newest one: a group that became a supergroup counts its messages from the start again.
    With `lock` nobody else can change it until the transaction ends.
    """
    query = (
        select(delivery)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(attempt.c.address_id == address_id, attempt.c.message_id == message_id)
        .order_by(attempt.c.id.desc())
        .limit(1)
    )
    if lock:
        query = query.with_for_update(of=delivery)
    row = tx.connection.execute(query).one_or_none()
    return as_delivery(row) if row else None


def last_campaign(tx: Tx, resident_id: UUID, since: datetime) -> Delivery | None:
    """Return the newest campaign message that reached a resident after `since`."""
    last = tx.seen.get((_CAMPAIGN, resident_id), since)
    if last is None or last < since:
        return None
    asked = {"resident": resident_id, "since": since}
    row = tx.connection.execute(_LAST_CAMPAIGN, asked).one_or_none()
    return as_delivery(row) if row else None


def last_campaign_at(resident_id: ColumnElement[UUID]) -> ScalarSelect[datetime | None]:
    """Return, as part of another question, when a campaign message last reached a resident."""
    return _reached_by_campaign(func.max(delivery.c.settled_at), resident_id).scalar_subquery()


def note_last_campaign(tx: Tx, resident_id: UUID, at: datetime | None) -> None:
    """Take over the answer from another question."""
    tx.seen[_CAMPAIGN, resident_id] = at


def note_facet(
    tx: Tx, delivery_id: UUID, facet: Facet, *, proof: bool = True, user_id: str | None = None
) -> bool:
    """Record that something happened to a delivery; False when it had already happened.

    Under a post each person is counted once, by `user_id` on the platform (`reactions`).
    It proves that the message arrived: an unsure row becomes accepted, and one that was about to
    be sent again is not. Pass `proof=False` where the tie is only assumed.
    """
    row = tx.connection.execute(
        select(delivery).where(delivery.c.id == delivery_id).with_for_update()
    ).one_or_none()
    if row is None:
        return False
    moves = Moves()
    known = as_delivery(row)
    if proof and _was_thought_unsent(known):
        move(tx, known, DeliveryState.ACCEPTED, moves)
    column = FACET_COLUMNS[facet]
    result = tx.connection.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id, column.is_(None))
        .values({column: tx.now})
    )
    fresh = bool(result.rowcount)
    if known.kind is DeliveryKind.POST:
        fresh = reactions.note(tx, known.id, known.created_at, known.channel, facet, user_id)
    if fresh and known.run_id is not None:
        moves.add(key_of(known), facet.value)
    moves.apply(tx)
    return fresh


def _was_thought_unsent(row: Delivery) -> bool:
    # A row in an open window is left to its worker, which will settle it in a moment.
    waiting = row.state is DeliveryState.PENDING and row.window_id is None
    return waiting or row.state is DeliveryState.UNSURE


def move(
    tx: Tx,
    row: Delivery,
    state: DeliveryState,
    moves: Moves,
    reason: str | None = None,
    *,
    keep: bool = False,
) -> None:
    """Let `moves` bring a row to a settled state, out of any window, and count it there.

    A run-less row's words are emptied, unless told to `keep` them, once it is certain that they
    need not be sent again; one about a tip that failed waits for `undelivered.note`.
    """
    values: dict[str, object] = {"state": state.value, "reason": reason, "window_id": None}
    if row.run_id is None and row.tip_id is not None:
        values["failed_at"] = tx.now if state in _FAILED else None
    if state is not DeliveryState.PENDING:
        values["settled_at"] = tx.now
    if state not in (DeliveryState.PENDING, DeliveryState.UNSURE) and not keep:
        values["payload"] = None
    moves.write(row.id, **values)
    if row.run_id is not None:
        moves.shift(key_of(row), standing(row), (state, reason))


def skip_pending(tx: Tx, run_id: UUID, reason: SkipReason, limit: int = 1000) -> int:
    """Skip up to `limit` rows that are pending in a run and not being sent; return how many."""
    rows = tx.connection.execute(
        select(delivery)
        .where(
            delivery.c.run_id == run_id,
            DUE,
        )
        .limit(limit)
        .with_for_update()
    ).all()
    moves = Moves()
    for raw in rows:
        row = as_delivery(raw)
        # Of a repeat the first may have arrived: that it is not repeated changes nothing of it.
        state = DeliveryState.UNSURE if row.again else DeliveryState.SKIPPED
        moves.write(row.id, state=state.value, reason=reason.value, settled_at=tx.now)
        moves.shift(key_of(row), standing(row), (state, reason.value))
    moves.apply(tx)
    return len(rows)


def unsure(tx: Tx) -> int:
    """Return how many rows have an outcome that nobody knows."""
    query = select(func.count()).select_from(delivery).where(UNSURE)
    count: int = tx.connection.execute(query).scalar_one()
    return count


def key_of(row: Delivery) -> CounterKey:
    """Return the line of a run's figures to which a row belongs."""
    if row.run_id is None:
        message = "a row without a run is counted nowhere"
        raise ValueError(message)
    return CounterKey(row.run_id, row.kind.value, row.area_code, row.channel, row.language)


def standing(row: Delivery) -> Standing:
    """Return the state of a row, and why it is so."""
    return row.state, row.reason


def as_delivery(row: Row[Any]) -> Delivery:
    """Read a row of the table."""
    return Delivery(
        row.id,
        DeliveryKind(row.kind),
        Lane(row.lane),
        row.account_id,
        row.address_id,
        row.run_id,
        row.resident_id,
        row.group_id,
        row.tip_id,
        row.area_code,
        row.channel,
        row.language,
        DeliveryState(row.state),
        row.reason,
        row.again,
        row.tries,
        row.created_at,
        row.window_id,
        any(row._mapping[name] is not None for name in PROOFS),
    )


_LOCKED = (
    select(delivery)
    .where(delivery.c.id.in_(bindparam("rows", expanding=True)))
    .order_by(delivery.c.id)
    .with_for_update()
)
_REACHED = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE)
_PUT = MappingProxyType(
    {name: insert_for(name, delivery).on_conflict_do_nothing() for name in DIALECTS}
)


def _reached_by_campaign(what: Any, resident_id: ColumnElement[UUID]) -> Select[Any]:
    return select(what).where(
        delivery.c.resident_id == resident_id,
        delivery.c.kind == DeliveryKind.CAMPAIGN.value,
        # A list that is bound is written out anew each time.
        or_(*(delivery.c.state == state.value for state in _REACHED)),
    )


_LAST_CAMPAIGN = (
    _reached_by_campaign(delivery, bindparam("resident", type_=Uuid))
    .where(delivery.c.settled_at >= bindparam("since"))
    .order_by(delivery.c.settled_at.desc())
    .limit(1)
)
