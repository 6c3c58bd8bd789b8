"""What reviewers do with tips in chat: reply to a card, press its buttons."""

from collections.abc import Callable, Mapping, Sequence
from uuid import UUID

from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.messages import Addressed, ChatKind, Edit, Message, Outgoing, Press
from domain.roles import Permission
from domain.tip import TipEventKind
from domain.typed_number import typed_number
from handlers.router import Presser, joined
from handlers.tips import assigning, closing, labels, noting, telling, valuing, waiting
from handlers.tips.meant import at_head, chat_of, named, say_here, tip_id_of
from handlers.turn import Turn
from storage.deliveries import ledger, typed_numbers
from storage.deliveries.ledger import Delivery
from storage.people import addresses
from storage.people.addresses import Address
from storage.tips import tip_events, tip_rows, tips
from storage.tips.tip_events import Event
from storage.tips.tips import Tip
from tips import cards, files, notes, photos, rights, talk
from tips.notes import Meant
from tips.quoting import quoted

PURPOSE = "review"
_CARDS = (DeliveryKind.CARD, DeliveryKind.STUB, DeliveryKind.PHOTO)


def take(turn: Turn, message: Message) -> bool:
    """Take what is written to us in a review group: a reply to a card goes to its writer.

    So do words behind a tip's number, for where nobody tells us what was replied to.
    """
    if turn.group is None or turn.group.purpose != PURPOSE or turn.group_address is None:
        return False
    if turn.group_address.unreachable is not None:
        # Who hears the group can be heard in it: its cards need not go elsewhere any more.
        addresses.mark_reachable(turn.tx, turn.group_address.id)
    if message.reply_to is None:
        if not _answer_by_number(turn, message, turn.group_address):
            _ask_for_number(turn, message)
        return True
    row = ledger.by_message(turn.tx, turn.group_address.id, message.reply_to)
    if row is not None and row.tip_id is not None:
        _answer(turn, message, row, row.tip_id, turn.group_address)
    elif row is None and message.addressed is Addressed.REPLY and turn.staff is not None:
        # A card of ours of which we never heard that it arrived, or which we forgot.
        _tell_how(turn, "review.unknown_card")
    return True


def is_answer(turn: Turn, message: Message) -> bool:
    """Tell whether a member of staff privately replies to a card or to content shown to them."""
    return _card_replied_to(turn, message) is not None or _is_numbered(turn, message)


def answer_privately(turn: Turn, message: Message) -> bool:
    """Take a member of staff's private reply to a card or to content shown to them."""
    row = _card_replied_to(turn, message)
    if row is not None and row.tip_id is not None:
        _answer(turn, message, row, row.tip_id, turn.me)
        return True
    return _is_numbered(turn, message) and _answer_by_number(turn, message, turn.me)


def answer_command(turn: Turn, argument: str) -> None:
    """Handle `/traloi MÃ lời`, or as a reply `/traloi lời`.

    Raises: Refusal.
    """
    turn.require(Permission.READ_URGENT_TIPS)
    tip_id, words = named(turn, argument, "/traloi")
    message = turn.incoming
    if not isinstance(message, Message) or message.media or not words:
        raise Refusal("review.only_text")
    lookup = tip_events.lookup(turn.tx, chat_of(turn).id, message.message_id)
    tip = talk.answer(turn.tx, turn.context, tip_id, turn.staff, words, lookup=lookup)
    told = turn.text("review.relayed", ma_tin=tip.case_number)
    say_here(turn, tip, Outgoing(text=told, reply_to=message.message_id))


def edited(turn: Turn, edit: Edit) -> bool:
    """Take changed words of an answer or a note; False when the message was none."""
    if turn.staff is None or (turn.chat.kind is not ChatKind.PRIVATE and not turn.group_address):
        return False
    known = _said_with(turn, edit)
    tip = tips.get(turn.tx, known.tip_id) if known is not None else None
    if known is None or tip is None:
        return False
    facts = {"ma_tin": tip.case_number}
    try:
        if not edit.text.strip():
            raise Refusal("review.only_text")
        with turn.tx.savepoint():
            key = _changed(turn, known, edit.text)
    except Refusal as refusal:
        key, facts = refusal.key, refusal.facts
    if key is not None:
        say_here(turn, tip, Outgoing(text=turn.text(key, **facts), reply_to=edit.message_id))
    return True


def _said_with(turn: Turn, edit: Edit) -> Event | None:
    chat = chat_of(turn)
    for kind in (TipEventKind.ANSWER, TipEventKind.NOTE, TipEventKind.UNCLEAR):
        known = tip_events.by_message(turn.tx, chat.id, edit.message_id, kind)
        if known is not None:
            return known
    return None


def _changed(turn: Turn, known: Event, text: str) -> str | None:
    """Change what was said; return what to say of it, None when nothing is different."""
    own_words = telling.words_in(turn, text)
    if known.kind is not TipEventKind.ANSWER:
        done = notes.reword(turn.tx, known, turn.staff, own_words)
        noted = known.kind is TipEventKind.NOTE and done is not None
        return "review.note_changed" if noted else None
    if notes.meaning(own_words) is not Meant.ANSWER:
        tip = tips.get(turn.tx, known.tip_id)
        raise Refusal("review.amended_like_note", ma_tin=tip.case_number if tip else "")
    return "review.amended" if talk.amend(turn.tx, known, turn.staff, text) else None


def press_take(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Nhận việc**."""
    tip = talk.take(turn.tx, turn.context, tip_id_of(args), turn.staff)
    name = turn.staff.name if turn.staff is not None else ""
    turn.answer(press.press_id, turn.text("review.taken", ma_tin=tip.case_number, ten=name))


def press_seen(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Đã nhận** on a page."""
    talk.page_seen(turn.tx, turn.context, tip_id_of(args), turn.staff)
    turn.answer(press.press_id, turn.text("review.page_noted"))


def press_read(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Xem riêng**: show withheld content privately to who may read it; it is noted."""
    chat = _where_to_read(turn, tip_id_of(args))
    tip = talk.read(turn.tx, turn.context, tip_id_of(args), turn.staff, chat.channel)
    turn.context.outbox.put(
        turn.tx,
        chat.id,
        Outgoing(
            heading=turn.text("review.content_heading", ma_tin=tip.case_number),
            text=_content(turn, tip),
            buttons=photos.buttons(turn.tx, turn.context, tip, turn.language),
            protected=True,
        ),
        kind=DeliveryKind.CARD,
        lane=Lane.TALK,
        language=turn.language.value,
        tip_id=tip.id,
    )
    if chat.id == turn.me.id:
        # Where only a message can answer it would stand below what was asked for, and end its
        # numbers.
        here = turn.chat.kind is ChatKind.PRIVATE and not press.press_id
        turn.answer(press.press_id, "" if here else turn.text("review.sent_privately"))
    else:
        there = turn.context.catalogue.channel(turn.language, chat.channel)
        turn.answer(press.press_id, turn.text("review.sent_privately_on", kenh=there))


def _where_to_read(turn: Turn, tip_id: UUID) -> Address:
    """Return the chat of theirs in which they may read a tip; this one when there is none."""
    tip = tips.get(turn.tx, tip_id)
    if tip is None or turn.staff is None:
        return turn.me
    others = addresses.all_of_staff(turn.tx, turn.staff.id)
    for chat in (turn.me, *others):
        if rights.may_be_opened_on(turn.tx, tip, chat.channel):
            return chat
    return turn.me


def _answer(turn: Turn, message: Message, row: Delivery, tip_id: UUID, chat: Address) -> None:
    def work(tip: Tip) -> str | None:
        step = valuing.asked_by(turn, row) if row.kind not in _CARDS else None
        if step is not None:
            with turn.tx.savepoint():
                valuing.reply(turn, message.text, tip_id, step)
            return None
        if row.kind not in _CARDS:
            raise Refusal("review.reply_to_card", ma_tin=tip.case_number)
        if typed_number(message.text) is not None:
            # A choice that is none (any more) must not become an officer's answer.
            raise Refusal("numbers.no_answer", ma_tin=tip.case_number)
        return _relay(turn, message, tip_id, chat, message.text)

    _told_here(turn, message, tip_id, work)


def _answer_by_number(turn: Turn, message: Message, chat: Address) -> bool:
    """Take words behind a tip's number as a reply to its card; False where there is none."""
    found = at_head(turn, telling.words_in(turn, message.text)) if turn.staff else None
    if found is None:
        return False
    tip_id, words = found

    def work(tip: Tip) -> str | None:
        step = valuing.asked_in(turn, tip, words)
        if step is not None:
            with turn.tx.savepoint():
                valuing.reply(turn, words, tip_id, step)
            return None
        number = typed_number(words)
        if number is None:
            return _relay(turn, message, tip_id, chat, words)
        if not _choose(turn, message, chat, tip_id, number):
            # A choice that is none (any more) must not become an officer's answer.
            raise Refusal("numbers.no_answer", ma_tin=tip.case_number)
        return None

    _told_here(turn, message, tip_id, work)
    return True


def _choose(turn: Turn, message: Message, chat: Address, tip_id: UUID, number: int) -> bool:
    """Press what a number stands for under a tip's newest card here; False where it is none."""
    action = typed_numbers.under_tip(turn.tx, chat.id, tip_id, number)
    verb, *args = action.split(":") if action is not None else [""]
    presser = PRESSES.get(verb)
    if action is None or presser is None:
        return False
    turn.typed = True
    press = Press(
        chat=message.chat,
        sender=message.sender,
        at=message.at,
        message_id="",
        action=action,
        press_id="",
    )
    with turn.tx.savepoint():
        presser(turn, press, args)
    turn.say_unheard()
    return True


def _ask_for_number(turn: Turn, message: Message) -> None:
    """Say that words without a tip's number went nowhere, where nobody tells what they answer."""
    able = turn.context.outbox.able(turn.account.channel)
    if able is None or able.quotes or turn.staff is None or message.text.startswith("/"):
        return
    _tell_how(turn, "review.needs_number")


def _tell_how(turn: Turn, key: str) -> None:
    tip = tip_rows.newest_carded(turn.tx, chat_of(turn).id)
    number = tip.case_number if tip is not None else "MÃ"
    say_here(turn, tip, Outgoing(text=turn.text(key, ma_tin=number)))


def _told_here(
    turn: Turn, message: Message, tip_id: UUID, work: Callable[[Tip], str | None]
) -> None:
    """Do what a reply asks for, and say what came of it; None: that is said already."""
    tip = tips.get(turn.tx, tip_id)
    if tip is None:
        return
    facts = {"ma_tin": tip.case_number}
    try:
        if message.media or message.location is not None or not message.text.strip():
            raise Refusal("review.only_text")
        if message.text.lstrip().startswith("/"):
            raise Refusal("review.no_such_command")
        key = work(tip)
    except Refusal as refusal:
        # Told here and not by the router, which says nothing in groups.
        key, facts = refusal.key, dict(refusal.facts)
    if key is not None:
        say_here(turn, tip, Outgoing(text=turn.text(key, **facts), reply_to=message.message_id))


def _relay(turn: Turn, message: Message, tip_id: UUID, chat: Address, text: str) -> str | None:
    """Pass words on to who wrote a tip, or note them, or ask which; return what to say of it."""
    with turn.tx.savepoint():
        lookup = tip_events.lookup(turn.tx, chat.id, message.message_id)
        words = telling.words_in(turn, text)
        match notes.meaning(words):
            case Meant.NOTE:
                notes.add(turn.tx, tip_id, turn.staff, words, lookup=lookup)
                return "review.noted"
            case Meant.UNCLEAR:
                noting.ask(turn, tip_id, message, lookup, words)
                return None
            case Meant.ANSWER:
                talk.answer(turn.tx, turn.context, tip_id, turn.staff, text, lookup=lookup)
                return "review.relayed"


def _is_numbered(turn: Turn, message: Message) -> bool:
    """Tell whether a member of staff privately wrote words behind the number of a tip."""
    if turn.staff is None or turn.chat.kind is not ChatKind.PRIVATE:
        return False
    return message.reply_to is None and at_head(turn, message.text) is not None


def _card_replied_to(turn: Turn, message: Message) -> Delivery | None:
    if turn.staff is None or turn.chat.kind is not ChatKind.PRIVATE or message.reply_to is None:
        return None
    row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
    if row is None or row.tip_id is None:
        return None
    return row if row.kind in _CARDS or valuing.asked_by(turn, row) is not None else None


def _content(turn: Turn, tip: Tip) -> str:
    """Return all that was said in a tip so far, the writer's words quoted."""
    lines: list[str] = []
    events = tip_events.of_tip(turn.tx, tip)
    for event in events:
        if event.kind is TipEventKind.PIECE and event.text:
            lines.append(quoted(event.text))
        elif event.kind is TipEventKind.EDIT:
            lines += [turn.text("review.edited_to"), quoted(event.text or "")]
        elif event.kind is TipEventKind.ANSWER:
            lines += [turn.text("review.officer_said"), quoted(talk.newest_words(events, event))]
        elif event.kind is TipEventKind.NOTE and event.text:
            lines += cards.note(turn.context, turn.tx, event, turn.language)
    lines += cards.places(turn.context, turn.tx, tip, events, turn.language)
    held = files.lines(turn.tx, turn.context, tip, events, turn.language, with_places=False)
    return "\n".join([*(lines or [turn.text("review.no_words")]), *held])


PRESSES: Mapping[str, Presser] = joined(
    {"take": press_take, "seen": press_seen, "read": press_read},
    labels.PRESSES,
    noting.PRESSES,
    assigning.PRESSES,
    closing.PRESSES,
    valuing.PRESSES,
    waiting.PRESSES,
)
