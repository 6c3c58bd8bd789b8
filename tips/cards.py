"""Cards: a tip as reviewers see it, composed anew each time, never forwarded or copied."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import structlog

from domain.clock import show_time
from domain.delivery import DeliveryKind, Lane
from domain.ids import short
from domain.language import Language
from domain.messages import Button, Outgoing
from domain.tip import Binding, Secrecy, TipEventKind, TipKind, TipOutcome
from storage import addresses, tip_events, tips, units
from storage.database import Tx
from storage.tip_events import LOCATION, Event
from storage.tips import Tip
from tips.desk import Desk, Reader, readers, send
from tips.quoting import quoted

log = structlog.get_logger(__name__)

_NOBODY_READS = timedelta(minutes=5)


def send_due(tx: Tx, desk: Desk, limit: int = 20) -> int:
    """Send the cards whose burst is over; returns how many tips were shown."""
    return sum(show(tx, desk, tip) for tip in tips.due(tx, limit))


def show(tx: Tx, desk: Desk, tip: Tip) -> bool:
    """Send what of a tip is not yet on a card; False when nobody is there to read it."""
    events = tip_events.of_tip(tx, tip, unshown=True)
    where = readers(tx, tip)
    if not where:
        log.error("card_without_readers", tip=str(tip.id), unit=str(tip.unit_id))
        tips.put_off(tx, tip, tx.now + _NOBODY_READS)
        return False
    for reader in where:
        card = compose(tx, desk, tip, events, reader)
        lane = Lane.URGENT if tip.urgent else Lane.TALK
        send(tx, desk, tip, reader, card, kind=DeliveryKind.CARD, lane=lane)
    tip_events.mark_shown(tx, [event.id for event in events])
    tips.note_carded(tx, tip)
    log.info("card_put", tip=str(tip.id), readers=len(where))
    return True


def compose(tx: Tx, desk: Desk, tip: Tip, events: Sequence[Event], reader: Reader) -> Outgoing:
    """Return the card: a first one with all we know and buttons, or a short one with what is new.

    Content is left out where the unit, the tip's secrecy or another channel forbids it.
    """
    first = tip.carded_at is None
    withheld = not _may_show(tx, tip, reader)
    lines = _facts(tx, desk, tip, reader.language) if first else _marks(desk, tip, reader.language)
    if withheld:
        lines.append(desk.catalogue.say(reader.language, "review.withheld"))
    else:
        lines += words(desk, tx, tip, events, reader.language)
    held = attachments(desk, events, reader.language)
    if held:
        lines.append(held)
    if first:
        lines += ["", desk.catalogue.say(reader.language, "review.how_to_answer")]
    return Outgoing(
        heading=desk.catalogue.say(
            reader.language, _heading(tip, events, first=first), ma_tin=tip.case_number
        ),
        text="\n".join(lines),
        buttons=_buttons(desk, tip, reader.language, first=first, withheld=withheld),
        reply_to=None if first else tips.first_card(tx, tip.id, reader.address.id),
        protected=True,
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
    if tip.urgent and any(LOCATION in event.attachments for event in events):
        # In an emergency the place is what matters most, and it was sent for that.
        lines += [
            desk.catalogue.say(
                language,
                "review.place",
                vi_do=f"{place.latitude:.5f}",
                kinh_do=f"{place.longitude:.5f}",
            )
            for place in tip_events.places_of(tx, tip)[-1:]
        ]
    return lines


def attachments(desk: Desk, events: Sequence[Event], language: Language) -> str:
    """Return a line that counts what came along, empty for nothing: `2 ảnh, 1 vị trí`."""
    counts = Counter(kind for event in events for kind in event.attachments)
    if not counts:
        return ""
    listed = ", ".join(
        f"{count} {desk.catalogue.say(language, f'review.kind_{kind}')}"
        for kind, count in counts.items()
    )
    return desk.catalogue.say(language, "review.held", kem_theo=listed)


def _facts(tx: Tx, desk: Desk, tip: Tip, language: Language) -> list[str]:
    def say(key: str, **facts: str) -> str:
        return desk.catalogue.say(language, f"review.{key}", **facts)

    area = units.area_name(tx, tip.area_code) if tip.area_code else say("no_area")
    lines = _marks(desk, tip, language)
    lines += [say("area", dia_ban=area), say("received", luc=show_time(tip.opened_at))]
    if tip.run_id is not None and tip.bound is not Binding.NONE:
        lines.append(say(f"bound_{tip.bound.value}", ma_ban_tin=tips.run_code(tx, tip.run_id)))
    if tip.public:
        lines.append(say("public"))
    if tip.outcome is TipOutcome.MISTAKEN:
        lines.append(say("said_mistaken"))
    return lines


def _marks(desk: Desk, tip: Tip, language: Language) -> list[str]:
    lines = []
    if tip.urgent:
        lines.append(desk.catalogue.say(language, "review.urgent"))
    if tip.secrecy is not Secrecy.ORDINARY:
        lines.append(desk.catalogue.say(language, f"review.secrecy_{tip.secrecy.value}"))
    return lines


def _heading(tip: Tip, events: Sequence[Event], *, first: bool) -> str:
    if any(event.kind is TipEventKind.REOPENED for event in events):
        return "review.heading_reopened"
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
    if withheld:
        rows.append((button("read"),))
    return tuple(rows)


def _may_show(tx: Tx, tip: Tip, reader: Reader) -> bool:
    if not tip.secrecy.is_open or tip.address_id is None:
        return False
    if not units.get_unit(tx, tip.unit_id).card_content:
        return False
    # What came on one platform does not go out on another: their consent named the first only.
    return addresses.get(tx, tip.address_id).channel == reader.address.channel
