"""In which language we answer: told from what people write, until they choose one themselves."""

from collections.abc import Sequence

from domain.errors import Refusal
from domain.language import Language
from domain.messages import Message, Press
from handlers.residents import homes, questions
from handlers.residents.questions import AREA, CONSENT, LANGUAGE, STOP, refresh, resident_of
from handlers.turn import Turn
from people import language_names, short_answers
from storage.people import dialogues, link_codes, residents
from tips.language import reply_language

_FREE = frozenset({CONSENT, STOP, LANGUAGE})
"""Our questions that no name is the answer to: whatever else is written is a person's own words."""
_INVITED = frozenset({"tip", "ask"})
"""Dialogues of people who were invited to write."""


def hear(turn: Turn, message: Message) -> None:
    """Go on in the language of a message, when it is certain and they chose none."""
    person = turn.resident
    if person is None or person.language_chosen or not _are_own_words(turn, message):
        return
    told = turn.context.languages.tell(message.text)
    language = reply_language(told, person.language, chosen=False)
    if language is not person.language:
        residents.set_language(turn.tx, person.id, language, chosen=False)
        refresh(turn)


def ask(turn: Turn) -> None:
    """Ask which language to answer in; a question that is open stays open."""
    asked = turn.say("residents.ask_language", questions.language_buttons(turn, "lang"))
    questions.note_language_asked(turn, asked)


def named(turn: Turn, message: Message) -> bool:
    """Take the typed name of a language, as an answer or out of the blue."""
    if turn.resident is None:
        return False
    asked = questions.take_language_asked(turn)
    if message.text.startswith("/") or message.media or not questions.is_bare_text(turn, message):
        return False
    found = language_names.named_in(message.text)
    if found is None or not (asked or found.plain):
        return False
    if not asked and questions.is_in_conversation(turn, message):
        return False
    choose(turn, found.language)
    return True


def choose(turn: Turn, language: Language) -> None:
    """Answer in the language they chose; a question that is open is asked again in it."""
    person = resident_of(turn)
    residents.set_language(turn.tx, person.id, language)
    refresh(turn)
    current = questions.open_dialogue(turn)
    if current is not None and current.name == CONSENT:
        questions.ask_consent(turn)
        return
    turn.say("residents.language_set")
    if current is not None and current.name == AREA:
        homes.ask_again(turn, current)
    elif current is not None and current.name == STOP:
        questions.ask_stop(turn)


def press(turn: Turn, _press: Press, args: Sequence[str]) -> None:
    """Handle the buttons of /ngonngu."""
    resident_of(turn)
    if len(args) != 1 or args[0] not in set(Language):
        raise Refusal("app.stale_button")
    questions.take_language_asked(turn)
    choose(turn, Language(args[0]))


def _are_own_words(turn: Turn, message: Message) -> bool:
    """Tell whether it is text of their own, and not what a form of ours awaits."""
    text = message.text.strip()
    if not text or message.forwarded or text.startswith(("/", "#")) or link_codes.is_printed(text):
        return False
    current = dialogues.current(turn.tx, turn.me.id)
    if current is None or current.name in _FREE | _INVITED:
        return True
    return current.name == AREA and not short_answers.may_be_place(message.text)
