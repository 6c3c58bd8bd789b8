"""SIGKILL at named points and at random: nothing is lost, nothing routine goes twice."""

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from broadcasts import amending
from domain.campaign import Audience
from domain.delivery import DeliveryState
from tests.chat import DONG_KINH
from tests.crash.scene import GROUP, PEOPLE, Scene, open_scene

pytestmark = pytest.mark.crash


_STEPS = (("about", 40), ("send", 40), ("answered", 40), ("settling", 3), ("opening", 3))
"""Where a worker may die at random, and how many of these it has taken at most by then."""


@pytest.fixture
async def scene(migrated_database_url: str, tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_scene(migrated_database_url, tmp_path) as opened:
        yield opened


def _to_residents(scene: Scene) -> int:
    return sum(chat in scene.chats for chat in scene.times("AN-").elements())


async def test_workers_killed_one_after_the_other_at_every_point_lose_and_double_nothing(
    scene: Scene,
) -> None:
    assert await scene.station.approve(await scene.station.submitted())
    await scene.dies_at("firing")
    assert scene.dark == 0
    # First of all, for only now it is certain that there is more to be written down.
    await scene.dies_at("expanding", 2)
    went, dark = _to_residents(scene), scene.dark
    await scene.dies_at("about")
    # Committed, so nobody can know that nothing of it went.
    assert scene.dark > dark
    assert _to_residents(scene) == went
    await scene.dies_at("taking over")
    await scene.dies_at("opening")
    await scene.dies_at("send", 20)
    await scene.dies_at("settling")
    await scene.works_until(scene.finished)
    states = await scene.judge(await scene.run())
    assert states[DeliveryState.UNSURE] > 0
    assert states[DeliveryState.ACCEPTED] > PEOPLE // 4


async def test_workers_killed_at_random_moments_lose_and_double_nothing(scene: Scene) -> None:
    assert await scene.station.approve(await scene.station.submitted())
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    try:
        await scene.dies_at("send", 1)
        for _ in range(2):
            step, most = chance.choice(_STEPS)
            await scene.dies_at(step, chance.randint(1, most))
        await scene.works_until(scene.finished)
        await scene.judge(await scene.run())
    except BaseException as error:
        error.add_note(f"the kills were ordered by seed {seed}")
        raise


async def test_a_withdrawal_killed_in_its_middle_goes_on_to_its_end_once(scene: Scene) -> None:
    station = scene.station
    group = await station.group_id("Nhóm Ví Dụ", f"{DONG_KINH}-kp-vi-du-2", GROUP)
    assert await station.approve(await station.submitted(groups=[group]))
    await scene.works_until(scene.finished)
    wrong = await scene.run()
    clock = station.chat.clock
    right = Audience(area_code=DONG_KINH, of_run=wrong.id)
    draft = station.draft(right, due_at=clock.now() + timedelta(hours=1))
    author = await station.staff(station.officer)
    known = await station.chat.do(lambda tx: station.write(tx, author, draft))
    assert await station.approve(known)

    # Posts are withdrawn from then on; the words that mend them wait for their hour.
    await scene.dies_at("withdraw")
    await scene.works_until(scene.finished)
    clock.forward(hours=1)
    await scene.dies_at("firing")
    assert (await scene.run()).id == wrong.id
    await scene.dies_at("send", 30)
    await scene.works_until(scene.finished)

    assert (await scene.run()).audience.of_run == wrong.id
    # Asked for again by who took over, for nobody knew; there was nothing left to delete.
    assert scene.withdrawn() == ([await scene.post_of(wrong)], 2)
    await scene.judge(await scene.run())
    left = await station.chat.look(
        lambda tx: amending.posts_left(tx, wrong.id, lambda key, **_: key)
    )
    assert left == "campaigns.posts_down"
