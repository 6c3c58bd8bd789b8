"""Commands of residents typed in a group."""

from collections.abc import AsyncIterator

import pytest

from domain.messages import Addressed, MediaKind, MediaRef
from domain.start_payload import Purpose, decode
from handlers.wiring import make_router
from storage.people.residents import Wish
from tests.tips.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def types(world: World, typed: str, who: str = "880010010002") -> None:
    """Let somebody type a command in the neighbourhood's group."""
    someone = world.chat.resident(who)
    await someone.writes(typed, in_group=world.village, addressed=Addressed.COMMAND)


async def test_a_bare_report_is_told_how(world: World) -> None:
    await types(world, "/baotin")
    (line,) = await world.village.news()
    assert "ngay sau lệnh" in line.text
    assert line.outgoing.reply_to is None
    [start] = [decode(button.start or "") for button in line.buttons]
    assert (start.purpose, start.group is None) == (Purpose.TIP, False)
    assert await world.tips() == []
    await types(world, "/baotin   ")
    assert await world.village.news() == []


async def test_a_report_with_words_or_a_photo_is_taken(world: World) -> None:
    await types(world, "/baotin cuối ngõ đèn đường hỏng đã lâu")
    assert len(await world.tips()) == 1
    ba = world.chat.resident("880010010003")
    photo = (MediaRef(MediaKind.PHOTO, "file-3"),)
    await ba.writes("/baotin", media=photo, in_group=world.village, addressed=Addressed.COMMAND)
    assert len(await world.tips()) == 2


@pytest.mark.parametrize("typed", ["/dung", "/start", "/dulieu", "/trogiup", "/DUNG@vi_du_bot"])
async def test_what_means_one_person_is_pointed_to_the_private_chat_once(
    world: World, typed: str
) -> None:
    await types(world, typed, world.lan.platform_id)
    await types(world, typed)
    (line,) = await world.village.news()
    assert "chat riêng" in line.text
    assert (await world.lan.record()).wish is Wish.YES
    assert await world.lan.heard() == []
    world.chat.clock.forward(minutes=11)
    await types(world, typed)
    assert len(await world.village.news()) == 1


async def test_a_danger_behind_a_command_goes_before_all_else(world: World) -> None:
    await types(world, "/trogiup cứu với cháy nhà")
    lines = await world.village.news()
    assert "114" in lines[0].text
    assert len(await world.tips()) == 1


async def test_nothing_is_said_in_the_review_group(world: World) -> None:
    await world.desk.news()
    await world.reviewer.writes("/dung", in_group=world.desk, addressed=Addressed.COMMAND)
    assert await world.desk.news() == []
