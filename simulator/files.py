"""Files: what people and bots sent, and the identifiers each bot knows them by."""

import base64
import hashlib
import mimetypes
import secrets
from dataclasses import dataclass, field, replace
from typing import Literal

from simulator.clock import Clock
from simulator.errors import bad_request
from simulator.pictures import picture_size

FileKind = Literal["photo", "video", "voice", "document"]

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
LINK_LIFE_S = 3600.0

_FOLDERS = {"photo": "photos", "video": "videos", "voice": "voice", "document": "documents"}
_PREFIXES = {"photo": "AgACAgU", "video": "BAACAgU", "voice": "AwACAgU", "document": "BQACAgU"}
_THUMB_SIDES = (90, 320, 800)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as Telegram keeps it; `size` may be larger than the bytes held (a declared size)."""

    unique_id: str
    kind: FileKind
    data: bytes
    size: int
    mime: str
    name: str
    width: int | None = None
    height: int | None = None
    duration: int | None = None


@dataclass(slots=True)
class FileShelf:
    """All files, findable by unique id, by a bot's file_id and by a download path."""

    clock: Clock
    by_unique_id: dict[str, StoredFile] = field(default_factory=dict)
    _by_file_id: dict[str, tuple[int, str]] = field(default_factory=dict)
    _paths: dict[str, tuple[int, str, float]] = field(default_factory=dict)

    def keep(
        self,
        kind: FileKind,
        data: bytes,
        name: str,
        mime: str | None = None,
        *,
        declared_size: int | None = None,
        width: int | None = None,
        height: int | None = None,
        duration: int | None = None,
    ) -> StoredFile:
        """Keep the bytes of a new file; every upload is a new file, even of the same bytes."""
        guessed = mime or mimetypes.guess_type(name)[0] or "application/octet-stream"
        if kind == "photo" and width is None:
            size = picture_size(data)
            width, height = size or (None, None)
        stored = StoredFile(
            unique_id="AQAD" + secrets.token_urlsafe(9),
            kind=kind,
            data=data,
            size=declared_size if declared_size is not None else len(data),
            mime=guessed,
            name=name,
            width=width,
            height=height,
            duration=duration,
        )
        self.by_unique_id[stored.unique_id] = stored
        return stored

    def photo_sizes(self, photo: StoredFile) -> tuple[StoredFile, ...]:
        """Make the smaller sizes of a photo; they differ in their stated dimensions only."""
        width, height = photo.width or 0, photo.height or 0
        longest = max(width, height)
        sizes: list[StoredFile] = []
        for side in _THUMB_SIDES:
            if longest <= side:
                break
            small = replace(
                photo,
                unique_id="AQAD" + secrets.token_urlsafe(9),
                width=max(1, width * side // longest),
                height=max(1, height * side // longest),
            )
            self.by_unique_id[small.unique_id] = small
            sizes.append(small)
        return tuple(sizes)

    def file_id(self, bot_id: int, stored: StoredFile) -> str:
        """Give the identifier by which one bot may use a file; other bots' ids differ."""
        digest = hashlib.sha256(f"{bot_id}|{stored.unique_id}".encode()).digest()
        file_id = _PREFIXES[stored.kind] + base64.urlsafe_b64encode(digest).decode().rstrip("=")
        self._by_file_id[file_id] = (bot_id, stored.unique_id)
        return file_id

    def find(self, bot_id: int, file_id: str) -> StoredFile:
        """Find the file behind a bot's own file_id.

        Raises:
            ApiError: nobody has this id, or it belongs to another bot.
        """
        found = self._by_file_id.get(file_id)
        if found is None:
            raise bad_request("Wrong file identifier/HTTP URL specified")
        owner, unique_id = found
        if owner != bot_id:
            raise bad_request("Wrong file_id or the file is temporarily unavailable")
        return self.by_unique_id[unique_id]

    def open_path(self, bot_id: int, stored: StoredFile) -> str:
        """Make a download path that lives for an hour.

        Raises:
            ApiError: the file is larger than the 20 MB the cloud Bot API lets bots download.
        """
        if stored.size > MAX_DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        extension = mimetypes.guess_extension(stored.mime) or ""
        path = f"{_FOLDERS[stored.kind]}/file_{len(self._paths)}{extension}"
        self._paths[path] = (bot_id, stored.unique_id, self.clock.monotonic() + LINK_LIFE_S)
        return path

    def by_path(self, bot_id: int, path: str) -> StoredFile | None:
        """Find the file behind a download path, None when it is not this bot's or has expired."""
        found = self._paths.get(path)
        if found is None or found[0] != bot_id or found[2] < self.clock.monotonic():
            return None
        return self.by_unique_id[found[1]]
