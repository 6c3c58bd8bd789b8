"""Who says that they are a child is not enrolled without a parent (domain 6.5), and can still tip.

What they said stands among the proofs as the reason why they were not enrolled; no age is kept
anywhere else.
"""

from domain.language import Language
from domain.messages import Button, Message, Outgoing
from handlers.residents import questions
from handlers.residents.questions import CONSENT, evidence, refresh, resident_of
from handlers.turn import Turn
from people import age_words, wishes
from people.consent_words import CONSENT_TEXT
from storage.people import consents
from storage.people.consents import Answer
from storage.people.dialogues import Dialogue

_CHILD = "child"
"""What of the dialogue says that a parent was asked for."""


def is_asked_for(dialogue: Dialogue) -> bool:
    """Tell whether an open question for consent asks for a parent's."""
    return _CHILD in dialogue.data


def declared(turn: Turn) -> bool:
    """Tell whether a person said that they are a child, and no yes by a parent came since.

    Nor their own that they are old enough; a stop in between changes nothing.
    """
    for proof in reversed(consents.history(turn.tx, resident_of(turn).id)):
        if proof.answer is Answer.YES:
            return False
        if proof.answer is Answer.NO and age_words.says_child(
            consents.exact_words(turn.tx, proof.id)
        ):
            return True
    return False


def take(turn: Turn, message: Message, dialogue: Dialogue) -> bool:
    """Take an answer to the question for consent that says how old its writer is."""
    if not questions.is_timely(turn, message, dialogue) or not age_words.says_child(message.text):
        return False
    shown_in = Language(dialogue.data["language"])
    version = f"{CONSENT_TEXT}:{questions.consent_version(turn, shown_in)}"
    said = evidence(turn, message.text.strip(), version, shown_in)
    wishes.decline_as_child(turn.tx, resident_of(turn), said)
    refresh(turn)
    ask(turn)
    return True


def ask(turn: Turn) -> None:
    """Ask for a parent's consent."""
    version, language = questions.consent_version(turn, turn.language), turn.language.value
    buttons = tuple(
        (Button(turn.text(f"residents.{said}"), f"consent:{said}:{language}:{version}"),)
        for said in ("parent", "adult", "no")
    )
    data = {"version": version, "language": language, _CHILD: "1"}
    questions.ask(
        turn, CONSENT, Outgoing(text=turn.text("residents.ask_parent"), buttons=buttons), data
    )
