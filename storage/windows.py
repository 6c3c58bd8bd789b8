"""Windows: what is being sent right now, by whom, and until when nobody else may touch it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Exists, Row, Select, and_, literal_column, or_, select, update

from domain.delivery import DeliveryKind, DeliveryState, Lane, SkipReason
from domain.messages import ChatKind, ChatRef, Outgoing
from storage import addresses
from storage.codec import read_outgoing
from storage.counters import Moves
from storage.database import Tx
from storage.ledger import SENDING_RUNS, Delivery, as_delivery, move
from storage.sealing import KeysUnusable, Place
from storage.tables import account, address, attempt, delivery, group_chat, resident, run
from storage.tables import send_window as window
from storage.tables.deliveries import DUE

log = structlog.get_logger(__name__)

UNREADABLE = "unreadable"
"""Why a row is refused whose words or address can no longer be opened."""


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


@dataclass(frozen=True, slots=True)
class Claim:
    """Who takes a window of which account, and for how long."""

    account_id: UUID
    worker: str
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """An open window; nothing of it may be sent after `lease_until`."""

    id: UUID
    lane: Lane
    lease_until: datetime
    sends: tuple[Send, ...]


@dataclass(frozen=True, slots=True)
class _LiveRun:
    id: UUID
    lane: Lane
    not_after: datetime


@dataclass(frozen=True, slots=True)
class _Candidate:
    row: Delivery
    payload: bytes | None
    chat_kind: ChatKind
    not_after: datetime | None
    wish: str | None
    unreachable: str | None
    group_left: bool


@dataclass(frozen=True, slots=True)
class _Chosen:
    row: Delivery
    chat: ChatRef
    outgoing: Outgoing


def open_window(
    tx: Tx, claim: Claim, lanes: Sequence[Lane], size: int, ready: Callable[[UUID, ChatKind], bool]
) -> Window | None:
    """Take the most urgent due rows, write the intent and the lease; None when nothing is due.

    `ready` says of an address whether its own pace allows a message now. Wish, stop and expiry
    are checked again here: who must not be sent to is settled as skipped. The window may come
    back without sends, when all that was due was skipped.
    """
    size = min(size, _allowed(tx, claim.account_id, size))
    if not size:
        return None
    live = _live_runs(tx)
    urgent_waits = False
    for lane in sorted(lanes):
        candidates = _candidates(tx, claim.account_id, lane, live, size * 4)
        if not candidates:
            continue
        if lane > Lane.TALK and (urgent_waits or _urgent_open(tx, claim.account_id)):
            return None
        chosen, settled = _pick(tx, candidates, size, ready)
        if chosen or settled:
            return _write_window(tx, claim, lane, chosen)
        # Every chat of this lane has to wait for its own pace; that must not hold up the others,
        # else one person who writes without pause would mute a broadcast to everybody.
        urgent_waits = urgent_waits or lane is Lane.URGENT
    return None


def _pick(
    tx: Tx,
    candidates: Sequence[_Candidate],
    size: int,
    ready: Callable[[UUID, ChatKind], bool],
) -> tuple[list[_Chosen], int]:
    """Return up to `size` rows to send, one per chat, and how many were settled unsent."""
    moves = Moves()
    words = _RunWords(tx)
    chosen: list[_Chosen] = []
    chats: set[UUID] = set()
    settled = 0
    for candidate in candidates:
        if len(chosen) >= size:
            break
        row = candidate.row
        verdict = _verdict(tx, candidate)
        if verdict is not None:
            state, reason = verdict
            move(tx, row, state, moves, reason)
            settled += 1
        elif row.address_id not in chats and ready(row.address_id, candidate.chat_kind):
            try:
                opened = _Chosen(row, addresses.chat_of(tx, row.address_id), words.of(candidate))
            except (KeysUnusable, ValueError, LookupError) as error:
                # One row's fault: it must not hold up the others. Its words are kept, for an
                # operator may yet find the key.
                log.error("unreadable", delivery=str(row.id), error=type(error).__name__)
                move(tx, row, DeliveryState.REFUSED, moves, UNREADABLE, keep=True)
                settled += 1
                continue
            chosen.append(opened)
            chats.add(row.address_id)
    moves.apply(tx)
    return chosen, settled


def _allowed(tx: Tx, account_id: UUID, size: int) -> int:
    """Return how many rows an account may send now: after a pause, one alone tries the water."""
    query = select(account.c.down_reason, account.c.paused_until).where(account.c.id == account_id)
    row = tx.connection.execute(query).one()
    if row.down_reason is not None:
        return 0
    if row.paused_until is None:
        return size
    if row.paused_until > tx.now:
        return 0
    # Locked, so that two do not try at once.
    tx.connection.execute(query.with_for_update())
    tried = select(window.c.id).where(window.c.account_id == account_id).limit(1)
    return 0 if tx.connection.execute(tried).one_or_none() else 1


def _live_runs(tx: Tx) -> list[_LiveRun]:
    """Return the runs that are being sent, oldest first."""
    rows = tx.connection.execute(
        select(run.c.id, run.c.lane, run.c.not_after)
        .where(run.c.state.in_(SENDING_RUNS))
        .order_by(run.c.id)
    )
    return [_LiveRun(row.id, Lane[row.lane], row.not_after) for row in rows]


def _urgent_open(tx: Tx, account_id: UUID) -> bool:
    query = select(window.c.id).where(
        window.c.account_id == account_id, window.c.lane == Lane.URGENT.name
    )
    return tx.connection.execute(query.limit(1)).one_or_none() is not None


def _in_the_way() -> Exists:
    """Say what holds a row back: one in flight per chat, and run-less rows keep their order."""
    other = delivery.alias()
    return (
        select(other.c.id)
        .where(
            other.c.address_id == delivery.c.address_id,
            other.c.state == literal_column("'pending'"),
            or_(
                other.c.window_id.is_not(None),
                and_(
                    other.c.run_id.is_(None),
                    other.c.lane <= delivery.c.lane,
                    other.c.id < delivery.c.id,
                ),
            ),
        )
        .exists()
    )


def _candidates(
    tx: Tx, account_id: UUID, lane: Lane, live: Sequence[_LiveRun], limit: int
) -> list[_Candidate]:
    """Return due rows of a lane: first what belongs to no run, then run by run, oldest first.

    Each part reads an index of its own in order, so that what waits elsewhere, such as a paused
    run of many thousands, costs nothing.
    """
    alone = (
        _due(account_id, tx.now)
        .where(delivery.c.run_id.is_(None), delivery.c.lane == int(lane))
        .limit(limit)
    )
    found = [_candidate(raw, None) for raw in tx.connection.execute(alone)]
    for one in live:
        if len(found) >= limit:
            break
        if one.lane is lane:
            rows = _due(account_id, tx.now).where(delivery.c.run_id == one.id)
            rows = rows.limit(limit - len(found))
            found += [_candidate(raw, one.not_after) for raw in tx.connection.execute(rows)]
    return found


def _due(account_id: UUID, now: datetime) -> Select[Any]:
    return (
        select(
            delivery,
            resident.c.wish,
            address.c.unreachable,
            address.c.kind.label("chat_kind"),
            group_chat.c.left_at,
        )
        .join(address, address.c.id == delivery.c.address_id)
        .outerjoin(resident, resident.c.id == delivery.c.resident_id)
        .outerjoin(group_chat, group_chat.c.id == delivery.c.group_id)
        .where(
            DUE,
            delivery.c.account_id == account_id,
            or_(delivery.c.not_before.is_(None), delivery.c.not_before <= now),
            or_(address.c.not_before.is_(None), address.c.not_before <= now),
            ~_in_the_way(),
        )
        .order_by(delivery.c.id)
        .with_for_update(of=delivery, skip_locked=True)
    )


def _candidate(raw: Row[Any], run_not_after: datetime | None) -> _Candidate:
    limits = [limit for limit in (raw.not_after, run_not_after) if limit is not None]
    return _Candidate(
        as_delivery(raw),
        raw.payload,
        ChatKind(raw.chat_kind),
        min(limits, default=None),
        raw.wish,
        raw.unreachable,
        raw.left_at is not None,
    )


def _verdict(tx: Tx, candidate: _Candidate) -> tuple[DeliveryState, str] | None:
    """Say why a row must not be sent, or None."""
    row = candidate.row
    if candidate.not_after is not None and candidate.not_after < tx.now:
        return DeliveryState.SKIPPED, SkipReason.EXPIRED.value
    if row.kind is DeliveryKind.CAMPAIGN:
        if candidate.wish == "paused":
            return DeliveryState.SKIPPED, SkipReason.PAUSED.value
        if candidate.wish != "yes":
            return DeliveryState.SKIPPED, SkipReason.OPTED_OUT.value
        if candidate.unreachable is not None:
            return DeliveryState.UNREACHABLE, candidate.unreachable
    if row.kind is DeliveryKind.POST and candidate.group_left:
        return DeliveryState.SKIPPED, SkipReason.GROUP_LEFT.value
    return None


def _write_window(tx: Tx, claim: Claim, lane: Lane, chosen: Sequence[_Chosen]) -> Window:
    window_id = tx.new_id()
    until = tx.now + claim.lease
    if chosen:
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
    sends = []
    for one in chosen:
        row = one.row
        attempt_id = tx.new_id()
        tx.connection.execute(
            attempt.insert().values(
                id=attempt_id,
                delivery_id=row.id,
                address_id=row.address_id,
                window_id=window_id,
                opened_at=tx.now,
            )
        )
        tx.connection.execute(
            update(delivery)
            .where(delivery.c.id == row.id)
            .values(window_id=window_id, tries=delivery.c.tries + 1)
        )
        sends.append(
            Send(
                row.id,
                attempt_id,
                row.address_id,
                one.chat,
                row.kind,
                row.lane,
                row.language,
                one.outgoing,
                row.again,
            )
        )
    return Window(window_id, lane, until, tuple(sends))


class _RunWords:
    """What rows say; a run's words are read once, however many rows they are for."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._contents: dict[UUID, dict[str, str]] = {}
        self._read: dict[tuple[UUID, str], Outgoing] = {}

    def of(self, candidate: _Candidate) -> Outgoing:
        """Open a row's own words, or its run's.

        Raises: KeysUnusable, pydantic.ValidationError (a ValueError), LookupError.
        """
        row = candidate.row
        if candidate.payload is not None:
            place = Place("delivery", "payload", row.id)
            return read_outgoing(self._tx.keys.unseal(candidate.payload, place))
        if row.run_id is None:
            message = f"delivery {row.id} has neither content of its own nor a run"
            raise LookupError(message)
        name = "post" if row.kind is DeliveryKind.POST else row.language
        known = (row.run_id, name)
        if known not in self._read:
            self._read[known] = read_outgoing(self._content(row.run_id)[name])
        return self._read[known]

    def _content(self, run_id: UUID) -> dict[str, str]:
        if run_id not in self._contents:
            query = select(run.c.content).where(run.c.id == run_id)
            self._contents[run_id] = self._tx.connection.execute(query).scalar_one()
        return self._contents[run_id]
