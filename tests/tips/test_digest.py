"""Many tips at once: urgent cards come singly, the rest in turn behind one line and a list."""

from dataclasses import replace
from datetime import timedelta

from domain.delivery import DeliveryKind
from domain.ids import short
from domain.tip import TipState
from handlers.turn import ChatRules
from handlers.wiring import make_router
from tests.chat import Heard
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world
from tips import cards
from tips.digest import DigestRules

RULES = DigestRules(most=3, within=timedelta(minutes=3))


async def _flood(world: World, many: int) -> None:
    for number in range(many):
        one = await world.chat.subscriber(f"8801{number:04}")
        await one.writes(f"ngõ {number} có người bán pháo")


async def _tick(world: World, **by: float) -> list[Heard]:
    world.chat.clock.forward(**by)
    await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context, rules=RULES))
    return await world.chat.deliver()


async def test_when_many_wait_some_cards_come_and_a_line_tells_of_the_rest_until_all_came(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await _flood(world, 9)
        await _tick(world, minutes=3)
        assert len(await world.cards()) == 3
        lines = [one for one in await world.desk.heard() if "đang chờ thẻ" in one.text]
        assert [one.text.partition(" tin đang chờ")[0][-1] for one in lines] == ["6"]
        assert lines[0].labels == ["Tin đang chờ"]
        await world.lan.writes("cháy nhà rồi cứu với")
        await _tick(world, seconds=1)
        assert len(await world.cards()) == 4
        assert "🔴" in (await world.cards())[-1].text
        for _ in range(8):
            await _tick(world, seconds=60)
        assert len(await world.cards()) == 10
        lines = [one for one in await world.desk.heard() if "đang chờ thẻ" in one.text]
        assert len(lines) == 2
        # Each was received by its writer at once, and nobody heard of the waiting.
        said = [one for one in await world.chat.said() if one.kind is DeliveryKind.REPLY]
        assert sum("đã nhận tin" in one.text for one in said) == 9


async def test_the_list_is_turned_over_page_by_page_and_gives_cards_privately(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await _flood(world, 12)
        await _tick(world, minutes=3)
        await world.reviewer.presses("Tin đang chờ", of=world.desk)
        page = await world.reviewer.last()
        assert "Tin chưa ai nhận: 12 (trang 1/2)" in page.text
        assert "pháo" not in page.text
        assert page.labels[-1] == "Sau »"
        await world.reviewer.presses("Sau »")
        page = await world.reviewer.last()
        assert page.labels == ["260011", "260012", "« Trước"]
        action = page.buttons[1].action
        assert action is not None
        await world.reviewer.presses("260012")
        card = await world.reviewer.last()
        assert card.kind is DeliveryKind.CARD
        assert "ngõ 11 có người bán pháo" in card.text
        await world.reviewer.presses("Nhận việc")
        (taken,) = [tip for tip in await world.tips() if tip.state is TipState.TAKEN]
        assert taken.case_number.endswith("260012")
        await world.reviewer.writes("/tindoi")
        assert "Tin chưa ai nhận: 11" in (await world.reviewer.last()).text
        await world.duty.writes("/tindoi")
        assert "Không có tin nào đang chờ" in (await world.duty.last()).text
        before = len(await world.chat.said())
        stranger = await world.chat.subscriber("88019999")
        await stranger.presses_action(action)
        assert not [one for one in (await world.chat.said())[before:] if "pháo" in one.text]


async def test_who_writes_without_end_fills_no_group_and_loses_no_word(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        rules = ChatRules(burst=timedelta(seconds=8))
        world.chat.context = replace(world.chat.context, rules=rules)
        world.chat.router = make_router(world.chat.context)
        await world.lan.writes("cuối xóm có người bán pháo")
        await _tick(world, minutes=3)
        for number in range(16):
            await world.lan.writes(f"thêm điều thứ {number}")
            await _tick(world, seconds=20)
        shown = await world.cards()
        assert len(shown) == 6
        for _ in range(12):
            await _tick(world, minutes=1)
        everything = "\n".join(one.text for one in await world.cards())
        assert all(f"thêm điều thứ {number}" in everything for number in range(16))
        assert not [one for one in await world.desk.heard() if "đang chờ thẻ" in one.text]


async def test_looks_at_a_tip_hold_back_nothing_that_its_writer_adds(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        tip = await world.tip()
        for reader in (world.chief, world.reviewer) * 3:
            await reader.presses_action(f"read:{short(tip.id)}", of=world.desk)
            world.chat.clock.forward(seconds=1)
        await world.lan.writes("chúng nó vừa chuyển hàng sang nhà số 12")
        await world.tick(minutes=3)
        newest = (await world.cards())[-1]
        assert newest.message_id != card
        assert "nhà số 12" in newest.text
