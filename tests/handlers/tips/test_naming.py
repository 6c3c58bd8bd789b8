"""A name without an act is asked about once; an insult is answered once; neither opens a case."""

from domain.tip import TipEventKind
from handlers.wiring import make_router
from storage.tips import tip_events
from tests.tips.world import World, open_world

NAMED = "thằng Tèo là người xấu"


async def _pieces(world: World) -> list[str | None]:
    *_, tip = await world.tips()
    events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
    return [event.text for event in events if event.kind is TipEventKind.PIECE]


async def test_what_is_told_after_the_question_opens_one_tip_with_both(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(NAMED)
        asked = await world.lan.last()
        assert "việc gì đã xảy ra, ở đâu, lúc nào" in asked.text
        assert asked.labels == ["Đây là tin báo"]
        await world.lan.writes("vâng")
        assert await world.tips() == []
        await world.lan.writes("đêm qua nó trộm gà nhà tôi ở khối 2")
        assert await _pieces(world) == [NAMED, "đêm qua nó trộm gà nhà tôi ở khối 2"]
        # Within a tip nothing is asked.
        await world.lan.writes("ông Tèo rất đểu")
        assert len(await _pieces(world)) == 3


async def test_a_cry_after_the_name_has_it_and_what_belongs_elsewhere_has_not(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        await world.lan.writes(NAMED)
        await world.lan.writes("ông Năm đểu lắm")
        assert await world.tips() == []
        cry = "nó đang cầm dao đâm người ở chợ, cứu với"
        await world.lan.writes(cry)
        assert (await world.tip()).urgent
        assert await _pieces(world) == [cry, NAMED, "ông Năm đểu lắm"]
        await world.chat.deliver()
        assert any(NAMED in card.text for card in await world.cards())

        binh = await world.chat.subscriber("880010010033")
        await binh.writes(NAMED)
        await binh.writes("Ông ấy sờ ngực em, em phải làm sao ạ?")
        assert (await _pieces(world))[0] == NAMED

        an = await world.chat.subscriber("880010010032")
        await an.writes("có nhóm tụ tập trước chợ")
        await world.tick(hours=30)
        receipt = next(one for one in await an.heard() if one.labels)
        await an.writes(NAMED)
        await world.chat.deliver()
        (asked,) = [one for one in await an.heard() if "việc gì đã xảy ra" in one.text]
        await an.writes("nhóm đó khoảng 5 người", reply_to=receipt.message_id)
        assert await _pieces(world) == ["có nhóm tụ tập trước chợ", "nhóm đó khoảng 5 người"]
        world.chat.clock.forward(hours=20)
        await an.writes("mai mấy giờ làm căn cước ạ?")
        assert await _pieces(world) == ["mai mấy giờ làm căn cước ạ?"]
        await an.writes("nó trộm gà nhà tôi", reply_to=asked.message_id)
        assert NAMED in await _pieces(world)


async def test_by_its_button_it_is_a_tip_and_without_a_word_it_is_none(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        await world.lan.writes(NAMED)
        world.chat.clock.forward(hours=25)
        await world.lan.writes("có nhóm tụ tập trước chợ")
        assert await _pieces(world) == ["có nhóm tụ tập trước chợ"]
        ba = await world.chat.subscriber("880010010031")
        await ba.writes(NAMED)
        await ba.presses("Đây là tin báo")
        _, tip = await world.tips()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert events[0].text == NAMED
        await ba.presses("Đây là tin báo")
        assert len(await world.tips()) == 2


async def test_an_insult_is_answered_once_and_nothing_of_it_is_kept(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        await world.lan.writes("đm bot ngu vãi, cút")
        (answer,) = await world.lan.news()
        assert "bà con đang bực" in answer.text
        await world.lan.writes("cút mẹ mày đi đồ ngu")
        assert await world.lan.news() == []
        assert await world.tips() == []
        # A file may tell what the words do not.
        an = await world.chat.subscriber("880010010032")
        await an.sends_photo("đm bot ngu vãi, cút")
        await an.sends_photo("theo dõi ông ấy đi")
        assert len(await world.tips()) == 1
        await world.lan.writes("đm nó đánh vợ ngoài chợ")
        assert len(await world.tips()) == 2
        await world.lan.writes("ngu như bò, cút")
        assert (await _pieces(world))[-2:] == ["đm nó đánh vợ ngoài chợ", "ngu như bò, cút"]
        # A threat is for a human.
        ba = await world.chat.subscriber("880010010031")
        await ba.writes("tao sẽ giết chúng mày")
        assert len(await world.tips()) == 3


async def test_a_mended_name_of_a_place_changes_where_they_live_and_is_no_tip(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        world.chat.router = make_router(world.chat.context)
        said = await world.lan.writes("ok")
        await world.lan.edits(said, "khối phố Ví Dụ 1 phường Đông Kinh nhé")
        assert await world.tips() == []
        assert (await world.lan.record()).area_code == "05977-kp-vi-du-1"
        await world.lan.edits(said, "khối 2 phường Đông Kinh nhé")
        assert await world.tips() == []
        await world.lan.edits(said, "STOP")
        assert (await world.lan.record()).wish.value == "stopped"
