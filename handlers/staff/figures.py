"""`/baocao` in chat: the result of a run, or the figures of the unit's days, as a file too.

Alone it is of the days that run now; `/baocao kỳ trước`, `/baocao 15/10/2026 - 14/11/2026`.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType

from broadcasts import reach, reach_words
from domain.clock import local
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, Outgoing, Press
from domain.period import Period, read_date
from domain.report_file import Form, ReportFile
from domain.roles import Permission, Role
from domain.toneless import fold
from handlers.campaigns import running
from handlers.router import Presser
from handlers.turn import Turn
from reports import period_report, text, upward
from storage.campaigns import runs
from storage.people.units import Staff
from storage.tips.tip_figures import Division

_DAY = re.compile(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}")
_PERIOD = frozenset({"ky", "thang", "tu"})
_EARLIEST, _LATEST = 2000, 2100


def show(turn: Turn, argument: str) -> None:
    """Show what was asked for: a run's result, or the figures of some days.

    Raises: Refusal.
    """
    staff = turn.require(Permission.READ_FIGURES)
    words = fold(argument).split()
    if not words or words[0] in _PERIOD or _DAY.search(argument):
        _show_period(turn, staff, _period(argument, local(turn.tx.now).date(), turn))
    else:
        _show_run(turn, argument)


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Send a file: `figures:run:<id>`, or what goes upward: `figures:up:<first>:<last>`."""
    del press
    staff = turn.require(Permission.READ_FIGURES)
    match list(args):
        case ["run", which]:
            run_id = from_short(which)
            run = runs.get(turn.tx, run_id) if run_id is not None else None
            if run is None or run.unit_id != turn.unit.id:
                raise Refusal("app.stale_button")
            _send(turn, ReportFile(_form(staff), turn.unit.id, run_id=run.id), "figures.run_file")
        case ["up", first, last]:
            days = _read_days(first, last)
            _send(turn, ReportFile(Form.UPWARD, turn.unit.id, days), "figures.upward_file")
        case _:
            raise Refusal("app.stale_button")


PRESSES: Mapping[str, Presser] = MappingProxyType({"figures": press})


def _show_run(turn: Turn, argument: str) -> None:
    run = running.find(turn, argument, "/baocao")
    row = (Button(turn.text("figures.button_file"), action=f"figures:run:{short(run.id)}"),)
    said = reach_words.render(reach.in_full(turn.tx, run), turn.text)
    turn.tell(Outgoing(text=said, buttons=(row,)))


def _show_period(turn: Turn, staff: Staff, period: Period) -> None:
    report = period_report.of_unit(turn.tx, turn.unit, period, rows=(Division.SUBJECT,))
    if _form(staff) is not Form.CHIEF:
        report = upward.for_staff(report)
    for piece in text.pieces(report):
        turn.tell(Outgoing(text=piece))
    action = f"figures:up:{period.first:%Y%m%d}:{period.last:%Y%m%d}"
    button = Button(turn.text("figures.button_upward"), action=action)
    _send(turn, ReportFile(_form(staff), turn.unit.id, period), "figures.file", (button,))


def _send(turn: Turn, file: ReportFile, key: str, *rows: tuple[Button, ...]) -> None:
    turn.tell(Outgoing(text=turn.text(key), media=file.media, buttons=rows))


def _form(staff: Staff) -> Form:
    """Return in which form somebody may read what stays inside."""
    return Form.CHIEF if Role.CHIEF in staff.roles else Form.INSIDE


def _period(argument: str, today: date, turn: Turn) -> Period:
    """Return the days that were typed; without any the reporting month that runs.

    Raises: Refusal with an example.
    """
    now = Period.month_of(turn.tx.now)
    typed = _DAY.findall(argument)
    if not typed:
        words = fold(argument).split()
        if words in ([], ["ky"], ["ky", "nay"], ["thang", "nay"]):
            return now
        if words in (["ky", "truoc"], ["thang", "truoc"]):
            return Period.month_of(now.since - timedelta(days=1))
        raise Refusal("figures.period_need")
    days = [read_date(one) for one in typed]
    if len(days) != 2 or None in days:
        raise Refusal("figures.period_need")
    first, last = (one for one in days if one is not None)
    if last < first or first.year < _EARLIEST or last.year > _LATEST:
        raise Refusal("figures.period_need")
    if first > today:
        raise Refusal("figures.period_to_come")
    return Period(first, last)


def _read_days(*typed: str) -> Period:
    try:
        first, last = (date.fromisoformat(one) for one in typed)
        return Period(first, last)
    except ValueError:
        raise Refusal("app.stale_button") from None
