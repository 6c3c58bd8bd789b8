"""Words in a group that are to go: asked by their writer in private, or by a reviewer on the card.

Nothing of it is said in the group, and nothing there is quoted.
"""

from collections.abc import Mapping, Sequence

from domain.errors import Refusal
from domain.ids import short
from domain.messages import Button, ChatKind, Message, Press
from handlers.router import Presser
from handlers.tips import telling
from handlers.tips.meant import tip_id_of
from handlers.tips.presses import own_tip
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.groups import public_words
from storage.tips import tip_events, tips
from storage.tips.tips import Tip
from tips import taking_down
from tips.taking_down_words import asks

_OFFERED = 10


def take(turn: Turn, message: Message) -> bool:
    """Take a private message that asks for one's words in a group to be taken down."""
    if turn.chat.kind is not ChatKind.PRIVATE or message.media or message.location is not None:
        return False
    if message.forwarded or not asks(message.text):
        return False
    found = [
        tip
        for tip_id in public_words.told_by(turn.tx, turn.me.id, _OFFERED)
        if (tip := tips.locked(turn.tx, tip_id)) is not None
    ]
    if not found:
        turn.say("takedown.nothing")
    elif len(found) == 1:
        _begin(turn, found[0])
    else:
        rows = tuple((_button(turn, tip),) for tip in found)
        turn.say("takedown.which", *rows)
    return True


def take_in_group(turn: Turn, message: Message) -> bool:
    """Take the same wish said to us in a group: it is no tip, and nothing is answered there.

    Who is a stranger to us has told nothing that we could take down.
    """
    if message.addressed is None or turn.group is None or message.media:
        return False
    if not asks(telling.words_in(turn, message.text)):
        return False
    if turn.person is None:
        return True
    told = (
        tips.locked(turn.tx, tip_id)
        for tip_id in public_words.told_by(turn.tx, turn.person.id, _OFFERED)
    )
    here = [tip for tip in told if tip is not None and tip.group_id == turn.group.id]
    found = _meant(turn, message, here) or here
    if len(found) == 1:
        _begin_quietly(turn, found[0])
    elif found:
        turn.say("takedown.which", *((_button(turn, tip),) for tip in found))
    else:
        turn.say("takedown.nothing")
    return True


def _meant(turn: Turn, message: Message, found: Sequence[Tip]) -> list[Tip]:
    """Return those of their tips that were told in what, or under which, they reply now."""
    chat = turn.group_address
    if message.reply_to is None or chat is None:
        return []
    piece = tip_events.by_message(turn.tx, chat.id, message.reply_to)
    if piece is not None:
        return [tip for tip in found if tip.id == piece.tip_id]
    post = ledger.by_message(turn.tx, chat.id, message.reply_to)
    if post is None or post.run_id is None:
        return []
    return [tip for tip in found if tip.run_id == post.run_id]


def press_unsay(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Xin gỡ lời của tôi** under the receipt of a public tip."""
    del press
    _begin(turn, own_tip(turn, args))


def press_remove(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Gỡ khỏi nhóm** on a card, with one press."""
    tip, begun = taking_down.by_staff(turn.tx, turn.context, tip_id_of(args), turn.staff)
    key = "takedown.begun_by_staff" if begun else "takedown.by_hand_already"
    turn.answer(press.press_id, turn.text(key, ma_tin=tip.case_number))


def _begin_quietly(turn: Turn, tip: Tip) -> None:
    try:
        _begin(turn, tip)
    except Refusal as refusal:
        # The router tells nothing in groups; who asked is told in private.
        turn.say(refusal.key, **refusal.facts)


def _begin(turn: Turn, tip: Tip) -> None:
    begun = taking_down.begin(turn.tx, turn.context, tip, None)
    turn.say("takedown.begun" if begun else "takedown.failed_for_writer")


def _button(turn: Turn, tip: Tip) -> Button:
    label = turn.text("takedown.button_this", ma_tin=tip.case_number)
    return Button(label, f"unsay:{short(tip.id)}")


PRESSES: Mapping[str, Presser] = {"unsay": press_unsay, "remove": press_remove}
"""`unsay` is pressed by residents, `remove` by reviewers."""
