"""The menu of commands that the platform shows beside the message field."""

from domain.language import Language, from_hint
from domain.texts.catalogue import Catalogue

Commands = list[tuple[str, str]]
"""Names without slash, each with what it does."""

_LIST = "residents.commands"
_DASH = " – "


def menus(words: Catalogue) -> dict[str, Commands]:
    """Return the residents' commands by language; `""` is for whoever speaks another one.

    They are those of the list that `/trogiup` gives, so that the two cannot differ.
    """
    by_language = {language.value: _commands(words, language) for language in Language}
    return {**by_language, "": by_language[from_hint(None).value]}


def _commands(words: Catalogue, language: Language) -> Commands:
    lines = words.say(language, _LIST).splitlines()
    pairs = [line.split(_DASH, 1) for line in lines if line.startswith("/")]
    return [(name.removeprefix("/"), does) for name, does in pairs]
