"""Cards are answered by their number, too, where no platform tells what was replied to."""

import pytest

from domain.roles import Role
from domain.tip import TipEventKind
from storage.tips import tip_events
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world

WORDS = "Nhóm mấy người ạ?"


async def _shown(world: World) -> str:
    await world.lan.presses("Xem")
    return (await world.lan.last()).text


@pytest.mark.parametrize(
    "typed",
    [
        f"260001: {WORDS}",
        f"dong-kinh-260001 : {WORDS}",
        f"ĐÔNG-KINH-260001：{WORDS}",
        f"/traloi 260001 {WORDS}",
        f"/traloi dong-kinh-260001\n{WORDS}",
    ],
)
async def test_words_behind_a_number_reach_the_writer_privately_and_in_the_group(
    migrated_database_url: str, typed: str
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await world.reviewer.writes(typed)
        assert "Đã chuyển lời" in (await world.reviewer.last()).text
        (notice,) = await world.lan.news()
        assert notice.labels == ["Xem"]
        assert WORDS in await _shown(world)
        await world.lan.news()

        await world.reviewer.writes(typed.replace(WORDS, "Ở đâu ạ?"), in_group=world.desk)
        assert "Đã chuyển lời" in (await world.desk.last()).text
        assert "Ở đâu ạ?" in await _shown(world)


async def test_a_note_behind_a_number_stays_a_note(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await world.reviewer.writes("260001: ghi chú: người báo hay nói quá")
        assert await world.lan.news() == []
        tip = await world.tip()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert [one.kind for one in events] == [TipEventKind.PIECE, TipEventKind.NOTE]


async def test_who_may_not_answer_a_card_may_not_by_its_number(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        officer = await world.chat.staff("770010020007", Role.OFFICER)
        for typed in (f"260001: {WORDS}", f"/traloi 260001 {WORDS}"):
            await officer.writes(typed)
            assert "không có quyền" in (await officer.last()).text
        outsider = world.chat.resident("770010020009")
        await outsider.writes(f"260001: {WORDS}", in_group=world.desk)
        assert await world.lan.news() == []


async def test_a_number_that_no_tip_has_is_no_answer(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await world.reviewer.writes(f"/traloi 269999 {WORDS}")
        assert "/traloi" in (await world.reviewer.last()).text
        await world.reviewer.writes(f"0900123456: {WORDS}")
        await world.reviewer.writes("/traloi 260001")
        assert await world.lan.news() == []
