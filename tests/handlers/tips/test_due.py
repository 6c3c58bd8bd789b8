"""Until when tips are due: listed, warned of in one message, lengthened only by law."""

from collections.abc import AsyncIterator

import pytest

from domain.audit import Act
from storage.staff import audit
from tests.chat import Party
from tests.handlers.tips.test_review import carded
from tests.tips.world import CARD_BUTTONS, World, open_world
from tips import reminding


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


async def remind(world: World, **by: float) -> int:
    """Let time pass and the clock of deadlines ring; return how many messages it put."""
    world.chat.clock.forward(**by)
    return await world.chat.do(lambda tx: reminding.remind_due(tx, world.chat.context))


async def last(party: Party) -> str:
    return (await party.last()).text


async def test_a_card_names_its_deadlines_and_the_list_has_them(world: World) -> None:
    await carded(world)
    (card,) = await world.cards()
    # Monday 23 November 2026, nine o'clock: twenty days end on Sunday, so on Monday 14 December.
    assert "Hạn giải quyết: hết ngày 14/12/2026" in card.text
    assert "Báo cáo cấp trên trước 21:00 ngày 23/11/2026" in card.text
    await world.reviewer.writes("/tin")
    assert "Tin đang mở: 1, quá hạn giải quyết: 0." in await last(world.reviewer)
    assert "dong-kinh-260001 · chưa ai nhận · Đã tiếp nhận · hạn 14/12/2026" in await last(
        world.reviewer
    )
    await world.reviewer.presses("Nhận việc", of=world.desk)
    await world.reviewer.writes("/tin 260001")
    assert "Xem lần đầu: 09:03" in await last(world.reviewer)
    await world.reviewer.writes("/tin 7")
    assert "dong-kinh-260001" in await last(world.reviewer)
    # The duty officer may not read a tip that is not urgent, and is told of none.
    await world.duty.writes("/tin")
    assert "Không có tin nào" in await last(world.duty)
    await world.lan.writes("/tin")
    assert "hạn 14/12" not in await last(world.lan)


async def test_each_warning_is_told_once_to_whoever_has_it_and_all_in_one_message(
    world: World,
) -> None:
    await carded(world)
    other = world.chat.resident("880010010029")
    await other.writes("có người bán pháo")
    await world.tick(minutes=3)
    # Noon: half of the time until three, when four hours are worked. Nobody has them, so whoever
    # may read them is told.
    assert await remind(world, hours=3, minutes=10) == 2
    told = await last(world.reviewer)
    assert told.count("xem tin: đã qua nửa thời gian") == 2
    assert await remind(world, minutes=5) == 0
    await world.reviewer.writes("/chude 260001 ma túy")
    await world.reviewer.writes("/chude 260002 pháo")
    await world.reviewer.writes("/baocap 260002")
    assert "đã báo cáo cấp trên" in await last(world.reviewer)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    # At night nobody is written to; in the morning what came due then is told, once.
    assert await remind(world, hours=13) == 0
    assert await remind(world, hours=9) > 0
    assert "260001 – báo cáo cấp trên: QUÁ HẠN" in await last(world.chief)
    assert "260002 – báo cáo" not in await last(world.chief)
    before = len(await world.chief.heard())
    # Ten days on, the holder alone hears that half of the time is over.
    await remind(world, days=10)
    assert "260002 – giải quyết: đã qua nửa thời gian" in await last(world.reviewer)
    for days in (6, 4):
        await remind(world, days=days)
    assert "còn không quá 1 ngày" in await last(world.reviewer)
    assert len(await world.chief.heard()) >= before
    await remind(world, days=1)
    assert "260002 – giải quyết: QUÁ HẠN" in await last(world.chief)
    assert await remind(world, days=1) == 0
    await world.chief.writes("/tin")
    assert "quá hạn giải quyết: 2" in await last(world.chief)
    assert "⏰ QUÁ HẠN" in await last(world.chief)


async def test_a_tip_looked_at_and_closed_is_reminded_of_no_more(world: World) -> None:
    await carded(world)
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.tick()
    await world.reviewer.presses("Đã xử lý", of=world.desk)
    assert await remind(world, days=30) == 0
    await world.reviewer.writes("/tin 260001")
    assert "không có hạn nào đang chạy" in await last(world.reviewer)


async def test_only_the_chief_extends_only_by_law_and_it_stands_in_the_log(world: World) -> None:
    await carded(world)
    await world.reviewer.writes("/giahan 260001 20/01/2027 25/11/2026 QĐ số 12")
    assert "không có quyền" in await last(world.reviewer)
    for typed, said in (
        ("20/01/2027", "Xin viết: /giahan"),
        ("20/01/2027 23/11/2026", "Xin viết: /giahan"),
        ("01/12/2026 23/11/2026 QĐ 12", "phải sau hạn hiện nay (14/12/2026)"),
        ("26/01/2027 23/11/2026 QĐ 12", "chỉ gia hạn được tới 25/01/2027"),
        ("20/01/2027 24/12/2026 QĐ 12", "từ ngày nhận tin tới hôm nay"),
        ("20/01/2027 22/11/2026 QĐ 12", "từ ngày nhận tin tới hôm nay"),
    ):
        await world.chief.writes(f"/giahan 260001 {typed}")
        assert said in await last(world.chief), typed
    world.chat.clock.forward(days=20)
    # Decided in time, written down late: the first counts.
    await world.chief.writes("/giahan 260001 đến ngày 25/01/2027 ngày 10/12/2026 QĐ số 12/QĐ-CQĐT")
    assert "tới hết ngày 25/01/2027" in await last(world.chief)
    await world.chief.writes("/tin 260001")
    shown = await last(world.chief)
    assert "Gia hạn lần 1: tới hết 25/01/2027, văn bản ký 10/12/2026: QĐ số 12/QĐ-CQĐT" in shown
    assert "Nông Chỉ Huy" in shown
    world.chat.clock.forward(days=5)
    await world.chief.writes("/giahan 260001 23/03/2027 18/12/2026 VKS 3")
    await world.chief.writes("/giahan 260001 24/03/2027 18/12/2026 VKS 4")
    assert "hai lần" in await last(world.chief)
    entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
    extended = [one for one in entries if one.act is Act.TIP_EXTENDED]
    assert [one.facts["until"] for one in extended] == ["2027-01-25", "2027-03-23"]
    assert all("QĐ" not in str(one.facts) for one in extended)


async def test_an_extension_recorded_by_mistake_is_taken_back_with_a_reason(world: World) -> None:
    await carded(world)
    await world.chief.writes("/giahan 260001 rút ghi nhầm tin khác")
    assert "chưa có gia hạn nào" in await last(world.chief)
    await world.chief.writes("/giahan 260001 25/01/2027 23/11/2026 QĐ số 12")
    await world.chief.writes("/giahan 260001 rút")
    assert "Xin viết: /giahan dong-kinh-260001 rút LÝ DO" in await last(world.chief)
    await world.chief.writes("/giahan 260001 rut ghi nhầm tin khác")
    assert "Đã rút" in await last(world.chief)
    await world.chief.writes("/tin")
    assert "hạn 14/12/2026" in await last(world.chief)
    entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
    (taken,) = [one for one in entries if one.act is Act.TIP_EXTENSION_WITHDRAWN]
    assert taken.reason == "ghi nhầm tin khác"
    # It may be recorded anew, rightly.
    await world.chief.writes("/giahan 260001 20/01/2027 23/11/2026 QĐ số 13")
    assert "tới hết ngày 20/01/2027" in await last(world.chief)


async def test_an_extension_decided_after_the_end_is_refused(world: World) -> None:
    await carded(world)
    world.chat.clock.forward(days=25)
    await world.chief.writes("/giahan 260001 20/01/2027 16/12/2026 QĐ 12")
    assert "phải được ký trước khi hết hạn (14/12/2026)" in await last(world.chief)


async def test_the_card_itself_says_that_the_time_is_over_or_was_lengthened(world: World) -> None:
    card = await carded(world)
    await remind(world, days=23)
    edits = [one for one in await world.chat.deliver() if one.outgoing.edits == card]
    (late,) = edits
    assert "⏰ QUÁ HẠN giải quyết (hạn 14/12/2026)" in late.text
    assert "│ có nhóm tụ tập trước chợ" in late.text
    assert late.labels == CARD_BUTTONS
    # A reply to the card written anew is an answer as before.
    await world.reviewer.writes("Nhóm mấy người ạ?", in_group=world.desk, reply_to=card)
    assert "Đã chuyển lời" in (await world.desk.last()).text
    await world.chief.writes("/giahan 260001 20/01/2027 10/12/2026 QĐ số 12")
    (longer,) = [one for one in await world.chat.deliver() if one.outgoing.edits == card]
    assert "Hạn giải quyết: hết ngày 20/01/2027" in longer.text
    # Closed, it is reduced once, after all that.
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.reviewer.presses("Đã xử lý", of=world.desk)
    stubs = [one for one in await world.tick() if one.outgoing.edits == card]
    assert [one.labels for one in stubs] == [[]]


async def test_of_a_card_in_several_messages_a_line_says_that_the_time_is_over(
    world: World,
) -> None:
    await carded(world, "có nhóm tụ tập trước chợ, " * 250)
    await remind(world, days=23)
    said = await world.chat.deliver()
    assert all(one.outgoing.edits is None for one in said)
    (line,) = [one for one in said if "QUÁ HẠN giải quyết" in one.text]
    assert line.outgoing.reply_to is not None
    assert "tụ tập" not in line.text


async def test_a_warning_that_reaches_nobody_waits_for_somebody(world: World) -> None:
    await carded(world)
    for party in (world.reviewer, world.chief):
        await party.blocks()
    assert await remind(world, hours=4) == 0
    await world.reviewer.writes("/tin")
    assert await remind(world) == 1
    assert "xem tin: đã qua nửa thời gian" in await last(world.reviewer)
