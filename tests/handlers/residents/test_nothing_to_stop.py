"""A stop where nothing is sent: one line says so, and nothing is asked."""

from collections.abc import AsyncIterator

import pytest

from storage.people.residents import Wish
from tests.handlers.residents.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


@pytest.mark.parametrize("said", ["HUY", "tc", "hủy", "dung", "thoi"])
async def test_before_any_consent_an_unclear_word_stops_nothing_and_asks_nothing(
    world: World, said: str
) -> None:
    lan = world.party()
    await lan.starts()
    await lan.news()
    await lan.writes(said)
    [line] = await lan.news()
    assert "không có gì phải dừng" in line.text
    assert line.labels == []
    assert (await lan.record()).wish is Wish.NONE
    await lan.writes("Đồng ý")
    assert (await lan.record()).wish is Wish.YES
    assert world.tips == []


@pytest.mark.parametrize("said", ["HỦY", "STOP", "huy", "/dung", "退订"])
@pytest.mark.parametrize("asked", [True, False])
async def test_before_any_consent_a_stop_is_one_line_and_no_question(
    world: World, said: str, asked: bool
) -> None:
    lan = world.party()
    if asked:
        await lan.starts()
        await lan.news()
    await lan.writes(said)
    [line] = await lan.news()
    assert "không có gì phải dừng" in line.text
    assert line.labels == []
    assert (await lan.record()).wish in (Wish.NONE, Wish.STOPPED)
    await lan.writes("ĐĂNG KÝ")
    await lan.presses("Đồng ý")
    assert (await lan.record()).wish is Wish.YES


async def test_those_who_receive_nothing_are_told_so(world: World) -> None:
    lan = await world.chat.subscriber("1001", wish=Wish.NO)
    await lan.writes("dung")
    assert (await lan.record()).wish is Wish.NO
    assert "không có gì phải dừng" in (await lan.last()).text
