"""Tips: one row each, whose words are sealed with a key of its own (`storage.tips.tip_events`)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, delete, or_, select, update

from domain.clock import local
from domain.delivery import DeliveryState, SkipReason
from domain.language import Language
from domain.subject import Subject
from domain.tip import (
    Binding,
    Heard,
    Secrecy,
    Step,
    TipEventKind,
    TipKind,
    TipOutcome,
    TipState,
    TipStatus,
    after,
)
from storage.database import Tx
from storage.people import addresses
from storage.sealing import DataKey, Place
from storage.sequences import next_apart
from storage.tables import campaign, delivery, run, tip, tip_event
from storage.tables.intake import typed_under
from storage.tips import tip_files, tip_ties
from storage.types import UtcDateTime

_NONE = "no tip"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTip:
    """What is known of a tip when it is opened."""

    unit_id: UUID
    unit_code: str
    area_code: str | None
    address_id: UUID | None
    resident_id: UUID | None
    group_id: UUID | None
    run_id: UUID | None
    bound: Binding
    by_post: bool = False
    """Whether a post in a group led to it; nobody but the figures is told."""
    by_hand: bool = False
    """Whether that post was posted by hand, where no machine reaches."""
    kind: TipKind
    urgent: bool
    secrecy: Secrecy
    language: Language
    card_due_at: datetime
    heard: Heard | None = None
    entered_by: UUID | None = None


@dataclass(frozen=True, slots=True)
class Tip:
    """A tip. Who wrote it is the address alone, and officers are never shown it."""

    id: UUID
    unit_id: UUID
    area_code: str | None
    case_number: str
    kind: TipKind
    address_id: UUID | None = field(repr=False)
    resident_id: UUID | None = field(repr=False)
    group_id: UUID | None
    run_id: UUID | None
    bound: Binding
    state: TipState
    urgent: bool
    secrecy: Secrecy
    language: Language
    sealed_key: bytes | None = field(repr=False)
    opened_at: datetime
    card_due_at: datetime | None
    carded_at: datetime | None
    last_piece_at: datetime
    last_answer_at: datetime | None
    taken_by: UUID | None
    closed_at: datetime | None
    outcome: TipOutcome | None
    closed_by: UUID | None = None
    """Who of the staff closed it; None also when its writer did."""
    subject: Subject | None = None
    subject_assumed: bool = False
    """Whether its subject is only that of the campaign which it answers."""
    set_status: TipStatus = TipStatus.RECEIVED
    given: bool = False
    """Whether somebody else gave it to who has it."""
    heard: Heard | None = None
    """How staff heard of it who entered it; None for what came by chat."""
    entered_by: UUID | None = None
    cut_at: datetime | None = None
    """When the way back to its writer was destroyed, since its time was over."""
    account_id: UUID | None = None
    """In which of our accounts it came; None for what staff entered."""
    crossed: bool = False
    """Whether part of it came on another channel than the first."""

    @property
    def taken_back(self) -> bool:
        """True when its writer closed it as a mistake of theirs."""
        by_writer = self.state is TipState.CLOSED and self.closed_by is None
        return by_writer and self.outcome is TipOutcome.MISTAKEN

    @property
    def status(self) -> TipStatus:
        """What its writer is told of where it stands."""
        if self.state.is_open:
            return self.set_status
        passed_on = self.outcome is TipOutcome.TRANSFERRED
        return TipStatus.TRANSFERRED if passed_on else TipStatus.ENDED

    @property
    def public(self) -> bool:
        """True for one that was written in a group, before everybody's eyes."""
        return self.group_id is not None


def create(tx: Tx, new: NewTip) -> Tip:
    """Open a tip, with the next case number of its unit and year and a fresh key."""
    tip_id = tx.new_id()
    if new.address_id is not None:
        tx.seen.pop((_NONE, new.address_id), None)
    subject = _subject_of(tx, new.run_id) if new.run_id is not None else None
    row = tx.connection.execute(
        _CREATE,
        {
            "id": tip_id,
            "unit_id": new.unit_id,
            "area_code": new.area_code,
            "case_number": _case_number(tx, new.unit_code),
            "kind": new.kind.value,
            "address_id": new.address_id,
            "resident_id": new.resident_id,
            "group_id": new.group_id,
            "run_id": new.run_id,
            "bound": new.bound.value,
            "by_post": new.by_post,
            "by_hand": new.by_hand,
            "state": TipState.RECEIVED.value,
            "urgent": new.urgent,
            "public": new.group_id is not None,
            "secrecy": new.secrecy.value,
            "language": new.language.value,
            "subject": subject,
            "subject_assumed": subject is not None,
            "data_key": tx.keys.seal_bytes(DataKey.fresh().key, Place("tip", "data_key", tip_id)),
            "opened_at": tx.now,
            "card_due_at": new.card_due_at,
            "last_piece_at": tx.now,
            "heard": new.heard.value if new.heard is not None else None,
            "entered_by": new.entered_by,
            "account_id": _account_of(tx, new),
        },
    ).one()
    return as_tip(row)


def get(tx: Tx, tip_id: UUID) -> Tip | None:
    """Return a tip by its id."""
    row = tx.connection.execute(select(tip).where(tip.c.id == tip_id)).one_or_none()
    return as_tip(row) if row else None


def locked(tx: Tx, tip_id: UUID) -> Tip | None:
    """Return a tip for a change: two reviewers who press at once come one after the other."""
    row = tx.connection.execute(
        select(tip).where(tip.c.id == tip_id).with_for_update()
    ).one_or_none()
    return as_tip(row) if row else None


def recent_of(tx: Tx, address_id: UUID, since: datetime) -> list[Tip]:
    """Return the tips of one address in which something was said since then, newest first."""
    if (_NONE, address_id) in tx.seen:
        return []
    rows = tx.connection.execute(_RECENT, {"address": address_id, "since": since})
    return [as_tip(row) for row in rows]


def note_none(tx: Tx, address_id: UUID) -> None:
    """Take over from another question that an address has no tip."""
    tx.seen[_NONE, address_id] = True


def note_piece(tx: Tx, known: Tip, *, card_due_at: datetime, urgent: bool, secrecy: Secrecy) -> Tip:
    """Record that its writer said more: what was asked of them has come."""
    status = known.set_status
    if status is TipStatus.NEEDS_MORE:
        status = TipStatus.VERIFYING
    return changed(
        tx,
        known.id,
        status=status.value,
        last_piece_at=tx.now,
        card_due_at=card_due_at,
        urgent=urgent,
        secrecy=secrecy.value,
    )


def bind(tx: Tx, known: Tip, run_id: UUID, bound: Binding) -> Tip:
    """Say which campaign it answers; its subject is the tip's until staff say another."""
    values: dict[str, object] = {"run_id": run_id, "bound": bound.value}
    if known.subject is None or known.subject_assumed:
        values |= {"subject": _subject_of(tx, run_id), "subject_assumed": True}
    return changed(tx, known.id, **values)


def take(tx: Tx, known: Tip, staff_id: UUID) -> Tip:
    """Give it to a reviewer.

    Raises: IllegalStep.
    """
    return changed(tx, known.id, state=after(known.state, Step.TAKE).value, taken_by=staff_id)


def close(tx: Tx, known: Tip, outcome: TipOutcome, staff_id: UUID | None) -> Tip:
    """Close it; `staff_id` is None when its writer did.

    Raises: IllegalStep.
    """
    return changed(
        tx,
        known.id,
        state=after(known.state, Step.CLOSE).value,
        outcome=outcome.value,
        closed_at=tx.now,
        closed_by=staff_id,
        stub_due_at=tx.now,
    )


def reopen(tx: Tx, known: Tip) -> Tip:
    """Open it again, for anybody to take; its next card is a first card again.

    Raises: IllegalStep.
    """
    return changed(
        tx,
        known.id,
        state=after(known.state, Step.REOPEN).value,
        taken_by=None,
        outcome=None,
        closed_at=None,
        closed_by=None,
        carded_at=None,
        # What was to be hidden on its old cards still is.
        stub_due_at=tx.now if known.secrecy is Secrecy.CHIEF else None,
        status=TipStatus.RECEIVED.value,
        given=False,
        passed_to=None,
    )


def erase(tx: Tx, known: Tip) -> None:
    """Destroy its key, words, files and writer, and what waits to be sent of it; it stays counted.

    Raises: IllegalStep when it is erased already.
    """
    state = after(known.state, Step.ERASE)
    words = {"body": None, "message_lookup": None}
    tx.connection.execute(update(tip_event).where(tip_event.c.tip_id == known.id).values(words))
    tip_files.erase(tx, known.id)
    tx.connection.execute(delete(typed_under).where(typed_under.c.tip_id == known.id))
    tip_ties.cut(tx, known.id)
    tx.connection.execute(
        update(delivery)
        .where(
            delivery.c.tip_id == known.id,
            delivery.c.payload.is_not(None),
            delivery.c.window_id.is_(None),
        )
        .values(
            payload=None,
            state=DeliveryState.SKIPPED.value,
            reason=SkipReason.CANCELLED.value,
            settled_at=tx.now,
            # A stub that never went out left its card whole: it is reduced by another.
            amends=None,
        )
    )
    tx.connection.execute(
        tip_event.insert().values(
            id=tx.new_id(),
            tip_id=known.id,
            at=tx.now,
            kind=TipEventKind.ERASED.value,
            shown=True,
        )
    )
    changed(
        tx,
        known.id,
        state=state.value,
        data_key=None,
        address_id=None,
        resident_id=None,
        card_due_at=None,
        stub_due_at=tx.now,
    )


def _account_of(tx: Tx, new: NewTip) -> UUID | None:
    """Return in which account it comes: its writer's, else that of the group they wrote in."""
    if new.address_id is not None:
        return addresses.home(tx, new.address_id).account_id
    where = addresses.of_group(tx, new.group_id) if new.group_id is not None else None
    return where.account_id if where is not None else None


def _subject_of(tx: Tx, run_id: UUID) -> str | None:
    """Return the subject of the campaign of a run."""
    query = select(campaign.c.subject).join(run, run.c.campaign_id == campaign.c.id)
    return tx.connection.execute(query.where(run.c.id == run_id)).scalar_one_or_none()


def _case_number(tx: Tx, unit_code: str) -> str:
    year = f"{local(tx.now).year % 100:02}"
    number = next_apart(tx, f"tip:{unit_code}:{year}")
    return f"{unit_code}-{year}{number:04}"


def changed(tx: Tx, tip_id: UUID, **values: object) -> Tip:
    """Write columns of a tip; for what changes it in this and its sister modules."""
    tx.connection.execute(update(tip).where(tip.c.id == tip_id).values(**values))
    return _one(tx, tip_id)


def _one(tx: Tx, tip_id: UUID) -> Tip:
    return as_tip(tx.connection.execute(_BY_ID, {"tip": tip_id}).one())


def as_tip(row: Row[Any]) -> Tip:
    """Return a row of the table as a tip."""
    return Tip(
        row.id,
        row.unit_id,
        row.area_code,
        row.case_number,
        TipKind(row.kind),
        row.address_id,
        row.resident_id,
        row.group_id,
        row.run_id,
        Binding(row.bound),
        TipState(row.state),
        row.urgent,
        Secrecy(row.secrecy),
        Language(row.language),
        row.data_key,
        row.opened_at,
        row.card_due_at,
        row.carded_at,
        row.last_piece_at,
        row.last_answer_at,
        row.taken_by,
        row.closed_at,
        TipOutcome(row.outcome) if row.outcome else None,
        row.closed_by,
        Subject(row.subject) if row.subject else None,
        row.subject_assumed,
        TipStatus(row.status),
        row.given,
        Heard(row.heard) if row.heard else None,
        row.entered_by,
        row.cut_at,
        row.account_id,
        row.crossed,
    )


# Built once: building a statement costs more than asking it.
_BY_ID = select(tip).where(tip.c.id == bindparam("tip", type_=Uuid))
_CREATE = tip.insert().returning(*tip.c)
_SINCE = bindparam("since", type_=UtcDateTime)
_RECENT = (
    select(tip)
    .where(
        tip.c.address_id == bindparam("address", type_=Uuid),
        tip.c.state != TipState.ERASED.value,
        or_(
            tip.c.last_piece_at >= _SINCE, tip.c.last_answer_at >= _SINCE, tip.c.closed_at >= _SINCE
        ),
    )
    .order_by(tip.c.id.desc())
    .limit(20)
    .with_for_update()
)
