"""Run every role in one event loop, and stop so that nothing is left half done."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import structlog

from bot import forgetting, health
from bot.allowance_look import AllowanceLook
from bot.assembly import House
from bot.clockwork import Clockwork, Tick
from bot.instance_lock import StillOurs
from bot.line import Line
from bot.line_files import LineFiles
from bot.line_work import LineWork, Standing
from bot.listening import Listening
from bot.pager import ring_due
from bot.revival import Revival
from bot.web import WebDoor, create_app
from broadcasts import expanding, finishing, firing, months, outages, own_photos, silence
from broadcasts.desk import Desk
from domain.errors import Misconfigured
from handlers.campaigns import alarm_photos, unanswered
from handlers.groups import copies, making, noticing, outcomes
from handlers.staff import left_lying
from handlers.staff import menus as staff_menus
from people import wishes
from storage.database import Tx
from storage.deliveries import waiting
from storage.people import erasing, forgotten
from tips import cards, files, notes, paging, photos, reminding, taking_down
from tips.digest import DigestRules
from tips.paging import PageRules

log = structlog.get_logger(__name__)
T = TypeVar("T")

_STEPS_S = 5.0


def _nobody(_sentence: str) -> None:
    """Nobody is there to be told."""


class Service:
    """The running service."""

    def __init__(self, house: House, still_ours: StillOurs = lambda: True) -> None:
        self._house = house
        self._still_ours = still_ours
        self._made_at = house.clock.now()
        self._usurped = False
        self._announced = False
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._desk = Desk(house.context.outbox, house.context.catalogue)
        self._warn: Callable[[str], None] = _nobody
        self._works = tuple(self._line_work(line) for line in house.lines)
        self._clockwork = Clockwork(self._ticks(), house.clock)

    def _line_work(self, line: Line) -> LineWork:
        house = self._house
        return LineWork(
            line,
            house.database,
            house.inbox_bell,
            house.context.catalogue,
            files=LineFiles(line, house.database, house.media_folder, house.context, house.clock),
            revival=Revival(
                house.database, line.account.id, line.channel, house.outbox_bell, house.clock
            ),
            listening=Listening(
                house.database,
                line.account.id,
                line.channel,
                is_called=line.longest_poll is None,
            ),
            allowance=AllowanceLook(house.database, line.account.id, line.channel, house.clock),
            know=house.worker.know,
            warn=self._tell,
        )

    @property
    def shown(self) -> str:
        """The accounts that work now, as people call them."""
        return ", ".join(work.line.shown for work in self._up)

    @property
    def _up(self) -> list[LineWork]:
        return [work for work in self._works if work.standing is Standing.UP]

    async def run(
        self,
        announce: Callable[[int], None],
        warn: Callable[[str], None] = _nobody,
    ) -> None:
        """Run until a signal says stop; `announce` is told the web door's port.

        `announce` comes when the first platform answered, or when all refuse us of which one may
        let us in again; `warn` is told why the others do not, and when they do after all.

        Raises: Misconfigured when every account is refused and none can be let in again but by
        another setting, the port is taken, or another process took our place.
        """
        house = self._house
        self._warn = warn
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._stop)
        routes = [route for line in house.lines for route in line.channel.routes()]
        door = WebDoor(
            create_app(routes, self._health), house.settings.web_host, house.settings.web_port
        )
        try:
            port = await door.open()
            await self._work(lambda: announce(port))
        finally:
            await asyncio.gather(*(work.close() for work in self._works))
            await door.close()
            await house.database.close()

    def _stop(self) -> None:
        self._stopping.set()
        self._changed.set()

    async def _work(self, announce: Callable[[], None]) -> None:
        house = self._house
        lines = [
            asyncio.create_task(work.run(self._note), name=work.line.platform.channel)
            for work in self._works
        ]
        inbox: asyncio.Task[None] | None = None
        try:
            await self._first_up(lines)
            if not self._stopping.is_set():
                inbox = asyncio.create_task(house.worker.run(), name="inbox")
                self._clockwork.start()
                announce()
                self._announced = True
                for work in self._works:
                    if work.refusal:
                        self._warn(work.refusal)
                await self._until_over([inbox, *lines])
                await self._clockwork.stop()
        finally:
            house.worker.stop()
            for work in self._works:
                work.stop()
            jobs = [*lines, *([inbox] if inbox is not None else [])]
            results = await asyncio.gather(*jobs, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        if self._usurped:
            message = "Một tiến trình khác đã chạy tài khoản này; tiến trình này dừng lại."
            raise Misconfigured(message)
        log.info("stopped", by_signal=self._stopping.is_set())

    def _tell(self, sentence: str) -> None:
        self._warn(sentence)

    def _note(self, work: LineWork) -> None:
        """Hear that a line is up or refused; those before the first that is up are told then."""
        self._changed.set()
        if self._announced:
            self._warn(work.refusal or f"Đã nối được với {work.line.shown}.")

    async def _first_up(self, lines: Sequence[asyncio.Task[None]]) -> None:
        """Wait for the first account that works, or until we are told to stop.

        Where all are refused there is nothing to wait for if one of them hears all the same and
        is let in again by a consent.

        Raises: Misconfigured when every one is refused, and none can come back by itself.
        """
        while not (self._up or self._stopping.is_set()):
            refused = [work for work in self._works if work.refusal]
            if len(refused) == len(self._works):
                if any(work.line.platform.consent for work in refused):
                    return
                raise Misconfigured("\n".join(work.refusal for work in refused))
            changed = asyncio.create_task(self._changed.wait())
            waiting = [line for line in lines if not line.done()]
            await asyncio.wait([changed, *waiting], return_when=asyncio.FIRST_COMPLETED)
            changed.cancel()
            self._changed.clear()
            if any(line.done() and line.exception() is not None for line in lines):
                return

    async def _until_over(self, jobs: Sequence[asyncio.Task[None]]) -> None:
        """Wait until we are told to stop or something breaks; a refused account is neither."""
        stop = asyncio.create_task(self._stopping.wait(), name="stop")
        try:
            while not self._stopping.is_set():
                going = [job for job in jobs if not job.done()]
                done, _ = await asyncio.wait([stop, *going], return_when=asyncio.FIRST_COMPLETED)
                if any(job is not stop and job.exception() is not None for job in done):
                    return
        finally:
            stop.cancel()

    def _ticks(self) -> dict[str, tuple[Tick, timedelta]]:
        every_second = timedelta(seconds=1)
        return {
            "fire": (self._fire, every_second),
            "expand": (self._expand, every_second),
            "finish": (self._finish, every_second),
            "cards": (self._cards, every_second),
            "pages": (self._pages, timedelta(seconds=5)),
            "rings": (self._ring, timedelta(seconds=2)),
            "deadlines": (self._remind, timedelta(minutes=30)),
            "photos": (self._fetch_photos, timedelta(seconds=5)),
            "large_files": (self._fetch_large_files, timedelta(seconds=60)),
            "own_films": (self._fetch_own_films, timedelta(seconds=20)),
            "own_photos": (self._fetch_own_photos, every_second),
            "photos_end": (self._end_photos, timedelta(seconds=10)),
            "sweep": (self._sweep_photos, timedelta(minutes=1)),
            "groups": (self._groups, every_second),
            "expire": (self._expire, timedelta(seconds=10)),
            "revive": (self._revive, timedelta(seconds=5)),
            "allowances": (self._allowances, timedelta(seconds=20)),
            "calls": (self._calls, timedelta(minutes=5)),
            "alone": (self._alone, timedelta(seconds=10)),
            "silence": (self._silence, timedelta(minutes=5)),
            "months": (self._months, timedelta(minutes=5)),
            "outages": (self._outages, timedelta(seconds=30)),
            "addresses": (self._forget_addresses, timedelta(minutes=5)),
            "forget": (self._forget, timedelta(hours=1)),
            "menus": (self._menus, timedelta(seconds=10)),
            "leavers": (self._leavers, timedelta(minutes=1)),
            "keeping": (self._forget_at_night, timedelta(minutes=10)),
        }

    async def _fire(self) -> None:
        await self._tick(lambda tx: firing.fire_due(tx, self._desk))
        await self._tick(lambda tx: unanswered.look_due(tx, self._house.context))

    async def _expand(self) -> None:
        def step(tx: Tx) -> bool:
            return expanding.expand_due(tx, self._desk)

        await self._steps(step)

    async def _finish(self) -> None:
        await self._tick(lambda tx: finishing.finish_due(tx, self._desk))

    async def _cards(self) -> None:
        await self._tick(lambda tx: cards.mend_failures(tx, self._house.context))
        settings = self._house.settings
        rules = DigestRules(
            most=settings.cards_most, within=timedelta(seconds=settings.cards_within_s)
        )
        await self._tick(lambda tx: cards.send_due(tx, self._house.context, rules=rules))

    async def _groups(self) -> None:
        await self._tick(lambda tx: noticing.put_up_due(tx, self._house.context))
        await self._tick(lambda tx: making.tell_due(tx, self._house.context))
        await self._tick(lambda tx: outcomes.tell_due(tx, self._desk))
        await self._tick(lambda tx: taking_down.tell_due(tx, self._house.context))
        await self._tick(lambda tx: copies.comment_due(tx, self._house.context))

    async def _pages(self) -> None:
        settings = self._house.settings
        rules = PageRules(
            acknowledge_within=timedelta(seconds=settings.page_ack_s),
            look_within=timedelta(seconds=settings.urgent_look_s),
        )
        await self._tick(lambda tx: paging.escalate_due(tx, self._house.context, rules))
        await self._tick(lambda tx: notes.remind_due(tx, self._house.context))

    async def _ring(self) -> None:
        house = self._house
        if house.pager is not None:
            await ring_due(house.database, house.pager, house.context, house.outbox_bell.ring)

    async def _remind(self) -> None:
        await self._tick(lambda tx: reminding.remind_due(tx, self._house.context))

    async def _fetch_photos(self) -> None:
        await self._each(lambda work: work.files.photos.fetch_due())

    async def _fetch_large_files(self) -> None:
        await self._each(lambda work: work.files.large_files.fetch_due())

    async def _fetch_own_films(self) -> None:
        await self._each(lambda work: work.files.own_films.fetch_due())

    async def _fetch_own_photos(self) -> None:
        await self._each(lambda work: work.files.own_photos.fetch_due())
        await self._tick(lambda tx: alarm_photos.tell_due(tx, self._house.context))

    async def _revive(self) -> None:
        await self._each(lambda work: work.revival.look())

    async def _allowances(self) -> None:
        await self._each(lambda work: work.allowance.look())

    async def _calls(self) -> None:
        await self._each(lambda work: work.listening.look())
        await self._tick(lambda tx: silence.tell_due(tx, self._desk))

    async def _each(self, do: Callable[[LineWork], Awaitable[object]]) -> None:
        """Do something for every account that is up, side by side; a fault of one stops no other.

        Raises: the first fault, once all are through.
        """
        results = await asyncio.gather(*map(do, self._up), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def _end_photos(self) -> None:
        await self._tick(lambda tx: files.tell_ended(tx, self._house.context))
        await self._steps(photos.take_back_due)
        await self._steps(lambda tx: own_photos.take_down_due(tx, self._desk))

    async def _sweep_photos(self) -> None:
        await self._tick(own_photos.forget_due)
        # Files lie in one folder, whichever account they came by.
        await self._works[0].files.photos.sweep()

    async def _expire(self) -> None:
        await self._steps(waiting.expire_due)

    async def _alone(self) -> None:
        if not await asyncio.to_thread(self._still_ours):
            log.error("another_process_runs_this_account")
            self._usurped = True
            self._stop()

    async def _forget(self) -> None:
        await forgetting.forget(self._steps)

    async def _menus(self) -> None:
        words, outbox = self._house.context.catalogue, self._house.context.outbox
        if await self._house.database.read(lambda tx: staff_menus.is_due(tx, words, outbox)):
            await self._tick(lambda tx: staff_menus.renew(tx, words, outbox))

    async def _leavers(self) -> None:
        await self._tick(lambda tx: left_lying.tell_due(tx, self._house.context))

    async def _forget_at_night(self) -> None:
        if await self._house.database.read(forgetting.is_due):
            works = forgetting.nightly(self._house.settings.keeping)
            await forgetting.forget(self._steps, works)
            await self._tick(lambda tx: forgetting.finish(tx, works))

    async def _silence(self) -> None:
        await self._steps(wishes.settle_silence)
        await self._steps(wishes.wake)

    async def _months(self) -> None:
        await self._tick(lambda tx: months.warn_due(tx, self._desk))

    async def _outages(self) -> None:
        await self._tick(lambda tx: outages.tell_due(tx, self._desk))

    async def _forget_addresses(self) -> None:
        await self._steps(erasing.forget_addresses)
        await self._steps(forgotten.forget_old)

    async def _steps(self, work: Callable[[Tx], object]) -> None:
        """Work in steps until nothing is left, at most a few seconds: the next ring goes on."""
        deadline = time.monotonic() + _STEPS_S
        while not self._stopping.is_set() and time.monotonic() < deadline:
            if not await self._tick(work):
                return

    async def _tick(self, work: Callable[[Tx], T]) -> T:
        result = await self._house.database.write(work)
        if result:
            self._house.outbox_bell.ring()
        return result

    async def _health(self) -> dict[str, object]:
        house = self._house
        ids = [line.account.id for line in house.lines]
        store = await house.database.read(lambda tx: health.stored(tx, ids))
        running = health.Running(
            now=house.clock.now(),
            lines=tuple(work.health(self._made_at) for work in self._works),
            ticks=self._clockwork.well_at(),
            overdue=self._clockwork.overdue(),
            mark_unwritten=house.water.unwritten,
        )
        return health.facts(store, running)
