"""The staff's commands about tips, and those that also work in a review group."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from domain.errors import Refusal
from domain.messages import ChatKind, Message, Outgoing
from domain.roles import Permission
from domain.toneless import fold
from handlers.staff import handing_over
from handlers.tips import (
    closing,
    docketing,
    due,
    labels,
    muting,
    noting,
    review,
    valuing,
    waiting,
)
from handlers.tips.meant import say_here
from handlers.turn import Turn

Act = Callable[[Turn, str], None]

COMMANDS: Mapping[str, tuple[Permission, Act]] = MappingProxyType(
    {
        "tin": (Permission.READ_URGENT_TIPS, due.list_command),
        "tindoi": (Permission.READ_URGENT_TIPS, waiting.list_command),
        "chude": (Permission.READ_URGENT_TIPS, labels.subject_command),
        "traloi": (Permission.READ_URGENT_TIPS, review.answer_command),
        "ghichu": (Permission.READ_URGENT_TIPS, noting.note_command),
        "bangiao": (Permission.HAND_OVER, handing_over.command),
        "giatri": (Permission.CLOSE_TIP, valuing.value_command),
        "chuyencoquan": (Permission.CLOSE_TIP, closing.transfer_command),
        "baocap": (Permission.CLOSE_TIP, due.report_command),
        "giahan": (Permission.EXTEND_CLOCK, due.extend_command),
        "vuviec": (Permission.CLOSE_TIP, docketing.docket_command),
        "ngungnhan": (Permission.MUTE_SENDER, muting.mute_command),
        "nhanlai": (Permission.MUTE_SENDER, muting.unmute_command),
    }
)
"""By name, in the order in which they are listed."""


def in_review_group(turn: Turn, message: Message) -> bool:
    """Take a command about a tip that staff type in a review group, mostly under its card."""
    if turn.chat.kind is ChatKind.PRIVATE or turn.group is None or turn.staff is None:
        return False
    text = message.text.strip()
    if turn.group.purpose != review.PURPOSE or not text.startswith("/"):
        return False
    typed, _, argument = text.partition(" ")
    known = COMMANDS.get(fold(typed.partition("@")[0].removeprefix("/")))
    if known is None:
        return False
    try:
        with turn.tx.savepoint():
            known[1](turn, argument.strip())
    except Refusal as refusal:
        # Told here and not by the router, which says nothing in groups.
        told = turn.text(refusal.key, **refusal.facts)
        say_here(turn, None, Outgoing(text=told, reply_to=message.message_id))
    return True
