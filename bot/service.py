"""Run the roles of this process in one event loop, and stop so that nothing is left half done."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from datetime import timedelta

import structlog

from bot import health, metrics
from bot.allowance_look import AllowanceLook
from bot.assembly import House
from bot.clock_steps import Steps
from bot.clockwork import Clockwork, Tick
from bot.jobs import Jobs, JobsHere
from bot.line import Line
from bot.line_files import LineFiles
from bot.line_ticks import LineTicks
from bot.line_work import LineWork, Part, Standing
from bot.listening import Listening
from bot.long_jobs import jobs_of
from bot.revival import Revival
from bot.roles import Role
from bot.ticks import Ticks
from bot.web import Told, WebDoor, create_app
from broadcasts.desk import Desk
from domain.errors import Misconfigured
from storage.account_lock import AccountLock
from storage.database import DatabaseAway

log = structlog.get_logger(__name__)


def _nobody(_sentence: str) -> None:
    """Nobody is there to be told."""


def _nothing() -> None:
    """Nothing else is to be done."""


class Service:
    """The running service."""

    def __init__(self, house: House, roles: frozenset[Role] = frozenset(Role)) -> None:
        self._house = house
        self._roles = roles
        self._made_at = house.clock.now()
        self._announced = False
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._carrying: asyncio.Task[None] | None = None
        self._warn: Callable[[str], None] = _nobody
        heard = () if roles == {Role.SCHEDULER} else house.lines
        self._works = tuple(self._line_work(line) for line in heard)
        self._steps = Steps(house.database, house.outbox_bell)
        self._desk = Desk(house.context.outbox, house.context.catalogue)
        self._jobs = self._made_jobs()
        self._clockwork = Clockwork(self._ticks(), house.clock)

    def _made_jobs(self) -> Jobs:
        house = self._house
        jobs = jobs_of(self._steps, self._desk, house.settings.keeping)
        if house.wire is None:
            return JobsHere(house.database, jobs)
        # Only who shares the work needs to load the package.
        from bot.jobs_postgres import JobsOnPostgres  # noqa: PLC0415

        return JobsOnPostgres(house.database, jobs)

    def _ticks(self) -> dict[str, tuple[Tick, timedelta]]:
        of_lines = LineTicks(self._works)
        ticks: dict[str, tuple[Tick, timedelta]] = {}
        for role in sorted(self._roles):
            ticks |= of_lines.of(role)
        if Role.SCHEDULER in self._roles:
            ticks |= Ticks(self._house, self._steps, self._desk, self._jobs).all()
        clock, database = self._house.shared_clock, self._house.database
        if clock is not None:
            ticks["clock"] = (lambda: clock.look(database), timedelta(seconds=15))
        return ticks

    def _line_work(self, line: Line) -> LineWork:
        house = self._house
        # Where one process is alone, nobody else can poll.
        locked = house.wire is not None and line.longest_poll is not None
        receives = Role.WEB in self._roles
        return LineWork(
            line,
            house.database,
            house.inbox_bell,
            house.context.catalogue,
            part=Part(
                receives=receives,
                sends=Role.WORKER in self._roles,
                lock=AccountLock(house.database.url, line.lock) if receives and locked else None,
            ),
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
        """The accounts that work now, as people call them, and what of it this process does."""
        who = ", ".join(work.line.shown for work in self._up)
        if self._works and not who:
            who = "chưa tài khoản nào gửi được"
        if self._roles == frozenset(Role):
            return who
        part = "phần " + ", ".join(sorted(self._roles))
        return f"{part}, {who}" if who else part

    @property
    def _up(self) -> list[LineWork]:
        return [work for work in self._works if work.standing is Standing.UP]

    async def run(
        self,
        announce: Callable[[int], None],
        warn: Callable[[str], None] = _nobody,
        told_to_stop: Callable[[], None] = _nothing,
    ) -> None:
        """Run until a signal says stop; `announce` is told the web door's port.

        `announce` comes when the first platform answered, or when all refuse us of which one may
        let us in again; `warn` is told why the others do not, and when they do after all;
        `told_to_stop` is called when the signal came.

        Raises: Misconfigured when every account is refused and none can be let in again but by
        another setting, or the port is taken.
        """
        house = self._house
        self._warn = warn
        loop = asyncio.get_running_loop()
        for name in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(name, self._stop, told_to_stop)
        hears = Role.WEB in self._roles
        routes = [route for line in house.lines if hears for route in line.channel.routes()]
        door = WebDoor(
            create_app(routes, self._told()), house.settings.web_host, house.settings.web_port
        )
        try:
            port = await door.open()
            await self._work(lambda: announce(port))
        finally:
            await asyncio.gather(*(work.close() for work in self._works))
            await door.close()
            await house.database.close()

    def _stop(self, told_to_stop: Callable[[], None]) -> None:
        if not self._stopping.is_set():
            told_to_stop()
        self._stopping.set()
        self._changed.set()

    async def _work(self, announce: Callable[[], None]) -> None:
        house = self._house
        lines = [
            asyncio.create_task(work.run(self._note), name=work.line.platform.channel)
            for work in self._works
        ]
        beside: list[asyncio.Task[None]] = []
        try:
            await self._first_up(lines)
            if not self._stopping.is_set():
                beside = self._begun_beside()
                self._clockwork.start()
                announce()
                self._announced = True
                for work in self._works:
                    if work.refusal:
                        self._warn(work.refusal)
                await self._until_over([*beside, *lines])
                self._steps.stop()
                await self._clockwork.stop()
        finally:
            house.worker.stop()
            self._jobs.stop()
            for work in self._works:
                work.stop()
            results = await asyncio.gather(*lines, *beside, return_exceptions=True)
            await self._cut_off()
        for result in results:
            if isinstance(result, BaseException):
                raise result
        log.info("stopped", by_signal=self._stopping.is_set())

    def _begun_beside(self) -> list[asyncio.Task[None]]:
        """Begin what serves all accounts, as far as this process does it."""
        house, works = self._house, Role.WORKER in self._roles
        begun = [asyncio.create_task(house.worker.run(), name="inbox")] if works else []
        if works or Role.SCHEDULER in self._roles:
            begun.append(asyncio.create_task(self._jobs.run(works=works), name="jobs"))
        if house.wire is not None:
            self._carrying = asyncio.create_task(house.wire.run(listens=works), name="bells")
        return begun

    async def _cut_off(self) -> None:
        """End the wire last: what the end leaves to others is rung for."""
        if self._carrying is not None and self._house.wire is not None:
            self._house.wire.stop()
            await asyncio.gather(self._carrying, return_exceptions=True)

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
        while self._works and not (self._up or self._stopping.is_set()):
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

    def _told(self) -> Told:
        return Told(
            health=self._health,
            not_ready=self._not_ready,
            figures=self._figures,
            own_figures=lambda: metrics.exposed(None, self._running()),
        )

    async def _health(self) -> dict[str, object]:
        return health.facts(*await self._looked())

    async def _figures(self) -> bytes:
        return metrics.exposed(*await self._looked())

    async def _not_ready(self) -> Sequence[str]:
        why = []
        if not self._announced:
            why.append("starting")
        if self._stopping.is_set():
            why.append("stopping")
        try:
            await self._house.database.read(lambda _: None)
        except DatabaseAway:
            why.append("database_away")
        return why

    async def _looked(self) -> tuple[health.Stored, health.Running]:
        house = self._house
        ids = [work.line.account.id for work in self._works]
        store = await house.database.read(lambda tx: health.stored(tx, ids))
        return store, self._running()

    def _running(self) -> health.Running:
        house = self._house
        return health.Running(
            now=house.clock.now(),
            lines=tuple(work.health(self._made_at) for work in self._works),
            ticks=self._clockwork.well_at(),
            overdue=self._clockwork.overdue(),
            mark_unwritten=house.water.unwritten,
            roles=sorted(self._roles),
        )
