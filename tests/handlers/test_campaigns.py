"""Campaigns in chat: from a ready text over the approval to the run and its figures."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from broadcasts import expanding, firing
from broadcasts.desk import Desk
from domain.campaign import CampaignState, RunState
from domain.language import Language
from domain.roles import Role
from domain.texts.catalogue import catalogue
from handlers import campaigns as handlers
from storage import campaigns, ledger, runs
from storage.campaigns import Campaign
from storage.database import Tx
from storage.runs import Run
from tests.chat import Chat, Party, Takers, open_chat

HELMETS = "Mũ bảo hiểm cho cả nhà"
ALCOHOL = "Đã uống rượu, bia thì không lái xe"
SCAM = "Cảnh báo: đang có lừa đảo tại [khu vực]"
NOT_ALLOWED = "Anh/chị không có quyền làm việc này."
STALE = "Nút này không còn dùng được nữa."


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    takers = Takers(private=(handlers.staff_dialogue, handlers.command), presses=handlers.PRESSES)
    async with open_chat(migrated_database_url, takers) as opened:
        yield opened


@pytest.fixture
async def officer(chat: Chat) -> Party:
    return await chat.staff("2001", Role.OFFICER, name="Lê Cán Bộ")


@pytest.fixture
async def chief(chat: Chat) -> Party:
    return await chat.staff("2002", Role.CHIEF, name="Trần Chỉ Huy")


async def write(officer: Party, text: str = HELMETS, when: str = "Ngay") -> None:
    """Walk through the dialogue up to the summary, for the whole unit, without groups."""
    await officer.writes("/chiendich")
    await officer.presses("An toàn giao thông")
    await officer.presses(text)
    await officer.presses("Dùng bài này")
    await officer.presses(await whole_unit(officer))
    if "Không" in (await officer.last()).labels:
        await officer.presses("Không")
    await officer.presses(when)


async def whole_unit(officer: Party) -> str:
    labels = (await officer.last()).labels
    return next(label for label in labels if label.startswith("Toàn đơn vị"))


async def tick(chat: Chat) -> None:
    """What the clock does every second."""
    desk = Desk(chat.context.outbox, chat.context.catalogue)

    def work(tx: Tx) -> None:
        firing.fire_due(tx, desk)
        expanding.expand_due(tx)
        expanding.finish_due(tx, desk)

    await chat.do(work)


async def first(chat: Chat) -> Campaign:
    found = await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1))
    assert found is not None
    return found


async def newest_run(chat: Chat) -> Run:
    return (await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 1)))[0]


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


@pytest.mark.parametrize("command", ["/tamdung", "/tieptuc", "/huy"])
async def test_a_reviewer_sees_figures_but_steers_nothing(chat: Chat, command: str) -> None:
    reviewer = await chat.staff("2009", Role.REVIEWER)
    await reviewer.writes(f"{command} AN-7KQ2M")
    assert (await reviewer.last()).text == NOT_ALLOWED
    await reviewer.writes("/cacdot")
    assert "Chưa có đợt nào" in (await reviewer.last()).text


async def test_a_chief_cannot_approve_what_the_chief_wrote(chat: Chat, chief: Party) -> None:
    await chat.subscriber("3001")
    deputy = await chat.staff("2003", Role.DEPUTY, name="Phó Chỉ Huy")
    await write(chief)
    await chief.presses("Gửi duyệt")
    assert "Phó Chỉ Huy" in (await chief.last()).text
    _, button = await deputy.labelled("Duyệt")
    assert button.action is not None

    [answer] = await chief.presses_action(button.action)

    assert "Không tự duyệt" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_without_another_approver_nothing_is_submitted(chat: Chat, chief: Party) -> None:
    await chat.subscriber("3001")
    await write(chief)

    [answer] = await chief.presses("Gửi duyệt")

    assert "chưa có ai duyệt được" in answer.text
    assert await chat.look(lambda tx: campaigns.by_number(tx, chat.unit.id, 1)) is None


async def test_an_audience_of_nobody_is_not_submitted(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await write(officer)
    [answer] = await officer.presses("Gửi duyệt")
    assert "Chưa có ai đồng ý nhận tin" in answer.text


async def test_a_legal_figure_is_signed_off_by_the_approver(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, ALCOHOL)
    await officer.presses("Gửi duyệt")

    request = await chief.last()

    assert "NĐ 168/2024" in request.text
    assert request.labels == ["Đã đối chiếu và duyệt", "Không duyệt"]
    await chief.presses("Đã đối chiếu và duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED


async def test_two_chiefs_at_once_decide_once(chat: Chat, officer: Party, chief: Party) -> None:
    await chat.subscriber("3001")
    other = await chat.staff("2004", Role.CHIEF, name="Chỉ Huy Khác")
    await write(officer)
    await officer.presses("Gửi duyệt")

    await chief.presses("Duyệt")
    [late] = await other.presses("Duyệt")
    [double] = await chief.presses("Duyệt")

    assert "đã được quyết định" in late.text
    assert "đã được quyết định" in double.text
    for _ in range(3):
        await tick(chat)
    assert len(await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 9))) == 1


async def test_a_changed_campaign_is_not_approved_by_the_old_button(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Gửi duyệt")
    _, button = await chief.labelled("Duyệt")
    assert button.action is not None
    verb, short_id, start = button.action.split(":")
    other = f"{verb}:{short_id}:{'0' * 8 if start != '0' * 8 else 'f' * 8}"

    [answer] = await chief.presses_action(other)

    assert "đã thay đổi" in answer.text
    assert (await first(chat)).state is CampaignState.SUBMITTED


async def test_turning_down_asks_for_a_reason_and_tells_the_author(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Gửi duyệt")

    await chief.presses("Không duyệt")
    await chief.writes("Cần thêm địa điểm cụ thể")

    assert "Lý do: Cần thêm địa điểm cụ thể" in (await officer.last()).text
    assert (await first(chat)).state is CampaignState.REJECTED
    [answer] = await chief.presses("Duyệt")
    assert "đã được quyết định" in answer.text


async def test_a_reason_that_comes_too_late_is_said_to_be_void_once(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    other = await chat.staff("2004", Role.DEPUTY, name="Phó Chỉ Huy")
    await write(officer)
    await officer.presses("Gửi duyệt")
    await chief.presses("Không duyệt")
    await other.presses("Duyệt")

    await chief.writes("Chưa ổn")
    assert "đã được quyết định" in (await chief.last()).text
    before = len(await chief.heard())
    await chief.writes("Lời khác")

    assert len(await chief.heard()) == before, "the void question was still open"


async def test_approval_after_the_time_asks_the_author_for_a_new_one(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Gửi duyệt")
    chat.clock.forward(hours=1, minutes=31)

    [answer] = await chief.presses("Duyệt")

    assert "Đã quá giờ" in answer.text
    assert (await first(chat)).state is CampaignState.DRAFT
    await officer.presses("Giờ khác")
    await officer.writes("08:00")
    assert (await officer.last()).text == "Giờ này đã qua. Xin chọn giờ khác."
    await officer.writes("19:30")
    assert (await first(chat)).state is CampaignState.SUBMITTED
    assert "19:30 ngày 23/11/2026" in (await chief.last()).text
    await chief.presses("Duyệt")
    assert (await first(chat)).state is CampaignState.APPROVED


async def test_a_little_late_an_approval_still_counts(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Gửi duyệt")
    chat.clock.forward(hours=1, minutes=29)

    await chief.presses("Duyệt")
    await tick(chat)

    assert (await newest_run(chat)).state is RunState.SENDING


async def test_the_old_button_does_not_approve_the_new_time(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Gửi duyệt")
    _, old = await chief.labelled("Duyệt")
    assert old.action is not None
    chat.clock.forward(hours=2)
    await chief.presses("Duyệt")
    await officer.presses("Sau 1 phút")

    [answer] = await chief.presses_action(old.action)

    assert "đã thay đổi" in answer.text


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
    for value in ("phường Đông Kinh", "giả danh điện lực {abc}", "hết ngày 24/11"):
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
    assert "giả danh điện lực {abc}" in run.content["vi"]
    assert "Cảnh báo: đang có lừa đảo tại phường Đông Kinh" in run.content["vi"]
    assert "fake electricity staff" in run.content["en"]


async def test_a_link_is_not_filled_in(chat: Chat, officer: Party) -> None:
    await officer.writes("/chiendich")
    await officer.presses("Lừa đảo trên mạng")
    while SCAM not in (await officer.last()).labels:
        await officer.presses("Xem thêm")
    await officer.presses(SCAM)
    await officer.presses("Dùng bài này")

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
    assert post.buttons[1].start == "bao-tin"
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
    assert (await officer.last()).text == "Giờ này đã qua. Xin chọn giờ khác."
    await officer.writes("chiều mai")
    assert "Chưa hiểu giờ" in (await officer.last()).text
    await officer.writes("07:00 24/11")

    assert "Thời gian: 07:00 ngày 24/11/2026." in (await officer.last()).text


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


async def running(chat: Chat, officer: Party, chief: Party, people: int = 2) -> Run:
    for number in range(people):
        await chat.subscriber(str(3000 + number))
    await write(officer)
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await tick(chat)
    return await newest_run(chat)


async def test_pause_and_resume(chat: Chat, officer: Party, chief: Party) -> None:
    run = await running(chat, officer, chief)
    await officer.writes(f"/tamdung {run.code.lower().replace('-', '')}")
    assert (await newest_run(chat)).state is RunState.PAUSED
    sent = await chat.deliver()
    assert run.code not in "".join(heard.text for heard in sent if heard.kind == "campaign")
    await tick(chat)
    assert (await newest_run(chat)).state is RunState.PAUSED
    await officer.writes(f"/tamdung {run.code}")
    assert "không đang gửi" in (await officer.last()).text

    await officer.writes(f"/tieptuc {run.code}")
    await tick(chat)
    sent = await chat.deliver()
    await tick(chat)

    assert sum(heard.kind == "campaign" for heard in sent) == 2
    assert (await newest_run(chat)).state is RunState.FINISHED


async def test_cancelling_asks_first_and_skips_the_rest(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await running(chat, officer, chief)
    await officer.writes(f"/huy {run.code}")
    assert "Còn 2 tin chưa gửi" in (await officer.last()).text
    assert (await newest_run(chat)).state.is_over is False
    await officer.presses("Hủy hẳn")
    assert (await newest_run(chat)).state is RunState.CANCELLED
    [answer] = await officer.presses("Hủy hẳn")
    assert "đã kết thúc" in answer.text
    await officer.writes(f"/baocao {run.code}")
    assert "Không gửi, có lý do: 2 (100,00%)\n  - đợt bị hủy: 2" in (await officer.last()).text


async def test_a_campaign_not_started_is_cancelled_by_its_number(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await chief.writes("/huy 1")
    await chief.presses("Hủy hẳn")
    assert "Trần Chỉ Huy đã hủy chiến dịch số 1" in (await officer.last()).text
    chat.clock.forward(hours=2)
    await tick(chat)
    assert await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 1)) == []


async def test_the_list_shows_what_waits_and_what_ran(
    chat: Chat, officer: Party, chief: Party
) -> None:
    run = await running(chat, officer, chief)
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Gửi duyệt")

    await officer.writes("/cacdot")

    text = (await officer.last()).text
    assert f"Chiến dịch số 2: {HELMETS} (chờ duyệt)" in text
    assert f"{run.code} (đang gửi): nhận chuyển 0/2, đã đọc 0" in text


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("/baocao", "Xin ghi mã đợt sau lệnh, ví dụ: /baocao AN-7KQ2M"),
        ("/baocao AN-22222", "Không có đợt nào mang mã này ở đơn vị."),
        ("/tamdung linh tinh", "Không có đợt nào mang mã này ở đơn vị."),
        ("/huy 77", "Không có đợt nào mang mã này ở đơn vị."),
    ],
)
async def test_a_wrong_code_gets_a_clear_answer(
    chat: Chat, officer: Party, command: str, answer: str
) -> None:
    await officer.writes(command)
    assert (await officer.last()).text == answer


async def test_another_units_run_is_not_there(chat: Chat, officer: Party, chief: Party) -> None:
    run = await running(chat, officer, chief)
    await chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    stranger = await chat.staff("2050", Role.CHIEF, at="tam-thanh")
    for command in ("/baocao", "/tamdung", "/huy"):
        await stranger.writes(f"{command} {run.code}")
        assert "Không có đợt nào" in (await stranger.last()).text
    _, button = await chief.labelled("Duyệt")
    assert button.action is not None
    [answer] = await stranger.presses_action(button.action)
    assert answer.text == STALE


async def test_the_author_is_told_of_a_time_that_was_missed(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await write(officer, when="Sau 1 giờ")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    chat.clock.forward(hours=1, minutes=31)

    await tick(chat)
    await tick(chat)

    assert "đã lỡ giờ" in (await officer.last()).text
    run = await newest_run(chat)
    assert run.state is RunState.MISSED
    assert await chat.look(lambda tx: ledger.pending_of_run(tx, run.id)) == 0


async def test_every_sentence_for_staff_exists_in_every_language(chat: Chat) -> None:
    sentences = catalogue().sentences
    own = {
        language: {key for key in known if key.startswith("campaigns.")}
        for language, known in sentences.items()
    }
    assert own[Language.VI] == own[Language.EN] == own[Language.ZH]
    for state in RunState:
        assert f"campaigns.is_{state}" in own[Language.VI]


async def test_approving_now_is_valid_for_a_day(chat: Chat, officer: Party, chief: Party) -> None:
    await chat.subscriber("3001")
    await write(officer)
    await officer.presses("Gửi duyệt")
    chat.clock.forward(seconds=timedelta(hours=25).total_seconds())
    [answer] = await chief.presses("Duyệt")
    assert "Đã quá giờ" in answer.text
