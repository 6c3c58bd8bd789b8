"""Notes among colleagues: kept, shown on the next card, and never sent to a tip's writer."""

import pytest

from domain.audit import Act
from domain.messages import Message
from domain.roles import Role
from domain.tip import TipEventKind
from storage.staff import audit
from storage.tips import tip_events, tips
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world
from tips import notes

ASKED = "ghi chú nội bộ hay gửi cho người báo"


async def reply(world: World, card: str, text: str) -> Message:
    return await world.reviewer.writes(text, in_group=world.desk, reply_to=card)


async def words(world: World, kind: TipEventKind) -> list[str | None]:
    tip = await world.tip()
    events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
    return [event.text for event in events if event.kind is kind]


@pytest.mark.parametrize("mark", ["gc: ", "GHI CHÚ：", "ghi chu : "])
async def test_a_marked_reply_is_a_note_and_stands_on_the_next_card(
    migrated_database_url: str, mark: str
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        await reply(world, card, mark + "đã gọi trưởng thôn")
        assert "không gửi cho người báo" in (await world.desk.last()).text
        assert await world.lan.news() == []
        assert await words(world, TipEventKind.NOTE) == ["đã gọi trưởng thôn"]
        assert await words(world, TipEventKind.ANSWER) == []
        await world.tick(minutes=5)
        assert len(await world.cards()) == 1
        await world.lan.writes("nhà số 8")
        await world.tick(minutes=3)
        more = (await world.cards())[-1].text
        assert "Ghi chú nội bộ của Hoàng Ví Dụ:\n│ đã gọi trưởng thôn" in more
        await world.chief.presses_action(f"read:{(await short_id(world))}", of=world.desk)
        assert "│ đã gọi trưởng thôn" in (await world.chief.last()).text
        entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
        assert entries[0].act is Act.TIP_NOTED
        assert "trưởng thôn" not in repr(entries)


async def short_id(world: World) -> str:
    _, button = await world.desk.labelled("Nhận việc")
    assert button.action is not None
    return button.action.partition(":")[2]


async def test_words_that_only_look_like_a_note_are_asked_about(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        await reply(world, card, "Ghi chú giúp em biển số với ạ")
        asked = await world.desk.last()
        assert ASKED in asked.text
        assert "biển số" not in asked.text
        assert asked.labels == ["Ghi chú nội bộ", "Gửi người báo", "Bỏ"]
        assert await world.lan.news() == []
        (answer,) = await world.chief.presses("Gửi người báo", of=world.desk)
        assert "Chỉ người viết" in answer.text
        await world.reviewer.presses("Gửi người báo", of=world.desk)
        assert len(await world.lan.news()) == 1
        await world.lan.presses("Xem")
        assert "Ghi chú giúp em biển số với ạ" in (await world.lan.last()).text
        for label in ("Gửi người báo", "Ghi chú nội bộ", "Bỏ"):
            (answer,) = await world.reviewer.presses(label, of=world.desk)
            assert "đã được chọn" in answer.text
        assert await words(world, TipEventKind.UNCLEAR) == [""]


async def test_words_that_nobody_settles_are_told_of_once(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)

        async def remind() -> list[str]:
            world.chat.clock.forward(minutes=20)
            await world.desk.news()
            await world.chat.do(lambda tx: notes.remind_due(tx, world.chat.context))
            return [one.text for one in await world.desk.news()]

        await reply(world, card, "Nội bộ: giao tổ hình sự")
        await reply(world, card, "gc hẹn tối nay")
        await world.reviewer.presses("Ghi chú nội bộ", of=world.desk)
        await world.lan.writes("nhà số 8")
        await world.tick(minutes=3)
        assert await remind() == []
        (line,) = await remind()
        assert "chưa gửi cho ai" in line
        assert "Hoàng Ví Dụ" in line
        assert "hình sự" not in line
        assert await remind() == []


async def test_asked_words_may_become_a_note_or_nothing(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        await reply(world, card, "Cảm ơn bà con.\nGhi chú: đối tượng đã biết")
        await world.reviewer.presses("Ghi chú nội bộ", of=world.desk)
        await reply(world, card, "gc không gửi nhé")
        await world.reviewer.presses("Bỏ", of=world.desk)
        assert await world.lan.news() == []
        assert await words(world, TipEventKind.NOTE) == [
            "Cảm ơn bà con.\nGhi chú: đối tượng đã biết"
        ]


async def test_our_name_before_the_mark_does_not_make_it_an_answer(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        await reply(world, card, "@vi_du_bot gc: đã gọi trưởng thôn")
        assert await words(world, TipEventKind.NOTE) == ["đã gọi trưởng thôn"]
        assert await world.lan.news() == []


async def test_a_command_writes_a_note_and_no_other_command_is_relayed(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        await reply(world, card, "/ghichu đã gọi trưởng thôn")
        await world.reviewer.writes("/ghichu dong-kinh-260001\nhẹn tối nay")
        assert await words(world, TipEventKind.NOTE) == ["đã gọi trưởng thôn", "hẹn tối nay"]
        await reply(world, card, "/ghichu")
        assert "chưa có lời nào" in (await world.desk.last()).text
        await reply(world, card, "gc:")
        assert "chưa có lời nào" in (await world.desk.last()).text
        await reply(world, card, "/ghichuu nhầm lệnh")
        assert "chưa gửi cho ai" in (await world.desk.last()).text
        assert await world.lan.news() == []


async def test_an_edited_note_stays_one_and_an_answer_does_not_become_one(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        note = await reply(world, card, "gc: đã gọi trưởng thôn")
        await world.lan.news()
        await world.reviewer.edits(note, "đã gọi trưởng thôn, chưa gặp")
        assert "Đã sửa ghi chú" in (await world.desk.last()).text
        await world.reviewer.edits(note, "đã gọi trưởng thôn, chưa gặp")
        assert await words(world, TipEventKind.NOTE) == ["đã gọi trưởng thôn, chưa gặp"]
        assert await world.lan.news() == []
        answer = await reply(world, card, "Nhóm mấy người ạ?")
        await world.reviewer.edits(answer, "gc: nhóm này quen mặt")
        assert "không gửi đi" in (await world.desk.last()).text
        await world.lan.presses("Xem")
        assert "Nhóm mấy người ạ?" in (await world.lan.last()).text


async def test_words_edited_before_the_choice_are_used_as_they_read_then(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        message = await reply(world, card, "Ghi chú giúp biển số")
        await world.reviewer.edits(message, "Ghi chú giúp em biển số xe")
        await world.reviewer.presses("Gửi người báo", of=world.desk)
        await world.lan.presses("Xem")
        assert "Ghi chú giúp em biển số xe" in (await world.lan.last()).text


async def test_a_note_of_a_withheld_tip_stands_on_no_card(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world, "nghi hàng xóm bạo hành con gái nhỏ")
        await reply(world, card, "gc: đã gọi trưởng thôn")
        await world.lan.writes("nhà số 8")
        await world.tick(minutes=3)
        assert all("trưởng thôn" not in heard.text for heard in await world.desk.heard())


async def test_who_may_not_work_on_a_tip_notes_nothing(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        officer = await world.chat.staff("770010020077", Role.OFFICER)
        for text in ("gc: ghi hộ", "/ghichu ghi hộ", "Ghi chú giúp"):
            await officer.writes(text, in_group=world.desk, reply_to=card)
            assert "không có quyền" in (await world.desk.last()).text
        await world.chief.presses("Nhận việc", of=world.desk)
        await reply(world, card, "gc: của người khác")
        assert "đang giữ việc này" in (await world.desk.last()).text
        assert await words(world, TipEventKind.NOTE) == []


async def test_notes_are_gone_with_the_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await reply(world, card, "gc: đã gọi trưởng thôn")
        await reply(world, card, "Ghi chú giúp em biển số")
        await world.tick()
        tip = await world.tip()
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        (answer,) = await world.reviewer.presses("Ghi chú nội bộ", of=world.desk)
        assert "đã được xóa" in answer.text
        await reply(world, card, "gc: thêm nữa")
        assert "đã được xóa" in (await world.desk.last()).text
