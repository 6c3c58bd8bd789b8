"""The tips among the other handlers, in the router's real order."""

from collections.abc import AsyncIterator

import pytest

from domain.delivery import Lane
from domain.tip import Binding, TipKind, TipState
from handlers.wiring import make_router
from tests.tips.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    """The world with every handler of the product."""
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def test_no_open_question_swallows_an_emergency_or_a_tip(world: World) -> None:
    newcomer = world.chat.resident("880010010007")
    await newcomer.starts()
    await newcomer.news()
    await newcomer.writes("cháy nhà rồi, cứu với")
    numbers, *_ = await newcomer.news()
    assert numbers.lane is Lane.URGENT
    assert len(await world.duty.heard()) == 1
    other = world.chat.resident("880010010008")
    await other.starts()
    await other.writes("đầu ngõ có người bán pháo nổ tối nào cũng bán")
    assert len(await world.tips()) == 2


async def test_who_came_by_a_poster_and_said_nothing_of_their_home_tells_from_its_village(
    world: World,
) -> None:
    newcomer = world.chat.resident("880010010009")
    await newcomer.starts("kp-vi-du-2")
    await newcomer.writes("cháy nhà rồi, cứu với")
    await world.chat.resident("880010010010").writes("cháy nhà ở chợ rồi, cứu với")
    first, second = await world.cards()
    assert "Địa bàn: khối phố Ví Dụ 2" in first.text
    assert "Địa bàn: chưa rõ" in second.text


async def test_from_the_neutral_line_to_a_private_tip_of_that_post(world: World) -> None:
    post = await world.campaign(post=world.village)
    await world.reviewer.writes("ok", in_group=world.village, reply_to=post.message_id)
    await world.lan.writes("đã đọc", in_group=world.village, reply_to=post.message_id)
    line = (await world.village.heard())[-1]
    start = line.buttons[0].start
    assert start is not None
    await world.lan.starts(start)
    await world.lan.writes("nhà số 8 bán pháo, xin giữ kín")
    tip = await world.tip()
    assert (tip.bound, tip.public, tip.kind) == (Binding.EXPLICIT, False, TipKind.TIP)


async def test_an_officers_private_reply_to_what_they_read_reaches_the_resident(
    world: World,
) -> None:
    await world.lan.writes("chồng em hay đánh em lúc say")
    await world.tick(minutes=3)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    await world.reviewer.presses("Xem riêng", of=world.desk)
    await world.tick()
    shown = await world.reviewer.last()
    await world.lan.news()
    await world.reviewer.writes("đang đánh à, chị có cần cứu không", reply_to=shown.message_id)
    assert (await world.lan.news())[0].labels == ["Xem"]
    assert len(await world.tips()) == 1


async def test_stopping_stops_no_conversation_about_a_tip(world: World) -> None:
    await world.lan.writes("có nhóm tụ tập trước chợ")
    await world.tick(minutes=3)
    (card,) = await world.cards()
    await world.lan.writes("DỪNG NHẬN")
    await world.reviewer.writes("Mấy người ạ?", in_group=world.desk, reply_to=card.message_id)
    await world.lan.presses("Xem")
    await world.lan.writes("khoảng mười người")
    assert (await world.tip()).state is TipState.TAKEN
    await world.tick(minutes=3)
    assert "│ khoảng mười người" in (await world.cards())[-1].text
