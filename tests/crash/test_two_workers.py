"""Two workers at once: one is stopped beyond its lease, and goes on when another has taken over."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from domain.delivery import DeliveryState
from tests.crash.scene import PEOPLE, Scene, open_scene
from tests.databases import MigratedPostgres
from tests.delivery.post_office import until

pytestmark = pytest.mark.crash


@pytest.fixture
async def scene(migrated_postgres: MigratedPostgres, tmp_path: Path) -> AsyncIterator[Scene]:
    """On PostgreSQL: on SQLite there is one process alone."""
    # What a frozen process has locked is let go after half a second here, not fifteen.
    soon = "-c idle_in_transaction_session_timeout=500"
    with migrated_postgres.fresh() as url:
        named = make_url(url).update_query_dict({"options": soon})
        async with open_scene(named.render_as_string(hide_password=False), tmp_path) as opened:
            yield opened


async def test_a_worker_stopped_beyond_its_lease_sends_nothing_twice_and_tells_what_it_knows(
    scene: Scene,
) -> None:
    assert await scene.station.approve(await scene.station.submitted())
    stopped = await scene.stops_at("send", 20)
    await scene.works_until(scene.finished)
    run = await scene.run()
    before = await scene.judge(run)
    assert before[DeliveryState.UNSURE] > 0

    # What it sent had arrived: it is evidence, and raises what was unsure.
    stopped.tell(signal.SIGCONT)

    async def learned() -> bool:
        return await scene.accepted(run) > before[DeliveryState.ACCEPTED]

    await until(learned)
    stopped.tell(signal.SIGTERM)
    assert await stopped.ended() == 0
    after = await scene.judge(run)
    assert after[DeliveryState.ACCEPTED] + after[DeliveryState.UNSURE] == PEOPLE
