"""What became of a group's notice, told in private: pinned, or which right is missing."""

from uuid import UUID

import structlog

from broadcasts.desk import Desk, Rows, Say
from domain.delivery import DeliveryKind, DeliveryState
from domain.ids import short
from domain.messages import Button
from storage.database import Tx
from storage.deliveries import effects, ledger
from storage.deliveries.ledger import Delivery
from storage.groups import group_requests
from storage.groups.group_requests import Connected
from storage.people import units

log = structlog.get_logger(__name__)

_CANNOT = "the channel cannot"
_ARRIVED = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED)


def tell_due(tx: Tx, desk: Desk) -> int:
    """Tell what came of notices, and of requests that nobody answered; returns how many."""
    told = 0
    for one in group_requests.connected(tx):
        said = _fate(tx, one)
        if said is not None:
            _tell(tx, desk, one, said)
            group_requests.forget(tx, one.id)
            told += 1
    for request_id, wanted in group_requests.overdue(tx):
        group_requests.forget(tx, request_id)
        desk.tell(tx, wanted.asked_by, "connecting.no_answer", label=wanted.label)
        told += 1
    return told


def _fate(tx: Tx, one: Connected) -> str | None:
    """Return what became of a notice; None while that is open."""
    row = ledger.get(tx, one.notice_id)
    if row is None or row.state is DeliveryState.PENDING:
        return None
    if row.kind is DeliveryKind.EFFECT:
        return _of_pin(row)
    if row.state not in _ARRIVED:
        return _of_notice(tx, one, row)
    pin = effects.of(tx, row.id)
    return _of_pin(pin) if pin is not None else None


def _of_pin(pin: Delivery) -> str | None:
    if pin.state is DeliveryState.PENDING:
        return None
    if pin.state in _ARRIVED:
        return "pinned"
    if pin.state is DeliveryState.REFUSED and (pin.reason or "").startswith(_CANNOT):
        return "stands"
    if pin.state is DeliveryState.REFUSED and (pin.reason or "").startswith("rights"):
        return "pin_right"
    return "pin_failed"


def _of_notice(tx: Tx, one: Connected, notice: Delivery) -> str:
    log.warning("group_notice_failed", group=str(one.group_id), state=notice.state.value)
    if notice.state is DeliveryState.UNREACHABLE:
        units.note_presence(tx, one.group_id, present=False)
        return "notice_gone"
    return "notice_unsure" if notice.state is DeliveryState.UNSURE else "notice_right"


def _tell(tx: Tx, desk: Desk, one: Connected, said: str) -> None:
    for staff_id in dict.fromkeys((one.wanted.asked_by, one.decided_by)):
        desk.notify(
            tx,
            staff_id,
            lambda say: (
                say(f"connecting.{said}", label=one.wanted.label),
                _mend(say, said, one.group_id),
            ),
        )


def _mend(say: Say, said: str, group_id: UUID) -> Rows:
    if said in ("pinned", "stands"):
        return ()
    what = "pin" if said == "pin_right" else "anew"
    return ((Button(say(f"connecting.button_{what}"), f"group:{what}:{short(group_id)}"),),)
