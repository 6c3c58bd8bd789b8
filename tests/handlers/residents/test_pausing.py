"""A pause at one's own wish: nothing is sent, it is no stop, and it ends by word, button or day."""

from datetime import timedelta

from domain.campaign import Audience
from handlers.wiring import make_router
from people import wishes
from storage.campaigns import recipients
from storage.people.residents import Wish
from tests.chat import Party
from tests.handlers.residents.world import World, open_world


async def _resting(world: World) -> int:
    unit = world.chat.unit
    audience = Audience(area_code=unit.area_code)
    return await world.chat.look(lambda tx: recipients.suspended(tx, unit, audience))


async def _wish(party: Party) -> Wish:
    return (await party.record()).wish


async def test_a_pause_lasts_until_it_is_taken_back(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        lan = await world.chat.subscriber("1001")
        await lan.writes("tam ngung nhan tin vai hom a")
        said = await lan.last()
        assert "TIẾP TỤC" in said.text
        assert said.labels == ["Chỉ 1 tuần", "Chỉ 1 tháng", "Nhận lại tin"]
        assert await _wish(lan) is Wish.SUSPENDED
        assert await _resting(world) == 1
        world.chat.clock.forward(days=400)
        assert await world.chat.do(wishes.wake) == 0
        assert await world.chat.do(wishes.settle_silence) == 0
        await lan.writes("/dulieu")
        assert "đang tạm ngưng theo ý bà con" in (await lan.last()).text
        # Asked whether to stop, they go back to their rest, not to being sent to.
        await lan.writes("dung")
        assert await _wish(lan) is Wish.PAUSED
        await lan.presses("Tiếp tục nhận")
        assert await _wish(lan) is Wish.SUSPENDED
        await lan.writes("Tiếp tục")
        assert await _wish(lan) is Wish.YES
        assert "nhận tin như trước" in (await lan.last()).text
        assert await world.answers(lan) == [
            "yes", "suspend", "pause", "cleared", "resume",
        ]  # fmt: skip
        assert world.tips == []
        await lan.writes("/tamngung")
        await lan.writes("STOP")
        assert await _wish(lan) is Wish.STOPPED
        await lan.presses("Chỉ 1 tuần")
        assert await _wish(lan) is Wish.STOPPED
        assert "không nhận tin" in (await lan.last()).text


async def test_a_pause_for_a_week_ends_by_itself_and_tells_its_day(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        lan = await world.chat.subscriber("1001")
        await lan.writes("/dulieu")
        await lan.presses("Tạm ngưng")
        await lan.presses("Chỉ 1 tuần")
        until = (await lan.record()).suspended_until
        assert until is not None
        assert f"{until:%d/%m/%Y}" in (await lan.last()).text
        before = len(await lan.heard())
        answers = await lan.presses("Chỉ 1 tuần")
        assert f"{until:%d/%m/%Y}" in answers[0].text
        assert len(await lan.heard()) == before
        world.chat.clock.forward(days=6, hours=23)
        assert await world.chat.do(wishes.wake) == 0
        world.chat.clock.forward(hours=1)
        assert await world.chat.do(wishes.wake) == 1
        assert await world.chat.do(wishes.wake) == 0
        assert await _wish(lan) is Wish.YES
        assert await world.last_words(lan) == wishes.RESTED
        await lan.presses("Nhận lại tin")
        assert await _wish(lan) is Wish.YES
        for typed in ("/tamngung 2 tuần", "pause for two weeks"):
            await lan.writes(typed)
            record = await lan.record()
            assert record.suspended_until == world.chat.clock.now() + timedelta(days=14)
            await lan.writes("Tiếp tục")


async def test_who_gets_nothing_has_nothing_to_pause(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        lan = await world.chat.subscriber("1001", wish=Wish.NO)
        await lan.writes("pause for a week")
        assert "không nhận tin" in (await lan.last()).text
        assert await _wish(lan) is Wish.NO
