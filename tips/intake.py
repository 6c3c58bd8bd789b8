"""Take in what people write: which tip a piece belongs to, and what it changes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.language import Language
from domain.messages import Location, MediaKind, MediaRef
from domain.tip import Binding, Heard, Secrecy, TipEventKind, TipKind, TipState
from storage.database import Tx
from storage.people import addresses
from storage.tips import card_times, tip_events, tip_rows, tips
from storage.tips.tips import Tip
from tips.care import care_for
from tips.sensitive import is_sensitive
from tips.small_talk import is_small_talk

TALK = timedelta(hours=24)
"""How long what a resident writes without more ado continues a tip that an officer answered."""
PAUSE = timedelta(minutes=30)
"""How long it continues a tip of their own that nobody answered yet."""
URGENT_BURST = timedelta(seconds=15)
"""How long what follows an urgent tip's first card is gathered; the first and a new cry go now."""
_LONGEST_BURST = 5
"""A card waits for more at most this many bursts, however many pieces come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One message, as far as a tip needs it. `chat_address_id` is where it was written."""

    chat_address_id: UUID
    message_id: str
    text: str = field(repr=False)
    media: tuple[MediaRef, ...] = ()
    location: Location | None = None
    urgent: bool = False
    largest: int | None = None
    """Bytes of a file that the platform hands out at most; None when it does not matter."""

    @property
    def is_empty(self) -> bool:
        """True when it has neither words nor anything to keep."""
        return not (self.text.strip() or self.location or self.files)

    @property
    def is_small_talk(self) -> bool:
        """True when there is nothing in it to act on."""
        return not (self.files or self.location) and is_small_talk(self.text)

    @property
    def files(self) -> tuple[MediaRef, ...]:
        """What is kept of its media: a sticker says nothing."""
        return tuple(media for media in self.media if media.kind is not MediaKind.STICKER)

    def is_too_big(self, media: MediaRef) -> bool:
        """Tell whether the platform will never hand a file out to us."""
        return self.largest is not None and media.size is not None and media.size > self.largest

    @property
    def has_too_big(self) -> bool:
        """True when something in it can never be fetched."""
        return any(self.is_too_big(media) for media in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """From where a new tip comes."""

    unit_id: UUID
    unit_code: str
    area_code: str | None
    address_id: UUID | None
    """None for what an officer passes on or heard: who told it is not kept."""
    resident_id: UUID | None
    group_id: UUID | None
    language: Language
    heard: Heard | None = None
    entered_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """Which campaign a tip answers, and how sure that is."""

    binding: Binding = Binding.NONE
    run_id: UUID | None = None
    by_post: bool = False
    by_hand: bool = False


class Fate(StrEnum):
    """What became of a piece."""

    OPENED = "opened"
    JOINED = "joined"
    """It came within the burst, before the card went out."""
    ADDED = "added"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Taken:
    """The tip as it is now, and what became of the piece."""

    tip: Tip
    fate: Fate
    piece_id: UUID


def bursting(tip: Tip, now: datetime) -> bool:
    """Tell whether a tip's first card still waits for more."""
    return (
        tip.state.is_open
        and tip.carded_at is None
        and tip.card_due_at is not None
        and tip.card_due_at > now
    )


def current(tips_of_writer: Sequence[Tip], now: datetime) -> Tip | None:
    """Return the tip that a message without a reply goes on with; they come newest first.

    The open burst, else the one in which an officer spoke last (an answer, a closing), else one of
    their own from a moment ago. An older story gets a tip of its own.
    """
    for tip in tips_of_writer:
        if bursting(tip, now):
            return tip
    spoken = [tip for tip in tips_of_writer if _last_word(tip) is not None]
    for tip in sorted(spoken, key=lambda tip: _last_word(tip) or now, reverse=True):
        if now - (_last_word(tip) or now) < TALK:
            return tip
    for tip in tips_of_writer:
        if tip.state.is_open and now - tip.last_piece_at < PAUSE:
            return tip
    return None


def heard_of(tx: Tx, address_id: UUID) -> list[Tip]:
    """Return the tips of an address in which something was said lately, newest first."""
    return tips.recent_of(tx, address_id, tx.now - TALK)


def told_privately(tx: Tx, address_id: UUID) -> list[Tip]:
    """Return the tips of an address that private words may go on with, newest first."""
    return for_private_words(heard_of(tx, address_id))


def for_private_words(heard: Sequence[Tip]) -> list[Tip]:
    """Return those of somebody's tips that private words may go on with.

    What was written in a group goes on in private only once an officer answered it.
    """
    return [tip for tip in heard if not tip.public or tip.last_answer_at is not None]


def current_in_group(
    tips_of_writer: Sequence[Tip], group_id: UUID, now: datetime, run_id: UUID | None = None
) -> Tip | None:
    """Return the tip that somebody's next words in a group go on with.

    Words under a post of a run go on with what they said to that post; others with their last.
    """
    for tip in tips_of_writer:
        theirs = tip.group_id == group_id and (run_id is None or _answers(tip, run_id))
        if theirs and continues(tip, now):
            return tip
    return None


def continues(tip: Tip, now: datetime) -> bool:
    """Tell whether more words on the same matter still belong to an open tip."""
    if not tip.state.is_open:
        return False
    answered = tip.last_answer_at is not None and now - tip.last_answer_at < TALK
    return bursting(tip, now) or answered or now - tip.last_piece_at < PAUSE


def open_for_more(tips_of_writer: Sequence[Tip], now: datetime) -> list[Tip]:
    """Return the open tips among which more words must be told apart, newest first.

    None while a burst is under way: what comes within it belongs to it.
    """
    if any(bursting(tip, now) for tip in tips_of_writer):
        return []
    return [tip for tip in tips_of_writer if continues(tip, now)]


def of_campaign(tips_of_writer: Sequence[Tip], run_id: UUID, now: datetime) -> Tip | None:
    """Return the tip that a further answer to a campaign's message goes on with."""
    for tip in tips_of_writer:
        if tip.kind is TipKind.TIP and tip.run_id == run_id and continues(tip, now):
            return tip
    return None


def _answers(tip: Tip, run_id: UUID) -> bool:
    return tip.run_id == run_id and tip.bound is Binding.EXPLICIT


def is_awaited(tip: Tip) -> bool:
    """Tell whether an officer spoke last in an open tip, so that even "vâng" is an answer."""
    return (
        tip.state.is_open
        and tip.last_answer_at is not None
        and tip.last_answer_at >= tip.last_piece_at
    )


def accept(
    tx: Tx,
    piece: Piece,
    writer: Writer,
    tip: Tip | None,
    *,
    bound: Bound,
    kind: TipKind,
    burst: timedelta,
) -> Taken:
    """Add a piece to a tip, or open a new one with it."""
    if tip is None or tip.state is TipState.ERASED:
        due = tx.now if piece.urgent else tx.now + burst
        return Taken(*_open(tx, piece, writer, bound, kind, due))
    return join(tx, piece, tip, burst=burst)


def join(tx: Tx, piece: Piece, tip: Tip, *, burst: timedelta) -> Taken:
    """Add a piece to a tip, which is open again by that if it was closed."""
    secrecy = _secrecy(piece.text)
    if _comes_across(tx, piece, tip):
        tip = tips.changed(tx, tip.id, crossed=True)
    fate = Fate.JOINED if bursting(tip, tx.now) else Fate.ADDED
    if tip.state is TipState.CLOSED:
        tip = tips.reopen(tx, tip)
        tip_rows.restore(tx, tip.id)
        tip_events.add(tx, tip, TipEventKind.REOPENED, shown=False)
        fate = Fate.REOPENED
    urgent = tip.urgent or piece.urgent
    if tip.secrecy is not Secrecy.ORDINARY:
        secrecy = tip.secrecy
    tip = tips.note_piece(
        tx,
        tip,
        card_due_at=_card_due(tip, fate, tx.now, burst, piece=piece),
        urgent=urgent,
        secrecy=secrecy,
    )
    return Taken(tip, fate, _keep(tx, tip, piece))


def _comes_across(tx: Tx, piece: Piece, tip: Tip) -> bool:
    """Tell whether a piece comes on another channel than its tip did at first."""
    if tip.crossed or tip.account_id is None:
        return False
    here = addresses.home(tx, piece.chat_address_id)
    return here.account_id != tip.account_id and here.channel != addresses.channel_of(
        tx, tip.account_id
    )


def keep(tx: Tx, piece: Piece, writer: Writer, card_due_at: datetime) -> Tip:
    """Open a tip of its own with a piece that could not be handled any other way."""
    return _open(tx, piece, writer, Bound(), TipKind.TIP, card_due_at)[0]


def open_beside(tx: Tx, source: Tip, writer: Writer, due: datetime) -> Tip:
    """Open an empty tip for words that were kept with another by mistake."""
    return tips.create(tx, _new(writer, Bound(), source.kind, due))


def move(tx: Tx, source: Tip, target: Tip, question: UUID, *, burst: timedelta) -> Tip:
    """Give the words that were asked about, and stand on no card, to the tip that was meant."""
    texts = tip_events.move(tx, source, target, question)
    if source.crossed or source.account_id != target.account_id:
        target = tips.changed(tx, target.id, crossed=True)
    left = tip_events.of_tip(tx, source, unshown=True)
    if all(event.kind is TipEventKind.NOTE for event in left):
        card_times.put_off(tx, source, None)
    hidden = [_secrecy(text) for text in texts]
    secrecy = target.secrecy
    if secrecy is Secrecy.ORDINARY and Secrecy.SENSITIVE in hidden:
        secrecy = Secrecy.SENSITIVE
    due = target.card_due_at or tx.now + burst
    return tips.note_piece(tx, target, card_due_at=due, urgent=target.urgent, secrecy=secrecy)


def change(
    tx: Tx, chat_address_id: UUID, message_id: str, text: str, *, urgent: bool
) -> Tip | None:
    """Record new words of a piece beside the old ones; None when it is no piece of a living tip."""
    piece = tip_events.by_message(tx, chat_address_id, message_id)
    tip = tips.locked(tx, piece.tip_id) if piece is not None else None
    if piece is None or tip is None or tip.state is TipState.ERASED:
        return None
    secrecy = tip.secrecy
    if secrecy is Secrecy.ORDINARY:
        secrecy = _secrecy(text)
    tip = tips.note_piece(
        tx,
        tip,
        card_due_at=_edit_due(tip, tx.now, urgent=urgent),
        urgent=urgent or tip.urgent,
        secrecy=secrecy,
    )
    tip_events.add(tx, tip, TipEventKind.EDIT, text=text, lookup=piece.lookup, shown=False)
    return tip


def _open(
    tx: Tx, piece: Piece, writer: Writer, bound: Bound, kind: TipKind, due: datetime
) -> tuple[Tip, Fate, UUID]:
    new = _new(writer, bound, kind, due)
    opened = tips.create(tx, replace(new, urgent=piece.urgent, secrecy=_secrecy(piece.text)))
    return opened, Fate.OPENED, _keep(tx, opened, piece)


def _new(writer: Writer, bound: Bound, kind: TipKind, due: datetime) -> tips.NewTip:
    return tips.NewTip(
        unit_id=writer.unit_id,
        unit_code=writer.unit_code,
        area_code=writer.area_code,
        address_id=writer.address_id,
        resident_id=writer.resident_id,
        group_id=writer.group_id,
        run_id=bound.run_id,
        bound=bound.binding,
        by_post=bound.by_post,
        by_hand=bound.by_hand,
        kind=kind,
        urgent=False,
        secrecy=Secrecy.ORDINARY,
        language=writer.language,
        card_due_at=due,
        heard=writer.heard,
        entered_by=writer.entered_by,
    )


def _keep(tx: Tx, tip: Tip, piece: Piece) -> UUID:
    event_id = tip_events.add(
        tx,
        tip,
        TipEventKind.PIECE,
        text=piece.text,
        lookup=tip_events.lookup(tx, piece.chat_address_id, piece.message_id),
        shown=False,
    )
    for media in piece.files:
        tip_events.attach_file(tx, tip, event_id, media, too_big=piece.is_too_big(media))
    if piece.location is not None:
        tip_events.attach_place(tx, tip, event_id, piece.location)
    return event_id


def _card_due(tip: Tip, fate: Fate, now: datetime, burst: timedelta, *, piece: Piece) -> datetime:
    """Each piece of a burst pushes the card on; what comes later waits for one burst only.

    In an emergency nothing pushes: a cry or a place goes now, an album's photos go together soon.
    """
    if piece.urgent or (tip.urgent and piece.location is not None):
        return now
    if tip.urgent:
        return min(tip.card_due_at or now + URGENT_BURST, now + URGENT_BURST)
    if fate is Fate.JOINED:
        return max(now, min(now + burst, tip.opened_at + _LONGEST_BURST * burst))
    return tip.card_due_at or now + burst


def _edit_due(tip: Tip, now: datetime, *, urgent: bool) -> datetime:
    if tip.urgent and not urgent:
        return min(tip.card_due_at or now + URGENT_BURST, now + URGENT_BURST)
    return now if urgent else tip.card_due_at or now


def _secrecy(text: str) -> Secrecy:
    hidden = is_sensitive(text) or care_for(text) is not None
    return Secrecy.SENSITIVE if hidden else Secrecy.ORDINARY


def _last_word(tip: Tip) -> datetime | None:
    """Return when an officer last spoke; a writer who said "by mistake" is done with it."""
    if tip.taken_back:
        return None
    instants = [instant for instant in (tip.last_answer_at, tip.closed_at) if instant is not None]
    return max(instants, default=None)
