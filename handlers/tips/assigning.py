"""Give a tip to a colleague by a button, and hand over everything with `/bangiao`."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from domain.roles import Permission
from handlers.router import Presser
from handlers.tips.meant import say_here, tip_id_of
from handlers.turn import Turn
from storage.people import units
from storage.staff import duty, roster
from tips import assigning


def press_assign(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Giao cho…**: list who may work on the tip."""
    tip, found = assigning.candidates(turn.tx, tip_id_of(args), turn.staff)
    rows = tuple((Button(one.name, f"give:{short(tip.id)}:{short(one.id)}"),) for one in found)
    text = turn.text("review.choose_assignee", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=text, buttons=rows, reply_to=press.message_id))


def press_give(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice of a colleague."""
    to_id = from_short(args[1]) if len(args) == 2 else None
    if to_id is None:
        raise Refusal("app.stale_button")
    assigning.assign(turn.tx, turn.context, tip_id_of(args), turn.staff, to_id)
    turn.answer(press.press_id, turn.text("review.page_noted"))


def handover_command(turn: Turn, argument: str) -> None:
    """Handle `/bangiao`: one's own open tips, or for the chief anybody's."""
    del argument
    staff = turn.require(Permission.READ_URGENT_TIPS)
    givers = assigning.givers(turn.tx, staff)
    if not givers:
        turn.say("review.nothing_to_hand_over")
        _say_still_on_duty(turn, staff.id)
    elif list(givers) == [staff.id]:
        _ask_receiver(turn, staff.id)
    else:
        rows = tuple(
            (Button(f"{_name(turn, one)} ({number})", f"handof:{short(one)}"),)
            for one, number in givers.items()
        )
        turn.say("review.hand_over_whose", *rows)


def press_of(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the chief's choice of whose tips go."""
    del press
    (from_id,) = _ids(args, 1)
    turn.require(Permission.READ_URGENT_TIPS)
    _ask_receiver(turn, from_id)


def press_to(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice of who gets them: show the list, to be confirmed once."""
    del press
    from_id, to_id = _ids(args, 2)
    staff = turn.require(Permission.READ_URGENT_TIPS)
    plan = assigning.plan(turn.tx, staff, from_id, to_id)
    if not plan.going:
        raise Refusal("review.hand_over_none", ten=plan.to.name)
    label = turn.text("review.button_hand_over")
    action = f"handnow:{short(from_id)}:{short(to_id)}:{plan.seal}"
    facts = {"cua": _name(turn, from_id), "danh_sach": assigning.numbers_of(plan.going)}
    going = str(len(plan.going))
    lines = [turn.text("review.confirm_handover", so=going, cho=plan.to.name, **facts)]
    if plan.staying:
        stays = assigning.numbers_of(plan.staying)
        lines.append(turn.text("review.handover_staying", o_lai=stays))
    turn.tell(Outgoing(text="\n".join(lines), buttons=((Button(label, action),),)))


def press_now(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Bàn giao**: do what was listed."""
    if len(args) != 3:
        raise Refusal("app.stale_button")
    from_id, to_id = _ids(args[:2], 2)
    staff = turn.require(Permission.READ_URGENT_TIPS)
    done = assigning.hand_over(turn.tx, turn.context, staff, from_id, to_id, args[2])
    turn.say(
        "review.handover_done",
        so=str(len(done.going)),
        cho=done.to.name,
        danh_sach=assigning.numbers_of(done.going),
    )
    _say_still_on_duty(turn, from_id)
    turn.answer(press.press_id)


def _say_still_on_duty(turn: Turn, from_id: UUID) -> None:
    """Say that alarms still go to who hands over: tips are given away, a duty is not."""
    staff = turn.require(Permission.READ_URGENT_TIPS)
    known = units.get_staff(turn.tx, from_id)
    named = {one.id for one in duty.on_duty(turn.tx, staff.unit_id)}
    if known is None or (from_id not in named and not roster.of(turn.tx, from_id)):
        return
    key = "handover_on_duty" if from_id == staff.id else "handover_theirs_on_duty"
    turn.say(f"review.{key}", ten=known.name)


def _ask_receiver(turn: Turn, from_id: UUID) -> None:
    staff = turn.require(Permission.READ_URGENT_TIPS)
    found = assigning.receivers(turn.tx, staff, from_id)
    if not found:
        raise Refusal("review.nobody_to_hand_over_to")
    rows = tuple((Button(one.name, f"handto:{short(from_id)}:{short(one.id)}"),) for one in found)
    turn.say("review.hand_over_to_whom", *rows, cua=_name(turn, from_id))


def _ids(args: Sequence[str], number: int) -> list[UUID]:
    found = [known for known in map(from_short, args) if known is not None]
    if len(args) != number or len(found) != number:
        raise Refusal("app.stale_button")
    return found


def _name(turn: Turn, staff_id: UUID) -> str:
    found = units.get_staff(turn.tx, staff_id)
    return found.name if found is not None else turn.text("review.who_left")


PRESSES: Mapping[str, Presser] = {
    "assign": press_assign,
    "give": press_give,
    "handof": press_of,
    "handto": press_to,
    "handnow": press_now,
}
