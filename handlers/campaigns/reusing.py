"""Beginning with words that the unit wrote before: an earlier campaign as a start of another."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from domain import own_text
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.library import fill
from domain.messages import Button
from handlers.campaigns.buttons import PAGE, ask_with, button, page_of
from handlers.campaigns.form import Form, Step, from_data
from handlers.turn import Turn
from storage.campaigns import campaigns, prepared_drafts
from storage.campaigns.campaigns import Campaign

_LOOKED_AT = 200
_LONGEST_LABEL = 50
_MOST_WAITING = 8


def any_there(turn: Turn) -> bool:
    """Tell whether the unit has a text of its own to begin with."""
    return bool(campaigns.own_texts(turn.tx, turn.unit.id, 1))


def prepared_buttons(turn: Turn) -> tuple[list[Button], int]:
    """Return a button for each campaign got ready for who asks; and how many more there are."""
    staff = turn.staff
    found = prepared_drafts.of_staff(turn.tx, staff.id) if staff is not None else []
    buttons = [
        Button(
            turn.text("prepared.button_one", title=_short(from_data(one.form))),
            action=f"prepared:open:{short(one.id)}",
        )
        for one in found[:_MOST_WAITING]
    ]
    return buttons, len(found) - len(buttons)


def begin(turn: Turn, form: Form, choice: str) -> Form:
    """Ask which."""
    del choice
    if not any_there(turn):
        raise Refusal("app.stale_button")
    return replace(form, step=Step.OLD)


def ask(turn: Turn, form: Form, page: int = 0) -> None:
    """Offer the unit's own texts, the newest first, each wording once."""
    found = _different(turn)
    rows = [(button(form, _title(one), "old", short(one.id)),) for one in page_of(found, page)]
    if len(found) > (page + 1) * PAGE:
        rows.append((button(form, turn.text("campaigns.button_more"), "page", str(page + 1)),))
    rows.append((button(form, turn.text("campaigns.button_back"), "back"),))
    ask_with(turn, form, turn.text("composing.choose_old"), *rows)


def choose(turn: Turn, form: Form, choice: str) -> Form:
    """Take the words of an earlier campaign; whom it is for and when is asked anew."""
    campaign_id = from_short(choice)
    found = [one for one in _different(turn) if one.id == campaign_id]
    if not found:
        raise Refusal("app.stale_button")
    own, pledge = own_text.of_content(found[0].content)
    subject = form.subject or found[0].subject
    return replace(form, own=own, pledge=pledge, subject=subject, template="", step=Step.PREVIEW)


def back(turn: Turn, form: Form, choice: str) -> Form:
    """Go back to the choice of a subject."""
    del turn, choice
    return replace(form, step=Step.SUBJECT)


def _different(turn: Turn) -> list[Campaign]:
    seen: dict[str, Campaign] = {}
    for one in campaigns.own_texts(turn.tx, turn.unit.id, _LOOKED_AT):
        words = "\n".join((one.content.title, *one.content.bodies.values()))
        seen.setdefault(words, one)
    return list(seen.values())


def _short(form: Form) -> str:
    return _cut(form.own.title if form.own is not None else "")


def _title(known: Campaign) -> str:
    return _cut(fill(known.content.title, known.content.values[Language.VI]))


def _cut(title: str) -> str:
    return title if len(title) <= _LONGEST_LABEL else f"{title[: _LONGEST_LABEL - 1]}…"


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {
        (Step.SUBJECT, "reuse"): begin,
        (Step.OLD, "old"): choose,
        (Step.OLD, "back"): back,
    }
)
