"""Open tips and until when they are due: `/tin`, `/giahan`, `/baocap`."""

import re
from datetime import date

from domain.clock import show_time
from domain.clocks import Deadline, TipClock
from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, ChatKind, Outgoing
from domain.period import read_date, show_date
from domain.roles import Permission
from domain.toneless import fold
from handlers.tips.meant import named, say_here
from handlers.turn import Turn
from storage.people import units
from storage.people.units import Staff
from storage.tips import tip_clock_rows, tips
from storage.tips.tips import Tip
from tips import card_edits, deadlines, rights
from tips.deadlines import Running

_MOST = 20
_TAKE_BACK = "rut"
_PAGE = re.compile(r"[1-9]\d?")
_DAY = re.compile(r"(?:(?:đến|den|tới|toi|ngày|ngay)\s+)*(\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4})\s*")


def list_command(turn: Turn, argument: str) -> None:
    """Handle `/tin`: the open tips that this member of staff may work on; `/tin MÃ`: one of them.

    `/tin 2` is the second page of the list.

    The way to a tip whose card scrolled away, or came where they are not.
    Raises: Refusal.
    """
    staff = turn.require(Permission.READ_URGENT_TIPS)
    message = turn.incoming
    page = int(argument) if _PAGE.fullmatch(argument) else 1
    asks_one = bool(argument) and not _PAGE.fullmatch(argument)
    if asks_one or getattr(message, "reply_to", None) is not None:
        _show_one(turn, staff, argument)
        return
    mine = [one for one in deadlines.of_unit(turn.tx, turn.unit.id) if _theirs(staff, one.tip)]
    if not mine:
        say_here(turn, None, Outgoing(text=turn.text("review.list_none")))
        return
    mine.sort(key=lambda one: _rank(turn, one))
    overdue = sum(one.is_overdue(turn.tx.now) for one in mine)
    lines = [turn.text("review.list_heading", so=str(len(mine)), qua_han=str(overdue))]
    first = _MOST * (page - 1) if _MOST * (page - 1) < len(mine) else 0
    lines += [_line(turn, one) for one in mine[first : first + _MOST]]
    left = len(mine) - first - _MOST
    if left > 0:
        lines.append(turn.text("review.list_more", so=str(left), trang=str(first // _MOST + 2)))
    say_here(turn, None, Outgoing(text="\n".join(lines)))


def extend_command(turn: Turn, argument: str) -> None:
    """Handle `/giahan MÃ, to which day, day of the decision, its number`; `/giahan MÃ rút WHY`.

    Raises: Refusal.
    """
    turn.require(Permission.EXTEND_CLOCK)
    tip_id, rest = named(turn, argument, "/giahan")
    first, _, reason = rest.partition(" ")
    if fold(first) == _TAKE_BACK:
        tip = deadlines.take_back(turn.tx, tip_id, turn.staff, reason)
        card_edits.renew(turn.tx, turn.context, tip)
        text = turn.text("review.extend_taken_back", ma_tin=tip.case_number)
        say_here(turn, tip, Outgoing(text=text))
        return
    last_day, rest = _day_in(rest)
    decided_on, basis = _day_in(rest)
    if last_day is None or decided_on is None:
        raise Refusal("review.extend_how")
    tip = deadlines.extend(
        turn.tx, tip_id, turn.staff, last_day=last_day, decided_on=decided_on, basis=basis
    )
    card_edits.renew(turn.tx, turn.context, tip)
    facts = {"ma_tin": tip.case_number, "ngay": show_date(last_day)}
    say_here(turn, tip, Outgoing(text=turn.text("review.extended", **facts)))


def report_command(turn: Turn, argument: str) -> None:
    """Handle `/baocap MÃ`: it was reported to the province.

    Raises: Refusal.
    """
    turn.require(Permission.CLOSE_TIP)
    tip_id, _ = named(turn, argument, "/baocap")
    tip = deadlines.report_up(turn.tx, tip_id, turn.staff)
    say_here(turn, tip, Outgoing(text=turn.text("review.reported", ma_tin=tip.case_number)))


def _show_one(turn: Turn, staff: Staff, argument: str) -> None:
    tip_id, _ = named(turn, argument, "/tin")
    tip = tips.get(turn.tx, tip_id)
    if tip is None:
        raise Refusal("app.stale_button")
    rights.must_be_theirs(staff, tip)
    rights.must_live(tip)
    lines = [
        turn.text(
            "review.one_heading",
            ma_tin=tip.case_number,
            luc=show_time(tip.opened_at),
            ten=_holder(turn, tip),
        )
    ]
    looked = tip_clock_rows.first_look(turn.tx, tip.id)
    if looked is not None:
        lines.append(turn.text("review.one_looked", luc=show_time(looked)))
    found = deadlines.of_tip(turn.tx, tip)
    lines += [_deadline(turn, tip, one) for one in found]
    if not found:
        lines.append(turn.text("review.no_clock", ma_tin=tip.case_number))
    for one in tip_clock_rows.extensions(turn.tx, tip):
        who = units.get_staff(turn.tx, one.staff_id)
        facts = {
            "lan": str(one.number),
            "ngay": show_date(one.last_day),
            "ky": show_date(one.decided_on),
            "can_cu": one.basis,
            "ten": who.name if who is not None else turn.text("review.who_left"),
        }
        lines.append(turn.text("review.one_extension", **facts))
    # The paper it rests on may say more than a group should read.
    turn.tell(Outgoing(text="\n".join(lines), buttons=_work(turn, tip)), tip_id=tip.id)
    if turn.chat.kind is not ChatKind.PRIVATE:
        say_here(turn, tip, Outgoing(text=turn.text("review.sent_privately")))


def _work(turn: Turn, tip: Tip) -> tuple[tuple[Button, ...], ...]:
    """Return the buttons of its card, which may be far away; each checks its right when pressed."""
    rows = (("read",), ("take", "close"), ("assign",)) if tip.state.is_open else (("read",),)
    return tuple(
        tuple(Button(turn.text(f"review.button_{verb}"), f"{verb}:{short(tip.id)}") for verb in row)
        for row in rows
    )


def _deadline(turn: Turn, tip: Tip, one: Deadline) -> str:
    stage = one.stage(turn.tx.now)
    mark = turn.text(f"review.stage_{stage.value}") if stage is not None else "–"
    return turn.text(
        "review.clock_line",
        ma_tin=tip.case_number,
        viec=turn.text(f"review.clock_{one.clock.value}"),
        muc=mark,
        luc=show_time(one.until),
    )


def _line(turn: Turn, one: Running) -> str:
    marks = []
    if one.tip.urgent:
        marks.append(turn.text("review.urgent"))
    if one.is_overdue(turn.tx.now):
        marks.append(turn.text("review.overdue"))
    elif any(deadline.is_over(turn.tx.now) for deadline in one.deadlines):
        late = next(deadline for deadline in one.deadlines if deadline.is_over(turn.tx.now))
        marks.append(turn.text("review.late_mark", viec=_name(turn, late)))
    return turn.text(
        "review.list_line",
        ma_tin=one.tip.case_number,
        ten=_holder(turn, one.tip),
        trang_thai=turn.text(f"tips.status_{one.tip.status.value}"),
        han=_solved_by(turn, one),
        dau=" ".join(marks),
    ).rstrip(" ·")


def _name(turn: Turn, one: Deadline) -> str:
    return turn.text(f"review.clock_{one.clock.value}")


def _solved_by(turn: Turn, one: Running) -> str:
    for deadline in one.deadlines:
        if deadline.clock is TipClock.SOLVE:
            return show_date(deadlines.last_day_of(deadline))
    return turn.text("review.no_end")


def _holder(turn: Turn, tip: Tip) -> str:
    if tip.taken_by is None:
        return turn.text("review.list_nobody")
    return rights.holder(turn.tx, tip)


def _theirs(staff: Staff, tip: Tip) -> bool:
    return rights.may_work(staff, tip)


def _rank(turn: Turn, one: Running) -> tuple[bool, bool, str]:
    nearest = one.deadlines[0].until.isoformat() if one.deadlines else "9"
    return not one.tip.urgent, not one.is_overdue(turn.tx.now), nearest


def _day_in(text: str) -> tuple[date | None, str]:
    """Read a day at the beginning of a text; return it and what follows."""
    found = _DAY.match(text.strip())
    if found is None:
        return None, text
    return read_date(found[1]), text.strip()[found.end() :].strip()
