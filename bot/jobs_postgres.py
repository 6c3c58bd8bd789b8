"""Jobs on PostgreSQL, by Procrastinate: asked for in one process, done in any worker."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import procrastinate
import structlog
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, UniqueViolation

from bot.clockwork import Tick
from bot.jobs import Job
from storage.database import Database, DatabaseAway, Tx, connect_arguments

log = structlog.get_logger(__name__)

_QUEUE = "an-ninh"
_AT_ONCE = 2
_BEAT_S = 3.0
STALLED_S = 15.0
"""A worker of which nothing was heard for so long is dead; its jobs are another's."""
_LOOK = timedelta(seconds=10)
_AGAIN_S = 1.0
_PATIENCE_S = 10.0
_CONNECTION_S = 4.0
"""Procrastinate waits for its connections one after the other, and longer than this for none."""


class JobsOnPostgres:
    """Jobs that lie in the database, at most one of a kind waiting."""

    def __init__(self, database: Database, jobs: Sequence[Job]) -> None:
        self._database = database
        self._jobs = {job.name: job for job in jobs}
        self._stopping = asyncio.Event()
        # It never connects: what is asked for goes by the transaction of who asks.
        self._asking = procrastinate.App(connector=procrastinate.SyncPsycopgConnector())
        self._app = procrastinate.App(
            connector=procrastinate.PsycopgConnector(
                kwargs=connect_arguments(database.url),
                min_size=1,
                max_size=_AT_ONCE + 2,
                timeout=_CONNECTION_S,
            )
        )
        for job in jobs:
            self._app.task(name=job.name, queue=_QUEUE)(_doing(job))
        self._open = False

    def defer(self, tx: Tx, name: str) -> None:
        """Have a job done by a worker once this transaction is committed; one waits at the most."""
        asked = self._asking.configure_task(
            name,
            allow_unknown=True,
            queue=_QUEUE,
            queueing_lock=name,
            connection=tx.connection.connection.driver_connection,
        )
        try:
            with tx.savepoint():
                asked.defer()
        except AlreadyEnqueued:
            # Who finds it there may not see what we are about to commit: the next look does.
            return

    def periodic(self) -> Mapping[str, tuple[Tick, timedelta]]:
        """Return the ticks that ask for what is due, and for what a dead worker left."""
        ticks = {name: (self._tick(job), job.every) for name, job in self._jobs.items()}
        return {**ticks, "stalled": (self._take_back, _LOOK)}

    async def run(self, *, works: bool) -> None:
        """Serve until `stop`; what is under way is given some seconds then."""
        serving = asyncio.create_task(self._serve(works=works), name="jobs")
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({serving, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        # Without a database neither beginning nor ending comes to an end for half a minute.
        patience_s = _PATIENCE_S + _AGAIN_S if self._open else _AGAIN_S
        _, late = await asyncio.wait({serving}, timeout=patience_s)
        if late:
            log.warning("jobs_cut_off")
            serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)

    async def _serve(self, *, works: bool) -> None:
        while not self._stopping.is_set():
            try:
                async with self._app.open_async():
                    self._open = True
                    await (self._work() if works else self._stopping.wait())
            except Exception as fault:  # noqa: BLE001 - what is due waits, and is looked for again
                log.warning("jobs_without_database", error=type(fault).__name__)
                await self._pause()
            finally:
                self._open = False

    def stop(self) -> None:
        """Begin no more jobs."""
        self._stopping.set()

    async def _work(self) -> None:
        work = asyncio.create_task(
            self._app.run_worker_async(
                queues=[_QUEUE],
                concurrency=_AT_ONCE,
                delete_jobs="always",
                install_signal_handlers=False,
                fetch_job_polling_interval=5.0,
                update_heartbeat_interval=_BEAT_S,
                stalled_worker_timeout=STALLED_S,
                shutdown_graceful_timeout=_PATIENCE_S,
            ),
            name="jobs",
        )
        stop = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        # Cancelled, it lets what is under way end, within its patience.
        work.cancel()
        results = await asyncio.gather(work, return_exceptions=True)
        if isinstance(results[0], Exception):
            raise results[0]

    def _tick(self, job: Job) -> Tick:
        async def look() -> None:
            if await self._database.read(job.is_due):
                await self._database.write(lambda tx: self.defer(tx, job.name))

        return look

    async def _take_back(self) -> None:
        """Let others do what a worker had begun that is dead since."""
        if not self._open:
            return
        try:
            for job in await self._app.job_manager.get_stalled_jobs(
                queue=_QUEUE, seconds_since_heartbeat=STALLED_S
            ):
                log.warning("job_taken_back", job=job.task_name)
                await self._again(job)
        except ConnectorException as fault:
            raise DatabaseAway(type(fault).__name__) from fault

    async def _again(self, job: procrastinate.jobs.Job) -> None:
        manager = self._app.job_manager
        try:
            await manager.retry_job(job)
        except UniqueViolation:
            # Another of its kind waits already, and does the same.
            await manager.finish_job(
                job=job, status=procrastinate.jobs.Status.FAILED, delete_job=True
            )
        except ConnectorException as fault:
            # A second clock was faster, most likely.
            log.info("job_not_taken_back", job=job.task_name, error=type(fault).__name__)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), _AGAIN_S)
        except TimeoutError:
            return


def _doing(job: Job) -> Callable[[], Awaitable[None]]:
    async def do() -> None:
        try:
            await job.work()
        except DatabaseAway:
            log.warning("job_without_database", job=job.name)
        except Exception as error:  # noqa: BLE001 - the next look finds the same work
            log.error("job_fault", job=job.name, error=type(error).__name__)

    return do
