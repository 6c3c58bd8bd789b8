"""What reviewers do with tips in chat, and what the resident sees of it."""

import pytest

from domain.failures import Until
from domain.ids import short
from domain.messages import MediaKind, MediaRef
from domain.roles import Role
from domain.tip import TipEventKind, TipOutcome, TipState
from storage.people import addresses
from storage.tips import tip_events, tips
from tests.tips.world import CARD_BUTTONS, World, open_world

STORY = "có nhóm tụ tập trước chợ"


async def carded(world: World, text: str = STORY) -> str:
    """Let Lan write and the card come; return the card's message id."""
    await world.lan.writes(text)
    await world.tick(minutes=3)
    card = (await world.cards())[-1]
    assert card.message_id is not None
    return card.message_id


async def test_a_reply_to_the_card_reaches_the_resident_behind_a_neutral_notice(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        await world.reviewer.writes("Nhóm mấy người ạ?", in_group=world.desk, reply_to=card)
        (notice,) = await world.lan.news()
        assert notice.text == "Bà con có tin mới từ Công an phường Đông Kinh."
        assert notice.labels == ["Xem"]
        await world.tick()
        line = (await world.desk.heard())[-1]
        assert "Đã chuyển lời" in line.text
        assert "mấy người" not in line.text
        await world.lan.presses("Xem")
        (shown,) = await world.lan.news()
        assert "Nhóm mấy người ạ?" in shown.text
        assert "Hoàng" not in shown.text
        await world.lan.presses("Xem")
        assert await world.lan.news() == []
        assert (await world.tip()).state is TipState.TAKEN
        await world.tick(minutes=2)
        await world.lan.writes("khoảng mười người")
        await world.tick(minutes=3)
        more = (await world.cards())[-1]
        assert more.text.startswith("Bổ sung tin dong-kinh-260001")
        assert "│ khoảng mười người" in more.text
        assert more.outgoing.reply_to == card
        assert more.labels == []


async def test_an_answer_is_opened_by_its_own_chat_only(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.reviewer.writes("Nhóm mấy người ạ?", in_group=world.desk, reply_to=card)
        _, button = await world.lan.labelled("Xem")
        assert button.action is not None
        stranger = world.chat.resident("880010010002")
        (answer,) = await stranger.presses_action(button.action)
        assert "không mở được" in answer.text
        assert await stranger.heard() == []


async def test_who_is_not_linked_or_has_no_right_is_told_so(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        outsider = world.chat.resident("770010020009")
        await outsider.writes("trả lời hộ", in_group=world.desk, reply_to=card)
        assert "chưa liên kết" in (await world.desk.last()).text
        for role in (Role.OFFICER, Role.ADMIN, Role.DUTY_OFFICER):
            officer = await world.chat.staff(f"7700{role.value}", role)
            await officer.writes("trả lời hộ", in_group=world.desk, reply_to=card)
            assert "không có quyền" in (await world.desk.last()).text
            (answer,) = await officer.presses("Nhận việc", of=world.desk)
            assert "không có quyền" in answer.text
        (answer,) = await outsider.presses("Nhận việc", of=world.desk)
        assert "chưa liên kết" in answer.text
        assert await world.lan.news() == []


async def test_a_reviewer_of_another_unit_has_no_right(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.chat.add_unit("ky-lua", "05986", "Công an phường Kỳ Lừa")
        other = await world.chat.staff("770010020008", Role.CHIEF, at="ky-lua")
        await carded(world)
        for label in ("Nhận việc", "Kết thúc"):
            (answer,) = await other.presses(label, of=world.desk)
            assert "không có quyền" in answer.text


async def test_a_duty_officer_answers_urgent_tips(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà rồi, cứu với")
        await world.tick()
        (card,) = await world.cards()
        await world.lan.news()
        await world.duty.writes("Nhà ở đâu ạ?", in_group=world.desk, reply_to=card.message_id)
        assert (await world.lan.news())[0].labels == ["Xem"]
        (answer,) = await world.duty.presses("Kết thúc", of=world.desk)
        assert "không có quyền" in answer.text


async def test_only_text_is_relayed(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.lan.news()
        photo = MediaRef(MediaKind.PHOTO, "file-9")
        await world.reviewer.writes("xem ảnh", media=(photo,), in_group=world.desk, reply_to=card)
        assert "chỉ chuyển được chữ" in (await world.desk.last()).text
        assert await world.lan.news() == []


async def test_what_is_not_a_reply_to_a_card_is_not_relayed(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await world.tick()
        line = await world.desk.last()
        assert line.outgoing.reply_to == card
        await world.lan.news()
        await world.reviewer.writes("ừ", in_group=world.desk, reply_to=line.message_id)
        assert "chính thẻ tin" in (await world.desk.last()).text
        before = len(await world.desk.heard())
        await world.reviewer.writes("chào cả nhà", in_group=world.desk)
        assert len(await world.desk.heard()) == before
        await world.reviewer.writes("gì đây", in_group=world.desk, reply_to="m9999")
        assert "không biết lời này trả lời thẻ nào" in (await world.desk.last()).text
        assert await world.lan.news() == []


async def test_taking_twice_or_after_another_is_told_clearly(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        second = await world.chat.staff("770010020006", Role.REVIEWER, name="Lý Ví Dụ")
        await world.reviewer.presses("Nhận việc", of=world.desk)
        assert "Hoàng Ví Dụ nhận việc" in (await world.desk.last()).text
        (answer,) = await world.reviewer.presses("Nhận việc", of=world.desk)
        assert "đang giữ tin" in answer.text
        (answer,) = await second.presses("Nhận việc", of=world.desk)
        assert "Hoàng Ví Dụ đang giữ" in answer.text
        (answer,) = await second.presses("Kết thúc", of=world.desk)
        assert "Hoàng Ví Dụ đang giữ" in answer.text


async def test_of_two_reviewers_at_once_one_has_it(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        second = await world.chat.staff("770010020006", Role.REVIEWER, name="Lý Ví Dụ")
        both = await world.reviewer.presses_at_once("Nhận việc", second, of=world.desk)
        told = sorted(answers[0].alert for answers in both)
        assert told == [False, True]
        lines = [heard.text for heard in await world.desk.heard() if "nhận việc" in heard.text]
        assert len(lines) == 1


@pytest.mark.parametrize(
    ("label", "outcome", "words"),
    [
        ("Có giá trị", TipOutcome.VALUABLE, "có ích"),
        ("Đã xử lý", TipOutcome.HANDLED, "đã được xử lý"),
        ("Không đủ căn cứ", TipOutcome.NOT_ENOUGH, "chưa đủ căn cứ"),
        ("Không thuộc thẩm quyền", TipOutcome.OUT_OF_SCOPE, "không thuộc thẩm quyền"),
        ("Trùng, nhầm", TipOutcome.MISTAKEN, "trùng với tin"),
    ],
)
async def test_closing_tells_the_resident_the_outcome_behind_a_notice(
    migrated_database_url: str, label: str, outcome: TipOutcome, words: str
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses(label, of=world.desk)
        assert (await world.tip()).outcome is outcome
        (notice,) = await world.lan.news()
        assert "kết thúc" not in notice.text
        await world.lan.presses("Xem")
        (told,) = await world.lan.news()
        assert words in told.text
        assert "dong-kinh-260001" in told.text
        await world.tick()
        assert label in (await world.desk.last()).text


async def test_closing_twice_is_told_clearly(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        await world.lan.news()
        for label in ("Đã xử lý", "Có giá trị", "Kết thúc", "Nhận việc"):
            (answer,) = await world.reviewer.presses(label, of=world.desk)
            assert "đã kết thúc: Đã xử lý" in answer.text
        await world.reviewer.writes("thêm một lời", in_group=world.desk, reply_to=card)
        assert "đã kết thúc" in (await world.desk.last()).text
        assert await world.lan.news() == []


async def test_a_resident_who_answers_after_the_closing_reopens(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        await world.tick()
        await world.lan.writes("cảm ơn các anh")
        assert (await world.tip()).state is TipState.CLOSED
        await world.lan.writes("nhưng tối nay họ lại tụ tập")
        assert "được mở lại" in (await world.lan.last()).text
        tip = await world.tip()
        assert (tip.state, tip.outcome, tip.taken_by) == (TipState.RECEIVED, None, None)
        await world.tick(minutes=3)
        card = (await world.cards())[-1]
        assert card.text.startswith("Mở lại tin dong-kinh-260001")
        assert card.labels == CARD_BUTTONS
        await world.reviewer.presses("Nhận việc", of=world.desk)
        assert (await world.tip()).state is TipState.TAKEN


async def test_pressing_on_an_erased_tip_is_told_clearly(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        tip = await world.tip()
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        for label in ("Nhận việc", "Kết thúc"):
            (answer,) = await world.reviewer.presses(label, of=world.desk)
            assert "đã được xóa" in answer.text
        await world.reviewer.writes("còn đó không", in_group=world.desk, reply_to=card)
        assert "đã được xóa" in (await world.desk.last()).text


async def test_broken_buttons_are_stale(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        tip = short((await world.tip()).id)
        for action in ("take", "take:x", "close:", f"done:{tip}:great", f"done:{tip}", "seen:a:b"):
            (answer,) = await world.reviewer.presses_action(action, of=world.desk)
            assert "không còn dùng" in answer.text


async def test_the_page_is_acknowledged_once_for_all_to_see(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà rồi, cứu với")
        (answer,) = await world.duty.presses("Đã nhận")
        assert answer.text == "Đã ghi nhận."
        _, button = await world.duty.labelled("Đã nhận")
        assert button.action is not None
        await world.chief.presses_action(button.action)
        seen = [
            heard.text for heard in await world.desk.heard() if "đã nhận báo động" in heard.text
        ]
        assert seen == ["Tin dong-kinh-260001: Trực Ban Ví Dụ đã nhận báo động."]


async def test_a_sensitive_tip_carries_no_content_and_is_read_privately_once_taken(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world, "chồng em hay đánh em lúc say")
        (card,) = await world.cards()
        assert "lúc say" not in card.text
        assert "nhạy cảm" in card.text
        (answer,) = await world.reviewer.presses("Xem riêng", of=world.desk)
        assert "Nhận việc" in answer.text
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await world.reviewer.presses("Xem riêng", of=world.desk)
        shown = await world.reviewer.last()
        assert "│ chồng em hay đánh em lúc say" in shown.text
        assert shown.outgoing.protected
        tip = await world.tip()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert [event.kind for event in events].count(TipEventKind.READ) == 1
        await world.tick()
        await world.lan.news()
        shown = await world.reviewer.last()
        await world.reviewer.writes("Chị có an toàn để nhắn không?", reply_to=shown.message_id)
        assert (await world.lan.news())[0].labels == ["Xem"]
        await world.lan.presses("Xem")
        assert "an toàn" in (await world.lan.last()).text
        await world.lan.writes("em an toàn")
        await world.tick(minutes=3)
        more = (await world.cards())[-1]
        assert "em an toàn" not in more.text
        assert more.labels == ["Xem riêng"]


async def test_a_unit_that_wants_no_content_in_groups_gets_none(migrated_database_url: str) -> None:
    from storage.tables import unit

    async with open_world(migrated_database_url) as world:
        await world.chat.do(
            lambda tx: tx.connection.execute(unit.update().values(card_content=False))
        )
        await carded(world)
        (card,) = await world.cards()
        assert STORY not in card.text
        await world.reviewer.presses("Xem riêng", of=world.desk)
        assert STORY in (await world.reviewer.last()).text


async def test_a_resident_who_blocked_us_cannot_be_answered_and_the_group_is_told(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        address = await world.lan.address()
        await world.chat.do(lambda tx: addresses.mark_unreachable(tx, address.id, Until.THEY_WRITE))
        await world.reviewer.writes("Nhóm mấy người ạ?", in_group=world.desk, reply_to=card)
        assert "không nhắn được" in (await world.desk.last()).text
        assert (await world.tip()).last_answer_at is None


async def test_without_a_review_group_the_card_comes_privately(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url, review_group=False) as world:
        await world.lan.writes(STORY)
        await world.tick(minutes=3)
        card = await world.reviewer.last()
        assert STORY in card.text
        assert await world.duty.heard() == []
        await world.reviewer.presses("Nhận việc")
        await world.lan.news()
        await world.reviewer.writes("Nhóm mấy người ạ?", reply_to=card.message_id)
        assert (await world.lan.news())[0].labels == ["Xem"]
        assert "Đã chuyển lời" in (await world.reviewer.last()).text


async def test_a_card_that_nobody_can_read_waits(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url, review_group=False) as world:
        for officer in (world.reviewer, world.chief):
            await officer.blocks()
        await world.lan.writes(STORY)
        await world.tick(minutes=3)
        assert (await world.tip()).carded_at is None
        await world.reviewer.writes("ok")
        await world.tick(minutes=6)
        assert STORY in (await world.reviewer.last()).text
