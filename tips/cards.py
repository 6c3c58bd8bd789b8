"""Cards: a tip as reviewers see it, composed anew each time, never forwarded or copied."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import structlog

from domain.clock import show_time
from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.ids import short
from domain.language import Language
from domain.messages import Button, ChatKind, Outgoing
from domain.tip import Binding, Secrecy, TipEventKind, TipKind, TipOutcome, TipState
from storage.database import Tx
from storage.deliveries import undelivered
from storage.deliveries.ledger import Delivery
from storage.people import units
from storage.savepoints import Spoiled, apart
from storage.tips import card_times, tip_events, tip_rows, tips, writer_chats
from storage.tips.tip_events import LOCATION, Event
from storage.tips.tips import Tip
from tips import (
    card_facts,
    clearing,
    digest,
    files,
    paging,
    photos,
    rights,
    stubs,
    talk,
    topics,
    unreadable,
)
from tips.desk import Desk, Reader, chiefs, its_holder, readers, send, tell
from tips.digest import DigestRules
from tips.quoting import quoted

log = structlog.get_logger(__name__)

_USUAL = DigestRules()
_NOBODY_READS = timedelta(minutes=5)
_SPOILED_FIRST, _SPOILED_LONGEST = timedelta(seconds=30), timedelta(hours=1)
_AGAIN_FIRST, _AGAIN_LONGEST = timedelta(seconds=5), timedelta(minutes=10)
"""A card that did not come waits an eighth of the tip's age, within these."""


def send_due(tx: Tx, desk: Desk, limit: int = 20, rules: DigestRules = _USUAL) -> int:
    """Send the cards whose burst is over; returns how many tips were shown.

    When there are many, the rest wait behind a line that says how many. The cards of closed tips
    are reduced to a line on the way.
    """
    shown, held = 0, {}
    for tip in card_times.due(tx, limit):
        try:
            if digest.hold_back(tx, tip, rules):
                if tip.carded_at is None:
                    held[tip.unit_id] = tip
                continue
            shown += apart(tx, partial(show, tx, desk, tip))
        except Spoiled as fault:
            # The older it gets, the longer it waits: it must not keep the others from their turn.
            wait = min(max(tx.now - tip.last_piece_at, _SPOILED_FIRST), _SPOILED_LONGEST)
            log.error("card_fault", tip=str(tip.id), fault=str(fault))
            card_times.put_off(tx, tip, tx.now + wait)
    for tip in held.values():
        digest.tell(tx, desk, tip, rules)
    stubs.reduce_due(tx, desk, limit)
    return shown


def mend_failures(tx: Tx, desk: Desk, limit: int = 50) -> int:
    """React to messages about tips that did not arrive; returns how many there were.

    A card is put again, where its readers can be reached; of a page others hear; of an answer
    that the writer did not get, the readers.
    """
    failed = undelivered.of_tips(tx, limit)
    for row in failed:
        undelivered.note(tx, row.id)
        try:
            apart(tx, partial(_mend, tx, desk, row))
        except Spoiled as fault:
            log.error("mending_fault", delivery=str(row.id), fault=str(fault))
    return len(failed)


def take_back(tx: Tx, tip: Tip) -> bool:
    """Take back the cards that are not on their way yet, to be composed anew at once.

    Returns whether it is certain that nobody has seen any card of the tip.
    """
    for row in tip_rows.withdraw(tx, tip.id):
        if not tip_rows.was_asked_for(tx, tip.id, row.put_at):
            tip = tip_rows.show_again(tx, tip, row.put_at, tx.now)
    left = tip_rows.cards(tx, tip.id)
    return all(row.state is DeliveryState.SKIPPED and not row.again for row in left)


def show(tx: Tx, desk: Desk, tip: Tip) -> bool:
    """Send what of a tip is not yet on a card; False when nobody is there to read it."""
    events = tip_events.of_tip(tx, tip, unshown=True)
    where = readers(tx, tip)
    holder = its_holder(tx, tip)
    # Only they may open it, and no platform tells whether they are in the group.
    alone = chiefs(tx, tip) if tip.secrecy is Secrecy.CHIEF else []
    for reader in (*([holder] if holder is not None else []), *alone):
        if all(one.address.id != reader.address.id for one in where):
            where.append(reader)
    if not where:
        log.error("card_without_readers", tip=str(tip.id), unit=str(tip.unit_id))
        card_times.put_off(tx, tip, tx.now + _NOBODY_READS)
        return False
    if not topics.ready(tx, desk, tip, where):
        card_times.put_off(tx, tip, tx.now + topics.SOON)
        return False
    for reader in where:
        card = compose(tx, desk, tip, events, reader)
        lane = Lane.URGENT if tip.urgent else Lane.TALK
        send(tx, desk, tip, reader, card, kind=DeliveryKind.CARD, lane=lane)
    unreadable.tell(tx, desk, tip, where)
    tip_events.mark_shown(tx, [event.id for event in events])
    files.mark_told(tx, tip, events)
    card_times.note_carded(tx, tip)
    log.info("card_put", tip=str(tip.id), readers=len(where))
    return True


def compose(tx: Tx, desk: Desk, tip: Tip, events: Sequence[Event], reader: Reader) -> Outgoing:
    """Return the card: a first one with all we know and buttons, or a short one with what is new.

    Content is left out where the unit, the tip's secrecy or another channel forbids it.
    """
    first = tip.carded_at is None
    withheld = not rights.may_stand_open(tx, tip, reader.address)
    lines = _facts(tx, desk, tip, reader.language) if first else _marks(desk, tip, reader.language)
    if withheld:
        lines.append(desk.catalogue.say(reader.language, "review.withheld"))
    else:
        lines += words(desk, tx, tip, events, reader.language)
    lines += files.lines(tx, desk, tip, events, reader.language, with_places=withheld)
    lines += topics.doubts(tx, desk, tip, reader) if first else []
    if first:
        lines += ["", _how_to_answer(desk, tip, reader)]
    return Outgoing(
        heading=desk.catalogue.say(
            reader.language, _heading(tip, events, first=first), ma_tin=tip.case_number
        ),
        text="\n".join(lines),
        buttons=(
            *_buttons(desk, tip, reader.language, first=first, withheld=withheld),
            *(() if withheld else photos.buttons(tx, desk, tip, reader.language, events)),
            *(card_facts.buttons(tx, desk, tip, reader.language) if first else ()),
        ),
        reply_to=None if first else tip_rows.first_card(tx, tip.id, reader.address.id),
        protected=True,
    )


def _how_to_answer(desk: Desk, tip: Tip, reader: Reader) -> str:
    """Say how the writer is answered from where the card is read."""
    if tip.heard is not None:
        return desk.catalogue.say(reader.language, "review.no_answer_possible")
    able = desk.outbox.able(reader.address.channel)
    if able is None or able.quotes:
        return desk.catalogue.say(reader.language, "review.how_to_answer")
    # Where we are not told what was replied to, only the number says whom words are for.
    key = "private" if reader.address.kind is ChatKind.PRIVATE else "group"
    return desk.catalogue.say(
        reader.language, f"review.how_to_answer_{key}", ma_tin=tip.case_number
    )


def words(desk: Desk, tx: Tx, tip: Tip, events: Sequence[Event], language: Language) -> list[str]:
    """Return what the resident wrote, quoted; a changed piece is shown as it reads now."""
    changed = {
        event.lookup: event for event in events if event.kind is TipEventKind.EDIT and event.lookup
    }
    here = {event.lookup for event in events if event.kind is TipEventKind.PIECE}
    lines: list[str] = []
    for event in events:
        edit = changed.get(event.lookup) if event.lookup else None
        if event.kind is TipEventKind.PIECE and edit is not None and edit.text:
            lines += [quoted(edit.text), desk.catalogue.say(language, "review.was_edited")]
        elif event.kind is TipEventKind.PIECE and event.text:
            lines.append(quoted(event.text))
        elif event.kind is TipEventKind.EDIT and event.lookup not in here and event is edit:
            lines.append(desk.catalogue.say(language, "review.edited_to"))
            lines.append(quoted(event.text or ""))
        elif event.kind is TipEventKind.NOTE and event.text:
            lines += note(desk, tx, event, language)
    return lines + places(desk, tx, tip, events, language)


def note(desk: Desk, tx: Tx, event: Event, language: Language) -> list[str]:
    """Return a colleague's note, with who wrote it."""
    author = units.get_staff(tx, event.staff_id) if event.staff_id is not None else None
    name = author.name if author is not None else "—"
    return [desk.catalogue.say(language, "review.note", ten=name), quoted(event.text or "")]


def places(desk: Desk, tx: Tx, tip: Tip, events: Sequence[Event], language: Language) -> list[str]:
    """Return the places sent with some events: what the resident claims, nothing looked up."""
    with_place = [event.id for event in events if LOCATION in event.attachments]
    if not with_place:
        return []
    return [
        desk.catalogue.say(
            language,
            "review.place",
            vi_do=f"{round(place.latitude, 5) + 0:.5f}",
            kinh_do=f"{round(place.longitude, 5) + 0:.5f}",
            dia_ban=_area(desk, tx, tip, language),
        )
        for place in tip_events.places_of(tx, tip, with_place)
    ]


def _mend(tx: Tx, desk: Desk, row: Delivery) -> None:
    tip = tips.locked(tx, row.tip_id) if row.tip_id is not None else None
    if tip is None or tip.state is TipState.ERASED:
        return
    if row.kind is DeliveryKind.CARD:
        _card_missed(tx, desk, tip, row)
    elif row.kind is DeliveryKind.NOTICE and row.lane is Lane.URGENT:
        paging.page_others(tx, desk, tip)
    elif row.kind is DeliveryKind.REPLY:
        _answer_missed(tx, desk, tip, row)
    elif row.kind is DeliveryKind.EFFECT:
        if not clearing.failed(tx, desk, tip, row):
            topics.failed(tx, desk, tip, row)
    elif row.kind is DeliveryKind.PHOTO:
        log.warning("photo_missed", tip=str(tip.id), state=row.state.value, reason=row.reason)
        tell(tx, desk, tip, "review.photo_missed")
    else:
        _log_missed(tip, row)


def _card_missed(tx: Tx, desk: Desk, tip: Tip, row: Delivery) -> None:
    log.error("card_missed", tip=str(tip.id), state=row.state.value, reason=row.reason)
    if tip_rows.was_for_its_holder(tx, tip.id, row.created_at):
        tell(tx, desk, tip, "review.assigned_missed", ten=rights.holder(tx, tip))
    if tip_rows.was_asked_for(tx, tip.id, row.created_at):
        return
    if row.state is DeliveryState.UNSURE and _since(tx, tip, TipEventKind.TAKEN, row):
        return
    others = [
        other
        for other in tip_rows.cards(tx, tip.id)
        if other.put_at == row.created_at and other.address_id != row.address_id
    ]
    if any(other.hopeful for other in others):
        return
    tip_rows.withdraw(tx, tip.id, put_at=row.created_at)
    wait = min(max((tx.now - tip.last_piece_at) / 8, _AGAIN_FIRST), _AGAIN_LONGEST)
    tip_rows.show_again(tx, tip, row.created_at, tx.now + wait)


def _answer_missed(tx: Tx, desk: Desk, tip: Tip, row: Delivery) -> None:
    """Let a notice go to another chat of the writer's; without one, tell who answered."""
    tries = writer_chats.tries(tx, row)
    if talk.pass_on_notice(tx, desk, tip, row, tries):
        log.info("notice_passed_on", tip=str(tip.id), reason=row.reason, chats=len(tries.chats))
        return
    if not tip_rows.carries_an_answer(tx, tip.id, tries.first_at):
        _log_missed(tip, row)
        return
    unsure = row.state is DeliveryState.UNSURE
    if unsure and _since(tx, tip, TipEventKind.OPENED, row):
        return
    key = "review.answer_unsure" if unsure else "review.answer_missed"
    log.warning("answer_missed", tip=str(tip.id), state=row.state.value, reason=row.reason)
    tell(tx, desk, tip, key, luc=show_time(tries.first_at))


def _log_missed(tip: Tip, row: Delivery) -> None:
    log.error("notice_missed", tip=str(tip.id), kind=row.kind.value, reason=row.reason)


def _since(tx: Tx, tip: Tip, kind: TipEventKind, row: Delivery) -> bool:
    """Tell whether something happened that shows that a doubtful message arrived."""
    last = tip_events.last_of_kind(tx, tip.id, kind)
    return last is not None and last > row.created_at


def _facts(tx: Tx, desk: Desk, tip: Tip, language: Language) -> list[str]:
    def say(key: str, **facts: str) -> str:
        return desk.catalogue.say(language, f"review.{key}", **facts)

    lines = _marks(desk, tip, language)
    area = _area(desk, tx, tip, language)
    lines += [say("area", dia_ban=area), say("received", luc=show_time(tip.opened_at))]
    if tip.run_id is not None and tip.bound is not Binding.NONE:
        lines.append(say(f"bound_{tip.bound.value}", ma_ban_tin=tip_rows.run_code(tx, tip.run_id)))
    if tip.subject is not None and tip.secrecy.is_open:
        key = "subject_assumed" if tip.subject_assumed else "subject"
        lines.append(say(key, chu_de=tip.subject.label(language)))
    if tip.public:
        lines.append(say("public"))
        if tip.address_id is None:
            lines.append(desk.catalogue.say(language, "groups.card_passed_on"))
    if tip.outcome is TipOutcome.MISTAKEN:
        lines.append(say("said_mistaken"))
    return lines + card_facts.lines(tx, desk, tip, language)


def _area(desk: Desk, tx: Tx, tip: Tip, language: Language) -> str:
    if tip.area_code is None:
        return desk.catalogue.say(language, "review.no_area")
    return units.area_name(tx, tip.area_code)


def _marks(desk: Desk, tip: Tip, language: Language) -> list[str]:
    lines = []
    if tip.urgent:
        lines.append(desk.catalogue.say(language, "review.urgent"))
    if tip.secrecy is not Secrecy.ORDINARY:
        lines.append(desk.catalogue.say(language, f"review.secrecy_{tip.secrecy.value}"))
    return lines


def _heading(tip: Tip, events: Sequence[Event], *, first: bool) -> str:
    changes = (TipEventKind.REOPENED, TipEventKind.RELEASED)
    last = next((event.kind for event in reversed(events) if event.kind in changes), None)
    if last is not None:
        return f"review.heading_{last.value}"
    if not first:
        return "review.heading_more"
    return "review.heading_question" if tip.kind is TipKind.QUESTION else "review.heading_tip"


def _buttons(
    desk: Desk, tip: Tip, language: Language, *, first: bool, withheld: bool
) -> tuple[tuple[Button, ...], ...]:
    def button(verb: str) -> Button:
        return Button(
            desk.catalogue.say(language, f"review.button_{verb}"), f"{verb}:{short(tip.id)}"
        )

    rows: list[tuple[Button, ...]] = []
    if first:
        rows.append((button("take"), button("close")))
        rows.append((button("subject"), button("status")))
        rows.append((button("assign"),))
        if tip.public:
            label = desk.catalogue.say(language, "takedown.button_remove")
            rows.append((Button(label, f"remove:{short(tip.id)}"),))
    if withheld:
        rows.append((button("read"),))
    return tuple(rows)
