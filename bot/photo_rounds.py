"""Fetch photos and make clean copies, outside any transaction; sweep what is left over.

Each step may be cut off by a crash: a photo that was claimed comes again after its lease, a file
that no row names is found by the sweep.
"""

import asyncio
import hashlib
import time
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog

from bot.photo_cleaning import NotClean
from domain.channel import Channel, Files
from domain.clock import Clock
from domain.failures import AccountDown, Refused, SendFailure
from storage.campaigns import own_photos
from storage.database import Database, Tx
from storage.sealing import DataKey, Place
from storage.tips import media
from storage.tips.media import Kept, Loss, Wanted
from storage.tips.media_folder import MediaFolder

log = structlog.get_logger(__name__)

_FETCH_S = 40.0
_ROUND_S = 15.0
_AT_ONCE = 3
_LEASE = timedelta(minutes=3)
"""Longer than a fetch and a cleaning can take."""
_ACCOUNT_DOWN = timedelta(minutes=2)
_LEFT_OVER = timedelta(hours=1)
_SWEEP = 200

Cleaner = Callable[[bytes], bytes]
"""Makes a clean copy or raises `NotClean`; may block, for it is run beside the event loop."""


class Store(Protocol):
    """Where photos of one kind are kept: a module of the cellar."""

    KEEPS_ORIGINALS: bool
    GIVEN_UP: timedelta
    """How long a photo is tried for."""
    WAITS: tuple[timedelta, ...]
    """After each try that failed, and the last again and again."""

    def claim(self, tx: Tx, account_id: UUID, lease: timedelta, limit: int) -> list[Wanted]:
        """Take photos that are due; they come again after the lease."""
        ...

    def keep(self, tx: Tx, picture_id: UUID, kept: Kept) -> bool:
        """Note what was fetched; False when nobody waits for it any more."""
        ...

    def put_off(self, tx: Tx, picture_id: UUID, wait: timedelta, tries: int) -> None:
        """Try a photo again later."""
        ...

    def give_up(self, tx: Tx, picture_id: UUID, loss: Loss) -> None:
        """Fetch a photo no more."""
        ...

    def original_place(self, picture_id: UUID) -> Place:
        """Return where an original belongs."""
        ...

    def clean_place(self, picture_id: UUID) -> Place:
        """Return where a clean copy belongs."""
        ...

    def erased(self, tx: Tx, limit: int) -> list[tuple[UUID, list[str]]]:
        """Return erased photos with the names of their files."""
        ...

    def note_removed(self, tx: Tx, ids: Sequence[UUID]) -> None:
        """Remember that the files of photos are removed."""
        ...

    def known_names(self, tx: Tx, names: Collection[str]) -> set[str]:
        """Return which of some files belong to a photo."""
        ...


OF_STAFF: Store = own_photos
OF_TIPS: Store = media
STORES = (OF_STAFF, OF_TIPS)


class PhotoRounds:
    """The photos that one account received: those of tips, and those that staff sent."""

    def __init__(
        self,
        *,
        database: Database,
        account_id: UUID,
        channel: Channel,
        folder: MediaFolder,
        cleaner: Cleaner,
        clock: Clock,
        stores: Sequence[Store] = STORES,
    ) -> None:
        """Take what the rounds need; `stores` are those that are fetched for, all are swept."""
        self._database = database
        self._account_id = account_id
        self._channel = channel
        self._folder = folder
        self._cleaner = cleaner
        self._clock = clock
        self._stores = stores

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
            for one in store.claim(tx, self._account_id, _LEASE, _AT_ONCE)
        ]

    async def sweep(self) -> int:
        """Remove the files of erased tips, and files that no photo names; return how many.

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
        ids = [picture_id for picture_id, _ in erased]
        if ids:
            await self._database.write(lambda tx: store.note_removed(tx, ids))
        return len(names)

    async def _one(self, channel: Files, store: Store, wanted: Wanted) -> None:
        try:
            async with asyncio.timeout(_FETCH_S):
                data = await channel.fetch(wanted.media)
        except Refused as refusal:
            loss = Loss.TOO_BIG if refusal.reason.endswith("too big") else Loss.GONE
            log.warning("photo_lost", photo=str(wanted.id), loss=loss.value)
            await self._database.write(lambda tx: store.give_up(tx, wanted.id, loss))
            return
        except AccountDown:
            # Nothing is known of the photo; it waits for our account.
            await self._put_off(store, wanted, _ACCOUNT_DOWN, wanted.tries - 1)
            return
        except (SendFailure, TimeoutError) as failure:
            await self._again(store, wanted, type(failure).__name__)
            return
        try:
            await self._keep(store, wanted, data)
        except OSError as fault:
            # A full disk, most likely: the file is still with the platform.
            log.error("media_not_written", photo=str(wanted.id), error=type(fault).__name__)
            await self._again(store, wanted, "disk")

    async def _again(self, store: Store, wanted: Wanted, reason: str) -> None:
        if self._clock.now() - wanted.since > store.GIVEN_UP:
            log.warning("photo_lost", photo=str(wanted.id), loss=Loss.UNFETCHED.value)
            await self._database.write(lambda tx: store.give_up(tx, wanted.id, Loss.UNFETCHED))
            return
        log.info("photo_waits", photo=str(wanted.id), tries=wanted.tries, reason=reason)
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
            loss, clean = await asyncio.to_thread(self._cleaned, data)
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
            )
            kept = await self._database.write(lambda tx: store.keep(tx, wanted.id, found))
            log.info("photo_kept", photo=str(wanted.id), clean=copy is not None, wanted=kept)
        except OSError:
            self._drop(names)
            raise
        if not kept:
            self._drop(names)
        # Whatever else ends this leaves the files to the sweep: nobody knows what was written.

    def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            self._folder.remove(name)

    def _cleaned(self, data: bytes) -> tuple[Loss | None, bytes | None]:
        try:
            return None, self._cleaner(data)
        except NotClean as fault:
            return (Loss.TOO_BIG if fault.too_big else Loss.UNREADABLE), None


def _known_names(tx: Tx, names: Collection[str]) -> set[str]:
    return set().union(*(store.known_names(tx, names) for store in STORES))
