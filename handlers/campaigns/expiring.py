"""How long a campaign may go on once it has begun: chosen by its author, shown in its plan."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from broadcasts.approving import RULES
from broadcasts.desk import Say
from broadcasts.resting import Course
from domain.channel_names import channel_name
from domain.clock import show_time
from domain.due import BadTime, FarTime, NoSuchDay, PastTime
from domain.errors import Refusal
from domain.messages import Button
from domain.terms import ClockOrSpan, Expiry, Terms, read_expiry
from handlers.campaigns.buttons import ask_with, button
from handlers.campaigns.form import REPEAT, Form, Step
from handlers.turn import Turn
from storage.people.units import Unit

_OFFERED = MappingProxyType(
    {"6": timedelta(hours=6), "24": RULES.lifetime, "72": timedelta(days=3)}
)


def is_asked(form: Form) -> bool:
    """Tell whether its author may say so: not of what mends another, or only gets a plan."""
    return not form.of_run and not form.of_campaign


def button_of(turn: Turn, form: Form) -> Button:
    """Return the button that leads to the choice."""
    return button(form, turn.text("expiry.button"), "expiry")


def begin(turn: Turn, form: Form, choice: str) -> Form:
    """Go to the choice."""
    del turn, choice
    if not is_asked(form):
        raise Refusal("app.stale_button")
    return replace(form, step=Step.EXPIRY)


def choose(turn: Turn, form: Form, choice: str) -> Form:
    """Take one of the spans that are offered."""
    del turn
    if choice not in _OFFERED:
        raise Refusal("app.stale_button")
    return _back_with(form, Expiry(after=_OFFERED[choice]))


def back(turn: Turn, form: Form, choice: str) -> Form:
    """Leave it as it is."""
    del turn, choice
    return _back_with(form, form.expiry)


def typed(turn: Turn, form: Form, words: str) -> Form:
    """Take a span or an instant that was typed.

    Raises: Refusal with an example.
    """
    expiry = read(words, turn.tx.now)
    if expiry.at is not None and form.due == REPEAT:
        raise Refusal("expiry.repeats")
    return _back_with(form, expiry)


def read(words: str, now: datetime) -> Expiry:
    """Return the expiry that staff typed.

    Raises: Refusal with an example.
    """
    try:
        return read_expiry(words, now)
    except NoSuchDay:
        raise Refusal("campaigns.time_no_such_day") from None
    except ClockOrSpan:
        raise Refusal("expiry.clock_or_span") from None
    except BadTime:
        raise Refusal("expiry.unreadable") from None
    except PastTime:
        raise Refusal("campaigns.time_past") from None
    except FarTime:
        raise Refusal("expiry.far") from None


def ask(turn: Turn, form: Form) -> None:
    """Ask how long."""
    rows = tuple(
        button(form, shown_span(span, turn.text), "expire", choice)
        for choice, span in _OFFERED.items()
    )
    leave = button(form, turn.text("campaigns.button_back"), "back")
    text = turn.text("expiry.ask", now=said(form.expiry, turn.text))
    ask_with(turn, form, text, rows, (leave,))


def said(expiry: Expiry, say: Say, *, rests: bool = True) -> str:
    """Return what was chosen, in a few words; `rests`: quiet hours may come between."""
    if expiry.at is not None:
        return say("expiry.until", when=show_time(expiry.at))
    key = "expiry.after" if rests else "expiry.after_all"
    return say(key, span=shown_span(expiry.after or RULES.lifetime, say))


def lines(unit: Unit, terms: Terms | None, course: Course, say: Say) -> list[str]:
    """Say when a campaign is over, whether that is too soon for it, and how fast it goes."""
    if terms is None:
        return []
    ends = terms.expiry.ends(unit.broadcasting, course.begins, RULES.lifetime)
    rests = bool(unit.broadcasting.quiet or unit.broadcasting.silent_days)
    found = [said(terms.expiry, say, rests=rests)]
    if terms.expiry.at is None:
        found.append(say("expiry.about", when=show_time(ends)))
    if ends <= course.begins:
        found.append(say("expiry.before_start"))
    elif course.ends > ends:
        found.append(say("expiry.too_soon", ends=show_time(course.ends)))
    speeds = (
        f"{channel_name(name, say)} {max(1, int(speed))}" for name, speed in terms.pace.items()
    )
    shown = ", ".join(speeds)
    return [" ".join(found), *([say("expiry.pace", speeds=shown)] if shown else [])]


def shown_span(span: timedelta, say: Say) -> str:
    """Return a span in days where it is whole days and more than one, else in hours."""
    hours = int(span.total_seconds() // 3600)
    if hours % 24 == 0 and hours > 24:
        return say("expiry.days", n=str(hours // 24))
    return say("expiry.hours", n=str(hours))


def _back_with(form: Form, expiry: Expiry) -> Form:
    return replace(form, expiry=expiry, step=Step.SUMMARY if form.due else Step.WHEN)


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        (Step.WHEN, "expiry"): begin,
        (Step.SUMMARY, "expiry"): begin,
        (Step.EXPIRY, "expire"): choose,
        (Step.EXPIRY, "back"): back,
    }
)
