"""Campaigns in chat: from a ready text over the approval to the run and its figures."""

import pytest

from delivery.outbox import personal
from domain.campaign import RunState
from domain.language import Language
from domain.roles import Role
from domain.start_payload import Purpose, StartPayload, encode
from domain.texts.catalogue import catalogue
from tests.chat import Chat, Party
from tests.handlers.campaigns.world import (
    HELMETS,
    NOT_ALLOWED,
    SCAM,
    STALE,
    newest_run,
    tick,
    to_first_place,
    whole_unit,
    write,
)


async def test_from_a_ready_text_to_a_finished_run(
    chat: Chat, officer: Party, chief: Party
) -> None:
    people = [await chat.subscriber(str(3000 + number)) for number in range(3)]
    english = await chat.subscriber("3100", language=Language.EN)
    await write(officer)
    summary = await officer.last()
    assert "Mã bản tin: AN-XXXXX" in summary.text
    assert "4 người đã đồng ý (tiếng Anh 1, tiếng Việt 3)" in summary.text
    await officer.presses("Gửi duyệt")
    assert "Trần Chỉ Huy" in (await officer.last()).text

    request = await chief.last()
    assert "Lê Cán Bộ" in request.text
    assert "cài quai chắc" in request.text
    assert "helmet" in request.text
    await chief.presses("Duyệt")
    assert "Đã duyệt chiến dịch số 1" in (await chief.last()).text
    assert "Trần Chỉ Huy đã duyệt" in (await officer.last()).text

    for _ in range(3):
        await tick(chat)
    await chat.deliver()
    await tick(chat)

    run = await newest_run(chat)
    assert run.state is RunState.FINISHED
    received = await people[0].last()
    assert received.outgoing.heading == HELMETS
    assert received.text.endswith(f"Mã bản tin: {run.code}")
    assert received.labels == ["Đã đọc", "Báo tin", "Hỏi", "Dừng"]
    assert [len(row) for row in received.outgoing.buttons] == [2, 2]
    other = await english.last()
    assert other.outgoing.heading == "Công an phường Đông Kinh (police)"
    assert other.text.endswith(f"Message code: {run.code}")
    report = (await officer.last()).text
    assert "Định gửi: 4 người" in report
    assert "Telegram nhận chuyển, chưa chắc đã xem: 4 (100,00%)" in report
    assert "Đã xem: không biết" in report


async def test_a_resident_has_no_campaign_commands(chat: Chat) -> None:
    lan = chat.resident("1001")
    await lan.writes("/chiendich")
    assert await lan.heard() == []


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.ADMIN, Role.AUDITOR, Role.DUTY_OFFICER])
async def test_only_officers_and_chiefs_write_campaigns(chat: Chat, role: Role) -> None:
    other = await chat.staff("2009", role)
    await other.writes("/chiendich")
    assert (await other.last()).text == NOT_ALLOWED


async def test_a_text_with_open_places_asks_for_each_and_sends_none_unfilled(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes("/chiendich")
    await officer.presses("Lừa đảo trên mạng")
    for _ in range(5):
        if SCAM in (await officer.last()).labels:
            break
        await officer.presses("Xem thêm")
    await officer.presses(SCAM)
    assert "Còn phải điền: khu vực, thủ đoạn, hiệu lực đến" in (await officer.last()).text
    await officer.presses("Dùng bài này")
    for value in ("phường Đông Kinh", "giả danh điện lực", "hết ngày 24/11"):
        await officer.writes(value)
    assert "Bản tiếng Anh: điền" in (await officer.last()).text
    await officer.presses("Như bản tiếng Việt")
    await officer.writes("fake electricity staff")
    await officer.writes("24 November")
    await officer.presses("Bỏ bản tiếng Trung")
    await officer.presses(await whole_unit(officer))
    await officer.presses("Ngay")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    run = await newest_run(chat)

    assert set(run.content) == {"vi", "en", "post"}
    assert "giả danh điện lực" in run.content["vi"]
    assert "Cảnh báo: đang có lừa đảo tại phường Đông Kinh" in run.content["vi"]
    assert "fake electricity staff" in run.content["en"]


async def test_a_link_is_not_filled_in(chat: Chat, officer: Party) -> None:
    await to_first_place(officer)

    await officer.writes("xem tại bit.ly/abc")
    assert "không được có đường dẫn “bit.ly”" in (await officer.last()).text
    await officer.writes("xem tại bocongan.gov.vn")

    assert "điền “thủ đoạn”" in (await officer.last()).text


async def test_one_village_and_its_groups(chat: Chat, officer: Party, chief: Party) -> None:
    near = await chat.subscriber("3001", area="05977-kp-vi-du-2")
    far = await chat.subscriber("3002", area="05977-kp-vi-du-3")
    group = await chat.group("-100", area="05977-kp-vi-du-2", label="Nhóm Hai")
    other = await chat.group("-200", area="05977-kp-vi-du-3", label="Nhóm Ba")
    await officer.writes("/chiendich")
    await officer.presses("An toàn giao thông")
    await officer.presses(HELMETS)
    await officer.presses("Dùng bài này")
    area = await officer.last()
    assert [label for label in area.labels if label.startswith("Toàn")] == ["Toàn đơn vị (2)"]
    await officer.presses(next(label for label in area.labels if "Ví Dụ 2" in label))
    await officer.presses("Xong")
    assert "Nhóm Hai" in (await officer.last()).text
    assert "Nhóm Ba" not in (await officer.last()).text
    await officer.presses("Có")
    await officer.presses("Ngay")
    await officer.presses("Gửi duyệt")
    assert "Đăng vào 1 nhóm, kênh: Nhóm Hai." in (await chief.last()).text
    await chief.presses("Duyệt")
    await tick(chat)
    await chat.deliver()
    await tick(chat)

    assert [len(await one.heard()) for one in (near, far, group, other)] == [1, 0, 1, 0]
    post = await group.last()
    assert post.labels == ["Đã đọc", "Báo tin riêng"]
    _, [privately] = personal(post.outgoing, post.id).buttons
    assert privately.start == encode(StartPayload(purpose=Purpose.TIP, post=post.id))
    report = (await officer.last()).text
    assert "Định gửi: 1 người" in report
    assert "1/1 bài; thành viên lúc đăng: không biết" in report


async def test_a_typed_time_in_the_past_is_told_and_the_question_stays(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await officer.writes("/chiendich")
    await officer.presses("An toàn giao thông")
    await officer.presses(HELMETS)
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))
    await officer.writes("07:00")
    assert (await officer.last()).text == "Giờ này đã qua. Xin chọn giờ khác, ví dụ: 8h tối mai."
    await officer.writes("chiều mai")
    assert "Chưa hiểu giờ" in (await officer.last()).text
    await officer.writes("07:00 24/11")

    assert "Thời gian: 07:00 ngày 24/11/2026." in (await officer.last()).text


IMPOSSIBLE = (
    ("8h 1/1/9999", "xa quá"),
    ("19:30 29/2", "Không có ngày hay giờ này"),
    ("19:30 31/4", "Không có ngày hay giờ này"),
    ("24:00", "Không có ngày hay giờ này"),
    ("25:00", "Không có ngày hay giờ này"),
    ("1/1/9999", "Chưa hiểu giờ"),
    ("mai", "Chưa hiểu giờ"),
    ("\u200b", "Chưa hiểu giờ"),
    ("", "Chưa hiểu giờ"),
    ("08:00 22/11", "đã qua"),
    ("1" * 10_000, "Chưa hiểu giờ"),
)


async def test_a_time_that_cannot_be_is_told_why_with_an_example(
    chat: Chat, officer: Party
) -> None:
    await write(officer)
    await officer.presses("Quay lại")
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))
    for typed, why in IMPOSSIBLE:
        before = len(await officer.heard())
        await officer.writes(typed)
        (said,) = (await officer.heard())[before:]
        assert why in said.text, typed
        assert "8h tối mai" in said.text, typed

    await officer.writes("8h tối mai")
    assert "Thời gian: 20:00 ngày 24/11/2026." in (await officer.last()).text


async def test_a_button_of_an_earlier_form_or_step_is_stale(chat: Chat, officer: Party) -> None:
    await officer.writes("/chiendich")
    _, old = await officer.labelled("An toàn giao thông")
    assert old.action is not None
    await officer.writes("/chiendich")
    [answer] = await officer.presses_action(old.action)
    assert answer.text == STALE
    await officer.presses("An toàn giao thông")
    [answer] = await officer.presses("Ma túy")
    assert answer.text == STALE


async def test_words_typed_where_a_button_is_asked_for(chat: Chat, officer: Party) -> None:
    await officer.writes("/chiendich")
    await officer.writes("chủ đề giao thông")
    assert "Xin bấm một nút" in (await officer.last()).text
    await officer.presses("Bỏ")
    assert "Đã bỏ" in (await officer.last()).text
    before = len(await officer.heard())
    await officer.writes("câu khác")
    assert len(await officer.heard()) == before


async def test_a_form_left_lying_is_forgotten(chat: Chat, officer: Party) -> None:
    await officer.writes("/chiendich")
    chat.clock.forward(hours=3)
    before = len(await officer.heard())
    await officer.writes("câu không liên quan")
    assert len(await officer.heard()) == before


async def test_every_offered_text_can_be_reached_and_previewed(chat: Chat, officer: Party) -> None:
    await officer.writes("/chiendich")
    subjects = [label for label in (await officer.last()).labels if label != "Bỏ"]
    assert "Tìm người" in subjects
    await officer.presses(subjects[-1])
    await officer.presses("Quay lại")
    assert [label for label in (await officer.last()).labels if label != "Bỏ"] == subjects


async def test_every_sentence_for_staff_exists_in_every_language(chat: Chat) -> None:
    sentences = catalogue().sentences
    own = {
        language: {key for key in known if key.startswith("campaigns.")}
        for language, known in sentences.items()
    }
    assert own[Language.VI] == own[Language.EN] == own[Language.ZH]
    for state in RunState:
        assert f"campaigns.is_{state}" in own[Language.VI]
