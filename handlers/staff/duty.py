"""Being on duty: `/truc` takes it, `/hettruc` ends it; alarms go to who is on duty first."""

from domain.clock import show_time
from domain.messages import Outgoing
from domain.roles import Permission
from handlers.turn import Turn
from storage import duty


def take(turn: Turn, argument: str) -> None:
    """Put who writes on duty for a day at most, and say who is.

    Raises: Refusal.
    """
    del argument
    staff = turn.require(Permission.READ_URGENT_TIPS)
    until = duty.take(turn.tx, staff)
    lines = [turn.text("officers.duty_taken", luc=show_time(until)), _who(turn)]
    turn.tell(Outgoing(text="\n".join(lines)))


def end(turn: Turn, argument: str) -> None:
    """End the duty of who writes, and say who is still on duty.

    Raises: Refusal.
    """
    del argument
    staff = turn.require(Permission.READ_URGENT_TIPS)
    key = "officers.duty_ended" if duty.end(turn.tx, staff) else "officers.duty_none"
    turn.tell(Outgoing(text="\n".join([turn.text(key), _who(turn)])))


def _who(turn: Turn) -> str:
    names = [one.name for one in duty.on_duty(turn.tx, turn.unit.id)]
    if not names:
        return turn.text("officers.duty_nobody")
    return turn.text("officers.duty_who", ten=", ".join(names))
