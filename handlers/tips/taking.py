"""What residents write: every message that is not plainly small talk reaches a human."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from domain.delivery import DeliveryKind, Facet, Lane
from domain.ids import from_short
from domain.language import Language
from domain.library import fill
from domain.messages import Button, ChatKind, Message, Outgoing
from domain.tip import Binding, TipKind, TipState
from handlers.router import Presser, joined
from handlers.tips import (
    coming,
    complaints,
    crying,
    limits,
    naming,
    own,
    presses,
    review,
    telling,
    which,
)
from handlers.tips.coming import ByLink
from handlers.turn import Turn, unit_values
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery
from storage.people import dialogues
from storage.tips import tip_events, tips
from storage.tips.tips import Tip
from tips import intake
from tips.intake import Bound, Fate, Piece, Taken
from tips.not_taken import not_taken
from tips.urgency import Alarm, alarm_in

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What a message hangs on: a tip it answers, or a campaign's message."""

    tip: Tip | None = None
    campaign: Delivery | None = None
    kind: TipKind = TipKind.TIP
    asked: bool = False
    """Whether they were invited to write just now, by Báo tin or Hỏi."""


def take(turn: Turn, message: Message) -> bool:
    """Take whatever reached here in a private chat."""
    if turn.chat.kind is not ChatKind.PRIVATE:
        return False
    if _known(turn, message):
        return True
    if review.answer_privately(turn, message):
        return True
    if limits.is_muted(turn) and not _is_awaited(turn):
        return True
    text = telling.words_in(turn, message.text)
    if complaints.take(turn, message, text) or naming.take(turn, message, text, _words):
        return True
    return _words(turn, message, text)


def _words(turn: Turn, message: Message, text: str) -> bool:
    piece = telling.piece_of(turn, message, turn.me, text)
    anchor = _anchor(turn, message)
    if piece.is_empty and not message.media:
        if limits.may_answer(turn):
            turn.say("tips.invite" if message.text.startswith("/") else "app.unreadable")
        return True
    if piece.is_small_talk:
        tip = anchor.tip or _current(turn)
        if tip is None or not intake.is_awaited(tip):
            _thank(turn, anchor)
            return True
    _accept(turn, piece, anchor, None)
    return True


def emergency(turn: Turn, message: Message) -> bool:
    """Take a message that tells of a danger now: the numbers first, then a tip that cannot wait."""
    if turn.chat.kind is not ChatKind.PRIVATE or review.is_answer(turn, message):
        return False
    text = telling.words_in(turn, message.text)
    if text.startswith("/"):
        return False
    alarm = alarm_in(text)
    if alarm is None or (message.forwarded and not alarm.cry):
        return False
    if _known(turn, message):
        return True
    if limits.may_say_numbers(turn):
        turn.tell(Outgoing(text=telling.numbers(turn, alarm)), lane=Lane.URGENT)
    piece = telling.piece_of(turn, message, turn.me, text)
    kept = naming.kept_before(turn, message)
    taken = _accept(turn, replace(piece, urgent=True), _anchor(turn, message), alarm)
    naming.add(turn, kept, taken.tip)
    return True


def keep_unhandled(turn: Turn, message: Message) -> bool:
    """Keep what no handler could manage as a plain tip of its own; False when it is no tip.

    The shortest way in: nothing is looked up that could fail again, and the writer's dialogue is
    left as it is. Who calls says something to the writer; only the emergency numbers are said here.
    """
    text = telling.words_in(turn, message.text)
    alarm = alarm_in(text)
    piece = telling.piece_of(turn, message, turn.me, text)
    officer = turn.staff is not None and turn.resident is None
    if turn.chat.kind is not ChatKind.PRIVATE or text.startswith("/") or (officer and not alarm):
        return False
    if piece.is_empty or piece.is_small_talk or (alarm is None and _is_refused(piece)):
        return False
    if _known(turn, message):
        return True
    piece = replace(piece, urgent=piece.urgent or alarm is not None)
    home = turn.resident.area_code if turn.resident is not None else None
    writer = telling.writer(turn, _language(turn, alarm), home)
    tip = intake.keep(turn.tx, piece, writer, turn.tx.now)
    if alarm is not None:
        turn.tell(Outgoing(text=telling.numbers(turn, alarm)), lane=Lane.URGENT)
    log.warning("unhandled_kept", tip=str(tip.id), urgent=alarm is not None)
    return True


def _is_refused(piece: Piece) -> bool:
    why = not_taken(piece.text)
    return why is not None and not (why in complaints.IN_A_TIP and (piece.files or piece.location))


def _known(turn: Turn, message: Message) -> bool:
    """Tell whether a message is a piece already: it was kept unhandled and is now tried again."""
    if turn.fresh and message.message_id == turn.incoming.message_id:
        return False
    return tip_events.by_message(turn.tx, turn.me.id, message.message_id) is not None


def _accept(turn: Turn, piece: Piece, anchor: _Anchor, alarm: Alarm | None) -> Taken:
    told = anchor.tip is not None and anchor.tip.state is not TipState.ERASED
    heard = [] if told else intake.heard_of(turn.tx, turn.me.id)
    recent = intake.for_private_words(heard)
    options = _options(turn, anchor, piece, recent)
    place = which.settled(turn, options) if options else _placed(turn, anchor, heard, piece)
    tip = place.tip
    came = coming.by_link(turn) if anchor.asked else None
    campaign, bound = _answered(turn, anchor, tip, came)
    before = tip
    taken = intake.accept(
        turn.tx,
        piece,
        telling.writer(turn, _language(turn, alarm), coming.area_of(turn, came)),
        tip,
        bound=bound,
        kind=anchor.kind,
        burst=which.WAIT if place.is_new else turn.context.rules.burst,
    )
    _count(turn, anchor, taken, campaign, bound)
    if came is not None and taken.fate is Fate.OPENED:
        coming.note(turn, came, anchor.kind)
    if anchor.asked:
        dialogues.end(turn.tx, turn.me.id)
    # Who is asked where the words belong is not told that they were added.
    called = anchor.asked and taken.tip.urgent
    _tell_writer(turn, taken, piece, None if place.is_new else before, alarm, called=called)
    if place.question is not None:
        tip_events.ask_about(turn.tx, taken.tip, place.question, taken.piece_id)
        if place.is_new:
            which.ask(turn, taken.tip, place.question, options)
    log.info("piece_taken", tip=str(taken.tip.id), fate=taken.fate.value, urgent=piece.urgent)
    telling.rush(turn, taken.tip, alarmed=piece.urgent)
    return taken


def _answered(
    turn: Turn, anchor: _Anchor, tip: Tip | None, came: ByLink | None
) -> tuple[Delivery | None, Bound]:
    """Return the campaign's message that words answer, if one, and how the tip is tied."""
    if came is not None and came.run_id is not None:
        return None, Bound(Binding.EXPLICIT, came.run_id, by_post=True, by_hand=True)
    campaign, binding = anchor.campaign, Binding.EXPLICIT
    if campaign is None and tip is None and anchor.kind is TipKind.TIP:
        campaign, binding = _assumed(turn), Binding.ASSUMED
    if campaign is None:
        return None, Bound()
    return campaign, Bound(binding, campaign.run_id, campaign.kind is DeliveryKind.POST)


def _count(
    turn: Turn, anchor: _Anchor, taken: Taken, campaign: Delivery | None, bound: Bound
) -> None:
    """Count the words on the campaign's message that they answer."""
    if taken.fate is Fate.OPENED and campaign is not None and bound.binding is Binding.ASSUMED:
        telling.note_assumed(turn, campaign)
    elif taken.fate is Fate.OPENED and campaign is not None:
        telling.note_facets(turn, campaign, anchor.kind)
    elif anchor.campaign is not None:
        telling.note(turn, anchor.campaign.id, Facet.REPLIED)
        if taken.tip.bound is Binding.ASSUMED and taken.tip.run_id == bound.run_id is not None:
            tips.bind(turn.tx, taken.tip, bound.run_id, Binding.EXPLICIT)


def _tell_writer(
    turn: Turn,
    taken: Taken,
    piece: Piece,
    before: Tip | None,
    alarm: Alarm | None,
    *,
    called: bool,
) -> None:
    """Answer the first piece at once; later ones of a burst join silently.

    `called`: they were asked in a danger where they are, and hear that it was written down.
    """
    tip = taken.tip
    kind = telling.care(turn, piece.text, tip, before, alarm)
    files = telling.about_files(turn, piece, tip, opened=taken.fate is Fate.OPENED)

    def tell(text: str, *rows: tuple[Button, ...]) -> None:
        whole = "\n\n".join(filter(None, (text, files)))
        always = kind is not None or alarm is not None
        limits.tell(turn, Outgoing(text=whole, buttons=rows), tip, always=always)

    def say(key: str, *rows: tuple[Button, ...]) -> None:
        tell(turn.context.catalogue.say(tip.language, key, ma_tin=tip.case_number), *rows)

    if taken.fate is Fate.REOPENED:
        say("tips.reopened")
    elif kind is not None:
        tell(kind, *(telling.receipt_buttons(turn, tip) if taken.fate is Fate.OPENED else ()))
    elif taken.fate is Fate.OPENED and tip.kind is TipKind.QUESTION:
        say("tips.question_received", *telling.receipt_buttons(turn, tip, chief=False))
    elif taken.fate is Fate.OPENED and tip.urgent:
        say("tips.urgent_received", *telling.receipt_buttons(turn, tip))
    elif taken.fate is Fate.OPENED:
        body = turn.context.library.system("sys-tip-received", tip.language)
        text = fill(body, {**unit_values(turn.unit, tip.language), "ma_tin": tip.case_number})
        tell(text, *telling.receipt_buttons(turn, tip))
    elif (
        taken.fate is Fate.ADDED
        and before is not None
        and (called or turn.tx.now - before.last_piece_at > turn.context.rules.burst)
    ):
        say(telling.added_key(tip))
    elif files is not None:
        tell("")


def _target(turn: Turn, anchor: _Anchor, recent: Sequence[Tip]) -> Tip | None:
    """Return the tip to go on with; an explicit answer to a campaign joins only what answers it."""
    if anchor.tip is not None and anchor.tip.state is not TipState.ERASED:
        return anchor.tip
    if anchor.campaign is None and not anchor.asked:
        return intake.current(recent, turn.tx.now)
    run_id = anchor.campaign.run_id if anchor.campaign is not None else None
    if run_id is not None and not anchor.asked:
        return intake.of_campaign(recent, run_id, turn.tx.now)
    for tip in recent:
        same = run_id is None or tip.run_id == run_id
        if same and tip.kind is anchor.kind and intake.bursting(tip, turn.tx.now):
            return tip
    return None


def _placed(turn: Turn, anchor: _Anchor, heard: Sequence[Tip], piece: Piece) -> which.Place:
    """Return where words go; who opened too many tips lately goes on with the last."""
    tip = _target(turn, anchor, intake.for_private_words(heard))
    if tip is None and heard:
        tip = limits.last_of_many(turn, urgent=piece.urgent)
    return which.Place(tip)


def _is_awaited(turn: Turn) -> bool:
    tip = _current(turn)
    return tip is not None and intake.is_awaited(tip)


def _options(turn: Turn, anchor: _Anchor, piece: Piece, recent: Sequence[Tip]) -> list[Tip]:
    """Return the open tips that words without a reply may belong to, when there are several.

    Nothing urgent is asked about, and a mere "vâng" goes where an officer spoke last.
    """
    if anchor.tip is not None or anchor.campaign is not None or anchor.asked:
        return []
    if piece.urgent or piece.is_small_talk:
        return []
    found = intake.open_for_more(recent, turn.tx.now)
    return found if len(found) > 1 else []


def _recent(turn: Turn) -> list[Tip]:
    return intake.told_privately(turn.tx, turn.me.id)


def _current(turn: Turn) -> Tip | None:
    return intake.current(_recent(turn), turn.tx.now)


def _anchor(turn: Turn, message: Message) -> _Anchor:
    """Find what a message answers: a reply first, then the button pressed just before."""
    if message.reply_to is not None:
        row = ledger.by_message(turn.tx, turn.me.id, message.reply_to)
        own = tip_events.by_message(turn.tx, turn.me.id, message.reply_to)
        tip_id = own.tip_id if own is not None else row.tip_id if row is not None else None
        if tip_id is not None:
            tip = tips.locked(turn.tx, tip_id)
            return _Anchor(tip=tip if tip and tip.address_id == turn.me.id else None)
        if row is not None and row.run_id is not None:
            return _Anchor(campaign=row)
    dialogue = dialogues.current(turn.tx, turn.me.id)
    if (
        dialogue is None
        or dialogue.name not in (presses.TIP, presses.ASK)
        or dialogue.updated_at is None
    ):
        return _Anchor()
    chosen = from_short(dialogue.data.get("tip", ""))
    # Who chose one of their tips goes on with it at once; a story of later is another.
    lasts = turn.context.rules.assume_bound if chosen is None else intake.PAUSE
    if turn.tx.now - dialogue.updated_at > lasts:
        dialogues.end(turn.tx, turn.me.id)
        return _Anchor()
    if chosen is not None:
        tip = tips.locked(turn.tx, chosen)
        return _Anchor(tip=tip if tip and tip.address_id == turn.me.id else None, asked=True)
    delivery_id = from_short(dialogue.data.get("delivery", ""))
    campaign = ledger.get(turn.tx, delivery_id) if delivery_id is not None else None
    kind = TipKind.QUESTION if dialogue.name == presses.ASK else TipKind.TIP
    return _Anchor(campaign=campaign, kind=kind, asked=True)


def _assumed(turn: Turn) -> Delivery | None:
    """Return the campaign that a first message is assumed to answer: none was told since."""
    if turn.resident is None:
        return None
    since = turn.tx.now - turn.context.rules.assume_bound
    row = ledger.last_campaign(turn.tx, turn.resident.id, since)
    if row is None or row.run_id is None:
        return None
    later = [tip for tip in tips.recent_of(turn.tx, turn.me.id, row.created_at) if not tip.public]
    return None if any(tip.opened_at >= row.created_at for tip in later) else row


def _language(turn: Turn, alarm: Alarm | None) -> Language:
    return (alarm.language if alarm is not None else None) or turn.language


def _thank(turn: Turn, anchor: _Anchor) -> None:
    if anchor.campaign is not None and not anchor.asked:
        telling.note(turn, anchor.campaign.id, Facet.ACKNOWLEDGED)
        telling.note(turn, anchor.campaign.id, Facet.REPLIED)
    if limits.may_answer(turn):
        turn.say("tips.small_talk")


PRESSES: Mapping[str, Presser] = joined(
    presses.PRESSES, complaints.PRESSES, which.PRESSES, own.PRESSES, crying.PRESSES
)
