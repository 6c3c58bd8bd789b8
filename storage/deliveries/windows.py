"""Windows: what is being sent right now, by whom, and until when nobody else may touch it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, update

from domain.delivery import DeliveryKind, Lane
from domain.door import OPEN, Door
from domain.messages import ChatRef, Outgoing
from storage.database import Tx
from storage.deliveries import due, in_flight, plain, standings, use
from storage.deliveries.due import Candidate, LiveRun
from storage.deliveries.picking import Chosen, pick
from storage.deliveries.plain import Plain, PlainRow
from storage.deliveries.slots import Booking
from storage.tables import attempt, delivery
from storage.tables import send_window as window

_TRIED_AMONG = 200
_CHANCE = (1 << 62) - 1
"""The part of an id that is made by chance (RFC 9562, 5.7)."""
_AHEAD, _FAR_AHEAD = 4, 64
"""How many rows are looked at for each that may go: a few, or many where the first few all wait."""


@dataclass(frozen=True, slots=True)
class Send:
    """One message to send now; `again` marks a repeat of which the first may have arrived."""

    delivery_id: UUID
    attempt_id: UUID
    address_id: UUID
    chat: ChatRef
    kind: DeliveryKind
    lane: Lane
    language: str
    outgoing: Outgoing
    again: bool
    paid: bool | None = None
    """Whether it goes outside the free window; None where nothing is counted."""
    slot: int | None = None
    """When it goes, by the clock of the slots; None: at once."""
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes a window of which account, and for how long; what the account's platform asks."""

    account_id: UUID
    worker: str
    lease: timedelta
    door: Door = OPEN
    plain: int | None = None
    """How many plain rows it takes at once at most; None: each row is looked at by itself."""


@dataclass(frozen=True, slots=True)
class Window:
    """An open window; nothing of it may be sent after `lease_until`."""

    id: UUID
    lane: Lane
    lease_until: datetime
    sends: tuple[Send, ...]
    plain: Plain | None = None
    """What goes beside them, all at once."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing of it is to be sent."""
        return not self.sends and self.plain is None


def open_window(
    tx: Tx, claim: Claim, lanes: Sequence[Lane], size: int, booking: Booking | None = None
) -> Window | None:
    """Take the most urgent due rows, write the intent and the lease; None when nothing is due.

    `booking` gives each a slot, and leaves out whose chat's own pace allows none now; without one
    there is no hurry too great. Wish, stop and expiry are checked again here, and what the
    account's platform asks: who must not be sent to is settled as skipped, or waits in another
    chat of theirs. The window may come back without sends, when all that was due was skipped.
    """
    standing = standings.of(tx, claim.account_id, size)
    size = standing.allowed
    if not size:
        return None
    # A part of each month is kept for who writes to us. This is a first look; what may go of runs
    # is counted again under a lock, row by row.
    live = [] if use.is_used_up(tx, claim.account_id, claim.door) else due.live_runs(tx)
    live = [one for one in live if one.lane is Lane.URGENT or not standing.rests]
    alone = due.lanes_of_talk(tx, claim.account_id)
    busy = alone.union(one.lane for one in live)
    urgent_waits = False
    for lane in sorted(busy.intersection(lanes)):
        if booking is not None and not booking.has_slots(lane):
            # Replies have slots of their own; the other lanes share theirs.
            continue
        tries = standing.tries and lane > Lane.TALK
        if claim.plain is not None and lane > Lane.TALK and lane not in alone and not tries:
            if urgent_waits or _outranked(tx, claim, lane):
                return None
            window = _mostly_plain(tx, claim, lane, live, size, booking)
            if window is not None:
                return window
            continue
        candidates = _candidates(tx, claim, lane, live, size * _AHEAD, tries=tries)
        if not candidates:
            continue
        if lane > Lane.TALK and (urgent_waits or _outranked(tx, claim, lane)):
            return None
        chosen, settled = (
            pick(tx, claim.account_id, claim.door, candidates, 1, booking)
            if tries
            else _pick_any(tx, claim, lane, live, candidates, size, booking)
        )
        booked = _booked(tx, claim, lane, chosen, booking)
        if booked or settled:
            return _write_window(tx, claim, lane, booked, booking)
        # Where every chat of a lane has to wait for its own pace, that holds up nothing: a group's
        # may be a minute, and slots reach no further ahead than what is urgent may wait.
        urgent_waits = urgent_waits or (lane is Lane.URGENT and bool(chosen))
    return None


def _pick_any(
    tx: Tx,
    claim: Claim,
    lane: Lane,
    live: Sequence[LiveRun],
    first: Sequence[Candidate],
    size: int,
    booking: Booking | None,
) -> tuple[list[Chosen], int]:
    """Look further where the first rows all wait for their chats: others may stand behind them."""
    chosen, settled = pick(tx, claim.account_id, claim.door, first, size, booking)
    if chosen or settled or len(first) < size * _AHEAD:
        return chosen, settled
    more = due.candidates(tx, claim.account_id, lane, live, size * _FAR_AHEAD)
    return pick(tx, claim.account_id, claim.door, more, size, booking)


def _outranked(tx: Tx, claim: Claim, lane: Lane) -> bool:
    return standings.more_urgent_open(tx, claim.account_id, lane)


def _candidates(
    tx: Tx, claim: Claim, lane: Lane, live: Sequence[LiveRun], most: int, *, tries: bool
) -> list[Candidate]:
    """Return due rows, oldest first; one that tries whether anybody is there may be any of many.

    Neighbours joined together, and may have gone together.
    """
    if not tries:
        return due.candidates(tx, claim.account_id, lane, live, most)
    if not standings.may_try(tx, claim.account_id):
        return []
    found = due.candidates(tx, claim.account_id, lane, live, _TRIED_AMONG)
    return sorted(found, key=lambda one: one.row.id.int & _CHANCE)


def _mostly_plain(
    tx: Tx,
    claim: Claim,
    lane: Lane,
    live: Sequence[LiveRun],
    size: int,
    booking: Booking | None,
) -> Window | None:
    """Take the oldest due rows of the first run of a lane that has any, plain ones all at once.

    The others get what those leave, and a part of each window, so as not to be left behind.
    """
    most = claim.plain or 0
    for one in (one for one in live if most and one.lane is lane):
        head = plain.head(tx, claim.account_id, one, most)
        if not head.rows and not head.others:
            continue
        # Of what is too late nothing is said, and each row is looked at by itself.
        words = plain.words(tx, one.id, head.rows) if one.not_after >= tx.now else {}
        rows = [row for row in head.rows if row.language in words]
        unsaid = {UUID(row.delivery) for row in head.rows if row.language not in words}
        odd = sorted(unsaid.union(head.others))
        others = min(len(odd), max(1, most // 4, most - len(rows)), size)
        rows = rows[: most - others]
        if rows:
            allowed = standings.of(tx, claim.account_id, len(rows) + others).allowed
            rows, others = rows[:allowed], min(others, max(0, allowed - len(rows)))
        chosen, settled = list[Chosen](), 0
        if others:
            # Before any slots: whoever settles takes them with counters locked (decision 14).
            candidates = due.those(tx, claim.account_id, one, odd[: others * _AHEAD])
            chosen, settled = pick(tx, claim.account_id, claim.door, candidates, others, booking)
        rows, slots = _booked_plain(tx, lane, rows, booking)
        bulk = plain.take(tx, one.id, rows, slots, words) if rows else None
        if bulk is not None and bulk.noted is not None and booking is not None:
            booking.put_in_private_chats([row.address for row in rows], bulk.noted)
        more = _booked(tx, claim, lane, chosen, booking)
        if bulk is not None or more or settled:
            return _write_window(tx, claim, lane, more, booking, bulk)
        if booking is not None and not booking.has_slots(lane):
            return None
    return None


def _booked_plain(
    tx: Tx, lane: Lane, rows: list[PlainRow], booking: Booking | None
) -> tuple[list[PlainRow], Sequence[int | None]]:
    """Return rows whose chats are free, and their slots."""
    if not rows or booking is None:
        return rows, [None] * len(rows)
    rows = booking.ready(rows)
    slots = booking.take(lane, len(rows)) if rows else ()
    busy = in_flight.busy(tx, [row.address for row in rows[: len(slots)]])
    booked = zip(rows, slots, strict=False)
    free = [(row, at) for row, at in booked if row.address not in busy]
    return [row for row, _ in free], [at for _, at in free]


def _booked(
    tx: Tx, claim: Claim, lane: Lane, chosen: list[Chosen], booking: Booking | None
) -> list[tuple[Chosen, int | None]]:
    """Give what was chosen its slots; what gets none stays, or has a chat that is not free."""
    if chosen:
        # Whoever gave a row back just now may have paused the account in the same breath.
        chosen = chosen[: standings.of(tx, claim.account_id, len(chosen)).allowed]
    if not chosen or booking is None:
        return [(one, None) for one in chosen]
    slots = booking.take(lane, len(chosen))
    busy = in_flight.busy(tx, [one.row.address_id.hex for one in chosen[: len(slots)]])
    booked = zip(chosen, slots, strict=False)
    return [(one, at) for one, at in booked if one.row.address_id.hex not in busy]


def _write_window(
    tx: Tx,
    claim: Claim,
    lane: Lane,
    chosen: Sequence[tuple[Chosen, int | None]],
    booking: Booking | None,
    bulk: Plain | None = None,
) -> Window:
    window_id = bulk.window_id if bulk is not None else tx.new_id()
    until = tx.now + claim.lease
    if not chosen and bulk is None:
        return Window(window_id, lane, until, ())
    tx.connection.execute(
        window.insert().values(
            id=window_id,
            account_id=claim.account_id,
            worker=claim.worker,
            lane=lane.name,
            opened_at=tx.now,
            lease_until=until,
        )
    )
    if not chosen:
        return Window(window_id, lane, until, (), bulk)
    sends = [_send(tx, one, slot) for one, slot in chosen]
    tx.connection.execute(
        attempt.insert(),
        [
            {
                "id": send.attempt_id,
                "delivery_id": send.delivery_id,
                "address_id": send.address_id,
                "window_id": window_id,
                "opened_at": tx.now,
                "paid": send.paid,
                "priced": one.priced,
            }
            for send, (one, _) in zip(sends, chosen, strict=True)
        ],
    )
    rows = [send.delivery_id for send in sends]
    tx.connection.execute(_TAKE, {"rows": rows, "into": window_id})
    if booking is not None:
        booking.put_in_chats(
            [
                (one.row.address_id, one.paced, one.chat.kind, slot)
                for one, slot in chosen
                if slot is not None
            ]
        )
    return Window(window_id, lane, until, tuple(sends), bulk)


def _send(tx: Tx, one: Chosen, slot: int | None) -> Send:
    return Send(
        one.row.id,
        tx.new_id(),
        one.row.address_id,
        one.chat,
        one.row.kind,
        one.row.lane,
        one.row.language,
        one.outgoing,
        one.row.again,
        one.paid,
        slot,
        one.row.run_id,
    )


# Built once, since they are asked several times a second.
_TAKE = (
    update(delivery)
    .where(delivery.c.id.in_(bindparam("rows", expanding=True)))
    .values(window_id=bindparam("into", type_=Uuid), tries=delivery.c.tries + 1)
)
