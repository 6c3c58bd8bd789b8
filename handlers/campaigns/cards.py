"""A picture card that goes with a campaign: chosen at the summary, approved with the words."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

from broadcasts import leaflets
from domain.errors import Refusal
from domain.leaflet import Format
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
    if content.card is not None:
        source = leaflets.of_content(content, form.subject, approved=False)
        for language in content.bodies:
            words = leaflets.card(turn.tx, turn.context.catalogue, turn.unit, source, language)
            printable.check(words, Format.CARD, turn.text)
    return changed


CHANGES: Mapping[tuple[Step, str], Callable[[Turn, Form, str], Form]] = MappingProxyType(
    {(Step.SUMMARY, "card"): choose}
)
