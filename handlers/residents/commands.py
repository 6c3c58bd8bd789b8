"""What residents say about themselves: who is asked for it, in which order."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.messages import STALE, Message, Outgoing, Press
from domain.place import Found
from handlers.residents import (
    aside,
    choices,
    homes,
    linked,
    minors,
    own_data,
    pausing,
    pledges,
    questions,
    replies,
    stopping,
    tongues,
    welcome,
)
from handlers.residents.questions import AREA, CONSENT, OURS, STOP, resident_of
from handlers.router import Presser, Taker
from handlers.tips import complaints, own, taking, ties
from handlers.turn import Turn
from people import pause_words, words
from storage.people import dialogues
from storage.people.dialogues import Dialogue
from storage.people.residents import Wish
from tips.not_taken import not_taken

__all__ = [
    "PRESSES",
    "asking_again",
    "command",
    "dialogue",
    "hear",
    "language",
    "link",
    "reply",
    "start",
    "stop",
]

stop = stopping.stop
reply = replies.take
language = tongues.named
link = linked.take

_ANSWERS: Mapping[str, Callable[[Turn, Message, Dialogue], bool]] = {
    CONSENT: welcome.answer,
    AREA: homes.answer,
    STOP: stopping.answer,
}

_COMMAND_NAME = re.compile(r"[A-Za-z0-9_]+(@\w+)?")
"""What the platforms let a command be called; anything else after a slash is a person's words."""
_LONGEST_NAME = 64
_JUST_ASKED = timedelta(minutes=5)
OTHERS_COMMANDS = frozenset({"baotin"})
"""Commands that come after ours in the router's order."""


def start(turn: Turn, message: Message) -> bool:
    """Take those who come by a link; who only turned to us again keeps their open question."""
    return _turned_again(turn, message) or welcome.start(turn, message)


def _turned_again(turn: Turn, message: Message) -> bool:
    """Repeat the open question alone to who followed us, or opened the chat, without a word.

    Platforms tell of one visit several times within a second: then that says nothing.
    """
    current = questions.open_dialogue(turn) if turn.resident is not None else None
    if message.start != "" or message.text or current is None or turn.resident is None:
        return False
    subscribed = turn.resident.wish in (Wish.YES, Wish.SUSPENDED)
    if current.name == AREA and not subscribed:
        return False
    now, since = turn.tx.now, current.updated_at
    if since is not None and now - since < _JUST_ASKED:
        return True
    if current.name not in OURS:
        return False
    if not questions.is_in_danger(turn):
        _ask_again(turn, current)
    return True


def hear(turn: Turn, message: Message) -> None:
    """Look at a private message before whoever takes it: its language, and who is not safe."""
    tongues.hear(turn, message)
    replies.hear(turn, message)


def dialogue(turn: Turn, message: Message) -> bool:
    """Take an answer to our open question, and small talk that answers nothing.

    Whatever else tells of something is left to the tips; `asking_again` repeats the question.
    """
    current = questions.open_dialogue(turn)
    if current is None:
        return choices.answered(turn, message)
    if turn.resident is None or current.name not in OURS:
        return False
    if message.text.startswith("/") or not questions.is_bare_text(turn, message):
        return False
    if not_taken(message.text) is not None and not _names_a_place(turn, current, message.text):
        return False
    if _ANSWERS[current.name](turn, message, current):
        return True
    if questions.is_in_danger(turn):
        return False
    if questions.is_timely(turn, message, current) and words.says_nothing(message.text):
        _ask_again(turn, current)
        return True
    return False


def _names_a_place(turn: Turn, current: Dialogue, text: str) -> bool:
    """Tell whether words answer where they live, whatever else they may be taken for."""
    if current.name != AREA:
        return False
    gazetteer = turn.context.gazetteer
    commune = current.data.get("commune", "")
    near = gazetteer.find(text, within=commune) if gazetteer.get(commune) is not None else Found()
    found = near if near.matches else gazetteer.find(text)
    return bool(found.matches) and not found.remainder


def asking_again(take: Taker) -> Taker:
    """Wrap the last taker: after a tip our open question is asked once more, and only once."""

    def take_then_ask(turn: Turn, message: Message) -> bool:
        before = dialogues.current(turn.tx, turn.me.id)
        taken = take(turn, message)
        after = dialogues.current(turn.tx, turn.me.id)
        if not taken or turn.resident is None or before is None or after is None:
            return taken
        if questions.is_in_danger(turn):
            return True
        if after.name in OURS and after.data.get("asked") == before.data.get("asked"):
            if not after.data.get("again"):
                _ask_again(turn, after)
            questions.mark_repeated(turn)
        return True

    return take_then_ask


def _ask_again(turn: Turn, current: Dialogue) -> None:
    match current.name:
        case questions.CONSENT if minors.is_asked_for(current):
            minors.ask(turn)
        case questions.CONSENT:
            questions.ask_consent(turn, briefly=True)
        case questions.AREA:
            homes.ask_again(turn, current)
        case questions.STOP:
            questions.ask_stop(turn)


def command(turn: Turn, message: Message) -> bool:
    """Take a command; one that does not exist is answered with those that do.

    What follows an unknown one is set aside, should it be a tip, and taken at once in a danger.
    """
    if not message.text.startswith("/"):
        return False
    name, *more = message.text[1:].split(maxsplit=1) or [""]
    rest = "".join(more).strip()
    handler = _COMMANDS.get(name.lower())
    if handler is not None:
        resident_of(turn)
        handler(turn, rest)
        return True
    if name.lower() in OTHERS_COMMANDS or (rest and not _COMMAND_NAME.fullmatch(name)):
        return False
    if len(name) > _LONGEST_NAME:
        return False
    for said in (rest, message.text[1:]):
        if taking.emergency(turn, replace(message, text=said)):
            return True
    if any(complaints.refuse(turn, said) for said in (rest, message.text[1:])):
        return True
    unknown = turn.text(
        "residents.unknown_command", ten=f"/{name}", lenh=turn.text("residents.commands")
    )
    tip = aside.tip_button(turn, replace(message, text=rest)) if rest else ()
    turn.tell(Outgoing(text=unknown, buttons=tip))
    return True


def _help(turn: Turn, _rest: str) -> None:
    turn.say("residents.help", lenh=turn.text("residents.commands"))


def _language(turn: Turn, _rest: str) -> None:
    tongues.ask(turn)


def _area(turn: Turn, rest: str) -> None:
    if not rest:
        homes.ask_openly(turn)
    elif not homes.by_name(turn, rest):
        homes.say_not_found(turn)


def _subscribe(turn: Turn, _rest: str) -> None:
    welcome.subscribe(turn, "/dangky")


def _stop(turn: Turn, _rest: str) -> None:
    stopping.stop_now(turn, "/dung")


def _pause(turn: Turn, rest: str) -> None:
    said = f"tạm ngưng {rest}".strip()
    pausing.suspend(turn, f"/tamngung {rest}".strip(), pause_words.how_long(said))


def _resume(turn: Turn, _rest: str) -> None:
    welcome.subscribe(turn, "/tieptuc")


def _tips(turn: Turn, _rest: str) -> None:
    own.show(turn)


def _follow(turn: Turn, rest: str) -> None:
    ties.follow(turn, rest)


def _link(turn: Turn, _rest: str) -> None:
    linked.make(turn)


def _data(turn: Turn, _rest: str) -> None:
    own_data.show(turn)


_COMMANDS: Mapping[str, Callable[[Turn, str], None]] = {
    "trogiup": _help,
    "help": _help,
    "ngonngu": _language,
    "language": _language,
    "khuvuc": _area,
    "area": _area,
    "vaitro": choices.parts_command,
    "roles": choices.parts_command,
    "loaitin": choices.subjects_command,
    "topics": choices.subjects_command,
    "dangky": _subscribe,
    "subscribe": _subscribe,
    "dung": _stop,
    "stop": _stop,
    "tamngung": _pause,
    "pause": _pause,
    "tieptuc": _resume,
    "resume": _resume,
    "tincuatoi": _tips,
    "mytips": _tips,
    "theodoi": _follow,
    "follow": _follow,
    "lienket": _link,
    "kenh": linked.command,
    "channel": linked.command,
    "dulieu": _data,
    "data": _data,
}


def _press_aside(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Đây là tin báo**: the words set aside go the way of any tip."""
    aside.take_up(turn, press, args, asking_again(taking.take))


PRESSES: Mapping[str, Presser] = {
    "about": welcome.press_about,
    "ack": stopping.press_acknowledge,
    "area": homes.press,
    "aside": _press_aside,
    "data": own_data.press,
    "part": choices.press_part,
    "wants": choices.press_subject,
    "consent": welcome.press_consent,
    "lang": tongues.press,
    **linked.PRESSES,
    "pledge": pledges.press,
    "pause": pausing.press,
    STALE: stopping.press_stale,
    "stop": stopping.press_stop,
    "unsafe": replies.press_unsafe,
    "wish": stopping.press_wish,
}
