"""An officer who corrects an answer corrects what the resident will read, or is told otherwise."""

from domain.messages import Message
from domain.tip import TipEventKind
from storage.tips import tip_events
from tests.tips.world import World, open_world


async def answered(world: World) -> Message:
    """Let Lan write, the card come and the reviewer answer with a slip of the pen."""
    await world.lan.writes("có nhóm tụ tập trước chợ")
    await world.tick(minutes=3)
    (card,) = await world.cards()
    reply = await world.reviewer.writes(
        "Nhóm mất người ạ?", in_group=world.desk, reply_to=card.message_id
    )
    await world.tick()
    return reply


async def test_a_correction_before_the_resident_looks_is_what_they_read(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        reply = await answered(world)
        await world.reviewer.edits(reply, "Nhóm mấy người ạ?")
        line = await world.desk.last()
        assert "Đã sửa lời" in line.text
        assert line.outgoing.reply_to == reply.message_id
        await world.lan.presses("Xem")
        shown = (await world.lan.last()).text
        assert "mấy người" in shown
        assert "mất người" not in shown
        tip = await world.tip()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        kinds = [event.kind for event in events]
        assert TipEventKind.ANSWER in kinds
        assert TipEventKind.AMENDED in kinds


async def test_a_correction_that_comes_too_late_is_told(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        reply = await answered(world)
        await world.lan.presses("Xem")
        await world.lan.news()
        await world.reviewer.edits(reply, "Nhóm mấy người ạ?")
        assert "chưa gửi đi" in (await world.desk.last()).text
        assert await world.lan.news() == []


async def test_an_edit_that_changes_nothing_or_belongs_to_another_is_no_correction(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        reply = await answered(world)
        before = len(await world.desk.heard())
        await world.reviewer.edits(reply, reply.text)
        assert len(await world.desk.heard()) == before
        await world.chief.edits(reply, "Lời khác")
        assert "không có quyền" in (await world.desk.last()).text
        await world.lan.presses("Xem")
        assert "mất người" in (await world.lan.last()).text


async def test_whoever_reads_all_privately_sees_the_corrected_words(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("chồng em đánh em")
        await world.tick(minutes=3)
        (card,) = await world.cards()
        await world.reviewer.presses("Nhận việc", of=world.desk)
        reply = await world.reviewer.writes(
            "Chị còn ở nhà không?", in_group=world.desk, reply_to=card.message_id
        )
        await world.reviewer.edits(reply, "Chị còn ở đó không?")
        await world.reviewer.presses("Xem riêng", of=world.desk)
        shown = (await world.reviewer.last()).text
        assert "còn ở đó" in shown
        assert "còn ở nhà" not in shown
