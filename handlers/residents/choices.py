"""What residents may choose if they like: their parts in the village, subjects they do not want.

A button carries the state that it brings about, so that an old one, or a second tap, turns nothing
back; where the platform can, the buttons are written anew after a press.
"""

import re
from collections.abc import Sequence
from datetime import timedelta

from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from domain.part import Part, named
from domain.subject import Subject
from handlers.residents import questions
from handlers.residents.questions import resident_of
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.people import choices, residents
from storage.people.residents import Wish

_PER_ROW = 2
_TYPED_WITHIN = timedelta(minutes=10)
_NOT_OFFERED = frozenset({Subject.OTHER, Subject.NONE})
_OFFERED = frozenset(subject.value for subject in Subject if subject not in _NOT_OFFERED)
_CHOSEN = "✓ "
_DECLINED = "✗ "

Rows = tuple[tuple[Button, ...], ...]


def once(turn: Turn) -> Rows:
    """Return the buttons of the question for their parts, the first time; later none.

    Only who gets broadcasts and said where they live is asked.
    """
    person = resident_of(turn)
    if person.wish is not Wish.YES or person.area_code is None:
        return ()
    if not choices.first_question(turn.tx, person.id):
        return ()
    skip = (Button(turn.text("residents.parts_skip"), "part:skip"),)
    return (*_part_buttons(turn), skip)


def parts_command(turn: Turn, rest: str) -> None:
    """Show their parts with a button for each; names behind the command are taken at once."""
    person = resident_of(turn)
    typed = [words for words in re.split("[,;、，]", rest) if words.strip()]
    found = [named(rest)] if named(rest) is not None else [named(word) for word in typed]
    for part in found:
        if part is not None:
            choices.set_part(turn.tx, person.id, part, chosen=True)
    text = turn.text("residents.parts", vai_tro=shown_parts(turn))
    if None in found:
        text = f"{turn.text('residents.part_unknown')}\n{text}"
    choices.first_question(turn.tx, person.id)
    turn.tell(Outgoing(text=text, buttons=_part_buttons(turn)))


def answered(turn: Turn, message: Message) -> bool:
    """Take names of parts that are typed where the buttons were meant, soon after the question.

    Such words alone tell of nothing; whatever else is written goes its own way.
    """
    person = turn.resident
    if person is None or message.media or message.text.startswith("/"):
        return False
    typed = [words for words in re.split("[,;、，]", message.text) if words.strip()]
    if not typed or None in map(named, typed) or not questions.is_bare_text(turn, message):
        return False
    newest = residents.last_said(turn.tx, person.id)
    said = ledger.get(turn.tx, newest) if newest is not None else None
    if said is None or said.kind is not DeliveryKind.REPLY or said.tip_id is not None:
        return False
    if turn.tx.now - said.created_at > _TYPED_WITHIN or not choices.was_asked(turn.tx, person.id):
        return False
    parts_command(turn, ",".join(typed))
    return True


def press_part(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Take a part, or give it back: `part:<part>:on|off`; `part:skip` leaves all as it is."""
    person = resident_of(turn)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("app.stale_button")
    match args:
        case ["skip"]:
            turn.answer(press.press_id, turn.text("residents.parts_skipped"))
        case [name, ("on" | "off") as wanted] if name in set(Part):
            part, chosen = Part(name), wanted == "on"
            if (part in choices.parts(turn.tx, person.id)) is not chosen:
                choices.set_part(turn.tx, person.id, part, chosen=chosen)
                text = turn.text("residents.parts", vai_tro=shown_parts(turn))
                _show_anew(turn, press, text, _part_buttons(turn))
            turn.answer(press.press_id, turn.text("residents.parts_now", vai_tro=shown_parts(turn)))
        case _:
            raise Refusal("app.stale_button")


def subjects_command(turn: Turn, _rest: str) -> None:
    """Show which subjects they get messages about, with a button for each."""
    text = turn.text("residents.subjects", chu_de=shown_declined(turn))
    turn.tell(Outgoing(text=text, buttons=_subject_buttons(turn)))


def press_subject(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Decline a subject, or want it again: `wants:<subject>:off|on`."""
    person = resident_of(turn)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("app.stale_button")
    match args:
        case [name, ("on" | "off") as wanted] if name in _OFFERED:
            subject, wants = Subject(name), wanted == "on"
        case _:
            raise Refusal("app.stale_button")
    if (subject in choices.declined(turn.tx, person.id)) is wants:
        (choices.accept if wants else choices.decline)(turn.tx, person.id, subject)
        text = turn.text("residents.subjects", chu_de=shown_declined(turn))
        _show_anew(turn, press, text, _subject_buttons(turn))
    key = "residents.subject_again" if wants else "residents.subject_declined"
    said = turn.text(key, chu_de=subject.label(turn.language))
    turn.answer(press.press_id, said, alert=True)


def shown(turn: Turn) -> dict[str, str]:
    """Return what a person chose, in words."""
    return {"vai_tro": shown_parts(turn), "chu_de": shown_declined(turn)}


def shown_parts(turn: Turn) -> str:
    """Return their parts in words."""
    found = choices.parts(turn.tx, resident_of(turn).id)
    names = ", ".join(turn.text(f"residents.part_{part}") for part in found)
    return names or turn.text("residents.parts_none")


def shown_declined(turn: Turn) -> str:
    """Return the subjects they do not want, in words."""
    found = choices.declined(turn.tx, resident_of(turn).id)
    names = ", ".join(subject.label(turn.language) for subject in found)
    return names or turn.text("residents.subjects_all")


def _part_buttons(turn: Turn) -> Rows:
    chosen = choices.parts(turn.tx, resident_of(turn).id)
    buttons = []
    for one in Part:
        mark, wanted = (_CHOSEN, "off") if one in chosen else ("", "on")
        label = turn.text(f"residents.part_{one}")
        buttons.append(Button(f"{mark}{label}", f"part:{one}:{wanted}"))
    return _in_rows(buttons)


def _subject_buttons(turn: Turn) -> Rows:
    declined = choices.declined(turn.tx, resident_of(turn).id)
    buttons = []
    for subject in Subject:
        if subject not in _NOT_OFFERED:
            mark, wanted = (_DECLINED, "on") if subject in declined else ("", "off")
            label = f"{mark}{subject.label(turn.language)}"
            buttons.append(Button(label, f"wants:{subject.value}:{wanted}"))
    return _in_rows(buttons)


def _show_anew(turn: Turn, press: Press, text: str, buttons: Rows) -> None:
    """Write the pressed message anew, beside the conversation: it is no new word of ours."""
    turn.said = True
    turn.context.outbox.put(
        turn.tx,
        turn.me.id,
        Outgoing(text=text, buttons=buttons, edits=press.message_id),
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        language=turn.language.value,
    )


def _in_rows(buttons: Sequence[Button]) -> Rows:
    return tuple(tuple(buttons[at : at + _PER_ROW]) for at in range(0, len(buttons), _PER_ROW))
