"""What officers write privately that answers nothing: is it meant as a tip, or was it a slip?

A note to a colleague sent to the wrong chat must not become a tip; a tip must not be lost. So they
are asked, and meanwhile their words wait in the (sealed) dialogue.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, ChatKind, Edit, Message, Press
from handlers.router import Presser
from handlers.tips import complaints, presses, review, taking, telling
from handlers.turn import Turn
from people import words
from people.words import OptOut
from storage import codec
from storage.deliveries import ledger
from storage.people import dialogues
from storage.people.dialogues import Dialogue
from storage.tips import tip_events
from storage.tips import tips as stored_tips
from storage.tips.tips import Tip
from tips import intake
from tips.urgency import alarm_in

MAYBE_TIP = "maybe_tip"
_SAME_STORY = timedelta(minutes=30)
"""How long what follows is taken for more of the same."""
_MOST_KEPT = 20


def check(turn: Turn, message: Message) -> bool:
    """Take what an officer, who is not a resident to us, did not plainly mean as a tip."""
    if turn.staff is None or turn.resident is not None or turn.chat.kind is not ChatKind.PRIVATE:
        return False
    if message.text.startswith("/") or review.is_answer(turn, message):
        return False
    tip = _tip_replied_to(turn, message)
    if tip is not None and tip.address_id == turn.me.id:
        return False
    if tip is not None:
        turn.say("review.reply_to_card", ma_tin=tip.case_number)
        return True
    return _short_word(turn, message) or _maybe_a_tip(turn, message)


def edited(turn: Turn, edit: Edit) -> bool:
    """Take new words of a message that waits for their answer; a danger in them is no slip."""
    if turn.staff is None or turn.chat.kind is not ChatKind.PRIVATE:
        return False
    current = dialogues.current(turn.tx, turn.me.id)
    if current is None or current.name != MAYBE_TIP or alarm_in(edit.text) is not None:
        return False
    kept = [codec.read_incoming(written) for written in json.loads(current.data["messages"])]
    changed = [
        replace(one, text=edit.text)
        if isinstance(one, Message) and one.message_id == edit.message_id
        else one
        for one in kept
    ]
    if changed == kept:
        return False
    messages = json.dumps([codec.write_incoming(one) for one in changed], ensure_ascii=False)
    dialogues.keep(turn.tx, turn.me.id, MAYBE_TIP, {**current.data, "messages": messages})
    return True


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the buttons of the question: `officer:yes:<token>`, `officer:no:<token>`."""
    del press
    current = dialogues.current(turn.tx, turn.me.id)
    match args:
        case [("yes" | "no") as said, token] if (
            current is not None and current.name == MAYBE_TIP and current.data["token"] == token
        ):
            _settle(turn, current, meant=said == "yes")
        case _:
            raise Refusal("app.stale_button")


def _short_word(turn: Turn, message: Message) -> bool:
    """Take a typed answer to our question, and a stop where there is nothing to stop."""
    if message.media or message.location is not None:
        return False
    current = dialogues.current(turn.tx, turn.me.id)
    meant = words.yes_or_no(message.text)
    if current is not None and current.name == MAYBE_TIP and meant is not None:
        _settle(turn, current, meant=meant)
        return True
    if words.opt_out(message.text, awaiting=True) is not OptOut.CLEAR:
        return False
    turn.say("officers.nothing_to_stop")
    return True


def _maybe_a_tip(turn: Turn, message: Message) -> bool:
    piece = telling.piece_of(turn, message, turn.me, message.text)
    if piece.is_empty or piece.is_small_talk or _is_telling(turn):
        return False
    if complaints.refuse(turn, piece.text):
        return True
    current = dialogues.current(turn.tx, turn.me.id)
    if current is None or current.name == MAYBE_TIP:
        _keep(turn, message, current)
        return True
    if current.name in (presses.TIP, presses.ASK):
        return False
    turn.say("officers.not_used")
    return True


def _keep(turn: Turn, message: Message, waiting: Dialogue | None) -> None:
    """Keep the words, after those of a moment ago; ask unless that was done just now."""
    since = turn.tx.now - waiting.updated_at if waiting and waiting.updated_at else _SAME_STORY
    kept: list[str] = []
    token = short(turn.tx.new_id())
    if waiting is not None and since < _SAME_STORY:
        kept, token = json.loads(waiting.data["messages"]), waiting.data["token"]
    if len(kept) >= _MOST_KEPT:
        raise Refusal("officers.too_much")
    kept.append(codec.write_incoming(message))
    data = {"messages": json.dumps(kept, ensure_ascii=False), "token": token}
    dialogues.keep(turn.tx, turn.me.id, MAYBE_TIP, data)
    if len(kept) == 1 or since > turn.context.rules.burst:
        turn.say(
            "officers.ask",
            (Button(turn.text("officers.yes_button"), f"officer:yes:{token}"),),
            (Button(turn.text("officers.no_button"), f"officer:no:{token}"),),
        )


def _settle(turn: Turn, waiting: Dialogue, *, meant: bool) -> None:
    dialogues.end(turn.tx, turn.me.id)
    if not meant:
        turn.say("officers.let_go")
        return
    for written in json.loads(waiting.data["messages"]):
        message = codec.read_incoming(written)
        if isinstance(message, Message):
            taking.take(turn, message)


def _tip_replied_to(turn: Turn, message: Message) -> Tip | None:
    if message.reply_to is None:
        return None
    row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
    own = tip_events.by_message(turn.tx, turn.me.id, message.reply_to)
    tip_id = own.tip_id if own is not None else row.tip_id if row is not None else None
    return stored_tips.get(turn.tx, tip_id) if tip_id is not None else None


def _is_telling(turn: Turn) -> bool:
    """Tell whether they are in the middle of a tip of their own."""
    recent = stored_tips.recent_of(turn.tx, turn.me.id, turn.tx.now - intake.TALK)
    return intake.current([tip for tip in recent if not tip.public], turn.tx.now) is not None


PRESSES: Mapping[str, Presser] = {"officer": press}
