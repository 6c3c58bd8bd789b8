"""Cards are answered by their number, too, where no platform tells what was replied to."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from delivery.outbox import Outbox
from domain.delivery import DeliveryKind
from domain.ids import short
from domain.roles import Role
from domain.tip import TipEventKind
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries import typed_numbers
from storage.tables import delivery
from storage.tables import tip as tip_table
from storage.tips import tip_events
from tests.chat import pretend_capabilities
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


def _tell_of_no_reply(world: World) -> None:
    """Let the platform be one that does not say which message somebody answers."""
    able = replace(pretend_capabilities(), quotes=False, buttons=0, typed_choices=True)
    world.chat.context = replace(world.chat.context, outbox=Outbox({"telegram": able}))
    world.chat.router = make_router(world.chat.context)


async def test_where_replies_are_not_told_the_card_says_how_to_answer_and_its_numbers_work(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        _tell_of_no_reply(world)
        await carded(world)
        await world.lan.news()
        tip = await world.tip()
        (card,) = [one for one in await world.desk.heard() if "lời nhắn" in one.text]
        assert f"viết {tip.case_number}: rồi lời nhắn" in card.text
        assert "reply" not in card.text

        def numbered(tx: Tx) -> str:
            query = select(delivery.c.id, delivery.c.address_id).where(
                delivery.c.kind == DeliveryKind.CARD.value, delivery.c.group_id.is_not(None)
            )
            row = tx.connection.execute(query).one()
            actions = (f"take:{short(tip.id)}", "stale:x")
            typed_numbers.note(tx, row.address_id, row.id, actions, in_group=True)
            return tip.case_number

        number = await world.chat.do(numbered)
        for typed in (f"{number}: 3", f"{number}: 2"):
            await world.reviewer.writes(typed, in_group=world.desk)
            assert "chưa gửi gì cho người báo" in (await world.desk.last()).text
        assert (await world.tip()).taken_by is None
        await world.reviewer.writes(f"{number}: 1", in_group=world.desk)
        assert (await world.tip()).taken_by is not None
        assert await world.lan.news() == []


async def test_words_without_a_number_are_told_that_they_went_nowhere(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        before = len(await world.desk.heard())
        await world.reviewer.writes(WORDS, in_group=world.desk)
        assert len(await world.desk.heard()) == before
        _tell_of_no_reply(world)
        await world.reviewer.writes(WORDS, in_group=world.desk)
        tip = await world.tip()
        assert f"ví dụ {tip.case_number}: lời nhắn" in (await world.desk.last()).text
        assert await world.lan.news() == []
        await world.chat.resident("770010020009").writes("chào", in_group=world.desk)
        assert len(await world.desk.heard()) == before + 1
        count = select(func.count()).select_from(tip_table)
        assert await world.chat.look(lambda tx: tx.connection.execute(count).scalar_one()) == 1
