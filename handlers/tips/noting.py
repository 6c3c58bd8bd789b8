"""Notes on a tip in chat: `/ghichu`, and asking whether unclear words are one."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from domain.roles import Permission
from handlers.router import Presser
from handlers.tips.meant import named, say_here
from handlers.turn import Turn
from storage.tips.tips import Tip
from tips import notes
from tips.desk import tell
from tips.notes import Meant

_CHOICES: Mapping[str, Meant | None] = {
    "note": Meant.NOTE,
    "answer": Meant.ANSWER,
    "drop": None,
}


def note_command(turn: Turn, argument: str) -> None:
    """Handle `/ghichu MÃ lời`, or as a reply `/ghichu lời`."""
    turn.require(Permission.READ_URGENT_TIPS)
    tip_id, words = named(turn, argument, "/ghichu")
    tip = notes.add(turn.tx, tip_id, turn.staff, words)
    under = turn.incoming.message_id
    say_here(
        turn,
        tip,
        Outgoing(text=turn.text("review.noted", ma_tin=tip.case_number), reply_to=under),
    )
    _tell_colleagues(turn, tip)


def _tell_colleagues(turn: Turn, tip: Tip) -> None:
    """Say under the card that there is a note; typed before their eyes, it says so itself."""
    if turn.chat.kind is not ChatKind.PRIVATE or turn.staff is None:
        return
    read = Button(turn.text("review.button_read"), f"read:{short(tip.id)}")
    tell(turn.tx, turn.context, tip, "review.note_added", (read,), ten=turn.staff.name)


def ask(turn: Turn, tip_id: UUID, message: Message, lookup: bytes, words: str) -> None:
    """Keep words that may be a note or an answer, and ask which."""
    tip, event_id = notes.hold(turn.tx, tip_id, turn.staff, words, lookup)
    rows = tuple(
        (Button(turn.text(f"review.button_is_{name}"), f"meant:{short(event_id)}:{name}"),)
        for name in _CHOICES
    )
    text = turn.text("review.note_or_answer", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=text, buttons=rows, reply_to=message.message_id))


def press_meant(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the choice: a note, an answer to the writer, or neither."""
    event_id = from_short(args[0]) if len(args) == 2 and args[1] in _CHOICES else None
    if event_id is None:
        raise Refusal("app.stale_button")
    meant = _CHOICES[args[1]]
    tip = notes.settle(turn.tx, turn.context, event_id, turn.staff, meant)
    key = {Meant.NOTE: "review.noted", Meant.ANSWER: "review.relayed"}.get(
        meant or Meant.UNCLEAR, "review.dropped"
    )
    told = turn.text(key, ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=told, reply_to=press.message_id))
    if meant is Meant.NOTE:
        _tell_colleagues(turn, tip)
    turn.answer(press.press_id, told)


PRESSES: Mapping[str, Presser] = {"meant": press_meant}
