"""`/bangiao`: give tips, turns of duty and campaigns to a colleague; "Nhận lại" when back."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from broadcasts.desk import Desk
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission, Role
from handlers.router import Presser
from handlers.staff import belongings, giving_back
from handlers.staff.belongings import Belongings, Offer, in_words
from handlers.staff.giving_back import name_of
from handlers.turn import Turn
from storage.people import addresses, units
from storage.people.units import Staff
from storage.staff import handovers, leavers
from storage.staff.handovers import Share
from tips import assigning, paging, rights

_SHARES = tuple(Share)


def command(turn: Turn, argument: str) -> None:
    """Handle `/bangiao`: one's own, or for the chief anybody's; and what was handed over."""
    del argument
    staff = turn.require(Permission.HAND_OVER)
    chief = rights.is_chief(staff)
    away = handovers.of_unit(turn.tx, staff.unit_id, None if chief else staff.id)
    held = [one for one in _holding(turn, staff) if one.shares]
    said = [giving_back.shown(turn, away)] if away else []
    if [one.staff_id for one in held] == [staff.id]:
        said.append(_receiver_asked(turn, held[0]))
    elif held:
        rows = tuple((_button_of(turn, one),) for one in held)
        said.append(Outgoing(text=turn.text("handovers.whose"), buttons=rows))
    elif not away:
        said.append(Outgoing(text=turn.text("handovers.nothing")))
    if turn.context.outbox.door(turn.account.channel).typed_choices:
        # Numbers count for the newest message alone: what may be chosen stands in one.
        text = "\n\n".join(one.text for one in said)
        said = [Outgoing(text=text, buttons=tuple(row for one in said for row in one.buttons))]
    for one in said:
        turn.tell(one)


def press_of(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the chief's choice of whose things go: `handof:<who>`."""
    del press
    (from_id,) = _ids(args, 1)
    _ask_receiver(turn, _of(turn, from_id))


def press_to(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Show what would go, part by part, to be confirmed: `handto:<who>:<whom>[:<left out>]`."""
    del press
    from_id, to_id = _ids(args[:2], 2)
    left_out = _left_out(args[2]) if len(args) == 3 else ()
    found = _offer(turn, from_id, to_id)
    if not found.going.shares:
        raise Refusal("handovers.none_for", ten=found.to.name)
    going = found.going.without(left_out)
    way = f"{short(from_id)}:{short(to_id)}"
    rows = []
    for share in found.going.shares if len(found.going.shares) > 1 else ():
        out = set(left_out) ^ {share}
        key = f"handovers.button_{'add' if share in left_out else 'leave'}_{share.value}"
        rows.append((Button(turn.text(key), f"handto:{way}:{_mask(out)}"),))
    if going.shares:
        action = f"handgo:{way}:{_mask(left_out)}:{going.seal}"
        rows.append((Button(turn.text("handovers.button_go"), action),))
    turn.tell(Outgoing(text="\n".join(_summary(turn, found, left_out)), buttons=tuple(rows)))


def press_go(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Bàn giao**: `handgo:<who>:<whom>:<left out>:<seal>`, exactly what was listed."""
    if len(args) != 4:
        raise Refusal("app.stale_button")
    staff = turn.require(Permission.HAND_OVER)
    from_id, to_id = _ids(args[:2], 2)
    left_out = _left_out(args[2])
    found = _offer(turn, from_id, to_id)
    going = found.going.without(left_out)
    if not going.shares or going.seal != args[3]:
        raise Refusal("handovers.changed")
    _move(turn, staff, going, found.to)
    lines = [turn.text("handovers.done", cho=found.to.name), *in_words(going, turn.text)]
    lines.append(turn.text("handovers.back_hint"))
    turn.tell(Outgoing(text="\n".join(lines)))
    turn.answer(press.press_id)
    rest = belongings.of(turn.tx, staff.unit_id, from_id).without(left_out)
    if rest.shares:
        _ask_receiver(turn, rest, others=True)


def _move(turn: Turn, staff: Staff, going: Belongings, to: Staff) -> None:
    """Give it all to a colleague, write down what it was, and tell both."""
    tx = turn.tx
    handovers.note(
        tx,
        going.unit_id,
        going.staff_id,
        to.id,
        {
            Share.TIPS: [tip.id for tip in going.tips],
            Share.TURNS: list(going.turns),
            Share.CAMPAIGNS: [one.id for one in going.campaigns],
        },
        going.duty_until,
    )
    if going.tips:
        assigning.hand_over(tx, turn.context, staff, going.staff_id, to, going.tips)
    giving_back.move_turns(turn, staff, going, to)
    giving_back.move_campaigns(turn, staff, going.campaigns, to)
    paging.page_newcomer(tx, turn.context, going.unit_id, to.id)
    beside = going.without((Share.TIPS,))
    if not beside.shares:
        return
    desk = Desk(turn.context.outbox, turn.context.catalogue)
    for one, key in ((to.id, "handovers.told_new"), (going.staff_id, "handovers.told_former")):
        if one != staff.id:
            facts = {"ten": staff.name, "cua": name_of(turn, going.staff_id), "cho": to.name}
            giving_back.tell_list(desk, tx, one, key, facts, beside)


def _summary(turn: Turn, found: Offer, left_out: Collection[Share]) -> list[str]:
    going = found.going.without(left_out)
    facts = {"cua": name_of(turn, found.going.staff_id), "cho": found.to.name}
    lines = [turn.text("handovers.summary", **facts), *in_words(going, turn.text)]
    lines += [
        turn.text(f"handovers.left_out_{share.value}")
        for share in found.going.shares
        if share in left_out
    ]
    stays = found.staying
    if stays.tips:
        numbers = assigning.numbers_of(stays.tips)
        lines.append(turn.text("handovers.stay_tips", cho=found.to.name, danh_sach=numbers))
    if Share.TURNS in stays.shares:
        lines.append(turn.text("handovers.stay_turns", cho=found.to.name))
    for key, some in (("campaigns", stays.campaigns), ("alone", found.alone)):
        if some:
            shown = belongings.listed(some, turn.text)
            lines.append(turn.text(f"handovers.stay_{key}", cho=found.to.name, danh_sach=shown))
    return lines


def _ask_receiver(turn: Turn, mine: Belongings, *, others: bool = False) -> None:
    turn.tell(_receiver_asked(turn, mine, others=others))


def _receiver_asked(turn: Turn, mine: Belongings, *, others: bool = False) -> Outgoing:
    """Return the question to whom it goes; `others`: what the first one may not have."""
    if not mine.shares:
        raise Refusal("handovers.nothing")
    rows = tuple(
        (Button(one.name, f"handto:{short(mine.staff_id)}:{short(one.id)}"),)
        for one in _colleagues(turn)
        if one.id != mine.staff_id and belongings.offer(turn.tx, mine, one).going.shares
    )
    shown = "\n".join(in_words(mine, turn.text))
    facts = {"cua": name_of(turn, mine.staff_id), "dang_giu": shown}
    if not rows and not others:
        raise Refusal("handovers.nobody")
    key = "rest" if others and rows else "rest_nobody" if others else "to_whom"
    return Outgoing(text=turn.text(f"handovers.{key}", **facts), buttons=rows)


def _button_of(turn: Turn, mine: Belongings) -> Button:
    label = f"{name_of(turn, mine.staff_id)} ({belongings.in_short(mine, turn.text)})"
    return Button(label, f"handof:{short(mine.staff_id)}")


def _holding(turn: Turn, staff: Staff) -> list[Belongings]:
    """Return what the staff hold whose things this one may hand over, who has left included."""
    ids = [staff.id]
    if rights.is_chief(staff):
        ids = [one.id for one in leavers.everybody(turn.tx, staff.unit_id)]
    return [belongings.of(turn.tx, staff.unit_id, one) for one in ids]


def _offer(turn: Turn, from_id: UUID, to_id: UUID) -> Offer:
    mine = _of(turn, from_id)
    to = next((one for one in _colleagues(turn) if one.id == to_id and one.id != from_id), None)
    if to is None:
        raise Refusal("app.stale_button")
    if not mine.shares:
        raise Refusal("handovers.nothing")
    return belongings.offer(turn.tx, mine, to)


def _of(turn: Turn, from_id: UUID) -> Belongings:
    staff = turn.require(Permission.HAND_OVER)
    if from_id != staff.id and not rights.is_chief(staff):
        raise Refusal("app.not_allowed")
    return belongings.of(turn.tx, staff.unit_id, from_id)


def _colleagues(turn: Turn) -> list[Staff]:
    """Return who works in the unit and can act in chat."""
    return [
        one
        for one in units.staff_with(turn.tx, turn.unit.id, frozenset(Role))
        if addresses.of_staff(turn.tx, one.id) is not None
    ]


def _mask(shares: Collection[Share]) -> str:
    return str(sum(1 << place for place, share in enumerate(_SHARES) if share in shares))


def _left_out(mask: str) -> tuple[Share, ...]:
    if mask not in "01234567" or len(mask) != 1:
        raise Refusal("app.stale_button")
    return tuple(share for place, share in enumerate(_SHARES) if int(mask) >> place & 1)


def _ids(args: Sequence[str], number: int) -> list[UUID]:
    found = [known for known in map(from_short, args) if known is not None]
    if len(args) != number or len(found) != number:
        raise Refusal("app.stale_button")
    return found


PRESSES: Mapping[str, Presser] = {
    "handof": press_of,
    "handto": press_to,
    "handgo": press_go,
    "handback": giving_back.press,
}
