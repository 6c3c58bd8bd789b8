"""`/chuyentin`: an officer answers a resident's message in a group with it, and it becomes a tip.

Exactly that message is taken. Who wrote it is not: the tip belongs to nobody, and nobody can be
answered.
"""

from dataclasses import replace

import structlog

from domain.audit import Act, Thing
from domain.errors import Refusal
from domain.language import Language
from domain.messages import ChatKind, Message, Quoted
from domain.roles import Permission
from domain.tip import TipEventKind, TipKind
from handlers.groups import danger, talk
from handlers.tips import telling
from handlers.turn import Turn
from storage.groups import public_words
from storage.people.addresses import Address
from storage.people.units import Group, Staff
from storage.staff import audit
from storage.tips import tip_events, tips
from tips import intake
from tips.intake import Bound, Piece, Writer
from tips.not_taken import not_taken
from tips.urgency import alarm_in

log = structlog.get_logger(__name__)

_COMMAND = "/chuyentin"


def take(turn: Turn, message: Message) -> bool:
    """Take the command in a connected neighbourhood group; from residents it means nothing."""
    group, chat = turn.group, turn.group_address
    if turn.chat.kind is ChatKind.PRIVATE or group is None or chat is None:
        return False
    if group.left_at is not None or group.purpose == "review":
        return False
    if message.text.split(" ", 1)[0].casefold() != _COMMAND:
        return False
    if turn.staff is None:
        # A cry of danger behind it is heard all the same.
        return alarm_in(message.text) is None
    try:
        _pass_on(turn, message, turn.require(Permission.ENTER_TIP), group, chat)
    except Refusal as refusal:
        # The router tells nothing in groups; an officer is told in private.
        turn.say(refusal.key, **refusal.facts)
    return True


def _pass_on(turn: Turn, message: Message, who: Staff, group: Group, chat: Address) -> None:
    quoted = message.quoted
    if quoted is None or message.reply_to is None:
        raise Refusal("groups.how_to_pass_on")
    known = tip_events.by_message(turn.tx, chat.id, message.reply_to, TipEventKind.PIECE)
    before = tips.get(turn.tx, known.tip_id) if known is not None else None
    if before is not None:
        raise Refusal("groups.passed_on_already", ma_tin=before.case_number)
    piece = _piece(turn, quoted, chat, message.reply_to)
    if piece.is_empty or piece.is_small_talk:
        raise Refusal("groups.nothing_to_pass_on")
    alarm = alarm_in(piece.text)
    why = not_taken(piece.text) if alarm is None else None
    if why is not None:
        raise Refusal(f"groups.not_passed_on_{why.name.lower()}")
    taken = intake.accept(
        turn.tx,
        replace(piece, urgent=True) if alarm is not None else piece,
        Writer(
            unit_id=group.unit_id,
            unit_code=turn.unit.code,
            area_code=group.area_code,
            address_id=None,
            resident_id=None,
            group_id=group.id,
            language=Language.VI,
        ),
        None,
        bound=Bound(),
        kind=TipKind.TIP,
        burst=turn.context.rules.burst,
    )
    public_words.keep(turn.tx, taken.tip, taken.piece_id, chat.id, message.reply_to)
    audit.append(
        turn.tx,
        Act.TIP_PASSED_ON,
        Thing.TIP,
        taken.tip.id,
        unit_id=group.unit_id,
        staff_id=who.id,
        group=group.id.hex,
    )
    turn.say("groups.passed_on", ma_tin=taken.tip.case_number)
    if alarm is not None:
        danger.say_numbers(turn, chat, alarm)
    telling.rush(turn, taken.tip, alarmed=alarm is not None)
    talk.neutral_line(turn, message, chat, None)
    log.info("passed_on", tip=str(taken.tip.id), urgent=alarm is not None)


def _piece(turn: Turn, quoted: Quoted, chat: Address, message_id: str) -> Piece:
    theirs = Message(
        chat=turn.chat,
        sender=turn.incoming.sender,
        at=turn.tx.now,
        message_id=message_id,
        text=quoted.text,
        media=quoted.media,
        location=quoted.location,
    )
    return telling.piece_of(turn, theirs, chat, telling.words_in(turn, quoted.text))
