"""What is said in neighbourhood groups: little, and never about a person.

Only what is addressed to us arrives here. Nobody is quoted or named, no receipt, case number or
status is ever written into a group.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import structlog

from domain.delivery import Facet
from domain.language import Language
from domain.library import fill
from domain.messages import Button, Message, Outgoing
from domain.start_payload import Purpose, StartPayload, encode
from domain.tip import Binding, TipKind
from handlers.groups import danger, replies
from handlers.router import Presser
from handlers.tips import complaints, limits, telling
from handlers.turn import Turn, unit_values
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.groups import neutral_lines, post_copies, public_words
from storage.people import addresses
from storage.people.addresses import Address
from storage.people.units import Group
from storage.tips import tips
from tips import intake
from tips.intake import Bound, Fate, Piece, Taken, Writer
from tips.not_taken import not_taken
from tips.urgency import Alarm, alarm_in

log = structlog.get_logger(__name__)

_REPORT = "/baotin"

PRESSES: Mapping[str, Presser] = {}
"""Buttons in groups belong to the rooms whose buttons they are."""


def take(turn: Turn, message: Message) -> bool:
    """Take what is addressed to us in a connected neighbourhood group; forget the rest."""
    group = turn.group
    if message.addressed is None:
        return False
    if group is None or turn.group_address is None:
        return _unconnected(turn, message)
    if group.left_at is not None or group.purpose == "review":
        return False
    command = message.text.split(" ", 1)[0].casefold()
    text = telling.words_in(turn, message.text)
    piece = telling.piece_of(turn, message, turn.group_address, text)
    post = _post(turn, message)
    alarm = alarm_in(text)
    officer = turn.staff is not None and command != _REPORT
    calls = not officer and replies.is_unsafe(turn, piece, post) and not_taken(text) is None
    if alarm is not None or calls:
        danger.say_numbers(turn, turn.group_address, alarm)
        _public_tip(turn, group, replace(piece, urgent=True), post, alarm)
    elif officer:
        # An officer who talks in the group under our post is not a tipster.
        return True
    elif text.startswith("/"):
        return True
    else:
        _calm_words(turn, message, group, piece, post)
    neutral_line(turn, message, turn.group_address, post)
    return True


def _unconnected(turn: Turn, message: Message) -> bool:
    """In a group that is nobody's, a danger gets the numbers; nothing of the words is kept."""
    alarm = alarm_in(telling.words_in(turn, message.text))
    if alarm is None:
        return False
    chat = turn.group_address or addresses.ensure(
        turn.tx, turn.account.id, turn.chat.kind, turn.chat.chat_id
    )
    danger.say_numbers(turn, chat, alarm)
    log.warning("danger_in_unconnected_group")
    return True


def _calm_words(
    turn: Turn, message: Message, group: Group, piece: Piece, post: Delivery | None
) -> None:
    """Take what tells of no danger now; a denunciation is answered in private alone."""
    if complaints.take(turn, message, piece.text):
        return
    if replies.take(turn, piece, post):
        return
    if piece.is_empty or piece.is_small_talk:
        _count_acknowledgement(turn, post, piece)
    else:
        _public_tip(turn, group, piece, post, None)


def _count_acknowledgement(turn: Turn, post: Delivery | None, piece: Piece) -> None:
    if post is None or piece.is_empty:
        return
    telling.note(turn, post.id, Facet.ACKNOWLEDGED)
    telling.note(turn, post.id, Facet.REPLIED)


def _public_tip(
    turn: Turn, group: Group, piece: Piece, post: Delivery | None, alarm: Alarm | None
) -> None:
    if not piece.urgent and limits.is_muted(turn):
        return
    recent = tips.recent_of(turn.tx, turn.me.id, turn.tx.now - intake.TALK)
    run_id = post.run_id if post is not None else None
    tip = intake.current_in_group(recent, group.id, turn.tx.now, run_id)
    if tip is None:
        tip = limits.last_of_many(turn, urgent=piece.urgent)
    taken = intake.accept(
        turn.tx,
        piece,
        _writer(turn, group, alarm),
        tip,
        bound=Bound(Binding.EXPLICIT, post.run_id, by_post=True) if post else Bound(),
        kind=TipKind.TIP,
        burst=turn.context.rules.burst,
    )
    public_words.keep(turn.tx, taken.tip, taken.piece_id, piece.chat_address_id, piece.message_id)
    if post is not None:
        telling.note_facets(turn, post, TipKind.TIP, public=True)
    opened = taken.fate is Fate.OPENED
    files = telling.about_files(turn, piece, taken.tip, opened=opened)
    kind = telling.care(turn, piece.text, taken.tip, None if opened else tip, alarm)
    if opened:
        _receipt(turn, taken, kind, files)
    elif kind is not None or files is not None:
        text = "\n\n".join(filter(None, (kind, files)))
        turn.tell(Outgoing(text=text), tip_id=taken.tip.id)
    telling.rush(turn, taken.tip, alarmed=piece.urgent)
    log.info("piece_taken", tip=str(taken.tip.id), fate=taken.fate.value, urgent=piece.urgent)


def _receipt(turn: Turn, taken: Taken, *more: str | None) -> None:
    """Tell the writer in private, where the platform allows; honestly: the group has seen it."""
    tip = taken.tip
    said = turn.context.library.system("sys-write-publicly", tip.language)
    noted = turn.context.catalogue.say(tip.language, "groups.public_noted", ma_tin=tip.case_number)
    public = fill(said, unit_values(turn.unit, tip.language))
    text = "\n\n".join(filter(None, (public, noted, *more)))
    turn.tell(
        Outgoing(text=text, buttons=telling.receipt_buttons(turn, tip, chief=False)), tip_id=tip.id
    )


def neutral_line(turn: Turn, message: Message, chat: Address, post: Delivery | None) -> None:
    """Point to the private way, under one post (or in a group, under none) once in a while."""
    assert turn.group_address is not None
    if post is not None:
        last = neutral_lines.last_under(turn.tx, post.id)
    else:
        last = neutral_lines.last_in(turn.tx, chat.id)
    if last is not None and turn.tx.now - last < turn.context.rules.neutral_every:
        return
    text = turn.context.library.system("sys-group-reply-neutral", Language.VI)
    label = turn.context.catalogue.say(Language.VI, "groups.button_private")
    start = privately(turn.group.id if turn.group is not None else None, post)
    line = turn.tell_group(
        Outgoing(
            text=fill(text, unit_values(turn.unit, Language.VI)),
            buttons=((Button(label, start=start),),),
            # Under our own post, never under what somebody wrote.
            reply_to=message.reply_to if post is not None else None,
            thread=message.chat.thread,
        )
    )
    neutral_lines.note(turn.tx, post.id if post is not None else line)


def privately(group_id: UUID | None, post: Delivery | None = None) -> str:
    """Return the start payload by which somebody comes to write privately, from under a post."""
    if post is not None:
        return encode(StartPayload(purpose=Purpose.TIP, post=post.id))
    return encode(StartPayload(purpose=Purpose.TIP, group=group_id))


def _post(turn: Turn, message: Message) -> Delivery | None:
    if message.reply_to is None or turn.group_address is None:
        return None
    here = turn.group_address.id
    row = ledger.by_message(turn.tx, here, message.reply_to)
    if row is not None and row.run_id is not None:
        return row
    return post_copies.post_of(turn.tx, here, message.reply_to)


def _writer(turn: Turn, group: Group, alarm: Alarm | None) -> Writer:
    return Writer(
        unit_id=group.unit_id,
        unit_code=turn.unit.code,
        area_code=group.area_code,
        address_id=turn.me.id,
        resident_id=turn.resident.id if turn.resident is not None else None,
        group_id=group.id,
        language=(alarm.language if alarm is not None else None) or turn.language,
    )
