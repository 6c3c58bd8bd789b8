"""What happens to the rows of files together with their tips: expected, moved, erased."""

from uuid import UUID

from sqlalchemy import func, select, update

from domain.file_kind import FileKind, said_to_be
from domain.messages import MediaKind, MediaRef
from storage.database import Tx
from storage.sealing import DataKey, Place
from storage.tables.intake import attachment, tip_file

MOST_OF_A_TIP = 500 * 1024 * 1024
"""Bytes that one tip may bring: nobody fills the disk with one story."""
_BULKY = 2 * 1024 * 1024


def expect(tx: Tx, tip_id: UUID, attachment_id: UUID, media: MediaRef) -> None:
    """Let a file be fetched as soon as possible, unless too much came with its tip."""
    kept = select(func.coalesce(func.sum(tip_file.c.size), 0)).where(tip_file.c.tip_id == tip_id)
    before: int = tx.connection.execute(kept).scalar_one()
    fits = before + (media.size or 0) <= MOST_OF_A_TIP
    kind = said_to_be(media)
    small = media.kind is MediaKind.PHOTO or (media.size is not None and media.size <= _BULKY)
    tx.connection.execute(
        tip_file.insert().values(
            id=attachment_id,
            tip_id=tip_id,
            kind=kind.value,
            size=media.size,
            seconds=media.seconds,
            # To clean a film takes long, however small it is.
            bulky=not small or kind is FileKind.VIDEO,
            state="waiting" if fits else "lost",
            reason=None if fits else "too_much",
            due_at=tx.now if fits else None,
        )
    )


def move(tx: Tx, attachment_id: UUID, tip_id: UUID, old: DataKey, new: DataKey) -> None:
    """Give a file to another tip, what is sealed of it under that one's key."""
    row = tx.connection.execute(
        select(tip_file).where(tip_file.c.id == attachment_id).with_for_update()
    ).one_or_none()
    if row is None:
        return
    values: dict[str, object] = {"tip_id": tip_id}
    for name, place in (
        ("file_key", file_key_place(attachment_id)),
        ("digest", digest_place(attachment_id)),
    ):
        sealed = getattr(row, name)
        if sealed is not None:
            values[name] = new.seal_bytes(old.unseal_bytes(sealed, place), place)
    tx.connection.execute(update(tip_file).where(tip_file.c.id == attachment_id).values(values))


def erase(tx: Tx, tip_id: UUID) -> None:
    """Let nothing open or fetch a tip's files any more, and what is kept of them be removed."""
    tx.connection.execute(
        update(attachment).where(attachment.c.tip_id == tip_id).values(reference=None)
    )
    tx.connection.execute(
        update(tip_file)
        .where(tip_file.c.tip_id == tip_id, tip_file.c.state != "gone")
        .values(state="erased", file_key=None, digest=None, due_at=None)
    )


def file_key_place(file_id: UUID) -> Place:
    """Return where the key of a file belongs."""
    return Place("tip_file", "file_key", file_id)


def digest_place(file_id: UUID) -> Place:
    """Return where the fingerprint of an original belongs."""
    return Place("tip_file", "digest", file_id)
