"""A process that sends as the service does, and tells the test of every step it is about to take.

`python -m tests.crash.worker ORDER`: the order is JSON, see `Order`. It works until SIGTERM, or is
killed while it waits for the test's word.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import bindparam, select

from broadcasts import expanding, finishing, firing
from broadcasts.desk import Desk
from delivery.high_water import HighWater
from delivery.mark_file import MarkFile
from delivery.outbox import Outbox
from domain.channel import Withdraws
from domain.errors import Misconfigured
from domain.messages import ChatRef, Outgoing, Sent
from domain.texts.catalogue import catalogue
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import marks
from storage.sealing import read_keyring
from storage.tables import attempt
from storage.types import UtcDateTime
from tests.cellar import Cellar
from tests.chat import MovingClock, pretend_capabilities
from tests.delivery.post_office import Office, Platform

T = TypeVar("T")
_LOT = 70
_SETTLED = (
    select(attempt.c.id).where(attempt.c.settled_at == bindparam("now", type_=UtcDateTime)).limit(1)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a worker works on."""

    url: str
    keys: str
    marks: str
    door: str
    account_id: str
    unit_id: str
    at: str
    """The instant at which its clock begins."""

    def written(self) -> str:
        """Write it for the command line."""
        return json.dumps(asdict(self))


class TickingClock(MovingClock):
    """A clock that begins at an instant of the test's and goes on from there."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start)
        self._began = time.monotonic()

    def now(self) -> datetime:
        """Return the instant."""
        return super().now() + timedelta(seconds=time.monotonic() - self._began)


class Line:
    """What the worker tells the test; each call returns the answer, when the test gives one."""

    def __init__(self, door: str) -> None:
        self._door = door

    def tell(self, **words: Any) -> dict[str, Any]:
        """Tell from a thread that may wait, such as one within a transaction."""
        words["pid"] = os.getpid()
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self._door)
            line.sendall(json.dumps(words).encode() + b"\n")
            return _answer(line.makefile("rb").readline())

    async def say(self, **words: Any) -> dict[str, Any]:
        """Tell from the loop."""
        words["pid"] = os.getpid()
        reader, writer = await asyncio.open_unix_connection(self._door)
        writer.write(json.dumps(words).encode() + b"\n")
        answer = _answer(await reader.readline())
        writer.close()
        return answer


def _answer(line: bytes) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(line)
    return told


class ToldPlatform(Platform, Withdraws):
    """A platform that is the test: it hears of each message before it goes, and answers it."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self._line = line

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        """Send to the test."""
        await self._line.say(what="about", chat=chat.chat_id)
        answer = await self._line.say(what="send", chat=chat.chat_id, text=outgoing.text)
        await self._line.say(what="answered", chat=chat.chat_id)
        return Sent(answer["id"])

    async def withdraw(self, chat: ChatRef, message_id: str) -> None:
        """Delete a message at the test."""
        await self._line.say(what="withdraw", chat=chat.chat_id, text=message_id)


class ToldDatabase(Database):
    """A database of whose commits the test hears before they happen, where they change anything."""

    line: Line

    async def doing(self, what: str, work: Callable[[Tx], T]) -> T:
        """Write, and commit when the test says so, where something came of it."""

        def told(tx: Tx) -> T:
            result = work(tx)
            if result:
                self.line.tell(what=what)
            return result

        return await super().write(told)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Write for the sender: a window settled or opened, windows taken over."""

        def told(tx: Tx) -> T:
            result = work(tx)
            if isinstance(result, tuple):
                if tx.connection.execute(_SETTLED, {"now": tx.now}).one_or_none():
                    self.line.tell(what="settling")
                elif result[1] is not None:
                    self.line.tell(what="opening")
            elif isinstance(result, int) and result:
                self.line.tell(what="taking over")
            return result

        return await super().write(told)


async def work(order: Order) -> None:
    """Fire, expand, send and finish whatever is due, until SIGTERM."""
    stop = asyncio.Event()
    # What a worker does at its start may be all that a test waits for before it stops it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    line = Line(order.door)
    line.tell(what="hello")
    clock = TickingClock(datetime.fromisoformat(order.at))
    keys = read_keyring(Path(order.keys))
    ticks, sends = (ToldDatabase(order.url, keys, clock) for _ in range(2))
    for database in (ticks, sends):
        database.line = line
    cellar = Cellar(sends, order.url, keys, UUID(order.account_id), UUID(order.unit_id))
    water = HighWater(
        MarkFile.take(Path(order.marks), await ticks.write(marks.installation_id)), clock
    )
    await water.look(ticks)
    sender = Office(cellar, clock).sender(
        ToldPlatform(line), worker=order.door, database=sends, water=water
    )
    sending = asyncio.create_task(sender.run())
    desk = Desk(Outbox({"telegram": pretend_capabilities()}), catalogue())
    while not stop.is_set():
        with contextlib.suppress(DatabaseAway):
            await ticks.doing("firing", lambda tx: firing.fire_due(tx, desk))
            await ticks.doing("expanding", lambda tx: expanding.expand_due(tx, desk, _LOT))
            await ticks.doing("finishing", lambda tx: finishing.finish_due(tx, desk))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 0.02)
    sender.stop()
    await sending
    await water.close()
    for database in (ticks, sends):
        await database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise Misconfigured("one order")
    asyncio.run(work(Order(**json.loads(sys.argv[1]))))
