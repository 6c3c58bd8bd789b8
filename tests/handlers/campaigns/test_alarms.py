"""`/khan`: one line, one tap with a reason, out at once; and all that may be in the way."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.audit import Act
from domain.campaign import CampaignState, RunState
from domain.delivery import DeliveryKind, Lane
from domain.failures import Until
from domain.hours import BroadcastRules
from domain.language import Language
from domain.messages import EffectKind
from domain.roles import Role
from handlers.campaigns import dialogue as handlers
from handlers.staff import commands
from handlers.tips import taking
from storage.campaigns import campaigns, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import addresses, units
from storage.people.residents import Wish
from storage.staff import audit
from storage.tables import unit
from tests.chat import Chat, Heard, Party, Takers, open_chat
from tests.handlers.campaigns.sent_runs import correct, settle_all
from tests.handlers.campaigns.world import NOT_ALLOWED, first, newest_run, submit, tick, write

FLOOD = "Nước suối Ví Dụ đang dâng nhanh, bà con ven suối lên nhà văn hóa ngay"
LIFE = "Duyệt: cứu người, thiên tai, cháy nổ"


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    takers = Takers(
        private=(taking.emergency, handlers.staff_dialogue, commands.command),
        presses=handlers.PRESSES,
    )
    async with open_chat(migrated_database_url, takers) as opened:
        yield opened


async def numbered(chat: Chat, number: int) -> Campaign:
    found = await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, number))
    assert found is not None
    return found


async def all_runs(chat: Chat) -> list[Run]:
    return await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 20))


def alerts(heard: list[Heard]) -> list[Heard]:
    kinds = (DeliveryKind.CAMPAIGN, DeliveryKind.POST)
    return [one for one in heard if one.kind in kinds and "CẢNH BÁO KHẨN" in one.text]


async def test_one_line_and_one_tap_reach_everybody_at_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    english = await chat.subscriber("3002", language=Language.EN)
    await chat.group("-100")
    await chat.group("-200", purpose="channel", label="Kênh bản tin")

    await officer.writes(f"/khan {FLOOD}")

    shown = (await officer.last()).text
    assert "Đã gửi tin khẩn số 1 tới Trần Chỉ Huy" in shown
    assert FLOOD in shown
    request = await chief.last()
    assert request.lane is Lane.URGENT
    for line in (
        "TIN KHẨN số 1 do Lê Cán Bộ viết",
        FLOOD,
        "Tin riêng qua Telegram: 2 người, xong trong khoảng 1 phút.",
        "Nhóm, kênh: 2 bài đăng, xong trong khoảng 1 phút.",
        "1 người dùng tiếng khác nhận nguyên văn tiếng Việt.",
    ):
        assert line in request.text
    await chief.presses(LIFE)

    # Without any tick: the press itself has written down everything that goes.
    brought = alerts(await chat.deliver())
    assert len(brought) == 4
    assert {one.lane for one in brought} == {Lane.URGENT}
    words = (await lan.last()).text
    assert words.startswith(f"CẢNH BÁO KHẨN\n{FLOOD}\n\nCông an phường Đông Kinh. Trực ban:")
    assert FLOOD in (await english.last()).text
    run = await newest_run(chat)
    assert (run.lane, run.state) == (Lane.URGENT, RunState.SENDING)
    await tick(chat)
    assert f"Đợt {run.code} đã gửi xong" in (await officer.last()).text


async def test_name_and_reason_of_the_approver_are_kept_and_audited(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses("Duyệt: lý do khác (gõ)")
    assert (await first(chat)).state is CampaignState.SUBMITTED
    await chief.writes("...")
    assert "Lý do phải có chữ đọc được" in (await chief.last()).text
    await chief.writes("Thủy điện báo xả nước")

    known = await first(chat)
    decider = (await chief.address()).staff_id
    assert known.decision_note == "Thủy điện báo xả nước"
    assert known.decided_by == decider
    assert "Trần Chỉ Huy đã duyệt tin khẩn số 1. Lý do: Thủy điện báo xả nước." in [
        heard.text for heard in await officer.heard()
    ]

    def read(tx: Tx) -> list[tuple[Act, object, object, str | None]]:
        assert audit.verify(tx).sound
        return [
            (entry.act, entry.staff_id, entry.facts["lane"], entry.reason)
            for entry in audit.entries(tx)
        ]

    author = (await officer.address()).staff_id
    assert await chat.look(read) == [
        (Act.CAMPAIGN_SUBMITTED, author, "URGENT", None),
        (Act.CAMPAIGN_APPROVED, decider, "URGENT", "Thủy điện báo xả nước"),
    ]


async def test_it_passes_quiet_hours_and_caps(chat: Chat, officer: Party, chief: Party) -> None:
    await submit(chat, officer)
    await chief.presses("Duyệt")
    await settle_all(chat)
    rules = units.rules_json(BroadcastRules())
    await chat.do(lambda tx: tx.connection.execute(unit.update().values(broadcasting=rules)))
    chat.clock.forward(hours=13)
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses(LIFE)
    await tick(chat)

    assert len(alerts(await chat.deliver())) == 1


async def test_a_false_alarm_of_the_night_is_taken_back_at_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    rules = units.rules_json(BroadcastRules())
    await chat.do(lambda tx: tx.connection.execute(unit.update().values(broadcasting=rules)))
    lan = await chat.subscriber("3001")
    group = await chat.group("-100")
    chat.clock.forward(hours=13)
    await officer.writes("/khan Vỡ đập, bà con lên đồi ngay")
    await chief.presses(LIFE)
    await settle_all(chat)
    run = await newest_run(chat)
    await correct(officer, run, command="/rutlai")
    assert "yên tĩnh" not in (await officer.last()).text
    assert "07:00" not in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")

    effects = [one.outgoing.effect.kind for one in await group.heard() if one.outgoing.effect]
    assert effects == [EffectKind.WITHDRAW]
    assert "Gửi lúc 22:00 ngày 23/11/2026" in (await chief.last()).text
    brought = await settle_all(chat)
    assert {one.lane for one in brought} == {Lane.URGENT}
    assert "Thu hồi tin" in (await lan.last()).text
    assert (await newest_run(chat)).not_after - chat.clock.now() > timedelta(hours=12)


async def test_what_the_chief_wrote_is_asked_of_a_deputy(chat: Chat, chief: Party) -> None:
    await chat.subscriber("3001")
    other_chief = await chat.staff("2004", Role.CHIEF, name="Chỉ Huy Khác")
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Chỉ Huy")
    await chief.writes(f"/khan {FLOOD}")
    assert "tới Phó Chỉ Huy để duyệt" in (await chief.last()).text
    assert await other_chief.heard() == []
    _, button = await deputy.labelled(LIFE)
    assert button.action is not None

    [own] = await chief.presses_action(button.action)
    assert "Không tự duyệt" in own.text
    await deputy.presses(LIFE)
    assert (await first(chat)).state is CampaignState.DONE


async def test_without_a_deputy_another_who_may_approve_is_asked(chat: Chat, chief: Party) -> None:
    await chat.subscriber("3001")
    other_chief = await chat.staff("2004", Role.CHIEF, name="Chỉ Huy Khác")
    await chief.writes(f"/khan {FLOOD}")
    await other_chief.presses(LIFE)
    assert (await first(chat)).state is CampaignState.DONE


async def test_where_nobody_can_be_reached_the_author_is_told_whom_to_call(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    where = await chief.address()
    await chat.do(lambda tx: addresses.mark_unreachable(tx, where.id, Until.THEY_WRITE))
    await officer.writes(f"/khan {FLOOD}")
    said = (await officer.last()).text
    assert "0205 000 0001" in said
    assert "113, 114, 115" in said
    assert await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1)) is None


HOPELESS = (
    ("/khan", "Xin viết nội dung ngay sau lệnh"),
    ("/khan    ", "Xin viết nội dung ngay sau lệnh"),
    ("/khan ...", "Xin viết nội dung ngay sau lệnh"),
    ("/khan 113", "Xin viết nội dung ngay sau lệnh"),
    (f"/khan {'lũ ' * 120}", "nhiều nhất 300 ký tự, tin này có 359"),
    ("/khan Lũ lên, xem bit.ly/abc", "không được có đường dẫn “bit.ly”"),
    ("/khan Lũ lên ở [khu vực]", "chỗ trống chờ điền"),
    ("/khan Lũ\u200blên nhanh", "ký tự ẩn"),
)


async def test_a_line_that_cannot_go_is_explained_and_nothing_is_written(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    for typed, said in HOPELESS:
        before = len(await officer.heard())
        await officer.writes(typed)
        (told,) = (await officer.heard())[before:]
        assert said in told.text, typed
    assert await chief.heard() == []
    assert await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1)) is None


async def test_braces_and_gov_vn_stand_as_they_were_typed(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    await officer.writes("/khẩn Lũ lên\nnhanh, xem thoitiet.gov.vn")
    await chief.presses(LIFE)
    await chat.deliver()
    assert "Lũ lên nhanh, xem thoitiet.gov.vn" in (await lan.last()).text


async def test_a_phone_number_is_signed_off_by_the_same_tap(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes("/khan Lũ lên, cần thuyền gọi 0912 345 678")
    await chief.presses(LIFE)
    acts = await chat.look(lambda tx: [entry.act for entry in audit.entries(tx)])
    assert acts == [Act.CAMPAIGN_SUBMITTED, Act.TEXT_SIGNED, Act.CAMPAIGN_APPROVED]
    assert len(alerts(await chat.deliver())) == 1


async def test_two_officers_may_each_have_one_waiting(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    other = await chat.staff("2005", Role.OFFICER, name="Cán Bộ Khác")
    await officer.writes(f"/khan {FLOOD}")
    await other.writes("/khan Cháy rừng ở đồi Ví Dụ, bà con không lên đồi")
    assert "Cũng đang chờ duyệt: tin khẩn số 1." in (await chief.last()).text
    assert (await numbered(chat, 1)).state is CampaignState.SUBMITTED
    # A danger behind the command is an alert, no tip.
    assert "TIN KHẨN số 2" in (await chief.last()).text


async def test_after_an_hour_it_is_not_sent_any_more(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes(f"/khan {FLOOD}")
    chat.clock.forward(minutes=61)
    [answer] = await chief.presses(LIFE)
    assert "quá 60 phút" in answer.text
    assert "quá 60 phút" in (await officer.last()).text
    assert (await first(chat)).state is CampaignState.CANCELLED
    assert await all_runs(chat) == []


async def test_it_may_be_turned_down_or_taken_back(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses("Không duyệt")
    await chief.writes("Đã xử lý xong")
    assert (await first(chat)).state is CampaignState.REJECTED
    await officer.writes(f"/khan {FLOOD}")
    await officer.writes("/huy 2")
    await officer.presses("Hủy hẳn")
    [late] = await chief.presses(LIFE)
    assert "đã được quyết định hoặc đã hủy" in late.text


async def test_it_goes_before_a_broadcast_that_is_still_being_written_down(
    chat: Chat, officer: Party, chief: Party
) -> None:
    for number in range(3):
        await chat.subscriber(str(3001 + number))
    await write(officer)
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses(LIFE)

    kinds = [one for one in await chat.deliver() if one.kind is DeliveryKind.CAMPAIGN]
    assert [one.lane for one in kinds] == [Lane.URGENT] * 3 + [Lane.ROUTINE] * 3


async def test_who_has_not_said_yes_gets_no_alert(chat: Chat, officer: Party, chief: Party) -> None:
    await chat.subscriber("3001")
    stopped = await chat.subscriber("3002", wish=Wish.STOPPED)
    await officer.writes(f"/khan {FLOOD}")
    await chief.presses(LIFE)
    await chat.deliver()
    assert alerts(await stopped.heard()) == []


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN, Role.DEPUTY, Role.DUTY_OFFICER])
async def test_only_officers_and_chiefs_write_alerts(chat: Chat, role: Role) -> None:
    other = await chat.staff("2009", role)
    await other.writes(f"/khan {FLOOD}")
    assert (await other.last()).text == NOT_ALLOWED


async def test_a_button_of_an_alert_does_not_act_on_a_campaign_nor_the_reverse(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes(f"/khan {FLOOD}")
    _, button = await chief.labelled(LIFE)
    assert button.action is not None
    _, short_id, start, _ = button.action.split(":")

    [answer] = await chief.presses_action(f"approve:{short_id}:{start}")
    [unknown] = await chief.presses_action(f"alarm:{short_id}:{start}:fun")

    assert "không còn dùng được" in answer.text
    assert "không còn dùng được" in unknown.text
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_lines_that_begin_with_a_language_go_to_those_who_read_it(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    john = await chat.subscriber("3002", language=Language.EN)
    wang = await chat.subscriber("3003", language=Language.ZH)
    group = await chat.group("-100")
    await officer.writes(f"/khan {FLOOD}\nEN:")
    assert "Sau EN: chưa có lời nào" in (await officer.last()).text
    await officer.writes("/khan EN: Flood")
    assert "chưa có lời tiếng Việt" in (await officer.last()).text
    await officer.writes(f"/khan {FLOOD}\nen： The stream rises, go to\nthe culture house")
    for shown in (await officer.last(), await chief.last()):
        assert "[Bản tiếng Anh]" in shown.text
        assert "1 người dùng tiếng khác nhận nguyên văn tiếng Việt" in shown.text
    waiting = await numbered(chat, 1)
    assert waiting.hash() == waiting.submitted_hash

    await officer.writes(f"/khan {FLOOD}\nEN: The stream rises\nZH：溪水上涨，请到文化馆")
    assert "nguyên văn" not in (await officer.last()).text
    await chief.presses(LIFE)
    assert f"CẢNH BÁO KHẨN\n{FLOOD}\n\n" in (await lan.last()).text
    assert "URGENT WARNING\n\nThe stream rises\n\n" in (await john.last()).text
    assert "紧急警报\n\n溪水上涨，请到文化馆\n\n" in (await wang.last()).text
    assert FLOOD in (await group.last()).text
