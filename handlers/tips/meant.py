"""Which tip staff speak of, and where they are answered about it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import from_short
from domain.messages import ChatKind, Message, Outgoing
from domain.toneless import fold
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.people.addresses import Address
from storage.tips import tip_work, typed_under
from storage.tips.tips import Tip
from tips.desk import thread_of

_FEWEST_DIGITS = 5
_USUAL_DIGITS = (6, 7)
"""Of the year and the number in it; a phone number at the head of a note has more."""
_CASES = "/vuviec"
_HEAD = re.compile(r"\s*([\w-]{5,40})\s*[:：]\s*(\S.*)", re.DOTALL)


def tip_id_of(args: Sequence[str]) -> UUID:
    """Return the tip that a button names as its first argument.

    Raises: Refusal.
    """
    tip_id = from_short(args[0]) if args else None
    if tip_id is None:
        raise Refusal("app.stale_button")
    return tip_id


def named(turn: Turn, argument: str, command: str) -> tuple[UUID, str]:
    """Return the tip that a command is about, and what else was typed.

    By its number, whole or without the unit's part, else by a reply to anything about it.
    Raises: Refusal, also where a number was typed that no tip has: the tip that is replied to may
    be another.
    """
    # A phone makes a new line as easily as a space.
    first, rest = (*argument.split(maxsplit=1), "", "")[:2]
    tip_id = by_number(turn, first)
    if tip_id is not None:
        return tip_id, rest.strip()
    replied = _replied_to(turn)
    if replied is not None and _is_mistyped(turn, fold(first), rest, command):
        raise Refusal("which_tip.no_such", ma=first, lenh=command)
    if replied is not None:
        return replied, argument.strip()
    raise Refusal("review.which_tip", lenh=command)


def at_head(turn: Turn, text: str) -> tuple[UUID, str] | None:
    """Return the tip whose number stands before a colon, and the words behind; None for neither.

    So a card is answered where a platform does not tell which message somebody answers.
    """
    found = _HEAD.fullmatch(text)
    tip_id = by_number(turn, found[1]) if found is not None else None
    return (tip_id, found[2].strip()) if found is not None and tip_id is not None else None


def by_number(turn: Turn, typed: str) -> UUID | None:
    """Return the unit's tip of a number, whole or without the unit's part; None for no number."""
    # The unit's part is written as its code is, however it was typed.
    number = fold(typed).removeprefix(f"{fold(turn.unit.code)}-")
    if not number.isdecimal() or len(number) < _FEWEST_DIGITS:
        return None
    return tip_work.by_number(turn.tx, turn.unit.id, f"{turn.unit.code}-{number}")


def _is_mistyped(turn: Turn, first: str, rest: str, command: str) -> bool:
    """Tell whether the first word is the number of no tip, rather than the first of a reason."""
    if first.startswith(f"{fold(turn.unit.code)}-"):
        return True
    if not first.isdecimal():
        return False
    if not rest.strip():
        # What a case is called may be a number alone.
        return command != _CASES and len(first) >= _FEWEST_DIGITS
    return len(first) in _USUAL_DIGITS


def chat_of(turn: Turn) -> Address:
    """Return the chat in which they write or press."""
    if turn.chat.kind is ChatKind.PRIVATE or turn.group_address is None:
        return turn.me
    return turn.group_address


def say_here(
    turn: Turn, tip: Tip | None, outgoing: Outgoing, *, kind: DeliveryKind = DeliveryKind.NOTICE
) -> UUID:
    """Say something, mostly about a tip, to staff in the chat in which they wrote or pressed.

    What they wrote there about a tip is remembered for as long as it can be deleted.
    """
    here = chat_of(turn)
    said = turn.incoming
    if tip is not None and here.group_id is not None and isinstance(said, Message):
        typed_under.note(turn.tx, tip, here, said.message_id)
    # In a topic it is answered there, also about another tip.
    thread = turn.chat.thread
    if thread is None and tip is not None and here.group_id is not None:
        thread = thread_of(turn.tx, tip, here.id)
    turn.said = True
    return turn.context.outbox.put(
        turn.tx,
        here.id,
        replace(outgoing, thread=thread),
        kind=kind,
        lane=Lane.TALK,
        language=turn.language.value,
        group_id=here.group_id,
        tip_id=tip.id if tip is not None else None,
    )


def _replied_to(turn: Turn) -> UUID | None:
    message = turn.incoming
    if not isinstance(message, Message) or message.reply_to is None:
        return None
    row = ledger.by_message(turn.tx, chat_of(turn).id, message.reply_to)
    return row.tip_id if row is not None else None
