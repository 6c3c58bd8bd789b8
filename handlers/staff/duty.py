"""Being on duty: `/truc` takes it, `/hettruc` ends it; alarms go to who is on duty first.

`/truc T2-T6 7h-17h` writes one's own turns of every week into the roster, `/truc lịch` shows it,
`/hettruc lịch` takes one's turns out. The chief writes for others: `/truc Tên: T2-T6 7h-17h`, and
ends their duty: `/hettruc Tên`.
"""

from broadcasts.desk import Desk
from domain.clock import show_time
from domain.errors import Refusal
from domain.figures import count
from domain.messages import Outgoing
from domain.pager import read_phone, show_phone
from domain.roles import Permission, Role, may
from domain.roster import end_of_turn, read_turns, show_turns
from domain.toneless import fold
from handlers.staff.giving_back import name_of
from handlers.turn import Turn
from storage.people import units
from storage.people.units import Staff
from storage.staff import duty, phones, roster
from tips import paging

_ROSTER = frozenset({"lich", "lich truc"})
_NONE = frozenset({"bo", "khong", "0"})
_GONE = frozenset({"xoa", "bo", "khong"})


def take(turn: Turn, argument: str) -> None:
    """Put who writes on duty for a day at most, or write turns into the roster; say who is on duty.

    Raises: Refusal.
    """
    staff = turn.require(Permission.READ_URGENT_TIPS)
    if fold(argument) in _ROSTER:
        turn.tell(Outgoing(text=_roster(turn)))
        return
    if argument:
        _plan(turn, staff, argument)
        return
    until = duty.take(turn.tx, staff)
    lines = [turn.text("officers.duty_taken", luc=show_time(until)), _who(turn)]
    waiting = paging.page_newcomer(turn.tx, turn.context, staff.unit_id, staff.id)
    if waiting:
        lines.append(turn.text("officers.duty_waiting", so=count(waiting)))
    turn.tell(Outgoing(text="\n".join(lines)))


def end(turn: Turn, argument: str) -> None:
    """End the duty of who writes, or take their turns out of the roster; say who is on duty.

    The chief ends anybody's, who is told.

    Raises: Refusal.
    """
    staff = turn.require(Permission.READ_URGENT_TIPS)
    if fold(argument) in _ROSTER:
        roster.keep(turn.tx, staff.unit_id, staff.id, (), staff.id)
        turn.tell(Outgoing(text=_roster(turn)))
        return
    whose = _named(turn, staff, argument) if argument else staff
    ended = duty.end(turn.tx, whose, staff.id)
    key = "ended" if ended else "none"
    if whose.id == staff.id:
        said = turn.text(f"officers.duty_{key}")
    else:
        said = turn.text(f"officers.duty_theirs_{key}", ten=whose.name)
    turn.tell(Outgoing(text="\n".join([said, _who(turn)])))
    if ended and whose.id != staff.id:
        desk = Desk(turn.context.outbox, turn.context.catalogue)
        desk.tell(turn.tx, whose.id, "officers.duty_ended_for_you", ten=staff.name)


def phone(turn: Turn, argument: str) -> None:
    """Keep the number on which who writes is rung, show it, or forget it; the chief's for others.

    Raises: Refusal.
    """
    staff = turn.require(Permission.READ_URGENT_TIPS)
    name, colon, rest = argument.partition(":")
    whose, typed = (_named(turn, staff, name), rest) if colon else (staff, argument)
    known = phones.of(turn.tx, whose.id) if whose.id == staff.id else None
    if not typed.strip():
        if known is not None:
            turn.say("second_path.phone_own", so=show_phone(known))
        else:
            turn.say("second_path.phone_none")
        return
    number = read_phone(typed)
    if number is None and fold(typed) not in _GONE:
        raise Refusal("second_path.phone_unclear")
    phones.keep(turn.tx, whose, number, staff.id)
    turn.say(f"second_path.phone_{'kept' if number else 'gone'}", ten=whose.name)


def _plan(turn: Turn, own: Staff, argument: str) -> None:
    name, colon, rest = argument.partition(": ")
    whose, typed = (_named(turn, own, name), rest) if colon else (own, argument)
    try:
        turns = () if colon and fold(typed) in _NONE else read_turns(typed)
    except ValueError:
        raise Refusal("roster.unclear") from None
    roster.keep(turn.tx, own.unit_id, whose.id, turns, own.id)
    turn.tell(Outgoing(text="\n".join([turn.text("roster.kept", ten=whose.name), _roster(turn)])))


def _named(turn: Turn, own: Staff, name: str) -> Staff:
    """Return the one member of staff of that name who may be on duty; only the chief may ask.

    Raises: Refusal.
    """
    if Role.CHIEF not in own.roles:
        raise Refusal("roster.only_chief")
    everybody = units.staff_with(turn.tx, own.unit_id, frozenset(Role))
    able = [one for one in everybody if may(one.roles, Permission.READ_URGENT_TIPS)]
    found = [one for one in able if fold(one.name) == fold(name)]
    found = found or [one for one in able if fold(name) in fold(one.name)]
    if len(found) != 1:
        names = ", ".join(one.name for one in found or able)
        raise Refusal("roster.which", ten=names)
    return found[0]


def _roster(turn: Turn) -> str:
    """Return the week's roster, a line for each who has turns, and who is on duty now."""
    lines = []
    instead = roster.stand_ins(turn.tx, turn.unit.id)
    for staff_id, turns in roster.of_unit(turn.tx, turn.unit.id).items():
        by = units.get_staff(turn.tx, instead.get(staff_id, staff_id))
        name = name_of(turn, staff_id)
        if by is not None:
            now = "● " if end_of_turn(turns, turn.tx.now) is not None else ""
            done = "" if by.id == staff_id else turn.text("roster.by", ten=by.name)
            lines.append(f"– {now}{name}: {show_turns(turns)}{done}")
    if not lines:
        return turn.text("roster.empty")
    return "\n".join([turn.text("roster.heading"), *lines, _who(turn)])


def _who(turn: Turn) -> str:
    names = [one.name for one in duty.on_duty(turn.tx, turn.unit.id)]
    if not names:
        return turn.text("officers.duty_nobody")
    return turn.text("officers.duty_who", ten=", ".join(names))
