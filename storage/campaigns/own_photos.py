"""A unit's own photos, films, documents: fetched, kept sealed as a clean copy alone, opened.

The original is not kept. Each clean copy is sealed with a key of its own, which is destroyed when
the photo is erased.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any
from uuid import UUID

import structlog
from pydantic import TypeAdapter
from sqlalchemy import Row, delete, select, true, update

from domain.file_kind import FileKind, said_to_be
from domain.messages import MediaKind, MediaRef
from domain.own_photo import OwnPhoto
from storage.database import Tx
from storage.savepoints import Spoiled, apart
from storage.sealing import DataKey, Place
from storage.tables import own_photo, own_photo_upload
from storage.tables.own_photos import AWAITED, ERASED, LIVING, UNTOLD
from storage.tips.media import Kept, Loss, Wanted
from storage.upsert import put_new

log = structlog.get_logger(__name__)

KINDS: Mapping[FileKind, MediaKind] = MappingProxyType(
    {
        FileKind.PICTURE: MediaKind.PHOTO,
        FileKind.VIDEO: MediaKind.VIDEO,
        FileKind.PDF: MediaKind.FILE,
    }
)
"""What may go with a campaign."""
KEEPS_ORIGINALS = False
GIVEN_UP = timedelta(minutes=2)
"""How long one is tried for: somebody waits for it."""
WAITS: tuple[timedelta, ...] = (
    timedelta(seconds=5),
    timedelta(seconds=15),
    timedelta(seconds=30),
)
"""After each try that failed, and the last again and again."""

_REFERENCE: TypeAdapter[MediaRef] = TypeAdapter(MediaRef)


class PhotoState(StrEnum):
    """Where a photo stands."""

    WAITING = "waiting"
    """It is still to be fetched."""
    CLEAN = "clean"
    LOST = "lost"
    """It cannot be fetched, or nothing clean can be made of it."""
    ERASED = "erased"
    """Nothing opens it any more; its file is still to be removed."""
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A photo that a member of staff sent."""

    unit_id: UUID
    account_id: UUID
    staff_id: UUID
    media: MediaRef = field(repr=False)
    alert: str | None = field(default=None, repr=False)
    """Words of an urgent alert that are handed in with it."""
    replaces: UUID | None = None
    """The alert that is handed in anew with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A photo as it is kept."""

    id: UUID
    unit_id: UUID
    staff_id: UUID
    state: PhotoState
    loss: Loss | None
    created_at: datetime
    digest: str
    kind: MediaKind
    replaces: UUID | None
    has_alert: bool
    withdrawn: bool

    @property
    def own(self) -> OwnPhoto:
        """The photo as a campaign names it."""
        return OwnPhoto(self.id, self.digest, self.kind)


def add(tx: Tx, sent: Sent) -> UUID:
    """Let a photo be fetched as soon as possible; return its id."""
    photo_id = tx.new_id()
    alert = tx.keys.seal(sent.alert, _alert_place(photo_id)) if sent.alert is not None else None
    tx.connection.execute(
        own_photo.insert().values(
            id=photo_id,
            unit_id=sent.unit_id,
            account_id=sent.account_id,
            staff_id=sent.staff_id,
            kind=KINDS.get(said_to_be(sent.media), MediaKind.PHOTO).value,
            state=PhotoState.WAITING.value,
            created_at=tx.now,
            due_at=tx.now,
            reference=tx.keys.seal_bytes(_REFERENCE.dump_json(sent.media), _place(photo_id)),
            alert=alert,
            replaces=sent.replaces,
        )
    )
    return photo_id


def get(tx: Tx, photo_id: UUID, *, lock: bool = False) -> Photo | None:
    """Return a photo; with `lock` nobody else changes it until the transaction ends."""
    query = select(own_photo).where(own_photo.c.id == photo_id)
    if lock:
        query = query.with_for_update()
    row = tx.connection.execute(query).one_or_none()
    return _photo(row) if row else None


def kind_of(tx: Tx, photo_id: UUID) -> MediaKind | None:
    """Return whether it is a photo, a film or a document; None for what is not kept."""
    known = get(tx, photo_id)
    return known.kind if known is not None else None


def untold(tx: Tx, limit: int) -> list[Photo]:
    """Return photos of whose end who sent them was not told yet, locked, oldest first."""
    query = (
        select(own_photo)
        .where(UNTOLD)
        .order_by(own_photo.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_photo(row) for row in tx.connection.execute(query)]


def mark_told(tx: Tx, photo_id: UUID) -> None:
    """Remember that who sent it knows what became of it."""
    tx.connection.execute(update(own_photo).where(own_photo.c.id == photo_id).values(told=True))


def take_alert(tx: Tx, photo_id: UUID) -> str | None:
    """Return the words that wait for a photo, once: None when somebody took them already."""
    one = own_photo.c.id == photo_id
    query = select(own_photo.c.alert).where(one).with_for_update()
    sealed = tx.connection.execute(query).scalar_one_or_none()
    if sealed is None:
        return None
    tx.connection.execute(update(own_photo).where(one).values(alert=None))
    return tx.keys.unseal(sealed, _alert_place(photo_id))


# --- as a store of photos to be fetched


def claim(
    tx: Tx, account_id: UUID, lease: timedelta, limit: int, *, bulky: bool | None
) -> list[Wanted]:
    """Take photos that are due; they come again after the lease, if need be.

    A film is bulky, however small it is: to clean it takes long.
    """
    film = own_photo.c.kind == MediaKind.VIDEO.value
    size = true() if bulky is None else film if bulky else ~film
    rows = tx.connection.execute(
        select(own_photo)
        .where(AWAITED, size, own_photo.c.due_at <= tx.now, own_photo.c.account_id == account_id)
        .order_by(own_photo.c.due_at, own_photo.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    found = []
    for row in rows:
        values = {"tries": row.tries + 1, "due_at": tx.now + lease}
        tx.connection.execute(update(own_photo).where(own_photo.c.id == row.id).values(values))
        try:
            media = apart(tx, partial(_opened, tx, row.id, row.reference))
        except Spoiled as fault:
            log.error("reference_not_opened", photo=str(row.id), fault=str(fault))
            if tx.now - row.created_at > GIVEN_UP:
                give_up(tx, row.id, Loss.UNFETCHED)
            continue
        found.append(Wanted(row.id, media, row.tries + 1, row.created_at))
    return found


def _opened(tx: Tx, photo_id: UUID, sealed: bytes) -> MediaRef:
    return _REFERENCE.validate_json(tx.keys.unseal_bytes(sealed, _place(photo_id)))


def keep(tx: Tx, file_id: UUID, kept: Kept) -> bool:
    """Note what was fetched; False when it is not waited for any more: its file is in the way."""
    clean = kept.clean is not None
    done = tx.connection.execute(
        update(own_photo)
        .where(own_photo.c.id == file_id, AWAITED)
        .values(
            state=(PhotoState.CLEAN if clean else PhotoState.LOST).value,
            reason=kept.loss.value if kept.loss is not None else None,
            due_at=None,
            reference=None,
            kind=KINDS[kept.kind].value if kept.kind in KINDS else own_photo.c.kind,
            clean=kept.clean,
            digest=kept.clean_digest,
            file_key=tx.keys.seal_bytes(kept.key.key, _key_place(file_id)) if clean else None,
        )
    )
    return done.rowcount == 1


def put_off(tx: Tx, file_id: UUID, wait: timedelta, tries: int) -> None:
    """Try a photo again later; `tries` are those that count so far."""
    tx.connection.execute(
        update(own_photo)
        .where(own_photo.c.id == file_id, AWAITED)
        .values(due_at=tx.now + wait, tries=tries)
    )


def give_up(tx: Tx, file_id: UUID, loss: Loss) -> None:
    """Fetch a photo no more."""
    tx.connection.execute(
        update(own_photo)
        .where(own_photo.c.id == file_id, AWAITED)
        .values(state=PhotoState.LOST.value, reason=loss.value, due_at=None, reference=None)
    )


def erased(tx: Tx, limit: int) -> list[tuple[UUID, list[str]]]:
    """Return erased photos, each with the names of its files, which are to be removed."""
    rows = tx.connection.execute(select(own_photo).where(ERASED).limit(limit))
    return [(row.id, [row.clean] if row.clean else []) for row in rows]


def note_removed(tx: Tx, ids: Sequence[UUID]) -> None:
    """Remember that the files of photos are removed."""
    values = {"state": PhotoState.GONE.value, "clean": None}
    tx.connection.execute(update(own_photo).where(own_photo.c.id.in_(ids)).values(values))


def kept_names(tx: Tx) -> set[str]:
    """Return the names of all that is kept of photos that are not erased."""
    query = select(own_photo.c.clean).where(LIVING, own_photo.c.clean.is_not(None))
    return set(tx.connection.execute(query).scalars())


def known_names(tx: Tx, names: Collection[str]) -> set[str]:
    """Return which of some files belong to a photo."""
    query = select(own_photo.c.clean).where(own_photo.c.clean.in_(names))
    return set(tx.connection.execute(query).scalars())


def clean_place(file_id: UUID) -> Place:
    """Return where a clean copy belongs."""
    return Place("own_photo", "clean", file_id)


def original_place(file_id: UUID) -> Place:
    """Return where an original would belong; none is kept."""
    return Place("own_photo", "original", file_id)


# --- as a shelf from which it is sent


def opening(tx: Tx, photo: OwnPhoto) -> tuple[str, DataKey]:
    """Return the name and the key of the clean copy that was approved.

    Raises: LookupError when it is erased or another, KeysUnusable.
    """
    row = tx.connection.execute(select(own_photo).where(own_photo.c.id == photo.id)).one_or_none()
    if row is None or row.clean is None or row.file_key is None or row.digest != photo.digest:
        message = "this photo is not kept (any more)"
        raise LookupError(message)
    return row.clean, DataKey(tx.keys.unseal_bytes(row.file_key, _key_place(row.id)))


def uploaded(tx: Tx, photo: OwnPhoto, account_id: UUID) -> MediaRef | None:
    """Return the file that an account's platform keeps of a photo, if it does."""
    query = select(own_photo_upload.c.reference).where(
        own_photo_upload.c.photo_id == photo.id, own_photo_upload.c.account_id == account_id
    )
    stored = tx.connection.execute(query).scalar_one_or_none()
    return _REFERENCE.validate_json(stored) if stored is not None else None


def note_uploaded(tx: Tx, photo: OwnPhoto, account_id: UUID, theirs: MediaRef) -> None:
    """Remember the file that a platform keeps, unless the photo was erased meanwhile."""
    known = get(tx, photo.id, lock=True)
    if known is None or known.state is not PhotoState.CLEAN:
        return
    forget_uploaded(tx, photo, account_id)
    put_new(
        tx,
        own_photo_upload,
        photo_id=photo.id,
        account_id=account_id,
        reference=_REFERENCE.dump_json(theirs).decode(),
        at=tx.now,
    )


def forget_uploaded(tx: Tx, photo: OwnPhoto, account_id: UUID) -> None:
    """Forget the file of a photo: the platform does not know it (any more)."""
    tx.connection.execute(
        delete(own_photo_upload).where(
            own_photo_upload.c.photo_id == photo.id, own_photo_upload.c.account_id == account_id
        )
    )


def _place(photo_id: UUID) -> Place:
    return Place("own_photo", "reference", photo_id)


def _alert_place(photo_id: UUID) -> Place:
    return Place("own_photo", "alert", photo_id)


def _key_place(photo_id: UUID) -> Place:
    return Place("own_photo", "file_key", photo_id)


def _photo(row: Row[Any]) -> Photo:
    return Photo(
        id=row.id,
        unit_id=row.unit_id,
        staff_id=row.staff_id,
        state=PhotoState(row.state),
        loss=Loss(row.reason) if row.reason is not None else None,
        created_at=row.created_at,
        digest=row.digest or "",
        kind=MediaKind(row.kind),
        replaces=row.replaces,
        has_alert=row.alert is not None,
        withdrawn=row.withdrawn_at is not None,
    )
