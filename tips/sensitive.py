"""Tell what must not stand on a card in a group: violence at home, sexual violence, children.

A hint that only ever hides: what is found goes to whom it is assigned and to the chief; what is
missed can still be hidden by the resident's own button.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from tips.phrases import Phrasebook, is_han, words_of

_SIGNS = ("nothing", "both", "child", "spouse", "outright", "harm")
"""Of two phrases that look the same the first is found."""


def is_sensitive(text: str) -> bool:
    """Tell whether a message speaks of what only few may read."""
    if is_han(text):
        return bool(_hidden().find_letters(text))
    return bool(_hidden().find(words_of(text)))


@cache
def book(language: str) -> Phrasebook:
    """Return the words of a language by which `tips.care` tells whom it has before it."""
    given = _words()[language]
    signs = {sign: given[sign] for sign in _SIGNS}
    return Phrasebook.of({}, letters=signs) if language == "zh" else Phrasebook.of(signs)


@cache
def _hidden() -> Phrasebook:
    words = _words()
    said = "\n".join((words["vi"]["hidden"], words["en"]["hidden"]))
    return Phrasebook.of({"sensitive": said}, letters={"sensitive": words["zh"]["hidden"]})


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("tips") / "sensitive.toml").read_text("utf-8")
    given: Mapping[str, Mapping[str, str]] = tomllib.loads(text)
    return given
