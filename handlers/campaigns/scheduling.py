"""When a campaign repeats, step by step: its days, its time, its end; pressed or typed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from types import MappingProxyType

from domain.clock import local
from domain.due import BadTime, FarTime, NoSuchDay, PastTime
from domain.errors import Refusal
from domain.schedule import LONGEST_MONTH, Schedule
from domain.schedule_words import (
    BadSchedule,
    FarEnd,
    read_clock,
    read_days,
    read_end,
    read_plan,
)
from handlers.campaigns.buttons import ask_with, button, in_rows, read_wanting, ticked, wanting
from handlers.campaigns.form import ASAP, REPEAT, SOON, Form, Repeat, Step
from handlers.turn import Turn

_CLOCKS = (time(7, 30), time(8), time(10), time(15), time(17), time(19, 30))
_MONTH_DAYS = (1, 5, 10, 15, 20, 25, LONGEST_MONTH)
_TIMES = (4, 12)
_EXAMPLES = MappingProxyType({Step.WEEKDAYS: "thứ 2, thứ 5", Step.MONTH_DAYS: "1, 15"})


def anew(turn: Turn, form: Form, choice: str) -> Form:
    """Go from the summary back to the question when; a correction goes at once."""
    del turn, choice
    if form.of_run:
        raise Refusal("app.stale_button")
    return replace(form, step=Step.WHEN)


def soon(turn: Turn, form: Form, choice: str) -> Form:
    """Let it go out once, at one of the times that are offered."""
    del turn
    if choice != ASAP and choice not in SOON:
        raise Refusal("app.stale_button")
    return replace(form, due=choice, step=Step.SUMMARY)


def begin(turn: Turn, form: Form, choice: str) -> Form:
    """Let it repeat by the week or by the month; its days come next."""
    del turn
    if choice not in ("week", "month"):
        raise Refusal("app.stale_button")
    monthly = choice == "month"
    step = Step.MONTH_DAYS if monthly else Step.WEEKDAYS
    return replace(form, due="", repeat=Repeat(monthly=monthly), step=step)


def toggle_day(turn: Turn, form: Form, choice: str) -> Form:
    """Choose a day, or no longer."""
    del turn
    which, wanted, _ = read_wanting(choice)
    offered = _MONTH_DAYS if form.repeat.monthly else range(7)
    if not which.isdecimal() or int(which) not in offered:
        raise Refusal("app.stale_button")
    chosen, day = set(form.repeat.days), {int(which)}
    days = tuple(sorted(chosen | day if wanted else chosen - day))
    return replace(form, repeat=replace(form.repeat, days=days))


def days_done(turn: Turn, form: Form, choice: str) -> Form:
    """Go on to the time."""
    del turn, choice
    if not form.repeat.days:
        raise Refusal("campaigns.days_none")
    return replace(form, step=Step.CLOCK)


def choose_clock(turn: Turn, form: Form, choice: str) -> Form:
    """Take a time of day, `0730`; its end comes next."""
    del turn
    found = [at for at in _CLOCKS if f"{at:%H%M}" == choice]
    if not found:
        raise Refusal("app.stale_button")
    return _at(form, found[0])


def choose_end(turn: Turn, form: Form, choice: str) -> Form:
    """Take an end that was offered."""
    if choice == "none":
        return _ending(turn, form, None, None)
    if choice == "year":
        return _ending(turn, form, _end_of_year(turn), None)
    if choice in {str(times) for times in _TIMES}:
        return _ending(turn, form, None, int(choice))
    raise Refusal("app.stale_button")


def typed(turn: Turn, form: Form, words: str) -> Form:
    """Take what was typed at one of these steps; a whole schedule is taken at once.

    Raises: Refusal with an example.
    """
    try:
        match form.step:
            case Step.WEEKDAYS | Step.MONTH_DAYS:
                whole = _whole(words, turn.tx.now)
                if whole is not None:
                    return form.planned(whole)
                days = read_days(words, monthly=form.repeat.monthly)
                return replace(form, repeat=replace(form.repeat, days=days), step=Step.CLOCK)
            case Step.CLOCK:
                return _at(form, read_clock(words))
            case _:
                until, times = read_end(words, turn.tx.now)
                return _ending(turn, form, until, times)
    except NoSuchDay:
        raise Refusal("campaigns.time_no_such_day") from None
    except BadTime:
        raise _unreadable(form.step) from None
    except PastTime:
        raise Refusal("campaigns.repeat_over") from None
    except FarTime:
        raise Refusal("campaigns.repeat_far") from None


def typed_plan(words: str, now: datetime) -> datetime | Schedule:
    """Return the plan that staff typed in local time: an instant, or when it repeats.

    Raises: Refusal saying what is wrong with it, with an example.
    """
    try:
        return read_plan(words, now)
    except BadSchedule:
        raise Refusal("campaigns.repeat_unreadable") from None
    except NoSuchDay:
        raise Refusal("campaigns.time_no_such_day") from None
    except BadTime:
        raise Refusal("campaigns.time_unreadable") from None
    except PastTime:
        raise Refusal("campaigns.time_past") from None
    except FarEnd:
        raise Refusal("campaigns.repeat_far") from None
    except FarTime:
        raise Refusal("campaigns.time_far") from None


def ask_days(turn: Turn, form: Form) -> None:
    """Ask for the days, each a button with a tick once it is chosen."""
    monthly = form.repeat.monthly
    chosen = set(form.repeat.days)
    buttons = [
        button(
            form,
            ticked(turn, _day_label(turn, day, monthly), chosen=day in chosen),
            "day",
            wanting(str(day), wanted=day not in chosen),
        )
        for day in (_MONTH_DAYS if monthly else range(7))
    ]
    done = button(form, turn.text("campaigns.button_done"), "done")
    key = "campaigns.ask_month_days" if monthly else "campaigns.ask_weekdays"
    ask_with(turn, form, turn.text(key), *in_rows(buttons, 4), (done,))


def ask_clock(turn: Turn, form: Form) -> None:
    """Ask for the time of day; those in quiet hours are not offered."""
    quiet = turn.unit.broadcasting.quiet
    buttons = [
        button(form, f"{at:%H:%M}", "clock", f"{at:%H%M}")
        for at in _CLOCKS
        if not any(span.covers(at) for span in quiet)
    ]
    ask_with(turn, form, turn.text("campaigns.ask_clock"), *in_rows(buttons, 3))


def ask_end(turn: Turn, form: Form) -> None:
    """Ask until when, or how often."""
    none = button(form, turn.text("campaigns.button_no_end"), "end", "none")
    times = tuple(
        button(form, turn.text("campaigns.button_times", n=str(often)), "end", str(often))
        for often in _TIMES
    )
    year_end = _end_of_year(turn)
    label = turn.text("campaigns.button_year_end", year=str(year_end.year))
    ask_with(
        turn,
        form,
        turn.text("campaigns.ask_end"),
        (none,),
        (*times, button(form, label, "end", "year")),
    )


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        (Step.SUMMARY, "time"): anew,
        (Step.WHEN, "when"): soon,
        (Step.WHEN, "repeat"): begin,
        (Step.WEEKDAYS, "day"): toggle_day,
        (Step.MONTH_DAYS, "day"): toggle_day,
        (Step.WEEKDAYS, "done"): days_done,
        (Step.MONTH_DAYS, "done"): days_done,
        (Step.CLOCK, "clock"): choose_clock,
        (Step.END, "end"): choose_end,
    }
)
"""What a button does to the form; the next question follows from its step."""
ASKS: Mapping[Step, Callable[[Turn, Form], None]] = MappingProxyType(
    {
        Step.WEEKDAYS: ask_days,
        Step.MONTH_DAYS: ask_days,
        Step.CLOCK: ask_clock,
        Step.END: ask_end,
    }
)


def _at(form: Form, at: time) -> Form:
    return replace(form, repeat=replace(form.repeat, at=at), step=Step.END)


def _ending(turn: Turn, form: Form, until: date | None, times: int | None) -> Form:
    repeat = replace(form.repeat, until=until, times=times)
    schedule = repeat.schedule()
    if schedule is None:
        raise Refusal("app.stale_button")
    if schedule.next_after(turn.tx.now) is None:
        raise Refusal("campaigns.repeat_over")
    return replace(form, due=REPEAT, repeat=repeat, step=Step.SUMMARY)


def _whole(words: str, now: datetime) -> Schedule | None:
    try:
        found = read_plan(words, now)
    except (BadTime, PastTime, FarTime):
        return None
    return found if isinstance(found, Schedule) else None


def _unreadable(step: Step) -> Refusal:
    if step in _EXAMPLES:
        return Refusal("campaigns.days_unreadable", example=_EXAMPLES[step])
    key = "campaigns.clock_unreadable" if step is Step.CLOCK else "campaigns.end_unreadable"
    return Refusal(key)


def _day_label(turn: Turn, day: int, monthly: bool) -> str:
    if not monthly:
        return turn.text(f"campaigns.weekday_{day}")
    return turn.text("campaigns.button_month_last") if day == LONGEST_MONTH else str(day)


def _end_of_year(turn: Turn) -> date:
    return date(local(turn.tx.now).year, 12, 31)
