"""Two workers at once: one is stopped beyond its lease, and goes on when another has taken over."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.delivery import DeliveryState
from tests.crash.scene import PEOPLE, Scene, Worker, open_scene
from tests.crash.worker import WINDOW
from tests.databases import MigratedPostgres
from tests.delivery.post_office import until

pytestmark = pytest.mark.crash

_FEW = 4
_LET_GO = text("""
    SELECT CASE state WHEN 'idle' THEN true ELSE NOT pg_terminate_backend(pid) END
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid != pg_backend_pid() AND state IS NOT NULL
""")


@pytest.fixture
async def scene(migrated_postgres: MigratedPostgres, tmp_path: Path) -> AsyncIterator[Scene]:
    """On PostgreSQL: on SQLite there is one process alone."""
    with migrated_postgres.fresh() as url:
        async with open_scene(url, tmp_path) as opened:
            yield opened


async def _lets_go(scene: Scene, worker: Worker) -> None:
    """Let the server end what a frozen worker left in the middle of a transaction.

    It does so by itself after fifteen seconds, as every connection of ours asks for; asked for
    half a second, it would end those of a busy machine's others, too.
    """

    def is_frozen() -> bool:
        status = Path("/proc", str(worker.pid), "stat").read_text()
        return status.rpartition(")")[2].split()[0] == "T"

    async def holds_nothing() -> bool:
        return all(await scene.station.chat.look(lambda tx: list(tx.connection.scalars(_LET_GO))))

    await until(is_frozen)
    await until(holds_nothing)


def _calls(scene: Scene, code: str) -> int:
    """Return how many messages to residents the platform received."""
    times = scene.times(code)
    return sum(times[chat] for chat in scene.chats)


async def test_a_worker_stopped_beyond_its_lease_begins_nothing_more_and_tells_what_it_knows(
    scene: Scene,
) -> None:
    assert await scene.station.approve(await scene.station.submitted())
    # Most of a window waits for the few that are on their way.
    usual, scene.in_flight = scene.in_flight, _FEW
    stopped = await scene.stops_at("send", 3)
    scene.in_flight = usual
    assert scene.dark >= WINDOW
    await _lets_go(scene, stopped)
    await scene.works_until(scene.finished)
    run = await scene.run()
    before = await scene.judge(run)
    assert before[DeliveryState.UNSURE] > 0
    called = _calls(scene, run.code)

    # What it sent had arrived: it is evidence, and raises what was unsure. That it is too late for
    # more the lease alone tells: by its monotonic clock no time has passed.
    stopped.tell(signal.SIGUSR1)
    stopped.tell(signal.SIGCONT)

    async def learned() -> bool:
        return await scene.accepted(run) > before[DeliveryState.ACCEPTED]

    await until(learned)
    stopped.tell(signal.SIGTERM)
    assert await stopped.ended() == 0
    # One at least was held, and no more than the others can have begun when it was stopped.
    assert _calls(scene, run.code) - called < _FEW
    after = await scene.judge(run)
    assert after[DeliveryState.ACCEPTED] + after[DeliveryState.UNSURE] == PEOPLE
