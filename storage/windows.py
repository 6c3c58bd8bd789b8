"""Windows: what is being sent right now, by whom, and until when nobody else may touch it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Exists, and_, or_, select, update

from domain.delivery import DeliveryKind, DeliveryState, Lane, SkipReason
from domain.messages import ChatKind, ChatRef, Outgoing
from storage import addresses
from storage.codec import read_outgoing
from storage.counters import Moves
from storage.database import Tx
from storage.ledger import Delivery, as_delivery, move
from storage.sealing import Place
from storage.tables import account, address, attempt, delivery, group_chat, resident, run
from storage.tables import send_window as window

_SENDING_RUNS = ("expanding", "sending")


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
class _Candidate:
    row: Delivery
    payload: bytes | None
    chat_kind: ChatKind
    not_after: datetime | None
    wish: str | None
    unreachable: str | None
    group_left: bool
    run_content: dict[str, str] | None
    run_not_after: datetime | None


def open_window(
    tx: Tx, claim: Claim, lanes: Sequence[Lane], size: int, ready: Callable[[UUID, ChatKind], bool]
) -> Window | None:
    """Take the most urgent due rows, write the intent and the lease; None when nothing is due.

    `ready` says of an address whether its own pace allows a message now. Wish, stop and expiry
    are checked again here: who must not be sent to is settled as skipped. The window may come
    back without sends, when all that was due was skipped.
    """
    if not _may_send(tx, claim.account_id):
        return None
    urgent_waits = False
    left = sorted(lanes)
    while left:
        candidates = _candidates(tx, claim.account_id, left, size * 4)
        if not candidates:
            return None
        lane = candidates[0].row.lane
        if lane > Lane.TALK and (urgent_waits or _urgent_open(tx, claim.account_id)):
            return None
        same_lane = [candidate for candidate in candidates if candidate.row.lane is lane]
        chosen, skipped = _pick(tx, same_lane, size, ready)
        if chosen or skipped:
            return _write_window(tx, claim, lane, chosen)
        # Every chat of this lane has to wait for its own pace; that must not hold up the others,
        # else one person who writes without pause would mute a broadcast to everybody.
        urgent_waits = urgent_waits or lane is Lane.URGENT
        left = [lower for lower in left if lower > lane]
    return None


def _pick(
    tx: Tx,
    candidates: Sequence[_Candidate],
    size: int,
    ready: Callable[[UUID, ChatKind], bool],
) -> tuple[list[_Candidate], int]:
    """Return up to `size` rows to send, one per chat, and how many were settled unsent."""
    moves = Moves()
    chosen: list[_Candidate] = []
    chats: set[UUID] = set()
    skipped = 0
    for candidate in candidates:
        if len(chosen) >= size:
            break
        row = candidate.row
        verdict = _verdict(tx, candidate)
        if verdict is not None:
            state, reason = verdict
            move(tx, row, state, moves, reason)
            skipped += 1
        elif row.address_id not in chats and ready(row.address_id, candidate.chat_kind):
            chosen.append(candidate)
            chats.add(row.address_id)
    moves.apply(tx)
    return chosen, skipped


def _may_send(tx: Tx, account_id: UUID) -> bool:
    row = tx.connection.execute(
        select(account.c.down_reason, account.c.paused_until).where(account.c.id == account_id)
    ).one()
    return row.down_reason is None and (row.paused_until is None or row.paused_until <= tx.now)


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
            other.c.state == DeliveryState.PENDING.value,
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


def _candidates(tx: Tx, account_id: UUID, lanes: Sequence[Lane], limit: int) -> list[_Candidate]:
    now = tx.now
    query = (
        select(
            delivery,
            resident.c.wish,
            address.c.unreachable,
            address.c.kind.label("chat_kind"),
            group_chat.c.left_at,
            run.c.content,
            run.c.not_after.label("run_not_after"),
        )
        .join(address, address.c.id == delivery.c.address_id)
        .outerjoin(resident, resident.c.id == delivery.c.resident_id)
        .outerjoin(group_chat, group_chat.c.id == delivery.c.group_id)
        .outerjoin(run, run.c.id == delivery.c.run_id)
        .where(
            delivery.c.account_id == account_id,
            delivery.c.state == DeliveryState.PENDING.value,
            delivery.c.window_id.is_(None),
            delivery.c.lane.in_([int(lane) for lane in lanes]),
            or_(delivery.c.not_before.is_(None), delivery.c.not_before <= now),
            or_(address.c.not_before.is_(None), address.c.not_before <= now),
            or_(delivery.c.run_id.is_(None), run.c.state.in_(_SENDING_RUNS)),
            ~_in_the_way(),
        )
        .order_by(delivery.c.lane, delivery.c.id)
        .limit(limit)
        .with_for_update(of=delivery, skip_locked=True)
    )
    return [
        _Candidate(
            as_delivery(raw),
            raw.payload,
            ChatKind(raw.chat_kind),
            raw.not_after,
            raw.wish,
            raw.unreachable,
            raw.left_at is not None,
            raw.content,
            raw.run_not_after,
        )
        for raw in tx.connection.execute(query)
    ]


def _verdict(tx: Tx, candidate: _Candidate) -> tuple[DeliveryState, str] | None:
    """Say why a row must not be sent, or None."""
    row = candidate.row
    for limit in (candidate.not_after, candidate.run_not_after):
        if limit is not None and limit < tx.now:
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


def _write_window(tx: Tx, claim: Claim, lane: Lane, chosen: Sequence[_Candidate]) -> Window:
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
    for candidate in chosen:
        row = candidate.row
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
                addresses.chat_of(tx, row.address_id),
                row.kind,
                row.lane,
                row.language,
                _outgoing(tx, candidate),
                row.again,
            )
        )
    return Window(window_id, lane, until, tuple(sends))


def _outgoing(tx: Tx, candidate: _Candidate) -> Outgoing:
    row = candidate.row
    if candidate.payload is not None:
        place = Place("delivery", "payload", row.id)
        return read_outgoing(tx.keys.unseal(candidate.payload, place))
    if candidate.run_content is None:
        message = f"delivery {row.id} has neither content of its own nor a run"
        raise LookupError(message)
    name = "post" if row.kind is DeliveryKind.POST else row.language
    return read_outgoing(candidate.run_content[name])
