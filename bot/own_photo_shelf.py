"""Open a unit's own photos when they are sent, and let a platform that has one send it again."""

import asyncio
import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from delivery.files import Shelf
from domain.messages import MediaKind, MediaRef, Upload
from domain.own_photo import is_own_photo, read_own_photo
from storage.campaigns import own_photos
from storage.database import Database
from storage.sealing import KeysUnusable
from storage.tips.media_folder import MediaFolder

_NAMES: Mapping[MediaKind, tuple[str, str]] = MappingProxyType(
    {
        MediaKind.PHOTO: ("anh.jpg", "image/jpeg"),
        MediaKind.VIDEO: ("video.mp4", "video/mp4"),
        MediaKind.FILE: ("tai-lieu.pdf", "application/pdf"),
    }
)
"""Nothing of what the sender called it."""


class OwnPhotoShelf:
    """The own photos of an installation; whatever else a message names is another shelf's."""

    def __init__(self, database: Database, folder: MediaFolder, others: Shelf) -> None:
        self._database = database
        self._folder = folder
        self._others = others

    async def open(self, ref: MediaRef) -> Upload:
        """Return exactly the points that were approved.

        Raises: LookupError when they are erased, missing or others; DatabaseAway.
        """
        if not is_own_photo(ref):
            return await self._others.open(ref)
        photo = read_own_photo(ref)
        try:
            name, key = await self._database.read(lambda tx: own_photos.opening(tx, photo))
            sealed = await asyncio.to_thread(self._folder.read, name)
            content = key.unseal_bytes(sealed, own_photos.clean_place(photo.id))
        except (KeysUnusable, OSError) as error:
            message = f"an own photo cannot be opened: {type(error).__name__}"
            raise LookupError(message) from error
        if hashlib.sha256(content).hexdigest() != photo.digest:
            message = "an own photo is not the one that was approved"
            raise LookupError(message)
        return Upload(*_NAMES[photo.kind], content)

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        """Return the file that the account's platform has of it, None where there is none.

        Asked each time: once it is erased, nobody sends it any more.

        Raises: LookupError, DatabaseAway.
        """
        if not is_own_photo(ref):
            return await self._others.known(ref, account_id)
        photo = read_own_photo(ref)
        return await self._database.read(lambda tx: own_photos.uploaded(tx, photo, account_id))

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        """Remember, or with None forget, the file that the platform has of it.

        Raises: LookupError, DatabaseAway.
        """
        if not is_own_photo(ref):
            await self._others.learn(ref, account_id, theirs)
            return
        photo = read_own_photo(ref)
        if theirs is None:
            await self._database.write(lambda tx: own_photos.forget_uploaded(tx, photo, account_id))
        else:
            noted = theirs
            await self._database.write(
                lambda tx: own_photos.note_uploaded(tx, photo, account_id, noted)
            )
