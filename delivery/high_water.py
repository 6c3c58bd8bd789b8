"""The high-water mark: nothing is sent from a database that is older than what we have sent.

A window's number is raised in its own transaction and, before anything of it goes, written to a
file, at most once a second. A copy that lacks more than a second of sending is always noticed: at
the start by the file, while running by the very statement that raises the number.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import structlog

from delivery.mark_file import Mark, MarkFile
from domain.clock import Clock, SystemClock
from storage.database import Database, Tx
from storage.deliveries import marks

log = structlog.get_logger(__name__)

_WRITE_EVERY_S = 1.0
_PATIENCE_S = 2.0


class OlderCopy(Exception):
    """Nothing may be sent: the database is an older copy, and nobody has confirmed it yet."""


class HighWater:
    """How far this process has come; without a file it notices a copy only while it runs."""

    def __init__(
        self,
        file: MarkFile | None = None,
        clock: Clock | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        patience_s: float = _PATIENCE_S,
    ) -> None:
        """`patience_s`: how long sending waits for a disk that does not answer.

        Raises: UnreadableMark.
        """
        self._patience_s = patience_s
        self._hanging: asyncio.Task[None] | None = None
        self._file = file
        self._clock = clock or SystemClock()
        self._monotonic = monotonic
        self._mark = file.mine() if file is not None else Mark(worker_id=uuid4())
        self._numbers = dict(self._mark.numbers)
        self._written_at = -_WRITE_EVERY_S
        self._writing = asyncio.Lock()
        self._slots = 0
        self.held = False
        """Whether everything has to wait for an admin."""
        self.unwritten = False
        """Whether the file could not be written when it should have been."""

    def slot(self) -> int:
        """Return the number of one more task that opens windows."""
        self._slots += 1
        return self._slots

    def rise(self, tx: Tx, slot: int) -> int:
        """Raise the task's number with the window that is being opened: call it last.

        Raises: OlderCopy; then nothing of the transaction may be kept, and `look` is due.
        """
        raised = marks.raise_one(tx, self._mark.worker_id, slot)
        behind = raised.number <= self._numbers.get(slot, 0)
        if raised.paused or behind or raised.confirmed != self._mark.confirmed:
            raise OlderCopy
        return raised.number

    async def passed(self, slot: int, number: int) -> None:
        """Take down that a window is committed; its sends may begin when this returns."""
        self._numbers[slot] = number
        now = self._monotonic()
        if self._file is None or now - self._written_at < _WRITE_EVERY_S:
            return
        self._written_at = now
        await self._write(self._file)

    async def look(self, database: Database) -> None:
        """See how the database stands to what we know, and take part in what an admin confirmed.

        Raises: DatabaseAway.
        """
        was = self.held
        # Taken together here: a thread could see one of the two anew and the other as it was.
        mine = replace(self._mark, numbers=dict(self._numbers))
        mark, held = await database.write(lambda tx: self._compare(tx, mine))
        if mark is not mine and mark.confirmed > self._mark.confirmed:
            self._mark, self._numbers = mark, dict(mark.numbers)
            if self._file is not None:
                await self._write(self._file)
        self.held = held
        if held and not was:
            log.error("older_copy", worker=str(self._mark.worker_id))
        elif was and not held:
            log.warning("copy_confirmed", worker=str(self._mark.worker_id))

    async def close(self) -> None:
        """Write down the last, and let another process go on as this worker."""
        if self._file is not None:
            if self._numbers and not self.held:
                await self._write(self._file)
            self._file.close()

    def _compare(self, tx: Tx, mine: Mark) -> tuple[Mark, bool]:
        known = [mine, *(self._file.others() if self._file is not None else ())]
        if notice(tx, known):
            return mine, True
        confirmed = marks.confirmed(tx)
        held = marks.noticed(tx) is not None
        if mine.confirmed < confirmed:
            numbers = dict(marks.numbers(tx, mine.worker_id))
            return replace(mine, confirmed=confirmed, numbers=numbers), held
        return mine, held

    async def _write(self, file: MarkFile) -> None:
        async with self._writing:
            if self._hanging is None or self._hanging.done():
                if self._hanging is not None:
                    # It ended late, and what it wrote is old by now; its error was told.
                    self._hanging.exception()
                mark = replace(self._mark, numbers=dict(self._numbers), at=self._clock.now())
                self._hanging = asyncio.create_task(asyncio.to_thread(file.write, mark))
                await asyncio.wait([self._hanging], timeout=self._patience_s)
            if not self._hanging.done():
                # A shared folder that does not answer would hold up everything for ever.
                self.unwritten = True
                log.error("mark_hangs")
                return
            written, self._hanging = self._hanging, None
            try:
                written.result()
                self.unwritten = False
            except OSError as error:
                # What cannot be noticed later is the lesser evil: alarms must not wait for a disk.
                self.unwritten = True
                log.error("mark_not_written", error=error.errno)


def notice(tx: Tx, known: Sequence[Mark]) -> bool:
    """Note that this is an older copy, where one of some marks is ahead of it; False where none is.

    The marks must have been read before: what is read later may have been confirmed meanwhile.
    """
    if not _behind(tx, known):
        return False
    # An admin may be confirming just now: judge again when they are through.
    marks.alone(tx)
    behind = _behind(tx, known)
    if not behind:
        return False
    if marks.note(tx, _sent_until(behind, tx), max(one.confirmed for one in behind)):
        log.error("older_copy_noticed", workers=len(behind))
    return True


def _behind(tx: Tx, known: Sequence[Mark]) -> list[Mark]:
    confirmed = marks.confirmed(tx)
    return [mark for mark in known if _is_ahead(tx, mark, confirmed)]


def _is_ahead(tx: Tx, mark: Mark, confirmed: int) -> bool:
    """Tell whether a worker sent what the database does not know of."""
    if mark.confirmed != confirmed:
        # A copy was confirmed since, by which the worker has not taken its numbers yet; or before
        # this one was made.
        return mark.confirmed > confirmed
    there = marks.numbers(tx, mark.worker_id)
    return any(there.get(slot, 0) < number for slot, number in mark.numbers.items())


def _sent_until(behind: Sequence[Mark], tx: Tx) -> datetime:
    return max((mark.at for mark in behind if mark.at is not None), default=tx.now)
