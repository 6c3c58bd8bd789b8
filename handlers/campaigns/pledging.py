"""The words of a pledge in a campaign: as they are in the library, or as the unit puts them."""

from collections.abc import Mapping
from dataclasses import replace

from domain.campaign import foreign_links
from domain.errors import Refusal
from domain.language import Language
from domain.library import Library, Template
from domain.pledge import LONGEST_WORDS, Pledge
from domain.wording import ValueFault, value_fault
from handlers.campaigns.buttons import ask_with, button
from handlers.campaigns.form import Form
from handlers.turn import Turn


def open_language(form: Form, library: Library) -> Language | None:
    """Return the version whose words are to be settled next; None once all are.

    Others than the Vietnamese are asked for only where that one was changed: one must not say
    what another does not.
    """
    words = _words(form, library)
    if Language.VI not in form.pledge:
        return Language.VI
    return next((one for one in words if one not in form.pledge and one not in form.dropped), None)


def is_unsettled(form: Form) -> bool:
    """Tell whether a version of an own text with a pledge has no words to sign yet."""
    if form.own is None or not form.own.pledges:
        return False
    return any(one not in form.pledge and one not in form.dropped for one in form.own.bodies)


def ask(turn: Turn, form: Form) -> None:
    """Show the words that residents will sign, to be used or changed."""
    language = open_language(form, turn.context.library) or Language.VI
    words = _words(form, turn.context.library)[language]
    back = button(form, turn.text("campaigns.button_back"), "back")
    if language is Language.VI and form.own is not None:
        ask_with(turn, form, turn.text("composing.ask_pledge", most=str(LONGEST_WORDS)), (back,))
        return
    if language is Language.VI:
        text = turn.text("pledges.form_words", words=words, most=str(LONGEST_WORDS))
        ask_with(turn, form, text, (button(form, turn.text("pledges.form_use"), "use"),), (back,))
        return
    named = turn.text(f"campaigns.language_{language}")
    drop = button(form, turn.text("campaigns.button_drop", language=named), "drop")
    key = "pledges.form_words_other" if form.own is None else "composing.ask_pledge_other"
    text = turn.text(key, language=named, words=words)
    ask_with(turn, form, text, (drop,), (back,))


def typed(turn: Turn, form: Form, words: str) -> Form:
    """Return the form with words that were typed for the open version.

    Raises: Refusal saying what is wrong with them.
    """
    language = open_language(form, turn.context.library)
    if language is None:
        raise Refusal("app.stale_button")
    if len(words) > LONGEST_WORDS:
        raise Refusal("pledges.words_too_long", n=str(len(words)), most=str(LONGEST_WORDS))
    # Its own length is another than a placeholder's.
    if value_fault(words) not in (None, ValueFault.TOO_LONG) or "{" in words or "}" in words:
        raise Refusal("pledges.words_unclear")
    links = foreign_links(words)
    if links:
        raise Refusal("campaigns.foreign_link", link=links[0])
    return replace(form, pledge={**form.pledge, language: words})


def kept(form: Form) -> Form:
    """Return the form with the library's own words.

    Raises: Refusal once the Vietnamese ones were changed.
    """
    if form.pledge or form.own is not None:
        raise Refusal("app.stale_button")
    return form


def dropped(turn: Turn, form: Form) -> Form:
    """Return the form without the open version.

    Raises: Refusal for the Vietnamese one.
    """
    language = open_language(form, turn.context.library)
    if language in (None, Language.VI):
        raise Refusal("app.stale_button")
    return replace(form, dropped=form.dropped | {language})


def _words(form: Form, library: Library) -> Mapping[Language, str]:
    """Return what would be signed unless it is changed; of an own text, the Vietnamese words."""
    if form.own is None:
        return _pledge(library.get(form.template)).words
    return dict.fromkeys(form.own.bodies, form.pledge.get(Language.VI, ""))


def _pledge(template: Template) -> Pledge:
    if template.pledge is None:
        raise Refusal("app.stale_button")
    return template.pledge
