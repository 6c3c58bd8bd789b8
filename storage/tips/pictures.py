"""What happens to the rows of photos together with their tips: expected, moved, erased."""

from uuid import UUID

from sqlalchemy import select, update

from domain.messages import MediaKind, MediaRef
from storage.database import Tx
from storage.sealing import DataKey, Place
from storage.tables.intake import attachment, picture

_MIMES = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
_ENDS = (".jpg", ".jpeg", ".png", ".webp", ".gif")


def is_picture(media: MediaRef) -> bool:
    """Tell whether a file is, or says that it is, a picture of which a clean copy can be made."""
    if media.kind is MediaKind.PHOTO:
        return True
    named = (media.name or "").casefold().endswith(_ENDS)
    return media.kind is MediaKind.FILE and (media.mime in _MIMES or named)


def expect(tx: Tx, tip_id: UUID, attachment_id: UUID) -> None:
    """Let a photo be fetched as soon as possible."""
    tx.connection.execute(
        picture.insert().values(id=attachment_id, tip_id=tip_id, state="waiting", due_at=tx.now)
    )


def move(tx: Tx, attachment_id: UUID, tip_id: UUID, old: DataKey, new: DataKey) -> None:
    """Give a photo to another tip, what is sealed of it under that one's key."""
    row = tx.connection.execute(
        select(picture).where(picture.c.id == attachment_id).with_for_update()
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
    tx.connection.execute(update(picture).where(picture.c.id == attachment_id).values(**values))


def erase(tx: Tx, tip_id: UUID) -> None:
    """Let nothing open or fetch a tip's files any more, and what is kept of them be removed."""
    tx.connection.execute(
        update(attachment).where(attachment.c.tip_id == tip_id).values(reference=None)
    )
    tx.connection.execute(
        update(picture)
        .where(picture.c.tip_id == tip_id, picture.c.state != "gone")
        .values(state="erased", file_key=None, digest=None, due_at=None)
    )


def file_key_place(picture_id: UUID) -> Place:
    """Return where the key of a photo's files belongs."""
    return Place("picture", "file_key", picture_id)


def digest_place(picture_id: UUID) -> Place:
    """Return where the fingerprint of a photo's original belongs."""
    return Place("picture", "digest", picture_id)
