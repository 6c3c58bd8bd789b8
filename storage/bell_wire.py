"""Rings of bells, carried between the processes on one PostgreSQL (LISTEN and NOTIFY).

A ring says only that there may be something to do. It goes in a transaction of its own, several at
once as one: the server lets no two transactions that notify commit at the same time, and those
that do the work must not wait for that.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import structlog

from storage.database import connect_arguments

log = structlog.get_logger(__name__)

_CHANNEL = "an_ninh_bells"
_REST_S = 0.02
"""So long rings are gathered after one has gone."""
_AGAIN_S = 1.0
_Connection = psycopg.AsyncConnection[tuple[Any, ...]]
_SEND = f"SELECT pg_notify('{_CHANNEL}', %s)"


class Wire:
    """One process's end of the wire; what it rings itself it does not hear."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._me = secrets.token_hex(8)
        self._bells: dict[str, Callable[[], None]] = {}
        self._rung: set[str] = set()
        self._wake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._cut_off = False

    def connect(self, name: str, ring: Callable[[], None]) -> Callable[[], None]:
        """Have `ring` called for each ring of `name` elsewhere; returns what rings it there."""
        self._bells[name] = ring

        def send() -> None:
            self._rung.add(name)
            self._wake.set()

        return send

    async def run(self, *, listens: bool) -> None:
        """Carry rings until `stop`; who has nothing to do for a ring need not listen."""
        tasks = [asyncio.create_task(self._kept_up(self._speak), name="bells out")]
        if listens:
            tasks.append(asyncio.create_task(self._kept_up(self._listen), name="bells in"))
        await self._stopping.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def stop(self) -> None:
        """Carry no more."""
        self._stopping.set()

    async def _kept_up(self, work: Callable[[_Connection], Awaitable[None]]) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    **connect_arguments(self._url), autocommit=True
                ) as connection:
                    self._cut_off = False
                    await work(connection)
            except psycopg.Error as fault:
                if not self._cut_off:
                    log.warning("bells_cut_off", error=type(fault).__name__)
                self._cut_off = True
            await asyncio.sleep(_AGAIN_S)

    async def _listen(self, connection: _Connection) -> None:
        await connection.execute(f"LISTEN {_CHANNEL}")
        # Whatever rang while nobody listened.
        for ring in self._bells.values():
            ring()
        async for note in connection.notifies():
            words = note.payload.split()
            if words[:1] == [self._me]:
                continue
            for name in words[1:]:
                if name in self._bells:
                    self._bells[name]()

    async def _speak(self, connection: _Connection) -> None:
        # A ring that is lost in a crash of the server is no loss: nobody waits for the disk.
        await connection.execute("SET synchronous_commit = off")
        while True:
            await self._wake.wait()
            self._wake.clear()
            names, self._rung = sorted(self._rung), set()
            await connection.execute(_SEND, [" ".join([self._me, *names])])
            await asyncio.sleep(_REST_S)
