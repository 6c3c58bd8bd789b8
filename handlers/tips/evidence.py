"""`/chungcu`: the chief orders the originals of a tip's files, to be opened on the machine."""

from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.messages import ChatKind, Outgoing
from domain.roles import Permission
from handlers.tips.meant import named
from handlers.turn import Turn
from tips import evidence


def command(turn: Turn, argument: str) -> None:
    """Handle `/chungcu MÃ reason`: a code that works once, for a quarter of an hour.

    Raises: Refusal.
    """
    turn.require(Permission.TAKE_EVIDENCE)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("revealing.privately")
    tip_id, reason = named(turn, argument, "/chungcu")
    tip, code = evidence.order(turn.tx, tip_id, turn.staff, reason)
    minutes = str(int(evidence.VALID.total_seconds() // 60))
    turn.context.outbox.put(
        turn.tx,
        turn.me.id,
        Outgoing(
            text=turn.text("evidence.code", ma_tin=tip.case_number, ma=code, phut=minutes),
            protected=True,
        ),
        kind=DeliveryKind.NOTICE,
        lane=Lane.TALK,
        language=turn.language.value,
    )
