"""What a resident may add to a tip at their own wish: a contact, a code to follow it by."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from domain.tip import TipState
from handlers.router import Presser
from handlers.tips import taking
from handlers.tips.presses import TIP, own_tip
from handlers.turn import Turn
from storage.deliveries import ledger
from storage.people import dialogues
from storage.staff import one_time_codes
from storage.tips import tip_claims, tip_contacts, tip_events, tips
from storage.tips.tips import Tip
from tips import contacts
from tips.contact_words import Reads, has_number, is_declined, reads_like
from tips.small_talk import is_small_talk

CONTACT = "contact"
"""Dialogue: they were asked for a name or a number."""
_ASKED = "asked"
"""What of the dialogue names our question."""
_EITHER = "either"
"""What of the dialogue names the message that may be a contact, or the tip's words."""
_FROM = "from"
"""Where its words begin in the contact that is kept."""
_WAITS = timedelta(minutes=30)
"""How long words without a number are taken for the answer."""
FORGOTTEN_AFTER = timedelta(days=1)
"""How long a number, or a reply to the question, is."""


def press_contact(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Để lại liên hệ**: ask for it, or show that there is one and let it be withdrawn."""
    del press
    tip = own_tip(turn, args)
    if not tip.state.is_open:
        raise Refusal("tips.contact_closed", ma_tin=tip.case_number)
    rows = [(_button(turn, tip, "nocontact"),)]
    if tip_contacts.is_left(turn.tx, tip.id):
        rows.append((_button(turn, tip, "uncontact"),))
    text = turn.text("tips.ask_contact", ma_tin=tip.case_number)
    asked = turn.tell(Outgoing(text=text, buttons=tuple(rows)))
    dialogues.keep(turn.tx, turn.me.id, CONTACT, {"tip": short(tip.id), _ASKED: short(asked)})


def take(turn: Turn, message: Message) -> bool:
    """Take a name or number that was asked for; whatever reads like a story goes to its tip."""
    if turn.chat.kind is not ChatKind.PRIVATE:
        return False
    known = dialogues.current(turn.tx, turn.me.id)
    if known is None or known.name != CONTACT:
        return False
    text = message.text.strip()
    if text.startswith("/") or _answers_other(turn, message, known.data):
        return False
    tip_id = from_short(known.data.get("tip", ""))
    tip = tips.locked(turn.tx, tip_id) if tip_id is not None else None
    late = known.updated_at is None or turn.tx.now - known.updated_at > _WAITS
    late = late and message.reply_to is None and not has_number(text)
    if late or tip is None or tip.address_id != turn.me.id or not tip.state.is_open:
        dialogues.end(turn.tx, turn.me.id)
        return False
    if not text or message.media or message.location is not None:
        return _tell(turn, message, tip)
    if is_declined(text):
        press_none(turn, None, [short(tip.id)])
        return True
    if is_small_talk(text):
        return False
    if bare_code(turn, message):
        return True
    reads = reads_like(text, contacts.LONGEST)
    if reads is Reads.STORY:
        return _tell(turn, message, tip)
    _keep(turn, message, tip, known.data, reads)
    return True


def _keep(turn: Turn, message: Message, tip: Tip, data: dict[str, str], reads: Reads) -> None:
    """Keep a contact; what may be none stands after one left before, and a number after it."""
    text = " ".join(message.text.split())
    maybe = reads is Reads.EITHER
    before = tip_contacts.of_tip(turn.tx, tip) if maybe or _EITHER in data else None
    kept = f"{before}{contacts.BETWEEN}" if before is not None else ""
    contacts.leave(turn.tx, turn.context, tip, kept + text, message.message_id)
    if not maybe:
        dialogues.end(turn.tx, turn.me.id)
        turn.say("tips.contact_kept", (_button(turn, tip, "uncontact"),), ma_tin=tip.case_number)
        return
    waits = {**data, _EITHER: message.message_id, _FROM: str(len(kept))}
    dialogues.keep(turn.tx, turn.me.id, CONTACT, waits)
    meant = Button(turn.text("contacts.button_told"), f"contacttold:{short(tip.id)}")
    turn.say(
        "contacts.either", (meant,), (_button(turn, tip, "uncontact"),), ma_tin=tip.case_number
    )


def _answers_other(turn: Turn, message: Message, data: dict[str, str]) -> bool:
    """Tell whether words answer another message than ours about this tip's contact.

    A number is a contact all the same: on a card it would name who wrote.
    """
    if message.reply_to is None or has_number(message.text):
        return False
    row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
    return row is None or short(row.id) != data.get(_ASKED)


def _tell(turn: Turn, message: Message, tip: Tip) -> bool:
    """Give words to the tip whose contact was asked for, and say that they are none."""
    dialogues.keep(turn.tx, turn.me.id, TIP, {"tip": short(tip.id)})
    taking.take(turn, message)
    if tip_events.by_message(turn.tx, turn.me.id, message.message_id) is not None:
        turn.say("contacts.told", (_button(turn, tip, "mycontact"),), ma_tin=tip.case_number)
    return True


def press_told(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Đây là nội dung tin**: the words are the tip's; a contact left before stays one."""
    tip = own_tip(turn, args)
    kept = tip_contacts.of_tip(turn.tx, tip)
    known = dialogues.current(turn.tx, turn.me.id)
    data = known.data if known is not None and known.name == CONTACT else {}
    asked = data.get("tip") == short(tip.id) and _EITHER in data
    if kept is None or not asked or not tip.state.is_open:
        raise Refusal("app.stale_button")
    start = int(data[_FROM])
    if start:
        contacts.leave(turn.tx, turn.context, tip, kept[:start].removesuffix(contacts.BETWEEN))
    else:
        contacts.withdraw(turn.tx, turn.context, tip)
    dialogues.keep(turn.tx, turn.me.id, TIP, {"tip": short(tip.id)})
    told = Message(
        chat=turn.chat,
        sender=press.sender,
        at=press.at,
        message_id=data[_EITHER],
        text=kept[start:],
    )
    taking.take(turn, told)
    turn.say("contacts.moved", ma_tin=tip.case_number)


def press_none(turn: Turn, press: Press | None, args: Sequence[str]) -> None:
    """Handle **Giữ ẩn danh**: nothing was typed, nothing is kept."""
    del press
    tip = own_tip(turn, args)
    known = dialogues.current(turn.tx, turn.me.id)
    if known is not None and known.name == CONTACT:
        dialogues.end(turn.tx, turn.me.id)
    key = "contact_still" if tip_contacts.is_left(turn.tx, tip.id) else "contact_not_kept"
    turn.say(f"tips.{key}", ma_tin=tip.case_number)


def press_withdraw(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Rút liên hệ**: it is deleted at once."""
    del press
    tip = own_tip(turn, args)
    known = dialogues.current(turn.tx, turn.me.id)
    if known is not None and known.name == CONTACT:
        dialogues.end(turn.tx, turn.me.id)
    contacts.withdraw(turn.tx, turn.context, tip)
    turn.say("tips.contact_withdrawn", ma_tin=tip.case_number)


def press_follow(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Mã theo dõi**: give the code, once; an older one works no more."""
    del press
    tip = own_tip(turn, args)
    code = tip_claims.issue(turn.tx, tip.id)
    turn.say("tips.claim_code", ma_tin=tip.case_number, ma=code)


def follow(turn: Turn, typed: str) -> None:
    """Handle `/theodoi CODE`: where that tip stands, and nothing else, whoever asks.

    Raises: Refusal for a wrong code, and after too many.
    """
    if not typed:
        turn.say("tips.follow_how")
        return
    try:
        one_time_codes.must_not_guess(turn.tx, turn.me.id)
    except one_time_codes.TooManyWrong:
        raise Refusal("tips.follow_too_often") from None
    tip = tip_claims.find(turn.tx, typed) if tip_claims.is_one(typed) else None
    if tip is None or tip.state is TipState.ERASED:
        # Said, not refused: a refusal would undo that it was counted.
        one_time_codes.note_wrong(turn.tx, turn.me.id)
        turn.say("tips.follow_wrong")
        return
    turn.say("tips.follow_status", trang_thai=turn.text(f"tips.status_{tip.status.value}"))


def bare_code(turn: Turn, message: Message) -> bool:
    """Take a claim code that was typed without the command: it must not become a tip's words.

    What only looks like one is left to the tips, and counted: nobody may guess without end.
    """
    if turn.chat.kind is not ChatKind.PRIVATE or message.media or message.location is not None:
        return False
    if not tip_claims.is_one(message.text):
        return False
    try:
        one_time_codes.must_not_guess(turn.tx, turn.me.id)
    except one_time_codes.TooManyWrong:
        return False
    if tip_claims.find(turn.tx, message.text) is None:
        one_time_codes.note_wrong(turn.tx, turn.me.id)
        return False
    follow(turn, message.text)
    return True


def _button(turn: Turn, tip: Tip, verb: str) -> Button:
    return Button(turn.text(f"tips.button_{verb}"), f"{verb}:{short(tip.id)}")


PRESSES: Mapping[str, Presser] = {
    "mycontact": press_contact,
    "contacttold": press_told,
    "nocontact": press_none,
    "uncontact": press_withdraw,
    "follow": press_follow,
}
"""The buttons of a resident."""
