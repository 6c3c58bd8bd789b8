"""Give a tip to a colleague, or all of one's tips when on leave."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from domain.delivery import DeliveryKind
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Outgoing
from domain.roles import Permission, Role, may
from domain.tip import IllegalStep, TipEventKind
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff
from storage.tips import tip_events, tip_work
from storage.tips.tips import Tip
from tips import cards, rights
from tips.desk import Desk, Reader, private_chat, send, tell

_SEAL = 8


def candidates(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, list[Staff]]:
    """Return an open tip and to whom this member of staff may give it.

    Raises: Refusal.
    """
    tip, _ = _for_assigning(tx, tip_id, staff)
    found = [
        one
        for one in _colleagues(tx, tip.unit_id)
        if one.id != tip.taken_by and rights.may_work(one, tip)
    ]
    if not found:
        raise Refusal("review.nobody_to_assign", ma_tin=tip.case_number)
    return tip, found


def assign(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None, to_id: UUID) -> Tip:
    """Give a tip to a colleague: they get its card, who had it is told, and so are the readers.

    Raises: Refusal; also when the colleague may not work on it.
    """
    tip, own = _for_assigning(tx, tip_id, staff)
    to = _receiver(tx, own, to_id)
    if not rights.may_work(to, tip):
        raise Refusal("review.assign_not_allowed", ma_tin=tip.case_number, ten=to.name)
    if tip.taken_by == to.id:
        raise Refusal("review.assigned_already", ma_tin=tip.case_number, ten=to.name)
    former = tip.taken_by
    tip = _give(tx, desk, tip, own, to)
    tell(tx, desk, tip, "review.assigned", ten=own.name, cho=to.name)
    if former is not None and former not in (own.id, to.id):
        _tell_alone(tx, desk, tip, former, "review.assigned_away", cho=to.name)
    return tip


@dataclass(frozen=True, slots=True)
class Handover:
    """Which open tips of somebody go to a colleague, and which that colleague may not have."""

    to: Staff
    going: tuple[Tip, ...]
    staying: tuple[Tip, ...]

    @property
    def seal(self) -> str:
        """Eight letters that change when anything of it does."""
        ids = ",".join([short(self.to.id), *(short(tip.id) for tip in self.going)])
        return hashlib.sha256(ids.encode()).hexdigest()[:_SEAL]


def givers(tx: Tx, staff: Staff) -> dict[UUID, int]:
    """Return whose open tips this member of staff may hand over, and how many there are."""
    found = tip_work.holders(tx, staff.unit_id)
    return found if rights.is_chief(staff) else {k: n for k, n in found.items() if k == staff.id}


def receivers(tx: Tx, staff: Staff, from_id: UUID) -> list[Staff]:
    """Return the colleagues who may work on any of somebody's open tips.

    Raises: Refusal.
    """
    held = _held(tx, staff, from_id)
    return [
        one
        for one in _colleagues(tx, staff.unit_id)
        if one.id != from_id and any(rights.may_work(one, tip) for tip in held)
    ]


def plan(tx: Tx, staff: Staff, from_id: UUID, to_id: UUID) -> Handover:
    """Return what would be handed over.

    Raises: Refusal.
    """
    held = _held(tx, staff, from_id)
    to = _receiver(tx, staff, to_id)
    if to.id == from_id:
        raise Refusal("app.stale_button")
    going = tuple(tip for tip in held if rights.may_work(to, tip))
    staying = tuple(tip for tip in held if not rights.may_work(to, tip))
    return Handover(to, going, staying)


def hand_over(tx: Tx, desk: Desk, staff: Staff, from_id: UUID, to_id: UUID, seal: str) -> Handover:
    """Give a colleague exactly the tips that were listed when it was confirmed.

    Raises: Refusal; also when the list is another by now.
    """
    agreed = plan(tx, staff, from_id, to_id)
    if not agreed.going or agreed.seal != seal:
        raise Refusal("review.handover_changed")
    for tip in agreed.going:
        _give(tx, desk, tip, staff, agreed.to)
    numbers = numbers_of(agreed.going)
    first = agreed.going[0]
    facts = {"ten": staff.name, "cho": agreed.to.name, "danh_sach": numbers}
    tell(tx, desk, first, "review.handed_over", **facts)
    for one in {agreed.to.id, from_id} - {staff.id}:
        _tell_alone(tx, desk, first, one, "review.handed_over", **facts)
    return agreed


def numbers_of(tips: Sequence[Tip]) -> str:
    """Return the case numbers of tips as a list."""
    return ", ".join(tip.case_number for tip in tips)


def _held(tx: Tx, staff: Staff, from_id: UUID) -> list[Tip]:
    if from_id != staff.id and not rights.is_chief(staff):
        raise Refusal("app.not_allowed")
    held = tip_work.held_by(tx, staff.unit_id, from_id)
    if not held:
        raise Refusal("review.nothing_to_hand_over")
    return held


def _receiver(tx: Tx, staff: Staff, to_id: UUID) -> Staff:
    to = units.get_staff(tx, to_id)
    if to is None or to.unit_id != staff.unit_id or addresses.of_staff(tx, to.id) is None:
        raise Refusal("app.stale_button")
    return to


def _for_assigning(tx: Tx, tip_id: UUID, staff: Staff | None) -> tuple[Tip, Staff]:
    tip, own = rights.for_work(tx, tip_id, staff)
    rights.must_be_free(tx, own, tip)
    if not tip.state.is_open:
        raise Refusal("review.assign_closed", ma_tin=tip.case_number)
    return tip, own


def _colleagues(tx: Tx, unit_id: UUID) -> list[Staff]:
    """Return who may read tips and can act in chat."""
    roles = frozenset(role for role in Role if may({role}, Permission.READ_URGENT_TIPS))
    return [
        one
        for one in units.staff_with(tx, unit_id, roles)
        if addresses.of_staff(tx, one.id) is not None
    ]


def _give(tx: Tx, desk: Desk, tip: Tip, own: Staff, to: Staff) -> Tip:
    try:
        tip = tip_work.assign(tx, tip, to.id, given=to.id != own.id)
    except IllegalStep:
        raise Refusal("app.stale_button") from None
    tip_events.add(tx, tip, TipEventKind.ASSIGNED, text=short(to.id), staff_id=own.id)
    chat = private_chat(tx, to.id) if tip.given else None
    if chat is not None:
        _send_card(tx, desk, tip, chat, own)
    elif tip.given:
        tell(tx, desk, tip, "review.assigned_missed", ten=to.name)
    return tip


def _send_card(tx: Tx, desk: Desk, tip: Tip, chat: Reader, own: Staff) -> None:
    """Send the whole card to who was given a tip, as a first one."""
    events = tip_events.of_tip(tx, tip)
    card = cards.compose(tx, desk, replace(tip, carded_at=None), events, chat)
    given = desk.catalogue.say(chat.language, "review.given_to_you", ten=own.name)
    send(
        tx,
        desk,
        tip,
        chat,
        replace(card, text=f"{given}\n{card.text}", reply_to=None),
        kind=DeliveryKind.CARD,
    )


def _tell_alone(tx: Tx, desk: Desk, tip: Tip, staff_id: UUID, key: str, **facts: str) -> None:
    chat = private_chat(tx, staff_id)
    if chat is not None:
        text = desk.catalogue.say(chat.language, key, ma_tin=tip.case_number, **facts)
        send(tx, desk, tip, chat, Outgoing(text=text))
