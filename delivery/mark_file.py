"""The file in which a process that sends keeps, outside the database, how far it has come.

`<folder>/<installation>/<n>.json`, of which each process holds one by a lock; a process that comes
later takes the first that nobody holds, and goes on as the same worker.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from uuid import UUID, uuid4

_MOST = 1000
_LOCK = ".lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far one worker has come: the number of the last window of each of its tasks."""

    worker_id: UUID
    confirmed: int = 0
    """How many older copies had been confirmed by then."""
    numbers: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    at: datetime | None = None
    """When it was written; None where it never was."""


class UnreadableMark(Exception):
    """A mark's file cannot be read or written: its text is the path."""


class MarkFile:
    """The file of one worker, ours for as long as the process lives."""

    def __init__(self, path: Path, lock: int) -> None:
        self._path = path
        # Held until the process ends, however it ends.
        self._lock = lock

    @classmethod
    def take(cls, folder: Path, installation: UUID) -> "MarkFile":
        """Take the first file that no other process holds.

        Raises: UnreadableMark.
        """
        place = folder / str(installation)
        try:
            found = _take(place)
        except OSError as error:
            raise UnreadableMark(place) from error
        if found is None:
            raise UnreadableMark(place)
        return cls(*found)

    def mine(self) -> Mark:
        """Return what the worker before us knew; that of a new one where there was none.

        Raises: UnreadableMark.
        """
        return _read(self._path) if self._path.exists() else Mark(worker_id=uuid4())

    def others(self) -> Iterator[Mark]:
        """Yield what all other workers of the folder know, alive or not.

        Raises: UnreadableMark.
        """
        yield from _marks(self._path.parent, but=self._path)

    def write(self, mark: Mark) -> None:
        """Replace the file, so that it lasts through a loss of power.

        In a folder that was deleted meanwhile it is made anew.

        Raises: OSError.
        """
        if not self._is_held():
            self._take_again()
        told = {
            "worker": str(mark.worker_id),
            "confirmed": mark.confirmed,
            "numbers": {str(slot): number for slot, number in sorted(mark.numbers.items())},
            "at": mark.at.isoformat() if mark.at else None,
        }
        new = self._path.with_suffix(".new")
        with new.open("w", encoding="utf-8") as file:
            json.dump(told, file)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def close(self) -> None:
        """Let another process have it."""
        os.close(self._lock)

    def _is_held(self) -> bool:
        """Tell whether the file that we locked is still the one that others find."""
        try:
            there = self._path.with_suffix(_LOCK).stat()
        except FileNotFoundError:
            return False
        return os.path.samestat(there, os.fstat(self._lock))

    def _take_again(self) -> None:
        found = _take(self._path.parent, but_known=True)
        if found is not None:
            os.close(self._lock)
            self._path, self._lock = found


def all_marks(folder: Path, installation: UUID) -> Sequence[Mark]:
    """Return what all processes know that ever sent from here; nothing is locked or made.

    Raises: UnreadableMark.
    """
    return list(_marks(folder / str(installation)))


def _take(place: Path, *, but_known: bool = False) -> tuple[Path, int] | None:
    """Lock the first file of a folder that nobody holds; `but_known`: and that knows nothing."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(1, _MOST):
        path = place / f"{number}.json"
        if but_known and path.exists():
            continue
        lock = os.open(path.with_suffix(_LOCK), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            continue
        return path, lock
    return None


def _marks(place: Path, but: Path | None = None) -> Iterator[Mark]:
    for path in sorted(place.glob("*.json")):
        if path != but:
            yield _read(path)


def _read(path: Path) -> Mark:
    try:
        told = json.loads(path.read_text("utf-8"))
        return Mark(
            worker_id=UUID(told["worker"]),
            confirmed=int(told["confirmed"]),
            numbers={int(slot): int(number) for slot, number in told["numbers"].items()},
            at=datetime.fromisoformat(told["at"]) if told["at"] else None,
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableMark(path) from error
