"""Fetch files, seal them and make clean copies, outside any transaction; sweep what is left over.

Each step may be cut off by a crash: a file that was claimed comes again after its lease, a file
that no row names is found by the sweep.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog

from bot.photo_cleaning import NotClean
from domain.channel import Channel, Files
from domain.clock import Clock
from domain.failures import AccountDown, Refused, SendFailure
from domain.file_kind import FileKind, kind_found, said_to_be, seconds_of
from storage.campaigns import own_photos
from storage.database import Database, Tx
from storage.sealing import DataKey, Place
from storage.tips import media
from storage.tips.media import Kept, Loss, Wanted
from storage.tips.media_folder import MediaFolder

log = structlog.get_logger(__name__)

_ROUND_S = 15.0
_NO_ROOM = timedelta(minutes=10)
_ACCOUNT_DOWN = timedelta(minutes=2)
_LEFT_OVER = timedelta(hours=1)
_SWEEP = 200

Cleaner = Callable[[bytes], bytes]
"""Makes a clean copy or raises `NotClean`; may block, for it is run beside the event loop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRules:
    """How files are fetched. Small ones and photos go in rounds of their own, before large ones."""

    bulky: bool | None = None
    """Large ones alone, small ones alone, or with None whatever is due."""
    at_once: int = 3
    """What is fetched is held in memory whole, as its seal is made over all of it."""
    fetch_s: float = 40.0
    lease: timedelta = timedelta(minutes=3)
    """Longer than a fetch and a cleaning can take."""
    least_free: int = 256 * 1024 * 1024
    """Bytes of the disk that are left to the database: less, and nothing is fetched."""


SMALL = RoundRules(bulky=False)
_USUAL = RoundRules()
_LARGEST = 20 * 1024 * 1024
"""What a file of unknown size may have (Bot API getFile)."""
LARGE = RoundRules(bulky=True, at_once=1, fetch_s=100.0, lease=timedelta(minutes=5))


class Store(Protocol):
    """Where files of one kind are kept: a module of the cellar."""

    KEEPS_ORIGINALS: bool
    GIVEN_UP: timedelta
    """How long a file is tried for."""
    WAITS: tuple[timedelta, ...]
    """After each try that failed, and the last again and again."""

    def claim(
        self, tx: Tx, account_id: UUID, lease: timedelta, limit: int, *, bulky: bool | None
    ) -> list[Wanted]:
        """Take files that are due; they come again after the lease."""
        ...

    def keep(self, tx: Tx, file_id: UUID, kept: Kept) -> bool:
        """Note what was fetched; False when nobody waits for it any more."""
        ...

    def put_off(self, tx: Tx, file_id: UUID, wait: timedelta, tries: int) -> None:
        """Try a file again later."""
        ...

    def give_up(self, tx: Tx, file_id: UUID, loss: Loss) -> None:
        """Fetch a file no more."""
        ...

    def original_place(self, file_id: UUID) -> Place:
        """Return where an original belongs."""
        ...

    def clean_place(self, file_id: UUID) -> Place:
        """Return where a clean copy belongs."""
        ...

    def erased(self, tx: Tx, limit: int) -> list[tuple[UUID, list[str]]]:
        """Return erased files with the names under which they lie."""
        ...

    def note_removed(self, tx: Tx, ids: Sequence[UUID]) -> None:
        """Remember that what was kept of files is removed."""
        ...

    def kept_names(self, tx: Tx) -> set[str]:
        """Return the names of all that is kept and not erased."""
        ...

    def known_names(self, tx: Tx, names: Collection[str]) -> set[str]:
        """Return which of some names belong to a file."""
        ...


OF_STAFF: Store = own_photos
OF_TIPS: Store = media
STORES = (OF_STAFF, OF_TIPS)


class FileRounds:
    """The files that one account received: those of tips, and photos that staff sent."""

    def __init__(
        self,
        *,
        database: Database,
        account_id: UUID,
        channel: Channel,
        folder: MediaFolder,
        cleaners: Mapping[FileKind, Cleaner],
        clock: Clock,
        stores: Sequence[Store] = STORES,
        rules: RoundRules = _USUAL,
        oversized: Callable[[Tx, UUID], None] | None = None,
    ) -> None:
        """Take what the rounds need; `stores` are those that are fetched for, all are swept.

        Of kinds without a cleaner only the original is kept. `oversized` is called for a file of
        a tip that turns out too large for the platform to hand out.
        """
        self._database = database
        self._account_id = account_id
        self._channel = channel
        self._folder = folder
        self._cleaners = cleaners
        self._clock = clock
        self._stores = stores
        self._rules = rules
        self._oversized = oversized

    async def fetch_due(self) -> int:
        """Fetch what is due, for some seconds at most; return how many were tried.

        Raises: DatabaseAway.
        """
        if not isinstance(self._channel, Files):
            return 0
        deadline = time.monotonic() + _ROUND_S
        tried = 0
        while time.monotonic() < deadline:
            found = await self._database.write(self._claim)
            if not found:
                break
            await asyncio.gather(*(self._one(self._channel, *one) for one in found))
            tried += len(found)
        return tried

    def _claim(self, tx: Tx) -> list[tuple[Store, Wanted]]:
        return [
            (store, one)
            for store in self._stores
            for one in store.claim(
                tx,
                self._account_id,
                self._rules.lease,
                self._rules.at_once,
                bulky=self._rules.bulky,
            )
        ]

    async def sweep(self) -> int:
        """Remove the files of erased tips, and files that no row names; return how many.

        Raises: DatabaseAway, OSError.
        """
        removed = 0
        for store in STORES:
            removed += await self._remove_erased(store)
        old = await asyncio.to_thread(self._folder.older, self._clock.now() - _LEFT_OVER)
        for start in range(0, len(old), _SWEEP):
            lot = old[start : start + _SWEEP]
            known = await self._database.read(partial(_known_names, names=lot))
            for name in set(lot) - known:
                await asyncio.to_thread(self._folder.remove, name)
                removed += 1
        if removed:
            log.info("media_swept", files=removed)
        return removed

    async def _remove_erased(self, store: Store) -> int:
        erased = await self._database.read(lambda tx: store.erased(tx, _SWEEP))
        names = [name for _, found in erased for name in found]
        for name in names:
            await asyncio.to_thread(self._folder.remove, name)
        ids = [file_id for file_id, _ in erased]
        if ids:
            await self._database.write(lambda tx: store.note_removed(tx, ids))
        return len(names)

    async def _one(self, channel: Files, store: Store, wanted: Wanted) -> None:
        if store.KEEPS_ORIGINALS and not self._has_room(wanted):
            # Our own fault, and the platform still has it: it is not given up for that.
            await self._put_off(store, wanted, _NO_ROOM, wanted.tries - 1)
            return
        try:
            async with asyncio.timeout(self._rules.fetch_s):
                data = await channel.fetch(wanted.media)
        except Refused as refusal:
            await self._give_up(store, wanted, big=refusal.reason.endswith("too big"))
            return
        except AccountDown:
            # Nothing is known of the file; it waits for our account.
            await self._put_off(store, wanted, _ACCOUNT_DOWN, wanted.tries - 1)
            return
        except (SendFailure, TimeoutError) as failure:
            await self._again(store, wanted, type(failure).__name__)
            return
        try:
            await self._keep(store, wanted, data)
        except OSError as fault:
            # A full disk, most likely: the file is still with the platform.
            log.error("media_not_written", file=str(wanted.id), error=type(fault).__name__)
            await self._again(store, wanted, "disk")

    def _has_room(self, wanted: Wanted) -> bool:
        size = wanted.media.size
        needed = self._rules.least_free + (_LARGEST if size is None else size)
        if self._folder.free() >= needed:
            return True
        log.error("media_disk_low", file=str(wanted.id))
        return False

    async def _give_up(self, store: Store, wanted: Wanted, *, big: bool) -> None:
        loss = Loss.GONE
        if big:
            loss = Loss.OVERSIZED if store.KEEPS_ORIGINALS else Loss.TOO_BIG

        def step(tx: Tx) -> None:
            store.give_up(tx, wanted.id, loss)
            if loss is Loss.OVERSIZED and self._oversized is not None:
                self._oversized(tx, wanted.id)

        log.warning("file_lost", file=str(wanted.id), loss=loss.value)
        await self._database.write(step)

    async def _again(self, store: Store, wanted: Wanted, reason: str) -> None:
        if self._clock.now() - wanted.since > store.GIVEN_UP:
            log.warning("file_lost", file=str(wanted.id), loss=Loss.UNFETCHED.value)
            await self._database.write(lambda tx: store.give_up(tx, wanted.id, Loss.UNFETCHED))
            return
        log.info("file_waits", file=str(wanted.id), tries=wanted.tries, reason=reason)
        wait = store.WAITS[min(wanted.tries, len(store.WAITS)) - 1]
        await self._put_off(store, wanted, wait, wanted.tries)

    async def _put_off(self, store: Store, wanted: Wanted, wait: timedelta, tries: int) -> None:
        await self._database.write(lambda tx: store.put_off(tx, wanted.id, wait, tries))

    async def _keep(self, store: Store, wanted: Wanted, data: bytes) -> None:
        key = DataKey.fresh()
        names: list[str] = []

        def put(plain: bytes, place: Place) -> str:
            names.append(self._folder.put(key.seal_bytes(plain, place)))
            return names[-1]

        try:
            kind = kind_found(data, said_to_be(wanted.media))
            loss, clean = await asyncio.to_thread(self._cleaned, data, kind)
            if clean is None and loss is None and not store.KEEPS_ORIGINALS:
                loss = Loss.UNREADABLE
            original = copy = clean_digest = None
            if store.KEEPS_ORIGINALS:
                original = await asyncio.to_thread(put, data, store.original_place(wanted.id))
            if clean is not None:
                copy = await asyncio.to_thread(put, clean, store.clean_place(wanted.id))
                clean_digest = hashlib.sha256(clean).hexdigest()
            found = Kept(
                original=original,
                clean=copy,
                key=key,
                digest=hashlib.sha256(data).hexdigest(),
                clean_digest=clean_digest,
                loss=loss,
                kind=kind,
                size=len(data),
                seconds=seconds_of(data, kind),
            )
            kept = await self._database.write(lambda tx: store.keep(tx, wanted.id, found))
            log.info("file_kept", file=str(wanted.id), clean=copy is not None, wanted=kept)
        except OSError:
            self._drop(names)
            raise
        if not kept:
            self._drop(names)
        # Whatever else ends this leaves the files to the sweep: nobody knows what was written.

    def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            self._folder.remove(name)

    def _cleaned(self, data: bytes, kind: FileKind) -> tuple[Loss | None, bytes | None]:
        cleaner = self._cleaners.get(kind)
        if cleaner is None:
            return None, None
        try:
            return None, cleaner(data)
        except NotClean as fault:
            return (Loss.TOO_BIG if fault.too_big else Loss.UNREADABLE), None


def _known_names(tx: Tx, names: Collection[str]) -> set[str]:
    return set().union(*(store.known_names(tx, names) for store in STORES))
