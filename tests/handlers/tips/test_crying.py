"""Under the receipt: more words for that tip, and a cry of danger that pages once."""

from domain.tip import TipEventKind
from handlers.wiring import make_router
from storage.tips import tip_events
from tests.tips.world import World, open_world


async def _pieces(world: World) -> list[str | None]:
    tips = await world.tips()
    events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tips[0]))
    return [event.text for event in events if event.kind is TipEventKind.PIECE]


async def test_what_is_written_after_the_button_belongs_to_that_tip(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("có nhóm tụ tập trước chợ")
        await world.tick(hours=3)
        await world.lan.presses("Viết thêm")
        await world.lan.writes("nay họ lại tới, đông hơn")
        assert await _pieces(world) == ["có nhóm tụ tập trước chợ", "nay họ lại tới, đông hơn"]
        assert len(await world.tips()) == 1


async def test_the_cry_shows_the_numbers_raises_the_tip_and_pages_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        await world.lan.writes("có nhóm tụ tập trước chợ")
        await world.tick(minutes=5)
        _, button = await world.lan.labelled("Khẩn cấp")
        action = button.action or ""
        await world.lan.news()
        await world.lan.presses_action(action)
        numbers, received = await world.lan.news()
        assert "113" in numbers.text
        assert "khẩn cấp" in received.text
        tip = await world.tip()
        assert tip.urgent
        assert len(await world.duty.heard()) == 1
        assert "│ [Khẩn cấp]" in (await world.cards())[-1].text
        await world.lan.writes("họ có dao")
        assert len(await world.tips()) == 1
        (answer,) = await world.lan.presses_action(action)
        assert "đã là khẩn cấp" in answer.text
        assert len(await world.duty.heard()) == 1
        # Who acknowledged it knows of the danger as it was then.
        await world.tick()
        await world.duty.presses("Đã nhận")
        await world.duty.news()
        world.chat.clock.forward(hours=8)
        await world.lan.presses_action(action)
        (again,) = await world.duty.news()
        assert again.labels == ["Đã nhận", "Xem riêng"]
        await world.lan.presses_action(action)
        assert await world.duty.news() == []
        assert (await _pieces(world)).count("[Khẩn cấp]") == 1
        stranger = await world.chat.subscriber("880010010044")
        (answer,) = await stranger.presses_action(action)
        assert "không mở được" in answer.text
        assert await world.duty.news() == []


async def test_a_cry_about_a_tip_that_was_closed_opens_it_again(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("có nhóm tụ tập trước chợ")
        await world.tick(minutes=5)
        await world.lan.presses("Báo nhầm")
        assert not (await world.tip()).state.is_open
        await world.lan.presses("Khẩn cấp")
        tip = await world.tip()
        assert tip.state.is_open
        assert tip.urgent
        assert len(await world.duty.heard()) == 1
