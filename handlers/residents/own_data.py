"""What is kept about a person: shown, given as a copy, erased at their word."""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.clock import show_day, show_time
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from handlers.residents import aside, homes, pausing, withdrawing
from handlers.residents.pledges import PLEDGE
from handlers.residents.questions import BUTTON, OURS, evidence, refresh, resident_of
from handlers.residents.telling import shown
from handlers.tips.presses import TIP
from handlers.turn import Turn
from people import erasing
from people.consent_words import version_of
from people.data_words import Asks
from storage.campaigns import pledges
from storage.people import addresses, consents, dialogues, residents, stop_codes
from storage.people import erasing as stored
from storage.people.consents import Answer, Consent
from storage.people.residents import Resident, Wish
from storage.tips import dockets

_LATEST = 5
"""Answers about consent that are shown; the copy has all."""


def asked(turn: Turn, message: Message, asks: Asks) -> None:
    """Answer who asks in words of their own; should they mean something else, it is one press."""
    meant_a_tip = aside.tip_button(turn, message, "tips.button_not_complaint")
    (ask if asks is Asks.ERASE else show)(turn, *meant_a_tip)


def show(turn: Turn, *more: tuple[Button, ...]) -> None:
    """Say what is kept of the person, truthfully and completely, without the words of tips.

    `more` are rows of buttons below ours.
    """
    rows = (
        (Button(turn.text("residents.copy_button"), "data:copy"),),
        (Button(turn.text("residents.erase_button"), "data:ask"),),
        *pausing.row(turn),
        *_phone_row(turn),
        *_shown_row(turn),
    )
    answers = consents.history(turn.tx, resident_of(turn).id)[-_LATEST:]
    lines = [_line(turn, answer) for answer in answers]
    turn.say("residents.data", *rows, *more, **_facts(turn, lines))


def ask(turn: Turn, *more: tuple[Button, ...]) -> None:
    """Say what erasing does and what stays, and ask once whether to do it."""
    person = resident_of(turn)
    asked_at = f"{int(turn.tx.now.timestamp()):x}"
    rows = (
        (Button(turn.text("residents.erase_yes"), f"data:yes:{short(person.id)}:{asked_at}"),),
        (Button(turn.text("residents.erase_no"), "data:no"),),
    )
    text = turn.text("residents.erase_confirm", tin=str(stored.tips_of(turn.tx, person.id)))
    turn.tell(Outgoing(text="\n\n".join([text, *_kept(turn, person)]), buttons=(*rows, *more)))


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the buttons under what is kept, and those of the question whether to erase it."""
    resident_of(turn)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("app.stale_button")
    match args:
        case ["copy"]:
            _copy(turn)
        case ["phone"]:
            code = stop_codes.issue(turn.tx, resident_of(turn).id)
            turn.say("phone_stop.code", ma=code, sdt_truc=turn.unit_values()["sdt_truc"])
        case ["shown", ("on" | "off") as wanted]:
            _show_elsewhere(turn, allowed=wanted == "on")
        case ["ask"]:
            ask(turn)
        case ["no"]:
            turn.say("residents.erase_kept")
        case ["yes", who, asked_at]:
            _erase(turn, press, who, _instant(asked_at))
        case _:
            raise Refusal("app.stale_button")


def _phone_row(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    """Return the button for a code that others may have read out by phone to stop broadcasts."""
    if resident_of(turn).wish not in (Wish.YES, Wish.PAUSED, Wish.SUSPENDED):
        return ()
    return ((Button(turn.text("phone_stop.button"), "data:phone"),),)


def _shown_row(turn: Turn) -> tuple[tuple[Button, ...], ...]:
    """Return the button by which tips may be shown on other platforms, where there are others."""
    allowed = resident_of(turn).shown_elsewhere
    if not allowed and not addresses.has_several_channels(turn.tx):
        return ()
    key, wanted = ("hide_button", "off") if allowed else ("show_button", "on")
    return ((Button(turn.text(f"residents.{key}"), f"data:shown:{wanted}"),),)


def _show_elsewhere(turn: Turn, *, allowed: bool) -> None:
    """Record whether what they tell may be shown on other platforms, and say what that means."""
    key = "residents.now_shown" if allowed else "residents.now_hidden"
    others = {one.channel for one in addresses.accounts(turn.tx)} - {turn.account.channel}
    names = ", ".join(shown(turn, channel) for channel in sorted(others))
    text = turn.text(key, kenh=names or shown(turn, turn.account.channel))
    if resident_of(turn).shown_elsewhere is not allowed:
        label = turn.text("residents.show_button" if allowed else "residents.hide_button")
        answer = Answer.SHOW_ELSEWHERE if allowed else Answer.KEEP_HERE
        proof = evidence(turn, BUTTON.format(label=label), version_of(text))
        consents.note(turn.tx, resident_of(turn).id, answer, proof)
        residents.set_shown_elsewhere(turn.tx, resident_of(turn).id, allowed=allowed)
        refresh(turn)
    turn.tell(Outgoing(text=text))


def _copy(turn: Turn) -> None:
    person = resident_of(turn)
    lines = []
    for answer in consents.history(turn.tx, person.id):
        words = consents.exact_words(turn.tx, answer.id)
        lines.append(f"{_line(turn, answer)}: “{words}” ({answer.language}, {answer.channel})")
    turn.say(
        "residents.copy",
        **_facts(turn, lines),
        luc=show_time(turn.tx.now),
        ma=short(person.id),
    )


def _facts(turn: Turn, answers: Sequence[str]) -> dict[str, str]:
    person = resident_of(turn)
    never = turn.text("residents.never")
    return {
        **turn.unit_values(),
        **homes.chosen(turn),
        "cam_ket": "\n".join(_pledges(turn, person)) or f"– {never}",
        "tra_loi": "\n".join(answers) or f"– {never}",
        "duong_dan": person.invited_by or never,
        "tin": str(stored.tips_of(turn.tx, person.id)),
        "tu_luc": show_day(person.created_at),
        "hien": turn.text(
            "residents.shown_on" if person.shown_elsewhere else "residents.shown_off"
        ),
    }


def _pledges(turn: Turn, person: Resident) -> list[str]:
    """Say what they pledged and when, each with the version of its words."""
    lines = []
    for one in pledges.signed_by(turn.tx, person.id):
        key = "signed_line" if one.withdrawn_at is None else "withdrawn_line"
        at = show_time(one.withdrawn_at or one.signed_at)
        lines.append(turn.text(f"pledges.{key}", luc=at, ma=one.version))
    return lines


def _line(turn: Turn, answer: Consent) -> str:
    said = turn.text(f"residents.answer_{answer.answer.value}")
    version = answer.words_version.rpartition(":")[2]
    shown = turn.text("residents.answer_version", ma=version) if version else ""
    return f"– {show_time(answer.at)}: {said}{shown}"


def _erase(turn: Turn, press: Press, who: str, asked_at: datetime | None) -> None:
    person = resident_of(turn)
    if from_short(who) != person.id:
        # Pressed twice: they are a stranger by now, of whom nothing is to be begun.
        done = turn.text("residents.erased_already")
        if not stored.drop_newcomer(turn.tx, person.id, turn.me.id):
            raise Refusal("residents.erase_stale")
        turn.answer(press.press_id, done, alert=True)
        return
    if asked_at is None or not erasing.is_fresh(turn.tx, asked_at):
        raise Refusal("residents.erase_stale")
    receipt = turn.text(
        "residents.erased", luc=show_time(turn.tx.now), don_vi=turn.unit_values()["don_vi"]
    )
    receipt = "\n\n".join([receipt, *_kept(turn, person)])
    mine = addresses.all_of_resident(turn.tx, person.id)
    if not erasing.erase(turn.tx, person):
        turn.answer(press.press_id, turn.text("residents.erased_already"), alert=True)
        return
    withdrawing.tell_erased(turn.tx, turn.context, person, turn.me, mine)
    _end_their_talk(turn)
    turn.context.outbox.put(
        turn.tx,
        turn.me.id,
        Outgoing(text=receipt),
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        language=person.language.value,
    )


def _kept(turn: Turn, person: Resident) -> list[str]:
    """Say that some tips cannot be erased, since they are part of a case; or nothing."""
    held = dockets.of_resident(turn.tx, person.id)
    return [turn.text("keeping.kept_for_case", so_tin=str(held))] if held else []


def _end_their_talk(turn: Turn) -> None:
    """Close a resident's dialogue where an officer's would go on."""
    current = dialogues.current(turn.tx, turn.me.id)
    if current is not None and current.name in {*OURS, TIP, PLEDGE}:
        dialogues.end(turn.tx, turn.me.id)


def _instant(written: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(written, 16), UTC)
    except (ValueError, OverflowError, OSError):
        return None
