"""What is not taken here: who denounces an official is shown where the law takes that, who writes
of views, faiths or debts what this channel is for.

Nothing of the words is kept, not even in a tip that is open: an accused may sit in the office that
reads tips. A danger now is served before this is asked.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import structlog

from domain.errors import Refusal
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from handlers.router import Presser
from handlers.tips import limits
from handlers.tips.presses import ASK, TIP
from handlers.turn import Turn
from storage.people import dialogues
from tips import intake
from tips.not_taken import NotTaken, not_taken
from tips.phrases import words_of

log = structlog.get_logger(__name__)

_ALBUM = "complaint_album"
"""Dialogue: the rest of an album whose caption was a denunciation is not taken either."""
_CALMED = "calmed"
"""Dialogue: who insults us was answered, once a day."""
_A_DAY = timedelta(days=1)
IN_A_TIP = (NotTaken.WATCH, NotTaken.ABUSE)
"""What is part of a tip that is being told, and of what a file shows."""
_WHERE = ["tiep", "cong", "dan"]


def take(turn: Turn, message: Message, text: str) -> bool:
    """Answer a denunciation privately and forget it; also the request for the addresses."""
    if turn.chat.kind is ChatKind.PRIVATE and [w.plain for w in words_of(text)] == _WHERE:
        turn.say("tips.complaint_addresses")
        return True
    if turn.person is not None and _rest_of_album(turn, message):
        return True
    alone = not message.media and message.location is None
    if not refuse(turn, text, alone=alone):
        return False
    if message.album is not None and turn.person is not None:
        name, data = _invited(turn)
        dialogues.keep(turn.tx, turn.me.id, name or _ALBUM, {**data, "album": message.album})
    return True


def refuse(turn: Turn, text: str, *, alone: bool = True) -> bool:
    """Show where such words belong; False when they are taken, or were not meant so.

    `alone`: no file and no place came with them, which may tell what the words do not.
    """
    why = not_taken(text)
    if why is None or _is_not_meant(turn):
        return False
    if why in IN_A_TIP and (not alone or _is_telling(turn)):
        return False
    log.info("words_not_taken", why=why.name.lower())
    if turn.person is None:
        # Who only speaks in a group stays unknown: no platform lets us write to them anyway.
        return True
    other = (Button(turn.text("tips.button_not_complaint"), "complaint:other"),)
    where = (Button(turn.text("tips.button_addresses"), "complaint:where"),)
    match why:
        case NotTaken.DENUNCIATION:
            said = Outgoing(text=turn.library_text("sys-officer-complaint"), buttons=(where, other))
        case NotTaken.ABUSE:
            if _is_calmed(turn) or not limits.may_answer(turn):
                return True
            said = Outgoing(text=turn.text("tips.abuse"), buttons=(other,))
        case NotTaken.OFF_LIMITS | NotTaken.WATCH:
            said = Outgoing(text=turn.library_text("sys-out-of-scope"), buttons=(other,))
    turn.tell(said)
    return True


def press(turn: Turn, _press: Press, args: Sequence[str]) -> None:
    """Handle the buttons: the addresses, or that it was meant as a tip (to be written again)."""
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("app.stale_button")
    match list(args):
        case ["where"]:
            turn.say("tips.complaint_addresses")
        case ["other"]:
            name, data = _invited(turn)
            data = {key: kept for key, kept in data.items() if key != "album"}
            dialogues.keep(turn.tx, turn.me.id, name or TIP, {**data, "not_complaint": "yes"})
            turn.say("tips.complaint_not_meant")
        case _:
            raise Refusal("app.stale_button")


def _invited(turn: Turn) -> tuple[str, dict[str, str]]:
    """Return the dialogue by which they were invited to write, and its campaign; empty if none."""
    open_now = dialogues.current(turn.tx, turn.me.id)
    if open_now is None or open_now.name not in (TIP, ASK) or open_now.updated_at is None:
        return "", {}
    if turn.tx.now - open_now.updated_at > turn.context.rules.assume_bound:
        return "", {}
    return open_now.name, open_now.data


def _is_not_meant(turn: Turn) -> bool:
    if turn.person is None:
        return False
    open_now = dialogues.current(turn.tx, turn.me.id)
    return open_now is not None and open_now.data.get("not_complaint") == "yes"


def _is_calmed(turn: Turn) -> bool:
    """Tell whether an insult was answered today; note that one is, where nothing else is open."""
    open_now = dialogues.current(turn.tx, turn.me.id)
    if open_now is None:
        dialogues.keep(turn.tx, turn.me.id, _CALMED, {})
        return False
    if open_now.name != _CALMED or open_now.updated_at is None:
        return False
    if turn.tx.now - open_now.updated_at < _A_DAY:
        return True
    dialogues.keep(turn.tx, turn.me.id, _CALMED, {})
    return False


def _is_telling(turn: Turn) -> bool:
    """Tell whether they are in the middle of a tip, of which such words are part."""
    if turn.person is None or turn.chat.kind is not ChatKind.PRIVATE:
        return False
    recent = intake.told_privately(turn.tx, turn.person.id)
    return intake.current(recent, turn.tx.now) is not None


def _rest_of_album(turn: Turn, message: Message) -> bool:
    if message.album is None:
        return False
    open_now = dialogues.current(turn.tx, turn.me.id)
    return open_now is not None and open_now.data.get("album") == message.album


PRESSES: Mapping[str, Presser] = {"complaint": press}
