"""The questions we ask residents about themselves, and whether a message answers one.

An open question is a dialogue; its data hold which delivery asked it. A short "không" or the name
of a place answers the question only while that is the last thing we said: it may just as well be
meant for the officer who wrote after it.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.language import Language
from domain.library import fill
from domain.messages import Button, MediaKind, Message, Outgoing
from handlers.tips import review
from handlers.turn import Turn, unit_values
from people.consent_words import CONSENT_TEXT, OF_ARTICLES, OF_SEVERAL_CHANNELS, version_of
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses, dialogues, residents
from storage.people.addresses import Address
from storage.people.consents import Evidence
from storage.people.dialogues import Dialogue
from storage.people.residents import Resident
from storage.tips import tips

CONSENT = "consent"
AREA = "area"
STOP = "stop"
OURS = frozenset({CONSENT, AREA, STOP})
"""What is asked again when something came between."""
LANGUAGE = "language"
_LANGUAGE_ASKED = "language_asked"
"""Beside an open question: we asked for the language meanwhile."""

_A_DAY = timedelta(hours=24)
BUTTON = "[nút] {label}"
"""How a press is written into the proof of an answer."""


def resident_of(turn: Turn) -> Resident:
    """Return the resident who writes.

    Raises: Refusal for a member of staff who is not a resident.
    """
    if turn.resident is None:
        raise Refusal("residents.staff_hello")
    return turn.resident


def refresh(turn: Turn) -> Resident:
    """Read the resident anew after a change; what is said next goes by it."""
    turn.resident = residents.get(turn.tx, resident_of(turn).id)
    return turn.resident


def evidence(
    turn: Turn, words: str, version: str = "", language: Language | None = None
) -> Evidence:
    """Return the proof of an answer given now.

    `version` and `language` name the words that had been shown, if any.
    """
    shown_in = language or turn.language
    return Evidence(version, shown_in.value, turn.account.channel, words)


def open_dialogue(turn: Turn) -> Dialogue | None:
    """Return the question that is open in the private chat, ours or another room's."""
    return dialogues.current(turn.tx, turn.me.id)


def end_ours(turn: Turn) -> None:
    """Close the open question if it is one of ours."""
    current = open_dialogue(turn)
    if current is not None and current.name in OURS:
        dialogues.end(turn.tx, turn.me.id)


def ask(
    turn: Turn,
    name: str,
    outgoing: Outgoing,
    data: Mapping[str, str] | None = None,
    *,
    interrupts: bool = False,
) -> None:
    """Say a question and keep it open in place of any other; `data` carries one it interrupts."""
    asked = turn.tell(outgoing)
    told = {**(data or {}), "asked": short(asked)}
    dialogues.keep(turn.tx, turn.me.id, name, told, interrupts=interrupts)


def mark_repeated(turn: Turn) -> None:
    """Note that the open question was asked again after a tip; counts from now."""
    current = open_dialogue(turn)
    if current is not None:
        dialogues.keep(turn.tx, turn.me.id, current.name, {**current.data, "again": "1"})


def is_timely(turn: Turn, message: Message, dialogue: Dialogue) -> bool:
    """Tell whether the message can be meant for our open question."""
    asked = from_short(dialogue.data.get("asked", ""))
    if message.reply_to is not None:
        row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
        return row is not None and row.id == asked
    if dialogue.data.get("again") and dialogue.updated_at is not None:
        # Asked again after a tip: for a while the next message is likely another piece of it.
        still_telling = turn.tx.now - dialogue.updated_at < turn.context.rules.burst
        if still_telling:
            return False
    return residents.last_said(turn.tx, resident_of(turn).id) == asked


def is_in_danger(turn: Turn) -> bool:
    """Tell whether a danger they told of today is not over: then nothing else is asked."""
    lately = tips.recent_of(turn.tx, turn.me.id, turn.tx.now - _A_DAY)
    return any(tip.urgent and tip.state.is_open for tip in lately)


def is_in_conversation(turn: Turn, message: Message) -> bool:
    """Tell whether what we said last to them, or what they reply to, belongs to a tip."""
    if message.reply_to is not None:
        row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
    else:
        newest = residents.last_said(turn.tx, resident_of(turn).id)
        row = ledger.get(turn.tx, newest) if newest is not None else None
    return row is not None and row.tip_id is not None


def is_bare_text(turn: Turn, message: Message) -> bool:
    """Tell whether there is nothing but their own words to us: no file, place, forwarded text.

    What a member of staff writes in reply to a card is for the person behind it.
    """
    only_stickers = all(media.kind is MediaKind.STICKER for media in message.media)
    return (
        only_stickers
        and message.location is None
        and not message.forwarded
        and not review.is_answer(turn, message)
    )


def note_language_asked(turn: Turn, asked: UUID) -> None:
    """Remember that we asked for the language, beside whatever question is open."""
    current = open_dialogue(turn) or Dialogue(LANGUAGE)
    data = {**current.data, _LANGUAGE_ASKED: short(asked)}
    dialogues.keep(turn.tx, turn.me.id, current.name, data)


def take_language_asked(turn: Turn) -> bool:
    """Tell whether the language was the last thing we asked; it is asked no longer."""
    current = open_dialogue(turn)
    if current is None or _LANGUAGE_ASKED not in current.data:
        return False
    data = dict(current.data)
    asked = from_short(data.pop(_LANGUAGE_ASKED))
    if current.name == LANGUAGE:
        dialogues.end(turn.tx, turn.me.id)
    else:
        dialogues.keep(turn.tx, turn.me.id, current.name, data)
    return residents.last_said(turn.tx, resident_of(turn).id) == asked


def consent_words(turn: Turn, language: Language) -> str:
    """Return the words by which this unit asks for consent in a language: all that is true here."""
    library, values = turn.context.library, unit_values(turn.unit, language)
    added = [OF_SEVERAL_CHANNELS] if addresses.has_several_channels(turn.tx) else []
    added += [OF_ARTICLES] if turn.context.articles else []
    parts = [library.system(name, language) for name in (CONSENT_TEXT, *added)]
    return "\n\n".join(fill(part, values) for part in parts)


def consent_version(turn: Turn, language: Language) -> str:
    """Return the version of the words that would be shown now."""
    return version_of(consent_words(turn, language))


def ask_consent(turn: Turn, *, briefly: bool = False) -> None:
    """Show who we are and what is kept, and ask; `briefly` when those words stand just above."""
    outgoing, data = _consent_question(turn, briefly=briefly)
    ask(turn, CONSENT, outgoing, data)


def ask_consent_in(turn: Turn, chat: Address) -> None:
    """Show those words in another chat of the person who writes, and ask there."""
    outgoing, data = _consent_question(turn)
    asked = turn.context.outbox.put(
        turn.tx,
        chat.id,
        outgoing,
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        language=turn.language.value,
        resident_id=chat.resident_id,
    )
    dialogues.keep(turn.tx, chat.id, CONSENT, {**data, "asked": short(asked)})


def _consent_question(turn: Turn, *, briefly: bool = False) -> tuple[Outgoing, dict[str, str]]:
    words = consent_words(turn, turn.language)
    version, language = version_of(words), turn.language.value
    text = turn.text("residents.consent_again") if briefly else words
    answers = (
        Button(turn.text("residents.yes"), f"consent:yes:{language}:{version}"),
        Button(turn.text("residents.no"), f"consent:no:{language}:{version}"),
    )
    outgoing = Outgoing(text=text, buttons=(answers, language_buttons(turn, "consent:show")))
    return outgoing, {"version": version, "language": language}


def language_buttons(turn: Turn, action: str) -> tuple[Button, ...]:
    """Return a button for each language, labelled in that language."""
    return tuple(
        Button(_capital(turn.context.catalogue.say(each, "residents.language_name")), verb)
        for each in Language
        for verb in [f"{action}:{each.value}"]
    )


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def ask_stop(turn: Turn, *more: tuple[Button, ...]) -> None:
    """Ask whether an unclear word meant stop; what was being asked before comes back later.

    `more` are rows of buttons below ours.
    """
    before = open_dialogue(turn)
    data: dict[str, str] = {}
    if before is not None and before.name == STOP:
        data = before.data
    elif before is not None:
        data = {"then": before.name, "then_data": json.dumps(before.data, ensure_ascii=False)}
    text = turn.text("residents.ask_stop")
    data["version"] = version_of(text)
    buttons = (
        Button(turn.text("residents.stop_button"), "wish:stop"),
        Button(turn.text("residents.keep_button"), "wish:keep"),
    )
    ask(turn, STOP, Outgoing(text=text, buttons=(buttons, *more)), data, interrupts=True)


def interrupted(dialogue: Dialogue) -> Dialogue | None:
    """Return the question that an unclear word interrupted."""
    name = dialogue.data.get("then")
    if name is None:
        return None
    return replace(dialogue, name=name, data=json.loads(dialogue.data["then_data"]))


def bring_back(tx: Tx, address_id: UUID, ended: Dialogue | None) -> Dialogue | None:
    """Return what the question whether to stop interrupted; open again if another room's."""
    before = interrupted(ended) if ended is not None and ended.name == STOP else None
    if before is not None and before.name not in OURS:
        dialogues.keep(tx, address_id, before.name, before.data)
    return before
