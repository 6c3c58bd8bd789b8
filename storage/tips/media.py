"""The photos of tips: which are to be fetched, where their sealed files lie, who was shown which.

Each photo's two files, the original and the clean copy, are sealed with a key of its own, which the
tip's key seals: when the tip's key is destroyed, nothing opens them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select, update

from domain.messages import MediaKind, MediaRef
from domain.tip import TipState
from storage.database import Tx
from storage.sealing import DataKey, Place
from storage.tables import attachment, tip, tip_event
from storage.tables.intake import AWAITED, ERASED, UNTOLD, picture
from storage.tips import tip_events, tips
from storage.tips.pictures import digest_place, file_key_place
from storage.tips.tip_keys import key_of
from storage.tips.tips import Tip

KEEPS_ORIGINALS = True
"""What was sent may become evidence."""
GIVEN_UP = timedelta(days=3)
"""How long a photo is tried for: a night without a network must not lose what the platform has."""
WAITS: tuple[timedelta, ...] = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)
"""After each try that failed, and the last again and again."""

_OPEN = (TipState.RECEIVED.value, TipState.TAKEN.value)


class PictureState(StrEnum):
    """Where a photo stands."""

    WAITING = "waiting"
    """It is still to be fetched."""
    CLEAN = "clean"
    """A clean copy can be shown."""
    LOST = "lost"
    """It cannot be fetched, or nothing clean can be made of it."""
    ERASED = "erased"
    """Its tip is erased; the files, unreadable now, are still to be removed."""
    GONE = "gone"


class Loss(StrEnum):
    """Why a photo cannot be shown."""

    GONE = "gone"
    """The platform no longer has it."""
    TOO_BIG = "too_big"
    """It has more bytes or points than we take in."""
    UNFETCHED = "unfetched"
    """The platform could not be asked for it, again and again."""
    UNREADABLE = "unreadable"
    """It is no picture, a kind that we do not open, or broken."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo of a tip."""

    id: UUID
    tip_id: UUID
    state: PictureState
    loss: Loss | None
    tries: int
    clean: str | None
    """Name of the sealed clean copy."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A photo to be fetched now; `tries` counts this try too, `since` is when it was sent."""

    id: UUID
    media: MediaRef = field(repr=False)
    tries: int
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What was fetched: the names of its sealed files, their key, and the original's SHA-256."""

    original: str | None
    """None where originals are not kept."""
    clean: str | None
    key: DataKey = field(repr=False)
    digest: str = field(repr=False)
    clean_digest: str | None = field(default=None, repr=False)
    """SHA-256 of the clean copy."""
    loss: Loss | None = None


def claim(tx: Tx, account_id: UUID, lease: timedelta, limit: int) -> list[Wanted]:
    """Take photos that are due; they come again after the lease, if need be.

    Also those of closed tips: a tip may be closed before anybody could fetch what came with it.
    """
    rows = tx.connection.execute(
        select(picture.c.id, picture.c.tries, picture.c.tip_id, tip_event.c.at)
        .join(tip, tip.c.id == picture.c.tip_id)
        .join(attachment, attachment.c.id == picture.c.id)
        .join(tip_event, tip_event.c.id == attachment.c.event_id)
        .where(AWAITED, picture.c.due_at <= tx.now, tip.c.account_id == account_id)
        .order_by(tip.c.urgent.desc(), picture.c.due_at, picture.c.id)
        .limit(limit)
        .with_for_update(of=picture, skip_locked=True)
    ).all()
    found = []
    for row in rows:
        values = {"tries": row.tries + 1, "due_at": tx.now + lease}
        tx.connection.execute(update(picture).where(picture.c.id == row.id).values(values))
        owner = tips.get(tx, row.tip_id)
        if owner is None:
            continue
        reference = tip_events.file_of(tx, owner, row.id)
        media = MediaRef(**{**reference, "kind": MediaKind(reference["kind"])})
        found.append(Wanted(row.id, media, row.tries + 1, row.at))
    return found


def keep(tx: Tx, picture_id: UUID, kept: Kept) -> bool:
    """Note what was fetched; False when it is not waited for any more: its files are in the way."""
    found = _awaited(tx, picture_id)
    if found is None:
        return False
    key = key_of(tx, found)
    state = PictureState.LOST if kept.clean is None else PictureState.CLEAN
    tx.connection.execute(
        update(picture)
        .where(picture.c.id == picture_id)
        .values(
            state=state.value,
            reason=kept.loss.value if kept.loss is not None else None,
            due_at=None,
            original=kept.original,
            clean=kept.clean,
            file_key=key.seal_bytes(kept.key.key, file_key_place(picture_id)),
            digest=key.seal(kept.digest, digest_place(picture_id)),
        )
    )
    return True


def put_off(tx: Tx, picture_id: UUID, wait: timedelta, tries: int) -> None:
    """Try a photo again later; `tries` are those that count so far."""
    tx.connection.execute(
        update(picture)
        .where(picture.c.id == picture_id, AWAITED)
        .values(due_at=tx.now + wait, tries=tries)
    )


def give_up(tx: Tx, picture_id: UUID, loss: Loss) -> None:
    """Fetch a photo no more."""
    tx.connection.execute(
        update(picture)
        .where(picture.c.id == picture_id, AWAITED)
        .values(state=PictureState.LOST.value, reason=loss.value, due_at=None)
    )


def get(tx: Tx, picture_id: UUID) -> Picture | None:
    """Return a photo by its id."""
    row = tx.connection.execute(select(picture).where(picture.c.id == picture_id)).one_or_none()
    return _picture(row) if row else None


def of_tip(tx: Tx, tip_id: UUID, events: Collection[UUID] | None = None) -> list[Picture]:
    """Return a tip's photos whose words were shown, in the order in which they came.

    With `events` those that came with these, shown or not.
    """
    query = _ordered(tip_id)
    if events is None:
        query = query.where(tip_event.c.shown)
    else:
        query = query.where(tip_event.c.id.in_(events))
    return [_picture(row) for row in tx.connection.execute(query)]


def untold(tx: Tx, limit: int) -> list[tuple[Tip, list[Picture]]]:
    """Return open tips with photos lost that nobody was told of, though a card names them."""
    query = (
        select(picture.c.tip_id)
        .join(attachment, attachment.c.id == picture.c.id)
        .join(tip_event, tip_event.c.id == attachment.c.event_id)
        .join(tip, tip.c.id == picture.c.tip_id)
        .where(UNTOLD, tip_event.c.shown, tip.c.state.in_(_OPEN))
        .distinct()
        .limit(limit)
    )
    found = []
    for tip_id in tx.connection.execute(query).scalars().all():
        known = tips.locked(tx, tip_id)
        rows = tx.connection.execute(_ordered(tip_id).where(UNTOLD, tip_event.c.shown)).all()
        if known is not None and rows:
            found.append((known, [_picture(row) for row in rows]))
    return found


def mark_told(tx: Tx, ids: Collection[UUID]) -> None:
    """Remember that the readers know of photos that are lost."""
    tx.connection.execute(update(picture).where(picture.c.id.in_(ids)).values(told=True))


def opening(tx: Tx, picture_id: UUID) -> tuple[str, DataKey]:
    """Return the name and the key of a photo's clean copy.

    Raises: LookupError when there is none (any more), KeysUnusable.
    """
    row = tx.connection.execute(select(picture).where(picture.c.id == picture_id)).one_or_none()
    owner = tips.get(tx, row.tip_id) if row is not None else None
    if row is None or owner is None or owner.sealed_key is None or row.clean is None:
        message = "there is no clean copy of this photo"
        raise LookupError(message)
    return row.clean, _file_key(tx, owner, row)


def original(tx: Tx, picture_id: UUID) -> tuple[str, DataKey, str]:
    """Return the name, the key and the SHA-256 of a photo as it was sent: evidence.

    Raises: LookupError, KeysUnusable.
    """
    row = tx.connection.execute(select(picture).where(picture.c.id == picture_id)).one_or_none()
    owner = tips.get(tx, row.tip_id) if row is not None else None
    if row is None or owner is None or owner.sealed_key is None or row.original is None:
        message = "the original of this photo is not kept"
        raise LookupError(message)
    digest = key_of(tx, owner).unseal(row.digest, digest_place(row.id))
    return row.original, _file_key(tx, owner, row), digest


def clean_place(picture_id: UUID) -> Place:
    """Return where a clean copy belongs."""
    return Place("picture", "clean", picture_id)


def original_place(picture_id: UUID) -> Place:
    """Return where an original belongs."""
    return Place("picture", "original", picture_id)


def erased(tx: Tx, limit: int) -> list[tuple[UUID, list[str]]]:
    """Return photos of erased tips, each with the names of its files, which are to be removed."""
    rows = tx.connection.execute(select(picture).where(ERASED).limit(limit))
    return [(row.id, [name for name in (row.original, row.clean) if name]) for row in rows]


def note_removed(tx: Tx, ids: Sequence[UUID]) -> None:
    """Remember that the files of photos are removed."""
    values = {"state": PictureState.GONE.value, "original": None, "clean": None}
    tx.connection.execute(update(picture).where(picture.c.id.in_(ids)).values(values))


def known_names(tx: Tx, names: Collection[str]) -> set[str]:
    """Return which of some files belong to a photo."""
    rows = tx.connection.execute(
        select(picture.c.original, picture.c.clean).where(
            picture.c.original.in_(names) | picture.c.clean.in_(names)
        )
    )
    return {name for row in rows for name in (row.original, row.clean) if name is not None}


def _awaited(tx: Tx, picture_id: UUID) -> Tip | None:
    """Return the tip of a photo that is waited for, both locked: the tip first, as everywhere."""
    query = select(picture.c.tip_id).where(picture.c.id == picture_id, AWAITED)
    tip_id = tx.connection.execute(query).scalar_one_or_none()
    owner = tips.locked(tx, tip_id) if tip_id is not None else None
    if owner is None or owner.state is TipState.ERASED:
        return None
    # It may have been moved to another tip, or handled, before the lock was ours.
    again = tx.connection.execute(query.with_for_update()).scalar_one_or_none()
    return owner if again == owner.id else None


def _file_key(tx: Tx, owner: Tip, row: Row[Any]) -> DataKey:
    return DataKey(key_of(tx, owner).unseal_bytes(row.file_key, file_key_place(row.id)))


def _ordered(tip_id: UUID) -> Select[Any]:
    return (
        select(picture)
        .join(attachment, attachment.c.id == picture.c.id)
        .join(tip_event, tip_event.c.id == attachment.c.event_id)
        .where(picture.c.tip_id == tip_id)
        .order_by(picture.c.id)
    )


def _picture(row: Row[Any]) -> Picture:
    loss = Loss(row.reason) if row.reason is not None else None
    return Picture(row.id, row.tip_id, PictureState(row.state), loss, row.tries, row.clean)
