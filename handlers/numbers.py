"""Numbers typed in place of pressing: when they are words of a tip, and when it is asked again."""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from domain.ids import from_short, short
from domain.messages import Button, Message, Press
from domain.tip import TipEventKind
from domain.toneless import fold
from handlers.turn import Context, Turn
from storage.database import Tx
from storage.deliveries import typed_numbers
from storage.people import addresses
from storage.people.addresses import Account
from storage.tips import tip_events
from tips import intake

SURE = "sure"
"""Verb before an action that was asked about once more."""
_NOT = "no"
_WHICH = "which"
_TAKES_AWAY: Mapping[str, str] = MappingProxyType(
    {
        "mistake": "tips.button_mistake",
        "chief": "tips.button_chief",
        "uncontact": "tips.button_uncontact",
        "unsay": "takedown.button_unsay",
        "data:yes": "residents.erase_yes",
    }
)
"""What closes, hides or erases, with what its button is called; a stop asks in its own way."""
_OF_RECEIPT = frozenset({"more", "chief", "mistake", "mycontact", "follow", "unsay", "stop"})
"""What may stand under the newest message while somebody tells."""
_CRY = "cry"
_OPEN_END = re.compile(
    r"(?:^|[\s,;(])(?:so|so nha|nha|thon|xom|ap|ban|buon|khoi|khoi pho|khu|khu pho|to|to dan pho"
    r"|ngo|ngach|hem|kiet|duong|pho|quoc lo|ql|tinh lo|tl|km|cot|tang|phong|can ho|lo|toa"
    r"|luc|khoang|tam|hoi|ngay|bien so|bks|bs|duoi|doi"
    r"|number|nr|house|hamlet|village|block|group|lane|alley|road|street|highway|route|room"
    r"|floor|building|flat|plate)$"
)
_OPEN_END_HAN = (
    "号",
    "号码",
    "门牌",
    "牌",
    "村",
    "组",
    "第",
    "路",
    "街",
    "巷",
    "弄",
    "楼",
    "栋",
    "室",
    "公里",
    "点",
)


def meant(tx: Tx, context: Context, account: Account, message: Message) -> Message | Press:
    """Return the press that a typed number stands for, or the message as it is."""
    able = context.outbox.able(account.channel)
    quotes = able is None or able.quotes
    found = typed_numbers.as_press(tx, account.id, message, quotes=quotes)
    if found is None:
        return message
    presses = (found,) if isinstance(found, Press) else (found.earlier, found.later)
    if any(are_words(tx, context, account, message, press) for press in presses):
        return message
    if isinstance(found, Press):
        return found
    return replace(found.later, action=_both(found))


def _both(found: typed_numbers.Unclear) -> str:
    rows = ":".join(short(one) for one in found.between)
    return f"{_WHICH}:{rows}:{found.earlier.action}\n{found.later.action}"


def ask_which(turn: Turn, press: Press) -> bool:
    """Ask which of two messages a typed number answers; False where that is clear."""
    if not turn.typed or not press.action.startswith(f"{_WHICH}:"):
        return False
    _, *rows, both = press.action.split(":", 3)
    actions = both.split("\n")
    places = ("numbers.button_earlier", "numbers.button_later")
    asked = [
        (Button(_called(turn, row, action, place), f"{SURE}:{action}"),)
        for row, action, place in zip(rows, actions, places, strict=True)
    ]
    none = (Button(turn.text("numbers.button_no"), f"{SURE}:{_NOT}"),)
    turn.say("numbers.which", *asked, none)
    return True


def _called(turn: Turn, row: str, action: str, place: str) -> str:
    """Name a message by how it begins, and what would be done where that takes something away."""
    known, label = from_short(row), _label(action)
    begins = typed_numbers.beginning(turn.tx, known) if known is not None else ""
    said = (f"{turn.text(place)}{f' “{begins}”' if begins else ''}",)
    return ": ".join((*said, turn.text(label)) if label is not None else said)


def _label(action: str) -> str | None:
    return _TAKES_AWAY.get(action.partition(":")[0]) or _TAKES_AWAY.get(
        ":".join(action.split(":")[:2])
    )


def are_words(tx: Tx, context: Context, account: Account, message: Message, press: Press) -> bool:
    """Tell whether a number goes on with a tip just being told, rather than choosing.

    It may be a house's after "ở nhà số"; and nobody reads a receipt and chooses within a burst. A
    cry of danger counts there all the same.
    """
    verb = press.action.partition(":")[0]
    if verb != _CRY and verb not in _OF_RECEIPT and verb not in _TAKES_AWAY:
        return False
    here = addresses.find(tx, account.id, message.chat.chat_id)
    tip = intake.current(intake.told_privately(tx, here.id), tx.now) if here is not None else None
    if tip is None:
        return False
    since = tx.now - tip.last_piece_at
    if since <= context.rules.burst and verb != _CRY:
        return True
    said = [one.text for one in tip_events.of_tip(tx, tip) if one.kind is TipEventKind.PIECE]
    return since <= intake.PAUSE and bool(said) and wants_number(said[-1] or "")


def wants_number(text: str) -> bool:
    """Tell whether words end where a number is still to come."""
    plain = fold(text)
    return _OPEN_END.search(plain) is not None or plain.endswith(_OPEN_END_HAN)


def ask_again(turn: Turn, press: Press) -> bool:
    """Ask whether a typed number really meant what takes something away; False for others."""
    label = _label(press.action)
    if not turn.typed or label is None:
        return False
    said = turn.text(label)
    turn.say(
        "numbers.sure",
        (Button(said, f"{SURE}:{press.action}"),),
        (Button(turn.text("numbers.button_no"), f"{SURE}:{_NOT}"),),
        nhan=said,
    )
    return True


def meant_no(turn: Turn, action: str) -> bool:
    """Say that nothing was done, where that is what was answered; False for anything else."""
    if action != _NOT:
        return False
    turn.say("numbers.nothing_done")
    return True
