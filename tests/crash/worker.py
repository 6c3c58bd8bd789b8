"""A process that sends as the service does, by the Telegram channel to the test's simulator.

`python -m tests.crash.worker ORDER`: the order is JSON, see `Order`. Each time it is about to take
the step named there it tells the test, and may be killed while it waits for the test's word. It
works until SIGTERM. At SIGUSR1 it goes on as on a machine that slept for long.
"""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from sqlalchemy import bindparam, select

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from broadcasts import expanding, finishing, firing
from broadcasts.desk import Desk
from delivery.high_water import HighWater
from delivery.mark_file import MarkFile
from delivery.outbox import Outbox
from delivery.pace import Pace
from domain.errors import Misconfigured
from domain.messages import ChatRef, Outgoing, Sent
from domain.texts.catalogue import catalogue
from storage.database import Database, DatabaseAway, Tx
from storage.deliveries import marks
from storage.sealing import read_keyring
from storage.tables import attempt, send_window
from storage.types import UtcDateTime
from tests.cellar import Cellar
from tests.chat import MovingClock, pretend_capabilities
from tests.delivery.post_office import QUICK, Office

T = TypeVar("T")
_LOT = 70
_SLEPT_MIN = 2
"""Longer than any lease."""
WINDOW = 16
"""How many rows a window holds at the most."""
_SETTLED = (
    select(attempt.c.id).where(attempt.c.settled_at == bindparam("now", type_=UtcDateTime)).limit(1)
)

_OPENED = (
    select(send_window.c.id)
    .where(send_window.c.opened_at == bindparam("now", type_=UtcDateTime))
    .limit(1)
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
    api_url: str
    """Where the simulator is."""
    token: str
    step: str | None
    """Of what it tells, beside its beginning: `firing`, `opening`, `about`, `answered`…"""
    in_flight: int = 64
    """How many plain messages are on their way at once at the most."""

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


class Monotonic:
    """A monotonic clock that may stand still, as such clocks do while a machine sleeps."""

    def __init__(self) -> None:
        self._asleep = 0.0
        self._last = time.monotonic()

    def __call__(self) -> float:
        """Return the seconds."""
        self._last = time.monotonic() - self._asleep
        return self._last

    def stood_still(self) -> None:
        """Go on from what was read last."""
        self._asleep = time.monotonic() - self._last


class Line:
    """What the worker tells the test; each call returns when the test answers."""

    def __init__(self, door: str, step: str | None) -> None:
        self._door = door
        self._steps = ("hello", step)

    def tell(self, what: str) -> None:
        """Tell from a thread that may wait, such as one within a transaction."""
        if what not in self._steps:
            return
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(self._door)
            line.sendall(_words(what))
            line.makefile("rb").readline()

    async def say(self, what: str, chat_id: str) -> None:
        """Tell from the loop of a message to somebody who is not staff."""
        if what not in self._steps or chat_id.startswith("2"):
            return
        reader, writer = await asyncio.open_unix_connection(self._door)
        writer.write(_words(what))
        await reader.readline()
        writer.close()


def _words(what: str) -> bytes:
    return json.dumps({"what": what, "pid": os.getpid()}).encode() + b"\n"


class ToldTelegram(TelegramChannel):
    """Telegram, where the test hears of each message before it goes and when it is answered."""

    def __init__(self, settings: TelegramSettings, line: Line) -> None:
        super().__init__(settings)
        self._line = line

    async def send(self, chat: ChatRef, outgoing: Outgoing) -> Sent:
        """Send one message."""
        await self._line.say("about", chat.chat_id)
        sent = await super().send(chat, outgoing)
        await self._line.say("answered", chat.chat_id)
        return sent

    def prepare(self, outgoing: Outgoing, own: str) -> Callable[[str, str], Awaitable[Sent]]:
        """Write a message once for many private chats."""
        once = super().prepare(outgoing, own)

        async def send(chat_id: str, its_own: str) -> Sent:
            await self._line.say("about", chat_id)
            sent = await once(chat_id, its_own)
            await self._line.say("answered", chat_id)
            return sent

        return send


class SmallLots(Pace):
    """As few at once as at Telegram's own pace, however fast this one is."""

    @property
    def plenty(self) -> int:
        """How many plain messages to take up together at most."""
        return WINDOW


class ToldDatabase(Database):
    """A database of whose commits the test hears before they happen, where they change anything."""

    line: Line

    async def doing(self, what: str, work: Callable[[Tx], T]) -> T:
        """Write, and commit when the test says so, where something came of it."""

        def told(tx: Tx) -> T:
            result = work(tx)
            if result:
                self.line.tell(what)
            return result

        return await super().write(told)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """Write for the sender: a window settled or opened, windows taken over."""

        def told(tx: Tx) -> T:
            result = work(tx)
            if isinstance(result, int):
                if result:
                    self.line.tell("taking over")
            elif tx.connection.execute(_SETTLED, {"now": tx.now}).one_or_none():
                self.line.tell("settling")
            elif tx.connection.execute(_OPENED, {"now": tx.now}).one_or_none():
                self.line.tell("opening")
            return result

        return await super().write(told)


async def work(order: Order) -> None:
    """Fire, expand, send and finish whatever is due, until SIGTERM."""
    stop = asyncio.Event()
    # What a worker does at its start may be all that a test waits for before it stops it.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    line = Line(order.door, order.step)
    line.tell("hello")
    clock = TickingClock(datetime.fromisoformat(order.at))
    monotonic = Monotonic()

    def slept(_: int, __: object) -> None:
        clock.forward(minutes=_SLEPT_MIN)
        monotonic.stood_still()

    # Not by the loop: nothing else may come before it when a stopped worker goes on.
    signal.signal(signal.SIGUSR1, slept)
    keys = read_keyring(Path(order.keys))
    ticks, sends = (ToldDatabase(order.url, keys, clock) for _ in range(2))
    for database in (ticks, sends):
        database.line = line
    cellar = Cellar(sends, order.url, keys, UUID(order.account_id), UUID(order.unit_id))
    water = HighWater(
        MarkFile.take(Path(order.marks), await ticks.write(marks.installation_id)), clock
    )
    await water.look(ticks)
    settings = TelegramSettings(token=order.token, api_url=order.api_url, pace=QUICK)
    telegram = ToldTelegram(settings, line)
    await telegram.ready()
    sender = Office(cellar, clock).sender(
        telegram,
        worker=order.door,
        database=sends,
        send_timeout=timedelta(seconds=settings.send_timeout_s),
        water=water,
        pace=SmallLots(QUICK, monotonic),
        in_flight=order.in_flight,
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
    await telegram.stop()
    await water.close()
    for database in (ticks, sends):
        await database.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise Misconfigured("one order")
    asyncio.run(work(Order(**json.loads(sys.argv[1]))))
