"""Work on a tip: take it, answer its writer without knowing who it is, close it, read it."""

from collections.abc import Sequence
from uuid import UUID

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.errors import Refusal
from domain.failures import Until
from domain.ids import short
from domain.language import Language
from domain.messages import Button, Outgoing
from domain.roles import Permission, may
from domain.tip import Body, IllegalStep, TipEventKind, TipOutcome, TipState
from storage.database import Tx
from storage.deliveries.ledger import Delivery
from storage.people import addresses, units
from storage.people.units import Staff
from storage.tips import tip_events, tip_values, tip_work, tips, writer_chats
from storage.tips.tip_events import Event
from storage.tips.tips import Tip
from storage.tips.writer_chats import Tries
from tips import intake, rights
from tips.desk import Desk, tell


def take(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None) -> Tip:
    """Assign a tip to a reviewer and say so to the others.

    Raises: Refusal with who has it, or why it cannot be taken.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if tip.state is TipState.CLOSED:
        raise Refusal("review.already_closed", ma_tin=tip.case_number, ket_qua=_outcome(desk, tip))
    if tip.taken_by == own.id:
        raise Refusal("review.yours_already", ma_tin=tip.case_number)
    if tip.taken_by is not None:
        raise Refusal("review.taken_by", ma_tin=tip.case_number, ten=rights.holder(tx, tip))
    return take_over(tx, desk, tip, own)


def answer(
    tx: Tx,
    desk: Desk,
    tip_id: UUID,
    staff: Staff | None,
    text: str,
    *,
    lookup: bytes | None = None,
) -> Tip:
    """Store an officer's words and send their writer a neutral notice of them.

    A tip nobody has becomes the answerer's; by `lookup` a change of the words finds them again.
    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    rights.must_be_free(tx, own, tip)
    if tip.cut_at is not None:
        raise Refusal("keeping.link_cut", ma_tin=tip.case_number)
    must_have_writer(tip)
    if tip.state is TipState.CLOSED:
        key = "closed_no_answer" if _goes_on(tx, tip) else "closed_reply_opens"
        raise Refusal(f"review.{key}", ma_tin=tip.case_number)
    must_be_reachable(tx, tip)
    if tip.state is TipState.RECEIVED:
        tip = take_over(tx, desk, tip, own)
    event_id = tip_events.add(
        tx, tip, TipEventKind.ANSWER, text=text, staff_id=own.id, lookup=lookup
    )
    tip = tip_work.note_answer(tx, tip)
    notify(tx, desk, tip, event_id)
    return tip


def amend(tx: Tx, known: Event, staff: Staff | None, text: str) -> bool:
    """Take an officer's changed words of an answer beside the old; False when they are the same.

    Raises: Refusal; also when the resident has opened the old ones.
    """
    tip, own = rights.for_work(tx, known.tip_id, staff)
    if known.staff_id != own.id:
        raise Refusal("app.not_allowed")
    events = tip_events.of_tip(tx, tip)
    if newest_words(events, known) == text:
        return False
    opened = {event.text for event in events if event.kind is TipEventKind.OPENED}
    if short(known.id) in opened:
        raise Refusal("review.amended_late", ma_tin=tip.case_number)
    tip_events.add(tx, tip, TipEventKind.AMENDED, text=text, staff_id=own.id, lookup=known.lookup)
    return True


def newest_words(events: Sequence[Event], known: Event) -> str:
    """Return the words of an answer as they read now; `events` are all of its tip."""
    versions = [
        event.text or ""
        for event in events
        if event.id == known.id
        or (
            event.kind is TipEventKind.AMENDED
            and known.lookup is not None
            and event.lookup == known.lookup
        )
    ]
    return versions[-1]


def may_close(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None) -> tuple[Tip, Staff]:
    """Return a tip that this member of staff may close now, and them.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if not may(own.roles, Permission.CLOSE_TIP):
        raise Refusal("app.not_allowed")
    rights.must_be_free(tx, own, tip)
    if tip.state is TipState.CLOSED:
        raise Refusal("review.already_closed", ma_tin=tip.case_number, ket_qua=_outcome(desk, tip))
    return tip, own


def pass_on(
    tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None, body: Body, name: str = ""
) -> Tip:
    """Close a tip as passed to another body; a name typed for it is kept as a note.

    Raises: Refusal.
    """
    tip, own = may_close(tx, desk, tip_id, staff)
    tip_events.add(tx, tip, TipEventKind.TRANSFERRED, text=body.value, staff_id=own.id)
    called = name or desk.catalogue.say(Language.VI, f"review.body_{body.value}")
    if name:
        tip_events.add(tx, tip, TipEventKind.NOTE, text=name, staff_id=own.id, shown=False)
    tip = close(tx, desk, tip_id, own, TipOutcome.TRANSFERRED)
    tell(tx, desk, tip, "review.passed_to", noi=called)
    return tip_work.pass_on(tx, tip, body)


def close(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None, outcome: TipOutcome) -> Tip:
    """Close a tip, tell its writer behind a neutral notice, and the readers in a line.

    Raises: Refusal.
    """
    tip, own = may_close(tx, desk, tip_id, staff)
    tip = tips.close(tx, tip, outcome, own.id)
    event_id = tip_events.add(tx, tip, TipEventKind.CLOSED, text=outcome.value, staff_id=own.id)
    if outcome is TipOutcome.VALUABLE:
        tip_values.confirm(tx, tip.id, own.id)
    elif tip_values.withdraw(tx, tip.id):
        tip_events.add(tx, tip, TipEventKind.VALUE_WITHDRAWN, staff_id=own.id)
    notify(tx, desk, tip, event_id)
    tell(tx, desk, tip, "review.closed", ket_qua=_outcome(desk, tip), ten=own.name)
    return tip


def mistaken(tx: Tx, desk: Desk, tip: Tip) -> None:
    """Close a tip because its writer says it was a mistake; a card already out gets a line.

    A card still to come goes all the same and says so: somebody else may have held the phone.
    Raises: IllegalStep when it is not open.
    """
    tip = tips.close(tx, tip, TipOutcome.MISTAKEN, None)
    tip_events.add(tx, tip, TipEventKind.MISTAKEN)
    # It may have been closed as valuable before its writer went on with it.
    withdrawn = tip_values.withdraw(tx, tip.id)
    if withdrawn:
        tip_events.add(tx, tip, TipEventKind.VALUE_WITHDRAWN)
    if withdrawn or tip.carded_at is not None:
        tell(tx, desk, tip, "review.mistaken_valued" if withdrawn else "review.mistaken")


def outcome_now(tip: Tip, events: Sequence[Event], closing: Event) -> TipOutcome:
    """Return what a notice of how a tip ended says now; `events` are all of the tip.

    Of one that is open again it says how it ended then, unless its value was withdrawn since.
    """
    if tip.outcome is not None:
        return tip.outcome
    outcome = TipOutcome(closing.text) if closing.text else TipOutcome.VALUABLE
    for event in events[events.index(closing) :]:
        if event.kind is TipEventKind.VALUED:
            outcome = TipOutcome.VALUABLE
        elif event.kind is TipEventKind.VALUE_WITHDRAWN and outcome is TipOutcome.VALUABLE:
            outcome = TipOutcome.HANDLED
    return outcome


def page_seen(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None) -> Tip:
    """Record that a paged officer has seen it; the first one is named to the readers.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if tip_events.last_of_kind(tx, tip.id, TipEventKind.PAGE_SEEN) is None:
        tell(tx, desk, tip, "review.page_seen", ten=own.name)
    tip_events.add(tx, tip, TipEventKind.PAGE_SEEN, staff_id=own.id)
    return tip


def read(tx: Tx, desk: Desk, tip_id: UUID, staff: Staff | None, channel: str) -> Tip:
    """Return a tip whose content this member of staff may be shown privately, and note the reading.

    Raises: Refusal; also when it came on another channel than the one they read on.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    rights.must_see(own, tip)
    if not rights.may_be_opened_on(tx, tip, channel):
        where = desk.catalogue.channel(own.language, rights.channel_of(tx, tip) or "")
        raise Refusal("review.other_channel", ma_tin=tip.case_number, kenh=where)
    tip_events.add(tx, tip, TipEventKind.READ, staff_id=own.id)
    return tip


def notify(tx: Tx, desk: Desk, tip: Tip, event_id: UUID) -> None:
    """Tell a tip's writer that there is news, without a word of what it is about.

    Where the tip's own chat is shut, in another of theirs, with which it lies from now on.
    """
    if tip.address_id is None:
        return
    found = writer_chats.open_chats(tx, tip)
    if not found and addresses.get(tx, tip.address_id).unreachable is Until.FOREVER:
        # Its writer had themselves erased: there is nobody to tell.
        return
    if found:
        tip = writer_chats.lie_with(tx, tip, found[0].id)
    _put_notice(tx, desk, tip, event_id)


def pass_on_notice(tx: Tx, desk: Desk, tip: Tip, row: Delivery, tries: Tries) -> bool:
    """Put a notice that certainly did not arrive into another chat of the tip's writer.

    False where there is none left, and for what was no notice, or may have arrived after all.
    """
    event_id = writer_chats.announced(tx, tip.id, tries.first_at)
    mine = tip.resident_id is not None and row.resident_id == tip.resident_id
    if event_id is None or not mine or row.again or row.state is DeliveryState.UNSURE:
        return False
    left = [one for one in writer_chats.open_chats(tx, tip) if one.id not in tries.chats]
    if not left:
        return False
    tip = writer_chats.lie_with(tx, tip, left[0].id)
    _put_notice(tx, desk, tip, event_id, row.id)
    return True


def _put_notice(
    tx: Tx, desk: Desk, tip: Tip, event_id: UUID, instead_of: UUID | None = None
) -> None:
    if tip.address_id is None:
        return
    unit = units.get_unit(tx, tip.unit_id)
    name = unit.name.get(tip.language, unit.name["vi"])
    label = desk.catalogue.say(tip.language, "tips.button_open")
    desk.outbox.put(
        tx,
        tip.address_id,
        Outgoing(
            text=desk.catalogue.say(tip.language, "tips.notice", don_vi=name),
            buttons=((Button(label, f"open:{short(event_id)}"),),),
        ),
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        language=tip.language.value,
        resident_id=tip.resident_id,
        tip_id=tip.id,
        instead_of=instead_of,
    )


def take_over(tx: Tx, desk: Desk, tip: Tip, own: Staff) -> Tip:
    """Give a tip that nobody has to a member of staff, and say so.

    Raises: Refusal when it stands where nobody can take it.
    """
    try:
        tip = tips.take(tx, tip, own.id)
    except IllegalStep:
        raise Refusal("app.stale_button") from None
    tip_events.add(tx, tip, TipEventKind.TAKEN, staff_id=own.id)
    tell(tx, desk, tip, "review.taken", ten=own.name)
    return tip


def must_have_writer(tip: Tip) -> None:
    """Refuse for what staff entered, or passed on from a group: who wrote it nobody knows here.

    Raises: Refusal.
    """
    if tip.heard is not None or (tip.public and tip.address_id is None):
        raise Refusal("review.no_writer", ma_tin=tip.case_number)


def must_be_reachable(tx: Tx, tip: Tip) -> None:
    """Refuse when nothing can be said to its writer, in whichever chat of theirs.

    Raises: Refusal.
    """
    must_have_writer(tip)
    if tip.address_id is None or not writer_chats.open_chats(tx, tip):
        raise Refusal("review.unreachable", ma_tin=tip.case_number)


def _goes_on(tx: Tx, tip: Tip) -> bool:
    """Tell whether its writer's next words, without a reply, would open a closed tip again."""
    if tip.address_id is None:
        return False
    found = intake.current(intake.told_privately(tx, tip.address_id), tx.now)
    return found is not None and found.id == tip.id


def _outcome(desk: Desk, tip: Tip) -> str:
    if tip.outcome is None:
        return "—"
    return desk.catalogue.say(Language.VI, f"review.outcome_{tip.outcome.value}")
