"""A resident lists the tips of a chat and goes on with one; nobody else does."""

from domain.tip import TipOutcome, TipState
from storage.tips import tips
from tests.handlers.tips.test_which import two_open
from tests.tips.world import open_world


async def test_without_tips_the_list_says_how_to_send_one(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("/tincuatoi")
        assert "chưa gửi tin nào" in (await world.lan.last()).text


async def test_the_list_shows_numbers_and_status_and_no_word(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        first, second = await world.tips()
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await world.reviewer.presses("Trạng thái", of=world.desk)
        await world.reviewer.presses("Đang xác minh", of=world.desk)
        await world.lan.writes("/tincuatoi")
        shown = await world.lan.last()
        assert f"• {second.case_number}, 23/11/2026: Đang xác minh" in shown.text
        assert f"• {first.case_number}, 23/11/2026: Đã tiếp nhận" in shown.text
        assert "pháo" not in shown.text
        assert shown.labels == [
            f"Viết thêm {second.case_number}",
            f"Viết thêm {first.case_number}",
        ]


async def test_what_is_written_after_choosing_goes_to_that_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        first, second = await world.tips()
        world.chat.clock.forward(days=3)
        await world.lan.writes("/mytips")
        await world.lan.presses(f"Viết thêm {first.case_number}")
        await world.lan.writes("nhà số 8")
        await world.tick(minutes=3)
        card = (await world.cards())[-1]
        assert first.case_number in card.text
        assert "│ nhà số 8" in card.text
        assert len(await world.tips()) == 2
        assert second.case_number not in card.text


async def test_what_is_written_hours_after_choosing_a_tip_is_a_story_of_its_own(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        first, _ = await world.tips()
        world.chat.clock.forward(days=3)
        await world.chat.do(lambda tx: tips.close(tx, first, TipOutcome.HANDLED, None))
        world.chat.clock.forward(days=3)
        await world.lan.writes("/tincuatoi")
        await world.lan.presses(f"Viết thêm {first.case_number}")
        world.chat.clock.forward(hours=2)
        await world.lan.writes("có xe tải chở gỗ lậu qua cầu")
        assert [tip.state for tip in await world.tips()][::2] == [
            TipState.CLOSED,
            TipState.RECEIVED,
        ]


async def test_another_ones_tip_or_an_erased_one_is_not_gone_on_with(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        first, _ = await world.tips()
        await world.lan.writes("/tincuatoi")
        _, button = await world.lan.labelled(f"Viết thêm {first.case_number}")
        assert button.action is not None
        stranger = world.chat.resident("880010010002")
        (answer,) = await stranger.presses_action(button.action)
        assert "không mở được" in answer.text
        await world.chat.do(lambda tx: tips.erase(tx, first))
        (answer,) = await world.lan.presses_action(button.action)
        assert "đã được xóa" in answer.text
        await world.lan.writes("/tincuatoi")
        assert first.case_number not in (await world.lan.last()).text
