"""What was said and done in a tip, in order, and the files that came with it, all sealed.

Words and file references are sealed with the tip's own key: when that is destroyed, so are they.
"""

import json
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, String, bindparam, func, select, update

from domain.messages import Location, MediaRef
from domain.tip import TipEventKind, TipOutcome
from storage.database import Tx
from storage.sealing import DataKey, Place
from storage.tables import attachment, tip_event
from storage.tables.intake import UNSETTLED
from storage.tips import tip_files
from storage.tips.tip_acts import account_for
from storage.tips.tip_keys import key_of as _key
from storage.tips.tips import Tip

LOCATION = "location"
"""The kind of an attachment that is a place, not a file."""
TOO_BIG = "too_big:"
"""Begins the kind of a file that the platform will not hand out."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something said or done; `text` is None once erased."""

    id: UUID
    tip_id: UUID
    at: datetime
    kind: TipEventKind
    staff_id: UUID | None
    text: str | None = field(repr=False)
    lookup: bytes | None = field(repr=False)
    shown: bool
    attachments: tuple[str, ...]
    """Kinds of what came with it: a media kind, perhaps after `too_big:`, or `location`."""


def add(
    tx: Tx,
    tip: Tip,
    kind: TipEventKind,
    *,
    text: str = "",
    staff_id: UUID | None = None,
    lookup: bytes | None = None,
    shown: bool = True,
) -> UUID:
    """Record something; with `shown=False` it still has to appear on a card."""
    event_id = tx.new_id()
    place = Place("tip_event", "body", event_id)
    tx.connection.execute(
        _ADD,
        {
            "id": event_id,
            "tip_id": tip.id,
            "at": tx.now,
            "kind": kind.value,
            "staff_id": staff_id,
            "body": _key(tx, tip).seal(text, place) if text else None,
            "message_lookup": lookup,
            "shown": shown,
            "outcome": _outcome(kind, text),
        },
    )
    if staff_id is not None:
        account_for(tx, tip, kind, text, staff_id)
    return event_id


def _outcome(kind: TipEventKind, text: str) -> str | None:
    if kind is TipEventKind.MISTAKEN:
        return TipOutcome.MISTAKEN.value
    return TipOutcome(text).value if kind is TipEventKind.CLOSED else None


def attach_file(
    tx: Tx, tip: Tip, event_id: UUID, media: MediaRef, *, too_big: bool = False
) -> None:
    """Hold a file: only its kind and size are readable without the tip's key."""
    kind = TOO_BIG + media.kind.value if too_big else media.kind.value
    attachment_id = _attach(tx, tip, event_id, kind, asdict(media), media.size)
    if not too_big:
        tip_files.expect(tx, tip.id, attachment_id, media)


def forget_words(tx: Tx, event_id: UUID) -> None:
    """Empty an event whose words went elsewhere, or nowhere."""
    tx.connection.execute(update(tip_event).where(tip_event.c.id == event_id).values(body=None))


def reword(tx: Tx, tip: Tip, known: Event, text: str) -> None:
    """Put other words in an event's place; those of a note stand on the next card again."""
    values: dict[str, object] = {
        "body": _key(tx, tip).seal(text, Place("tip_event", "body", known.id))
    }
    if known.kind is TipEventKind.NOTE:
        values["shown"] = False
    tx.connection.execute(update(tip_event).where(tip_event.c.id == known.id).values(values))
    if known.staff_id is not None:
        account_for(tx, tip, known.kind, text, known.staff_id)


def ask_about(tx: Tx, tip: Tip, question: UUID, piece: UUID) -> None:
    """Note that a question asks where a piece belongs: only what is noted so may be moved."""
    asked = [*_asked_about(tx, tip, question), piece]
    body = _key(tx, tip).seal(" ".join(one.hex for one in asked), _body_place(question))
    tx.connection.execute(update(tip_event).where(tip_event.c.id == question).values(body=body))


def still_asked(tx: Tx, tip: Tip, question: UUID) -> bool:
    """Tell whether something a question asks about stands on no card yet."""
    query = select(tip_event.c.id).where(*_movable(tx, tip, question)).limit(1)
    return tx.connection.execute(query).first() is not None


def move(tx: Tx, source: Tip, target: Tip, question: UUID) -> list[str]:
    """Give another tip what a question asked about and no card shows; return the words.

    A piece goes with its edits, and an edit never alone. They are sealed anew, with the other
    tip's key.
    """
    old, new = _key(tx, source), _key(tx, target)
    query = select(tip_event).where(*_movable(tx, source, question))
    texts = []
    for row in tx.connection.execute(query.order_by(tip_event.c.id)).all():
        place = Place("tip_event", "body", row.id)
        values: dict[str, object] = {"tip_id": target.id}
        if row.body is not None:
            texts.append(old.unseal(row.body, place))
            values["body"] = new.seal(texts[-1], place)
        tx.connection.execute(update(tip_event).where(tip_event.c.id == row.id).values(values))
        held = select(attachment.c.id, attachment.c.reference)
        for file in tx.connection.execute(held.where(attachment.c.event_id == row.id)).all():
            where = _reference_place(file.id)
            reference = new.seal(old.unseal(file.reference, where), where)
            tx.connection.execute(
                update(attachment)
                .where(attachment.c.id == file.id)
                .values(tip_id=target.id, reference=reference)
            )
            tip_files.move(tx, file.id, target.id, old, new)
    return texts


def first_words(tx: Tx, tip: Tip) -> str:
    """Open the first words of a tip; empty when it began without any, or is erased."""
    row = tx.connection.execute(
        select(tip_event.c.id, tip_event.c.body)
        .where(tip_event.c.tip_id == tip.id, tip_event.c.kind == TipEventKind.PIECE.value)
        .order_by(tip_event.c.id)
        .limit(1)
    ).one_or_none()
    if row is None or row.body is None or tip.sealed_key is None:
        return ""
    return _key(tx, tip).unseal(row.body, Place("tip_event", "body", row.id))


def _movable(tx: Tx, tip: Tip, question: UUID) -> tuple[ColumnElement[bool], ...]:
    """Say which events a question asks about, with their edits, that stand on no card."""
    asked = _asked_about(tx, tip, question)
    lookups = select(tip_event.c.message_lookup).where(
        tip_event.c.id.in_(asked), tip_event.c.shown.is_(False)
    )
    edits = (tip_event.c.kind == TipEventKind.EDIT.value) & tip_event.c.message_lookup.in_(lookups)
    return (
        tip_event.c.tip_id == tip.id,
        tip_event.c.shown.is_(False),
        tip_event.c.id.in_(asked) | edits,
    )


def _asked_about(tx: Tx, tip: Tip, question: UUID) -> list[UUID]:
    query = select(tip_event.c.body).where(tip_event.c.id == question)
    body = tx.connection.execute(query).scalar_one_or_none()
    if body is None:
        return []
    return [UUID(one) for one in _key(tx, tip).unseal(body, _body_place(question)).split()]


def _body_place(event_id: UUID) -> Place:
    return Place("tip_event", "body", event_id)


def too_big_since(tx: Tx, tip_id: UUID, since: datetime) -> int:
    """Return how many files came with a tip since an instant that cannot be fetched."""
    query = (
        select(func.count())
        .select_from(attachment)
        .join(tip_event, tip_event.c.id == attachment.c.event_id)
        .where(
            attachment.c.tip_id == tip_id,
            attachment.c.kind.startswith(TOO_BIG, autoescape=True),
            tip_event.c.at >= since,
        )
    )
    found: int = tx.connection.execute(query).scalar_one()
    return found


def attach_place(tx: Tx, tip: Tip, event_id: UUID, place: Location) -> None:
    """Hold a place that was sent."""
    _attach(tx, tip, event_id, LOCATION, asdict(place), None)


def of_tip(tx: Tx, tip: Tip, *, unshown: bool = False) -> list[Event]:
    """Return a tip's events in order; `unshown`: those that still have to appear on a card."""
    query = select(tip_event).where(tip_event.c.tip_id == tip.id).order_by(tip_event.c.id)
    if unshown:
        unclear = TipEventKind.UNCLEAR.value
        query = query.where(tip_event.c.shown.is_(False), tip_event.c.kind != unclear)
    rows = tx.connection.execute(query).all()
    held = _attachments(tx, [row.id for row in rows])
    key = _key(tx, tip) if tip.sealed_key is not None else None
    return [_event(row, key, held.get(row.id, ())) for row in rows]


def find(tx: Tx, event_id: UUID) -> UUID | None:
    """Return the tip of an event."""
    query = select(tip_event.c.tip_id).where(tip_event.c.id == event_id)
    return tx.connection.execute(query).scalar_one_or_none()


def unsettled(tx: Tx, since: datetime, limit: int) -> list[UUID]:
    """Return words held since an instant that wait to be a note or an answer, not yet told of."""
    query = select(tip_event.c.id).where(UNSETTLED, tip_event.c.at <= since)
    return list(tx.connection.execute(query.order_by(tip_event.c.at).limit(limit)).scalars())


def mark_shown(tx: Tx, event_ids: Collection[UUID]) -> None:
    """Record that events stand on a card now."""
    tx.connection.execute(update(tip_event).where(tip_event.c.id.in_(event_ids)).values(shown=True))


def places_of(tx: Tx, tip: Tip, event_ids: Collection[UUID]) -> list[Location]:
    """Open the places that were sent with some events of a tip, in order."""
    if tip.sealed_key is None:
        return []
    rows = tx.connection.execute(
        select(attachment.c.id, attachment.c.reference)
        .where(
            attachment.c.tip_id == tip.id,
            attachment.c.kind == LOCATION,
            attachment.c.event_id.in_(event_ids),
        )
        .order_by(attachment.c.id)
    )
    key = _key(tx, tip)
    found = [json.loads(key.unseal(row.reference, _reference_place(row.id))) for row in rows]
    return [Location(place["latitude"], place["longitude"]) for place in found]


def file_of(tx: Tx, tip: Tip, attachment_id: UUID) -> dict[str, Any]:
    """Open the reference of a held file, to fetch it from its platform."""
    query = select(attachment.c.reference).where(attachment.c.id == attachment_id)
    sealed = tx.connection.execute(query).scalar_one()
    opened: dict[str, Any] = json.loads(
        _key(tx, tip).unseal(sealed, _reference_place(attachment_id))
    )
    return opened


def lookup(tx: Tx, chat_address_id: UUID, message_id: str) -> bytes:
    """Return the keyed hash under which a message of theirs is found again."""
    return tx.keys.hash(f"message:{chat_address_id.hex}", message_id)


def by_message(
    tx: Tx,
    chat_address_id: UUID,
    message_id: str,
    kind: TipEventKind = TipEventKind.PIECE,
) -> Event | None:
    """Return the piece (or answer) that a message in a chat became, its words left sealed."""
    lookups = tx.keys.hashes(f"message:{chat_address_id.hex}", message_id)
    asked = {"lookups": list(lookups), "kind": kind.value}
    row = tx.connection.execute(_BY_MESSAGE, asked).one_or_none()
    return _event(row, None, ()) if row else None


@dataclass(frozen=True, slots=True)
class Happened:
    """That something happened to a tip, and when."""

    id: UUID
    at: datetime


def newest(tx: Tx, tip_id: UUID, kind: TipEventKind) -> Happened | None:
    """Return the newest event of a kind."""
    row = tx.connection.execute(
        select(tip_event.c.id, tip_event.c.at)
        .where(tip_event.c.tip_id == tip_id, tip_event.c.kind == kind.value)
        .order_by(tip_event.c.id.desc())
        .limit(1)
    ).one_or_none()
    return Happened(row.id, row.at) if row is not None else None


def last_of_kind(tx: Tx, tip_id: UUID, kind: TipEventKind) -> datetime | None:
    """Return when something last happened to a tip."""
    last = newest(tx, tip_id, kind)
    return last.at if last is not None else None


def _attach(
    tx: Tx, tip: Tip, event_id: UUID, kind: str, reference: dict[str, Any], size: int | None
) -> UUID:
    new_id = tx.new_id()
    tx.connection.execute(
        attachment.insert().values(
            id=new_id,
            tip_id=tip.id,
            event_id=event_id,
            kind=kind,
            size=size,
            reference=_key(tx, tip).seal(json.dumps(reference), _reference_place(new_id)),
        )
    )
    return new_id


def _attachments(tx: Tx, event_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    rows = tx.connection.execute(
        select(attachment.c.event_id, attachment.c.kind)
        .where(attachment.c.event_id.in_(event_ids))
        .order_by(attachment.c.id)
    )
    found: dict[UUID, tuple[str, ...]] = {}
    for row in rows:
        found[row.event_id] = (*found.get(row.event_id, ()), row.kind)
    return found


def _reference_place(attachment_id: UUID) -> Place:
    return Place("attachment", "reference", attachment_id)


def _event(row: Row[Any], key: DataKey | None, held: tuple[str, ...]) -> Event:
    text = ""
    if row.body is not None and key is not None:
        text = key.unseal(row.body, Place("tip_event", "body", row.id))
    return Event(
        row.id,
        row.tip_id,
        row.at,
        TipEventKind(row.kind),
        row.staff_id,
        text if key is not None else None,
        row.message_lookup,
        row.shown,
        held,
    )


# Asked for each message, so they are built once.
_ADD = tip_event.insert()
_BY_MESSAGE = (
    select(tip_event)
    .where(
        tip_event.c.message_lookup.in_(bindparam("lookups", expanding=True)),
        tip_event.c.kind == bindparam("kind", type_=String),
    )
    .order_by(tip_event.c.id.desc())
    .limit(1)
)
