"""Stopping and coming back: words that count at any time, and the buttons under a broadcast."""

from collections.abc import Sequence

from domain.delivery import DeliveryKind, Facet
from domain.errors import Refusal
from domain.ids import from_short, short
from domain.messages import Button, ChatKind, Message, Outgoing, Press
from handlers.residents import aside, homes, own_data, pausing, questions, welcome
from handlers.residents.questions import BUTTON, STOP, evidence, refresh, resident_of
from handlers.turn import Turn
from people import wishes, words
from people.consent_words import version_of
from people.data_words import asks_about_data
from people.words import OptOut, Standing
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.groups import post_copies
from storage.people import dialogues
from storage.people.dialogues import Dialogue
from storage.people.residents import Wish

_NOTHING_TO_STOP = (Wish.STOPPED, Wish.NO, Wish.NONE)


def stop(turn: Turn, message: Message) -> bool:
    """Take a message that is wholly a wish to stop, to come back, or to be erased."""
    if turn.resident is None or message.media or not questions.is_bare_text(turn, message):
        return False
    if message.text.startswith("/"):
        return False
    if pausing.take(turn, message):
        return True
    current = questions.open_dialogue(turn)
    meant = words.opt_out(message.text, awaiting=False)
    besides = meant is None and _stops_beside(turn, message)
    # Most messages say nothing of the kind; for the others it matters what we said last.
    talking = (meant is not None or besides) and questions.is_in_conversation(turn, message)
    if meant is not None:
        meant = words.opt_out(message.text, awaiting=current is not None or talking)
    match meant:
        case OptOut.CLEAR:
            _note_on_broadcast(turn, message)
            stop_now(turn, message.text.strip())
            return True
        case OptOut.ASK if current is None or current.name != STOP:
            return _ask(turn, message, talking=talking)
        case None if besides and not talking:
            if words.stops_beside(message.text):
                return _ask(turn, message, talking=False, more=aside.tip_button(turn, message))
            # Not sure at all: whoever is before the words decides, and a button stops.
            turn.say("residents.perhaps_stop", (stop_button(turn),))
            return False
        case _:
            return _standing(turn, message, current)


def answer(turn: Turn, message: Message, dialogue: Dialogue) -> bool:
    """Take a typed answer to "you want to stop, do you?"; False when it is none."""
    reply = words.stop_confirmed(message.text)
    timely = questions.is_timely(turn, message, dialogue)
    if reply is None and timely and words.opt_out(message.text, awaiting=True) is OptOut.ASK:
        # "Thôi" may mean either: whether to stop, or to leave it.
        questions.ask_stop(turn)
        return True
    if reply is None or not (reply.strong or timely):
        return False
    if resident_of(turn).wish is not Wish.PAUSED:
        dialogues.end(turn.tx, turn.me.id)
        turn.say("residents.stopped_meanwhile")
    elif reply.yes:
        stop_now(turn, message.text.strip())
    else:
        _keep(turn, message.text.strip(), dialogue)
    return True


def stop_button(turn: Turn) -> Button:
    """Return the button that stops at once."""
    return Button(turn.text("residents.stop_button"), "wish:stop")


def press_wish(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle the buttons of the question whether to stop, and the undo of a stop."""
    person = resident_of(turn)
    match args:
        case ["stop"]:
            if person.wish is Wish.STOPPED:
                turn.answer(press.press_id, turn.text("residents.stopped_toast"))
            else:
                stop_now(turn, BUTTON.format(label=turn.text("residents.stop_button")))
        case ["keep"]:
            _press_keep(turn, press)
        case ["undo", proof]:
            said = BUTTON.format(label=turn.text("residents.undo_button"))
            stopped = from_short(proof)
            if person.wish is Wish.YES:
                turn.answer(press.press_id, turn.text("residents.already_receiving"))
            elif stopped is not None and wishes.undo_stop(
                turn.tx, person, stopped, evidence(turn, said)
            ):
                refresh(turn)
                turn.say("residents.resumed")
            else:
                questions.ask_consent(turn)
        case _:
            raise Refusal("app.stale_button")


def press_stop(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Dừng** under a broadcast.

    The wish counts whoever the broadcast was for, and however old it is; it is counted on the
    broadcast only when it was theirs. A number may be no wish: it pauses, and is asked about.
    """
    if turn.chat.kind is not ChatKind.PRIVATE:
        raise Refusal("residents.stop_in_private")
    person = resident_of(turn)
    if turn.typed and person.wish not in _NOTHING_TO_STOP:
        _pause_and_ask(turn, BUTTON.format(label=turn.text("residents.stop_button")))
        return
    row = _delivery(turn, args)
    if row is not None and row.address_id == turn.me.id:
        ledger.note_facet(turn.tx, row.id, Facet.STOPPED)
    turn.answer(press.press_id, turn.text("residents.stopped_toast"))
    if person.wish is not Wish.STOPPED:
        stop_now(turn, BUTTON.format(label=turn.text("residents.stop_button")))


def press_stale(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Say what works in place of a button that presses nothing: nobody is left without a way.

    It may have stood there for long, or be a stranger's words in their mouth.
    """
    person = turn.resident
    if person is None or turn.chat.kind is not ChatKind.PRIVATE or args:
        raise Refusal("app.stale_button")
    receives = person.wish not in _NOTHING_TO_STOP
    rows = ((stop_button(turn),),) if receives else ()
    turn.say("residents.stale_press" if receives else "residents.stale_press_unsent", *rows)
    turn.answer(press.press_id)


def press_acknowledge(turn: Turn, press: Press, args: Sequence[str]) -> None:
    """Handle **Đã đọc** under a broadcast or a group's post.

    A private message is acknowledged only by the person it was for. Under a post each member who
    presses is counted once and thanked each time; who it was is not kept (`reactions`).
    """
    row = _delivery(turn, args)
    if row is None or not _is_theirs(turn, row, press.message_id):
        raise Refusal("app.stale_button")
    user_id = press.sender.user_id
    ledger.note_facet(turn.tx, row.id, Facet.ACKNOWLEDGED, user_id=user_id)
    turn.answer(press.press_id, turn.text("residents.acknowledged"))


def _is_theirs(turn: Turn, row: Delivery, message_id: str) -> bool:
    """Tell whether they see the message here: their own, a post, or a channel post's copy."""
    if turn.chat.kind is ChatKind.PRIVATE:
        return row.address_id == turn.me.id
    if turn.group_address is None:
        return False
    here = turn.group_address.id
    copied = post_copies.post_of(turn.tx, here, message_id)
    return row.address_id == here or (copied is not None and copied.id == row.id)


def _delivery(turn: Turn, args: Sequence[str]) -> Delivery | None:
    delivery_id = from_short(args[0]) if len(args) == 1 else None
    return ledger.get(turn.tx, delivery_id) if delivery_id is not None else None


def stop_now(turn: Turn, said: str) -> None:
    """Stop at once and confirm, with the way back."""
    person = resident_of(turn)
    if person.wish is Wish.NONE:
        # Nothing was agreed to yet. That they want none is recorded all the same.
        wishes.stop(turn.tx, person, evidence(turn, said))
        questions.end_ours(turn)
        turn.say("residents.not_receiving")
        return
    current = questions.open_dialogue(turn)
    version = current.data.get("version", "") if current and current.name == STOP else ""
    proof = wishes.stop(turn.tx, person, evidence(turn, said, version))
    refresh(turn)
    _close(turn, current)
    rows: tuple[tuple[Button, ...], ...] = ()
    if proof is not None:
        label = turn.text("residents.undo_button")
        rows = ((Button(label, f"wish:undo:{short(proof)}"),),)
    turn.tell(Outgoing(text=turn.library_text("sys-optout-done"), buttons=rows))


def _close(turn: Turn, current: Dialogue | None) -> Dialogue | None:
    """End our open question; another room's question that it interrupted is open again."""
    questions.end_ours(turn)
    return questions.bring_back(turn.tx, turn.me.id, current)


def _stops_beside(turn: Turn, message: Message) -> bool:
    """Tell whether they seem to ask to stop, but say more or otherwise than is clear.

    Who gets nothing anyway tells of something else.
    """
    text = message.text
    gets_something = resident_of(turn).wish not in _NOTHING_TO_STOP
    return gets_something and (words.stops_beside(text) or words.seems_to_stop(text))


def _ask(turn: Turn, message: Message, *, talking: bool, more: aside.Rows = ()) -> bool:
    """An unclear word: pause at once and ask; where nothing is sent there is nothing to pause."""
    person = resident_of(turn)
    if person.wish in _NOTHING_TO_STOP:
        if talking:
            return False
        if person.wish is not Wish.NONE:
            # Who was not asked yet may still answer: "huy" is no answer to the question of consent.
            questions.end_ours(turn)
        turn.say("residents.not_receiving")
        return True
    _pause_and_ask(turn, message.text.strip(), *more)
    return True


def _pause_and_ask(turn: Turn, said: str, *more: tuple[Button, ...]) -> None:
    version = version_of(turn.text("residents.ask_stop"))
    wishes.pause(turn.tx, resident_of(turn), evidence(turn, said, version))
    refresh(turn)
    questions.ask_stop(turn, *more)


def _keep(turn: Turn, said: str, dialogue: Dialogue | None) -> None:
    """Go back to what held before the pause, and to the question that was open then."""
    person = resident_of(turn)
    version = dialogue.data.get("version", "") if dialogue else ""
    wish = wishes.resume(turn.tx, person, evidence(turn, said, version))
    refresh(turn)
    turn.say("residents.resumed" if wish is Wish.YES else "residents.not_stopped")
    before = _close(turn, dialogue)
    if before is not None and before.name == questions.CONSENT:
        questions.ask_consent(turn, briefly=True)
    elif before is not None and before.name == questions.AREA:
        homes.ask_again(turn, before)


def _press_keep(turn: Turn, press: Press) -> None:
    match resident_of(turn).wish:
        case Wish.PAUSED:
            current = questions.open_dialogue(turn)
            asked = current if current and current.name == STOP else None
            _keep(turn, BUTTON.format(label=turn.text("residents.keep_button")), asked)
        case Wish.YES:
            turn.answer(press.press_id, turn.text("residents.already_receiving"))
        case Wish.STOPPED:
            turn.say("residents.stopped_meanwhile")
        case _:
            turn.answer(press.press_id, turn.text("residents.not_stopped"))


def _standing(turn: Turn, message: Message, current: Dialogue | None) -> bool:
    match words.standing(message.text):
        case Standing.SUBSCRIBE:
            welcome.subscribe(turn, message.text.strip())
            return True
        case Standing.WANTS if not questions.is_in_conversation(turn, message):
            welcome.ask_anew(turn)
            return True
        case Standing.ERASE:
            own_data.ask(turn)
            return True
    asks = asks_about_data(message.text)
    if asks is not None and not _answers_about_tip(turn, message):
        own_data.asked(turn, message, asks)
        return True
    reply = words.consent(message.text)
    if reply is None or not reply.strong or not reply.yes or current is not None:
        return False
    if resident_of(turn).wish is Wish.YES or questions.is_in_conversation(turn, message):
        return False
    # "Đồng ý" out of the blue: show to what, then it counts.
    questions.ask_consent(turn)
    return True


def _answers_about_tip(turn: Turn, message: Message) -> bool:
    """Tell whether they reply to what was said about a tip of theirs: that is for who reads it."""
    return message.reply_to is not None and questions.is_in_conversation(turn, message)


def _note_on_broadcast(turn: Turn, message: Message) -> None:
    """Count the stop on the broadcast to which they replied."""
    if message.reply_to is None:
        return
    row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
    if row is not None and row.kind is DeliveryKind.CAMPAIGN:
        ledger.note_facet(turn.tx, row.id, Facet.STOPPED)
