"""A danger now in a group: the emergency numbers at once, for everybody, and never who cried."""

from datetime import timedelta

from domain.delivery import DeliveryKind, Lane
from domain.messages import Outgoing
from handlers.tips import telling
from handlers.turn import Turn
from storage.groups import neutral_lines
from storage.people.addresses import Address
from tips.urgency import Alarm

_EVERY = timedelta(seconds=30)
"""Many cry at once when a house burns: numbers that came just now still stand before all eyes, and
twenty messages a minute are all that a platform takes in a group."""


def say_numbers(turn: Turn, chat: Address, alarm: Alarm | None = None) -> None:
    """Say the numbers in the chat and topic in which they wrote.

    The same to all: that somebody despairs is not for the group to be told.
    """
    language = (alarm.language if alarm is not None else None) or turn.language
    last = neutral_lines.numbers_at(turn.tx, chat.id, language.value)
    # What stands in one topic is not seen in another.
    if turn.chat.thread is None and last is not None and turn.tx.now - last < _EVERY:
        return
    turn.context.outbox.put(
        turn.tx,
        chat.id,
        Outgoing(text=telling.general_numbers(turn, language), thread=turn.chat.thread),
        kind=DeliveryKind.REPLY,
        lane=Lane.URGENT,
        language=language.value,
        group_id=chat.group_id,
    )
