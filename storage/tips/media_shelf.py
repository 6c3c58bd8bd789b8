"""Open the sealed clean copies when they are sent."""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from domain.file_kind import FileKind
from domain.messages import MediaRef, Upload
from storage.database import Database
from storage.sealing import KeysUnusable
from storage.tips import media
from storage.tips.media_folder import MediaFolder

_NAMES: Mapping[FileKind, tuple[str, str]] = MappingProxyType(
    {
        FileKind.PICTURE: ("anh.jpg", "image/jpeg"),
        FileKind.VOICE: ("ghi-am.ogg", "audio/ogg"),
        FileKind.AUDIO: ("ghi-am.ogg", "audio/ogg"),
        FileKind.VIDEO: ("video.mp4", "video/mp4"),
    }
)
"""Nothing of what the sender called it."""


class MediaShelf:
    """The clean copies of an installation."""

    def __init__(self, database: Database, folder: MediaFolder) -> None:
        self._database = database
        self._folder = folder

    async def open(self, ref: MediaRef) -> Upload:
        """Return the file that a sealed reference names.

        Raises: LookupError when it is erased, missing or cannot be opened; DatabaseAway.
        """
        try:
            file_id = UUID(hex=ref.ref)
        except ValueError:
            message = "no reference to a clean copy"
            raise LookupError(message) from None
        try:
            name, key, kind = await self._database.read(lambda tx: media.opening(tx, file_id))
            sealed = await asyncio.to_thread(self._folder.read, name)
            content = key.unseal_bytes(sealed, media.clean_place(file_id))
        except (KeysUnusable, OSError) as error:
            message = f"a clean copy cannot be opened: {type(error).__name__}"
            raise LookupError(message) from error
        return Upload(*_NAMES[kind], content)

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        """Return None: no platform is to show a tip's photo anew from a copy of its own."""
        del ref, account_id
        return None

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        """Remember nothing of what a platform keeps."""
        del ref, account_id, theirs
