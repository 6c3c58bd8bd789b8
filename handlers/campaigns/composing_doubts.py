"""What looks wrong with words of an officer's own: asked about, never forbidden."""

from broadcasts.desk import Say
from domain import own_text
from domain.language import Language
from domain.own_text import TITLE
from domain.toneless import toneless
from tips.language import Languages, Spoken

_TONED_FROM = 4
"""Words from which on Vietnamese without any tone was typed without tones."""


def of(say: Say, languages: Languages, name: str, words: str) -> list[str]:
    """Return, one sentence each, what to look at in a piece once more."""
    found = _about_language(say, languages, name, words)
    for key, parts in (
        ("composing.doubt_place", own_text.places_in(words)),
        ("composing.doubt_promise", own_text.promises_in(words)),
    ):
        if parts:
            found.append(say(key, words="; ".join(f"“{one}”" for one in parts)))
    return found


def _about_language(say: Say, languages: Languages, name: str, words: str) -> list[str]:
    meant = Language.VI if name == TITLE else Language(name)
    told = languages.tell(words)
    named = say(f"campaigns.language_{meant}")
    if told.certain and told.language not in (meant.value, Spoken.NONE):
        if told.language is Spoken.OTHER:
            return [say("composing.doubt_strange", language=named)]
        other = say(f"campaigns.language_{told.language}")
        return [say("composing.doubt_language", language=named, other=other)]
    if (
        meant is Language.VI
        and told.language is Spoken.VI
        and len(words.split()) >= _TONED_FROM
        and toneless(words) == words
    ):
        return [say("composing.doubt_tones")]
    return []
