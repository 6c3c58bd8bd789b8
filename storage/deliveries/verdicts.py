"""Why a row must not be sent, or not by this account: looked at when its window is opened."""

from domain.delivery import DeliveryKind, DeliveryState, SkipReason
from domain.door import Door
from domain.messages import ChatKind
from storage.database import Tx
from storage.deliveries import use
from storage.deliveries.due import Candidate
from storage.deliveries.elsewhere import Twin

NO_MESSAGE = (DeliveryKind.EFFECT, DeliveryKind.MAKING, DeliveryKind.ARTICLE)


def verdict_on(tx: Tx, candidate: Candidate, twin: Twin | None) -> tuple[DeliveryState, str] | None:
    """Say why a row must not be sent, or None."""
    row = candidate.row
    if candidate.not_after is not None and candidate.not_after < tx.now:
        return DeliveryState.SKIPPED, SkipReason.EXPIRED.value
    if row.kind is DeliveryKind.CAMPAIGN:
        if candidate.joined or candidate.parted or twin is Twin.MAY_HAVE_ARRIVED:
            return DeliveryState.SKIPPED, SkipReason.ELSEWHERE.value
        if candidate.wish == "paused":
            return DeliveryState.SKIPPED, SkipReason.PAUSED.value
        if candidate.wish == "suspended":
            return DeliveryState.SKIPPED, SkipReason.SUSPENDED.value
        if candidate.wish != "yes" or candidate.declines or candidate.moved:
            return DeliveryState.SKIPPED, SkipReason.OPTED_OUT.value
        if candidate.unreachable is not None:
            return DeliveryState.UNREACHABLE, candidate.unreachable
        if candidate.in_danger:
            return DeliveryState.SKIPPED, SkipReason.IN_DANGER.value
    if row.kind is DeliveryKind.POST and candidate.group_left:
        return DeliveryState.SKIPPED, SkipReason.GROUP_LEFT.value
    return None


def not_through(
    tx: Tx, door: Door, candidate: Candidate, purse: use.Purse
) -> tuple[DeliveryState, str] | None:
    """Say why a run's row must not go by this account now, or None."""
    row = candidate.row
    if row.run_id is None or row.kind is not DeliveryKind.CAMPAIGN:
        return None
    if door.is_shut(candidate.heard_at, tx.now):
        return DeliveryState.SKIPPED, SkipReason.WINDOW.value
    if costs(tx, door, candidate) and not purse.allows(row.run_id):
        return DeliveryState.SKIPPED, SkipReason.ALLOWANCE.value
    return None


def costs(tx: Tx, door: Door, candidate: Candidate) -> bool | None:
    """Tell whether a message costs; None where nothing is counted, or it is no message."""
    if not door.is_counted or candidate.row.kind in NO_MESSAGE:
        return None
    private = candidate.chat_kind is ChatKind.PRIVATE
    return private and door.costs(candidate.heard_at, tx.now)
