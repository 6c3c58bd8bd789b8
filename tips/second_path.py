"""Page by a second path: phones are rung beside the chat, step by step as the alarm goes on.

A call is a row that is written together with the alarm; a pager outside makes it (`ring_due` in the
service), once for each person and cry. It says no more than the tip's number and how urgent it is.
Where no pager is set up nobody rings, and the next in line are told whom to call themselves.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from domain.messages import Outgoing
from domain.pager import PagerFailure, Ring, read_phone, show_phone
from domain.tip import TipEventKind
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff
from storage.staff import phone_calls, phones
from storage.staff.phone_calls import Call, CallState
from storage.tips import tip_events, tips
from storage.tips.tips import Tip
from tips import on_call
from tips.desk import Desk, chiefs, send

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=60)
"""How long a call is left to whoever makes it; afterwards it is tried again."""
_AT_ONCE = 10
_MOST_TRIES = 4
_AGAIN = timedelta(seconds=10)
"""Until the next try, doubled each time."""
_STALE = timedelta(minutes=15)
"""What was to be rung so long ago is rung no more: people have taken over."""
_MOST_NAMED = 3
_LEVELS = {on_call.DUTY: "duty", on_call.CHIEF: "chief", on_call.EVERYBODY: "everybody"}
_ANSWERED = (
    TipEventKind.PAGE_SEEN,
    TipEventKind.TAKEN,
    TipEventKind.ASSIGNED,
    TipEventKind.ANSWER,
    TipEventKind.CLOSED,
)


@dataclass(frozen=True, slots=True)
class Due:
    """A call that is ours to make now."""

    call: Call
    ring: Ring


def call(tx: Tx, tip: Tip, steps: Iterable[int], round_at: datetime) -> int:
    """Have everybody rung who has a phone at some steps of an alarm; return how many are new.

    Where nobody on duty gave one, the unit's own duty phone is rung.
    """
    put = 0
    for step in steps:
        found = [one for one in on_call.staff_at(tx, tip, step) if phones.of(tx, one.id)]
        for one in found:
            put += phone_calls.put(tx, tip.id, one.id, round_at, step)
        if step == on_call.DUTY and not found and _unit_phone(tx, tip.unit_id):
            put += phone_calls.put(tx, tip.id, None, round_at, step)
    return put


def to_call(tx: Tx, tip: Tip, step: int, but: Collection[UUID] = ()) -> list[tuple[str, str]]:
    """Return name and number of those before a step who did not answer, for the next in line."""
    earlier: dict[UUID, Staff] = {}
    for one_step in range(on_call.first_step(tip), step):
        earlier |= {one.id: one for one in on_call.staff_at(tx, tip, one_step)}
    found = [
        (one.name, show_phone(phone))
        for one in earlier.values()
        if one.id not in but and (phone := phones.of(tx, one.id))
    ]
    return found[:_MOST_NAMED]


def claim(tx: Tx) -> Sequence[Due]:
    """Return the calls to be made now; what nobody waits for any more is dropped."""
    found = []
    for one in phone_calls.claim(tx, LEASE, _AT_ONCE):
        tip = tips.get(tx, one.tip_id)
        phone = _phone(tx, one, tip)
        if tip is None or phone is None or _is_over(tx, tip, one):
            phone_calls.settle(tx, one.id, CallState.NOT_NEEDED)
            continue
        unit = units.get_unit(tx, tip.unit_id)
        ring = Ring(
            id=one.id,
            unit=unit.code,
            case_number=tip.case_number,
            level=_LEVELS[one.step],
            phone=phone,
        )
        found.append(Due(one, ring))
    return found


def rung(tx: Tx, due: Due) -> None:
    """Write down that the pager took a call."""
    phone_calls.settle(tx, due.call.id, CallState.RUNG)
    log.info("second_path_rung", call=str(due.call.id), level=due.ring.level)


def failed(tx: Tx, desk: Desk, due: Due, failure: PagerFailure) -> None:
    """Try again later, or give up and tell the chief whom to call by hand."""
    one = due.call
    log.error("second_path_failed", call=str(one.id), reason=failure.reason, tries=one.tries)
    if not failure.final and one.tries < _MOST_TRIES:
        later = tx.now + _AGAIN * 2 ** (one.tries - 1)
        phone_calls.put_off(tx, one.id, later, failure.reason)
        return
    phone_calls.settle(tx, one.id, CallState.FAILED, failure.reason)
    tip = tips.get(tx, one.tip_id)
    if tip is None:
        return
    whose = units.get_staff(tx, one.staff_id) if one.staff_id is not None else None
    for chief in chiefs(tx, tip):
        say = desk.catalogue.say
        name = whose.name if whose is not None else say(chief.language, "second_path.unit_phone")
        text = say(
            chief.language,
            "second_path.failed",
            ma_tin=tip.case_number,
            ten=name,
            so=show_phone(due.ring.phone),
        )
        send(tx, desk, tip, chief, Outgoing(text=text, protected=True))


def _phone(tx: Tx, one: Call, tip: Tip | None) -> str | None:
    if one.staff_id is not None:
        here = units.get_staff(tx, one.staff_id) is not None
        return phones.of(tx, one.staff_id) if here else None
    return _unit_phone(tx, tip.unit_id) if tip is not None else None


def _unit_phone(tx: Tx, unit_id: UUID) -> str | None:
    return read_phone(units.get_unit(tx, unit_id).duty_phone)


def _is_over(tx: Tx, tip: Tip, one: Call) -> bool:
    if not tip.state.is_open or tx.now - one.put_at > _STALE:
        return True
    happened = (tip_events.last_of_kind(tx, tip.id, kind) for kind in _ANSWERED)
    return any(at is not None and at >= one.put_at for at in happened)
