"""Following the account, or opening its chat, in the middle of something."""

from collections.abc import AsyncIterator

import pytest

from storage.people.residents import Wish
from tests.handlers.residents.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def test_a_newcomer_whose_visit_is_told_twice_is_asked_once(world: World) -> None:
    lan = world.party()
    await lan.turns_to_us()
    await lan.turns_to_us()
    assert len(await lan.heard()) == 1
    await lan.writes("đồng ý")
    assert (await lan.record()).wish is Wish.YES


async def test_who_follows_in_the_middle_of_a_sign_up_goes_on_where_they_were(
    world: World,
) -> None:
    lan = world.party()
    await lan.writes("xin chào")
    await lan.writes("đồng ý")
    await lan.writes("Đông Kinh")
    asked = await lan.last()
    before = len(await lan.heard())
    await lan.turns_to_us()
    assert len(await lan.heard()) == before
    world.chat.clock.forward(hours=1)
    await lan.turns_to_us()
    again = (await lan.heard())[before:]
    assert [heard.labels for heard in again] == [asked.labels]
    await lan.presses(again[0].labels[0])
    assert (await lan.record()).area_code is not None


async def test_who_was_never_asked_to_the_end_is_asked_for_consent_again_but_briefly(
    world: World,
) -> None:
    lan = world.party()
    await lan.turns_to_us()
    (long,) = await lan.heard()
    world.chat.clock.forward(hours=3)
    await lan.turns_to_us()
    assert len((await lan.last()).text) < len(long.text)
    await lan.writes("đồng ý")
    assert (await lan.record()).wish is Wish.YES
