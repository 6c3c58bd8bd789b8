"""Buttons of the form in which a campaign is written; they are tied to that form alone."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from domain.errors import Refusal
from domain.messages import Button, Outgoing
from handlers.campaigns.form import Form
from handlers.turn import Turn

PAGE = 8

Row = tuple[Button, ...]
T = TypeVar("T")


def button(form: Form, label: str, what: str, choice: str = "") -> Button:
    """Return a button of this form: what it does, and what it chooses."""
    return Button(label, action=f"draft:{form.token}:{what}:{choice}")


def ask_with(turn: Turn, form: Form, text: str, *rows: Row) -> None:
    """Ask something with rows of buttons, and always one that leaves."""
    leave = button(form, turn.text("campaigns.button_quit"), "quit")
    turn.tell(Outgoing(text=text, buttons=(*rows, (leave,)), edits=turn.over))


def in_rows(buttons: Sequence[Button], wide: int = 2) -> Iterator[Row]:
    """Set buttons side by side."""
    for at in range(0, len(buttons), wide):
        yield tuple(buttons[at : at + wide])


def page_of(items: Sequence[T], page: int) -> Sequence[T]:
    """Return a page of a long list.

    Raises: Refusal when there is no such page.
    """
    first = page * PAGE
    if first >= len(items):
        raise Refusal("app.stale_button")
    return items[first : first + PAGE]


def ticked(turn: Turn, name: str, *, chosen: bool) -> str:
    """Return a label with a tick where it is chosen."""
    return turn.text("campaigns.chosen", name=name) if chosen else name


def wanting(which: str, page: int = 0, *, wanted: bool) -> str:
    """Return the choice of one thing among several, and the page of the list it stands on.

    It says whether the thing is wanted: an old button, or one tapped twice, never turns it back.
    """
    return f"{which}.{int(wanted)}.{page}"


def read_wanting(choice: str) -> tuple[str, bool, int]:
    """Return which thing of a choice is wanted or not, and the page.

    Raises: Refusal for what `wanting` did not write.
    """
    which, _, rest = choice.partition(".")
    wanted, _, page = rest.partition(".")
    if wanted not in ("0", "1") or not page.isdecimal():
        raise Refusal("app.stale_button")
    return which, wanted == "1", int(page)


def under_summary(turn: Turn, form: Form, more: tuple[Row, ...] = ()) -> tuple[Row, ...]:
    """Return the buttons of a form of which everything is chosen; `more`: of cost and photo."""
    submit = button(form, turn.text("campaigns.button_submit"), "submit")
    time = button(form, turn.text("campaigns.button_time"), "time")
    if form.of_campaign:
        return (submit,), (time,)
    sample = button(form, turn.text("campaigns.button_sample"), "sample")
    test = button(form, turn.text("campaigns.button_test"), "test")
    back = button(form, turn.text("campaigns.button_back"), "back")
    if form.of_run:
        return (submit,), (sample, test), *more, (back,)
    audience = button(form, turn.text("campaigns.button_audience"), "audience")
    card = button(
        form,
        turn.text("campaigns.button_no_card" if form.card else "campaigns.button_card"),
        "card",
        "no" if form.card else "yes",
    )
    expiry = button(form, turn.text("expiry.button"), "expiry")
    return (submit,), (sample, test), (audience, time), (expiry, card), *more, (back,)
