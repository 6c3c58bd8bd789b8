"""Groups that are not connected yet: staff learn the id that the set-up file needs."""

from domain.messages import ChatKind, Message
from handlers.turn import Turn

_CONNECT = "/ketnoi"


def take(turn: Turn, message: Message) -> bool:
    """Tell a linked member of staff, in private, the id of the group they ask in.

    Nothing is written into the group and no row of it is made.
    """
    if turn.staff is None or turn.chat.kind is ChatKind.PRIVATE:
        return False
    if message.text.split(" ", 1)[0].casefold() != _CONNECT:
        return False
    if turn.group is not None:
        turn.say("connecting.connected", label=turn.group.label)
    else:
        turn.say("connecting.group_id", id=turn.chat.chat_id)
    return True
