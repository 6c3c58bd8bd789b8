"""Give a tip to a colleague, or all of one's tips when on leave."""

from collections.abc import Sequence
from dataclasses import replace
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


def hand_over(
    tx: Tx, desk: Desk, staff: Staff, from_id: UUID, to: Staff, going: Sequence[Tip]
) -> None:
    """Give a colleague tips that somebody held; both are told, and so are the readers."""
    for tip in going:
        _give(tx, desk, tip, staff, to)
    first = going[0]
    facts = {"ten": staff.name, "cho": to.name, "danh_sach": numbers_of(going)}
    tell(tx, desk, first, "review.handed_over", **facts)
    for one in {to.id, from_id} - {staff.id}:
        _tell_alone(tx, desk, first, one, "review.handed_over", **facts)


def numbers_of(tips: Sequence[Tip]) -> str:
    """Return the case numbers of tips as a list."""
    return ", ".join(tip.case_number for tip in tips)


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
