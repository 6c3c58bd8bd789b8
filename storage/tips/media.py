"""The files of tips: which are to be fetched, where what was fetched lies sealed, what they are.

Of each the original is kept, and a clean copy where one can be made; both are sealed with a key of
its own, which the tip's key seals: when the tip's key is destroyed, nothing opens them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import Row, Select, select, true, update

from domain.file_kind import FileKind
from domain.messages import MediaKind, MediaRef
from domain.tip import TipState
from storage.database import Tx
from storage.savepoints import Spoiled, apart
from storage.sealing import DataKey, Place
from storage.tables import attachment, tip, tip_event
from storage.tables.intake import AWAITED, ENDED, ERASED, UNTOLD, tip_file
from storage.tips import tip_events, tips
from storage.tips.tip_files import digest_place, file_key_place
from storage.tips.tip_keys import key_of
from storage.tips.tips import Tip

log = structlog.get_logger(__name__)

KEEPS_ORIGINALS = True
"""What was sent may become evidence."""
GIVEN_UP = timedelta(days=3)
"""How long a file is tried for: a night without a network must not lose what the platform has."""
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


class FileState(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"
    """It is still to be fetched."""
    CLEAN = "clean"
    """A clean copy can be shown."""
    KEPT = "kept"
    """Its original is kept sealed; of its kind no clean copy is made."""
    LOST = "lost"
    """It cannot be fetched, or nothing clean can be made of it."""
    ERASED = "erased"
    """Its tip is erased; the files, unreadable now, are still to be removed."""
    GONE = "gone"


class Loss(StrEnum):
    """Why a file is not there, or cannot be shown."""

    GONE = "gone"
    """The platform no longer has it."""
    TOO_BIG = "too_big"
    """It has more points or is longer than can be cleaned; the original is kept."""
    OVERSIZED = "oversized"
    """The platform hands out no file of its size."""
    TOO_MUCH = "too_much"
    """More came with its tip than we keep."""
    UNFETCHED = "unfetched"
    """The platform could not be asked for it, again and again."""
    UNREADABLE = "unreadable"
    """It is not what it says it is, a kind that we do not open, or broken; the original is kept."""


@dataclass(frozen=True, slots=True)
class TipFile:
    """A file of a tip; `seconds` of a recording, as it or its platform says."""

    id: UUID
    tip_id: UUID
    state: FileState
    loss: Loss | None
    tries: int
    clean: str | None
    """Name of the sealed clean copy."""
    kind: FileKind
    size: int | None
    seconds: int | None
    original: str | None
    """Name of the sealed original."""

    @property
    def is_lost(self) -> bool:
        """True when there is nothing to show, nor will be."""
        return self.state not in (FileState.WAITING, FileState.CLEAN)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to be fetched now; `tries` counts this try too, `since` is when it was sent."""

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
    kind: FileKind
    """What its content shows it to be."""
    size: int
    seconds: int | None = None


def claim(
    tx: Tx, account_id: UUID, lease: timedelta, limit: int, *, bulky: bool | None
) -> list[Wanted]:
    """Take files that are due, large or small ones; they come again after the lease, if need be.

    Also those of closed tips: a tip may be closed before anybody could fetch what came with it.
    What cannot be opened holds up no other file: it is looked at again, and given up in time.
    """
    size = true() if bulky is None else tip_file.c.bulky.is_(bulky)
    rows = tx.connection.execute(
        select(tip_file.c.id, tip_file.c.tries, tip_file.c.tip_id, tip_event.c.at)
        .join(tip, tip.c.id == tip_file.c.tip_id)
        .join(attachment, attachment.c.id == tip_file.c.id)
        .join(tip_event, tip_event.c.id == attachment.c.event_id)
        .where(AWAITED, size, tip_file.c.due_at <= tx.now, tip.c.account_id == account_id)
        .order_by(tip.c.urgent.desc(), tip_file.c.due_at, tip_file.c.id)
        .limit(limit)
        .with_for_update(of=tip_file, skip_locked=True)
    ).all()
    found = []
    for row in rows:
        values = {"tries": row.tries + 1, "due_at": tx.now + lease}
        tx.connection.execute(update(tip_file).where(tip_file.c.id == row.id).values(values))
        owner = tips.get(tx, row.tip_id)
        if owner is None:
            continue
        try:
            media = apart(tx, partial(_reference, tx, owner, row.id))
        except Spoiled as fault:
            log.error("reference_not_opened", file=str(row.id), fault=str(fault))
            if tx.now - row.at > GIVEN_UP:
                give_up(tx, row.id, Loss.UNFETCHED)
            continue
        found.append(Wanted(row.id, media, row.tries + 1, row.at))
    return found


def _reference(tx: Tx, owner: Tip, file_id: UUID) -> MediaRef:
    reference = tip_events.file_of(tx, owner, file_id)
    return MediaRef(**{**reference, "kind": MediaKind(reference["kind"])})


def keep(tx: Tx, file_id: UUID, kept: Kept) -> bool:
    """Note what was fetched; False when it is not waited for any more: its files are in the way."""
    found = _awaited(tx, file_id)
    if found is None:
        return False
    key = key_of(tx, found)
    state = FileState.CLEAN if kept.clean is not None else FileState.LOST
    if state is FileState.LOST and kept.loss is None:
        state = FileState.KEPT
    # Behind its button a photo is there or not; of anything else the readers hear when it came.
    seen = state is FileState.CLEAN and kept.kind is FileKind.PICTURE
    tx.connection.execute(
        update(tip_file)
        .where(tip_file.c.id == file_id)
        .values(
            state=state.value,
            kind=kept.kind.value,
            size=kept.size,
            seconds=kept.seconds if kept.seconds is not None else tip_file.c.seconds,
            told=seen,
            reason=kept.loss.value if kept.loss is not None else None,
            due_at=None,
            original=kept.original,
            clean=kept.clean,
            file_key=key.seal_bytes(kept.key.key, file_key_place(file_id)),
            digest=key.seal(kept.digest, digest_place(file_id)),
        )
    )
    return True


def put_off(tx: Tx, file_id: UUID, wait: timedelta, tries: int) -> None:
    """Try a file again later; `tries` are those that count so far."""
    tx.connection.execute(
        update(tip_file)
        .where(tip_file.c.id == file_id, AWAITED)
        .values(due_at=tx.now + wait, tries=tries)
    )


def give_up(tx: Tx, file_id: UUID, loss: Loss) -> None:
    """Fetch a file no more."""
    tx.connection.execute(
        update(tip_file)
        .where(tip_file.c.id == file_id, AWAITED)
        .values(state=FileState.LOST.value, reason=loss.value, due_at=None)
    )


def get(tx: Tx, file_id: UUID) -> TipFile | None:
    """Return a file by its id."""
    row = tx.connection.execute(select(tip_file).where(tip_file.c.id == file_id)).one_or_none()
    return _file(row) if row else None


def of_tip(tx: Tx, tip_id: UUID, events: Collection[UUID] | None = None) -> list[TipFile]:
    """Return a tip's files whose words were shown, in the order in which they came.

    With `events` those that came with these, shown or not.
    """
    query = _ordered(tip_id)
    if events is None:
        query = query.where(tip_event.c.shown)
    else:
        query = query.where(tip_event.c.id.in_(events))
    return [_file(row) for row in tx.connection.execute(query)]


def untold(tx: Tx, limit: int) -> list[tuple[Tip, list[TipFile]]]:
    """Return open tips with files of whose end nobody was told, though a card names them."""
    query = (
        select(tip_file.c.tip_id)
        .join(attachment, attachment.c.id == tip_file.c.id)
        .join(tip_event, tip_event.c.id == attachment.c.event_id)
        .join(tip, tip.c.id == tip_file.c.tip_id)
        .where(UNTOLD, tip_event.c.shown, tip.c.state.in_(_OPEN))
        .distinct()
        .limit(limit)
    )
    found = []
    for tip_id in tx.connection.execute(query).scalars().all():
        known = tips.locked(tx, tip_id)
        rows = tx.connection.execute(_ordered(tip_id).where(UNTOLD, tip_event.c.shown)).all()
        if known is not None and rows:
            found.append((known, [_file(row) for row in rows]))
    return found


def mark_told(tx: Tx, ids: Collection[UUID]) -> None:
    """Remember that the readers know what became of files."""
    tx.connection.execute(update(tip_file).where(tip_file.c.id.in_(ids)).values(told=True))


def opening(tx: Tx, file_id: UUID) -> tuple[str, DataKey, FileKind]:
    """Return the name and the key of a file's clean copy, and what it is.

    Raises: LookupError when there is none (any more), KeysUnusable.
    """
    row = tx.connection.execute(select(tip_file).where(tip_file.c.id == file_id)).one_or_none()
    owner = tips.get(tx, row.tip_id) if row is not None else None
    if row is None or owner is None or owner.sealed_key is None or row.clean is None:
        message = "there is no clean copy of this file"
        raise LookupError(message)
    return row.clean, _file_key(tx, owner, row), FileKind(row.kind)


def original(tx: Tx, file_id: UUID) -> tuple[str, DataKey, str]:
    """Return the name, the key and the SHA-256 of a file as it was sent: evidence.

    Raises: LookupError, KeysUnusable.
    """
    row = tx.connection.execute(select(tip_file).where(tip_file.c.id == file_id)).one_or_none()
    owner = tips.get(tx, row.tip_id) if row is not None else None
    if row is None or owner is None or owner.sealed_key is None or row.original is None:
        message = "the original of this file is not kept"
        raise LookupError(message)
    digest = key_of(tx, owner).unseal(row.digest, digest_place(row.id))
    return row.original, _file_key(tx, owner, row), digest


def clean_place(file_id: UUID) -> Place:
    """Return where a clean copy belongs."""
    return Place("tip_file", "clean", file_id)


def original_place(file_id: UUID) -> Place:
    """Return where an original belongs."""
    return Place("tip_file", "original", file_id)


def erased(tx: Tx, limit: int) -> list[tuple[UUID, list[str]]]:
    """Return files of erased tips, each with the names under which it lies, to be removed."""
    rows = tx.connection.execute(select(tip_file).where(ERASED).limit(limit))
    return [(row.id, [name for name in (row.original, row.clean) if name]) for row in rows]


def note_removed(tx: Tx, ids: Sequence[UUID]) -> None:
    """Remember that what was kept of files is removed."""
    values = {"state": FileState.GONE.value, "original": None, "clean": None}
    tx.connection.execute(update(tip_file).where(tip_file.c.id.in_(ids)).values(values))


def kept_names(tx: Tx) -> set[str]:
    """Return the names of all that is kept of the files of tips that are not erased."""
    rows = tx.connection.execute(select(tip_file.c.original, tip_file.c.clean).where(ENDED))
    return {name for row in rows for name in row if name is not None}


def known_names(tx: Tx, names: Collection[str]) -> set[str]:
    """Return which of some names belong to a file of a tip."""
    rows = tx.connection.execute(
        select(tip_file.c.original, tip_file.c.clean).where(
            tip_file.c.original.in_(names) | tip_file.c.clean.in_(names)
        )
    )
    return {name for row in rows for name in (row.original, row.clean) if name is not None}


def _awaited(tx: Tx, file_id: UUID) -> Tip | None:
    """Return the tip of a file that is waited for, both locked: the tip first, as everywhere."""
    query = select(tip_file.c.tip_id).where(tip_file.c.id == file_id, AWAITED)
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
        select(tip_file)
        .join(attachment, attachment.c.id == tip_file.c.id)
        .join(tip_event, tip_event.c.id == attachment.c.event_id)
        .where(tip_file.c.tip_id == tip_id)
        .order_by(tip_file.c.id)
    )


def _file(row: Row[Any]) -> TipFile:
    return TipFile(
        id=row.id,
        tip_id=row.tip_id,
        state=FileState(row.state),
        loss=Loss(row.reason) if row.reason is not None else None,
        tries=row.tries,
        clean=row.clean,
        kind=FileKind(row.kind),
        size=row.size,
        seconds=row.seconds,
        original=row.original,
    )
