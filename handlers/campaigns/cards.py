"""A picture card that goes with a campaign: chosen at the summary, approved with the words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.errors import Refusal
from handlers.campaigns import own_photos
from handlers.campaigns.form import Form, Step, content_of
from handlers.library import printable
from handlers.turn import Turn


def choose(turn: Turn, form: Form, choice: str) -> Form:
    """Let a card go with it, or not: `card:yes`, `card:no`.

    Raises: Refusal when the words cannot be put on a card.
    """
    if choice not in ("yes", "no") or form.of_run or form.of_campaign:
        raise Refusal("app.stale_button")
    changed = replace(form, card=choice == "yes")
    if changed.card and form.photo:
        # One message carries one picture.
        own_photos.forget(turn, form)
        changed = replace(changed, photo="")
    content = content_of(changed, turn.context.library, turn.unit)
    printable.check_cards(turn, content, form.subject)
    return changed


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {(Step.SUMMARY, "card"): choose}
)
