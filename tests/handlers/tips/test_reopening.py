"""What staff are told of a closed tip is true in every way in which it was closed."""

import pytest

from domain.tip import TipState
from tests.chat import Heard
from tests.tips.world import World, open_world

BY_ITSELF = "viết tiếp thì tin tự mở lại"
BY_REPLY = "trả lời (reply) một lời nhắn về tin này thì tin mở lại"


async def one_carded(world: World) -> Heard:
    await world.lan.writes("cuối xóm có người bán pháo")
    await world.tick(minutes=3)
    (card,) = await world.cards()
    return card


async def told_staff(world: World, card: Heard) -> str:
    await world.reviewer.writes("Cảm ơn", in_group=world.desk, reply_to=card.message_id)
    await world.chat.deliver()
    return (await world.desk.last()).text


@pytest.mark.parametrize(
    "outcome",
    ["Có giá trị", "Đã xử lý", "Không đủ căn cứ", "Không thuộc thẩm quyền", "Trùng, nhầm"],
)
async def test_whatever_the_outcome_more_words_open_it_again(
    migrated_database_url: str, outcome: str
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await one_carded(world)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses(outcome, of=world.desk)
        assert BY_ITSELF in await told_staff(world, card)
        await world.lan.writes("hôm nay họ lại bán")
        assert (await world.tip()).state is TipState.RECEIVED


async def test_a_day_later_only_a_reply_opens_it_again(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await one_carded(world)
        receipt = (await world.lan.heard())[0]
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        world.chat.clock.forward(hours=25)
        assert BY_REPLY in await told_staff(world, card)
        await world.lan.writes("hôm nay họ lại bán")
        first, second = await world.tips()
        assert first.state is TipState.CLOSED
        await world.lan.writes("vẫn nhà ấy", reply_to=receipt.message_id)
        first, second = await world.tips()
        assert first.state is second.state is TipState.RECEIVED


async def test_of_one_taken_back_by_its_writer_a_reply_is_told(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await one_carded(world)
        receipt = (await world.lan.heard())[0]
        await world.lan.presses("Báo nhầm")
        assert BY_REPLY in await told_staff(world, card)
        await world.lan.writes("không nhầm đâu ạ, có thật", reply_to=receipt.message_id)
        assert (await world.tip()).state is TipState.RECEIVED
