"""Leaflets: kept once by their words, and uploaded once to each account."""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import delete, select

from domain.leaflet import Format, Leaflet
from domain.messages import MediaKind, MediaRef
from storage.database import Tx
from storage.tables import leaflet, leaflet_upload
from storage.upsert import put_new

_WORDS: TypeAdapter[Leaflet] = TypeAdapter(Leaflet)
_REFERENCE: TypeAdapter[MediaRef] = TypeAdapter(MediaRef)
_KINDS = {Format.SHEET: MediaKind.FILE, Format.CARD: MediaKind.PHOTO}
_PREFIX = "leaflet:"


@dataclass(frozen=True, slots=True)
class Kept:
    """A leaflet as it is kept."""

    format: Format
    words: Leaflet


def keep(tx: Tx, unit_id: UUID, format_: Format, words: Leaflet) -> MediaRef:
    """Keep a leaflet, once for the same words, and return what a message names it by."""
    text = _WORDS.dump_json(words)
    digest = hashlib.sha256(format_.value.encode() + b"\n" + text).hexdigest()
    put_new(
        tx,
        leaflet,
        key=[leaflet.c.unit_id, leaflet.c.digest],
        id=tx.new_id(),
        unit_id=unit_id,
        digest=digest,
        format=format_.value,
        words=_WORDS.dump_python(words, mode="json"),
        made_at=tx.now,
    )
    query = select(leaflet.c.id).where(leaflet.c.unit_id == unit_id, leaflet.c.digest == digest)
    known: UUID = tx.connection.execute(query).scalar_one()
    return MediaRef(_KINDS[format_], f"{_PREFIX}{known.hex}", sealed=True)


def is_leaflet(ref: MediaRef) -> bool:
    """Tell whether a reference names a leaflet, and no photo of a tip."""
    return ref.sealed and ref.ref.startswith(_PREFIX)


def get(tx: Tx, ref: MediaRef) -> Kept:
    """Return the leaflet that a reference names.

    Raises: LookupError when there is none.
    """
    query = select(leaflet.c.format, leaflet.c.words).where(leaflet.c.id == _id(ref))
    row = tx.connection.execute(query).one_or_none()
    if row is None:
        message = "there is no such leaflet"
        raise LookupError(message)
    return Kept(Format(row.format), _WORDS.validate_python(row.words))


def uploaded(tx: Tx, ref: MediaRef, account_id: UUID) -> MediaRef | None:
    """Return the file that an account's platform keeps of a leaflet, if it does."""
    query = select(leaflet_upload.c.reference).where(
        leaflet_upload.c.leaflet_id == _id(ref), leaflet_upload.c.account_id == account_id
    )
    stored = tx.connection.execute(query).scalar_one_or_none()
    return _REFERENCE.validate_json(stored) if stored is not None else None


def note_uploaded(tx: Tx, ref: MediaRef, account_id: UUID, theirs: MediaRef) -> None:
    """Remember the file that a platform keeps, in place of the one known before."""
    forget_uploaded(tx, ref, account_id)
    put_new(
        tx,
        leaflet_upload,
        leaflet_id=_id(ref),
        account_id=account_id,
        reference=_REFERENCE.dump_json(theirs).decode(),
        at=tx.now,
    )


def forget_uploaded(tx: Tx, ref: MediaRef, account_id: UUID) -> None:
    """Forget the file of a leaflet: the platform does not know it (any more)."""
    tx.connection.execute(
        delete(leaflet_upload).where(
            leaflet_upload.c.leaflet_id == _id(ref), leaflet_upload.c.account_id == account_id
        )
    )


def _id(ref: MediaRef) -> UUID:
    try:
        return UUID(hex=ref.ref.removeprefix(_PREFIX))
    except ValueError:
        message = "no reference to a leaflet"
        raise LookupError(message) from None
