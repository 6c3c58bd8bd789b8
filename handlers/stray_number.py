"""A bare number that no list waits for, where people type numbers in place of pressing buttons."""

from domain.messages import Message
from domain.typed_number import typed_number
from handlers.turn import Turn
from tips import intake


def take(turn: Turn, message: Message) -> bool:
    """Say that there is nothing to choose; while a tip is being told the number is a part of it."""
    door = turn.context.outbox.door(turn.account.channel)
    if not door.typed_choices or message.media or typed_number(message.text) is None:
        return False
    told = intake.told_privately(turn.tx, turn.me.id)
    if intake.current(told, turn.tx.now) is not None:
        return False
    key = "nothing_to_choose" if turn.staff is None else "nothing_to_choose_staff"
    turn.say(f"app.{key}", so=message.text.strip())
    return True
