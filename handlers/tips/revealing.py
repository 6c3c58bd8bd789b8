"""`/danhtinh`: the chief alone may see from which account a tip came, for a reason, and is logged.

And **Xem liên hệ**: whoever holds a tip sees the contact that its writer left at their own wish.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.channel_names import channel_name
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Outgoing, Press
from domain.roles import Permission
from handlers.router import Presser
from handlers.tips.meant import named, tip_id_of
from handlers.turn import Turn
from storage.people import dialogues
from tips import contacts, revealing

DIALOGUE = "revealing"
CONFIRM_WITHIN = timedelta(minutes=10)


def command(turn: Turn, argument: str) -> None:
    """Handle `/danhtinh MÃ reason`: say what it means, and ask once more.

    Raises: Refusal.
    """
    turn.require(Permission.REVEAL_IDENTITY)
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("revealing.privately")
    tip_id, reason = named(turn, argument, "/danhtinh")
    tip = revealing.must_be_revealable(turn.tx, tip_id, turn.staff, reason)
    waiting = dialogues.current(turn.tx, turn.me.id)
    if waiting is not None and not {DIALOGUE, "tip", "ask"}.issuperset(waiting.names):
        fresh = waiting.updated_at is None or turn.tx.now - waiting.updated_at <= CONFIRM_WITHIN
        if fresh:
            raise Refusal("entering.something_waits")
    token = short(turn.tx.new_id())
    data = {"tip": short(tip.id), "reason": reason, "token": token}
    dialogues.keep(turn.tx, turn.me.id, DIALOGUE, data)
    turn.say(
        "revealing.confirm",
        (Button(turn.text("revealing.button_yes"), f"reveal:yes:{token}"),),
        (Button(turn.text("revealing.button_no"), f"reveal:no:{token}"),),
        ma_tin=tip.case_number,
        ly_do=reason,
    )


def press(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the confirmation, once: show what is kept, say that it was logged."""
    del press
    turn.require(Permission.REVEAL_IDENTITY)
    known = dialogues.current(turn.tx, turn.me.id)
    if turn.chat.kind is not ChatKind.PRIVATE or known is None or known.name != DIALOGUE:
        raise Refusal("app.stale_button")
    if len(args) != 2 or args[1] != known.data["token"] or args[0] not in ("yes", "no"):
        raise Refusal("app.stale_button")
    late = known.updated_at is None or turn.tx.now - known.updated_at > CONFIRM_WITHIN
    if late:
        raise Refusal("app.stale_button")
    if not dialogues.end(turn.tx, turn.me.id):
        raise Refusal("app.stale_button")
    if args[0] == "no":
        turn.say("revealing.left")
        return
    tip_id = from_short(known.data["tip"])
    if tip_id is None:
        raise Refusal("app.stale_button")
    found = revealing.reveal(turn.tx, tip_id, turn.staff, known.data["reason"])
    lines = [
        turn.text(
            "revealing.shown",
            ma_tin=found.tip.case_number,
            kenh=channel_name(found.channel, turn.text),
            ma_tai_khoan=found.account,
        )
    ]
    if found.now_channel is not None:
        now = channel_name(found.now_channel, turn.text)
        lines.append(turn.text("revealing.shown_now", kenh=now, ma_tai_khoan=found.now_account))
    if found.contact:
        lines.append(turn.text("revealing.shown_contact", lien_he=found.contact))
    lines.append(turn.text("revealing.logged"))
    _tell_alone(turn, "\n".join(lines))


def press_contact(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Xem liên hệ**: to the holder, privately; it is noted."""
    tip, contact = contacts.read(turn.tx, tip_id_of(args), turn.staff)
    _tell_alone(turn, turn.text("review.contact", ma_tin=tip.case_number, lien_he=contact))
    turn.answer(press.press_id, turn.text("review.sent_privately"))


def _tell_alone(turn: Turn, text: str) -> None:
    """Say something to this member of staff that no ledger row ties to the tip."""
    turn.context.outbox.put(
        turn.tx,
        turn.me.id,
        Outgoing(text=text, protected=True),
        kind=DeliveryKind.NOTICE,
        lane=Lane.TALK,
        language=turn.language.value,
    )


PRESSES: Mapping[str, Presser] = {"reveal": press, "contact": press_contact}
