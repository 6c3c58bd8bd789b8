"""The folder of sealed files: each under a random name of its own, whole or not there at all."""

import os
import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_NAME = re.compile(r"[0-9a-f]{32}")
_DRAFT = re.compile(r"\.[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """Files for their owner's eyes alone; what lies in them is sealed by who puts it there."""

    path: Path

    def put(self, sealed: bytes) -> str:
        """Write a file, safe from a loss of power, and return its name.

        Raises: OSError.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = secrets.token_hex(16)
        draft = self.path / f".{name}"
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self.path / name)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        self._settle()
        return name

    def read(self, name: str) -> bytes:
        """Return what a file holds.

        Raises: LookupError when there is no such file, OSError.
        """
        try:
            return self._file(name).read_bytes()
        except FileNotFoundError:
            message = "a sealed file is missing"
            raise LookupError(message) from None

    def remove(self, name: str) -> None:
        """Remove a file; that it is gone already is fine."""
        self._file(name).unlink(missing_ok=True)

    def free(self) -> int:
        """Return how many bytes the disk still takes."""
        there = self.path
        while not there.exists() and there != there.parent:
            there = there.parent
        return shutil.disk_usage(there).free

    def names(self) -> set[str]:
        """Return the names of all whole files."""
        if not self.path.is_dir():
            return set()
        return {file.name for file in self.path.iterdir() if _NAME.fullmatch(file.name)}

    def older(self, than: datetime) -> list[str]:
        """Return the names of files, also of half-written ones, last written before an instant."""
        if not self.path.is_dir():
            return []
        found = []
        for file in self.path.iterdir():
            try:
                written = datetime.fromtimestamp(file.stat().st_mtime, UTC)
            except FileNotFoundError:
                continue
            if (_NAME.fullmatch(file.name) or _DRAFT.fullmatch(file.name)) and written < than:
                found.append(file.name)
        return sorted(found)

    def _file(self, name: str) -> Path:
        if not _NAME.fullmatch(name.removeprefix(".")):
            message = "no name of a sealed file"
            raise LookupError(message)
        return self.path / name

    def _settle(self) -> None:
        """Let the new name itself survive a loss of power, where the system can do that."""
        if os.name != "posix":
            return
        handle = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
