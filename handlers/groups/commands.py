"""Commands typed in a group: what they need, or that they belong into the private chat.

One line for the whole group once in a while, naming nobody; nothing is done for who typed it, since
everybody in the group would learn of it.
"""

from domain.delivery import Lane
from domain.language import Language
from domain.messages import Button, Message, Outgoing
from handlers.groups.talk import privately
from handlers.turn import Turn
from storage.groups import neutral_lines
from tips.urgency import alarm_in

_REPORT = "baotin"
_PRIVATE = frozenset(
    {
        *("start", "trogiup", "help", "ngonngu", "language", "khuvuc", "area"),
        *("dangky", "subscribe", "dung", "stop", "dulieu", "data"),
        *("tincuatoi", "mytips", "theodoi", "follow"),
    }
)
"""Residents' commands, which mean the person who types them."""


def take(turn: Turn, message: Message) -> bool:
    """Take a command of residents in a neighbourhood group that has nothing to tell."""
    group = turn.group
    if message.addressed is None or group is None or turn.group_address is None:
        return False
    if group.left_at is not None or group.purpose == "review" or not message.text.startswith("/"):
        return False
    name, *rest = message.text[1:].split(maxsplit=1) or [""]
    name = name.partition("@")[0].casefold()
    if name == _REPORT and not (rest or message.media or message.location):
        _say(turn, message, "groups.how_to_report")
        return True
    if name not in _PRIVATE or (rest and alarm_in("".join(rest)) is not None):
        return False
    _say(turn, message, "groups.in_private")
    return True


def _say(turn: Turn, message: Message, key: str) -> None:
    assert turn.group_address is not None
    last = neutral_lines.last_in(turn.tx, turn.group_address.id)
    if last is not None and turn.tx.now - last < turn.context.rules.neutral_every:
        return
    say = turn.context.catalogue.say
    start = privately(turn.group.id if turn.group is not None else None)
    line = turn.tell_group(
        Outgoing(
            text=say(Language.VI, key),
            buttons=((Button(say(Language.VI, "groups.button_private"), start=start),),),
            thread=message.chat.thread,
        ),
        lane=Lane.TALK,
    )
    neutral_lines.note(turn.tx, line)
