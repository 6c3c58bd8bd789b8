"""What a tip is about and where it stands, as staff set it and its writer sees it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit import Act
from domain.failures import Until
from domain.language import Language
from domain.roles import Role
from domain.subject import Subject
from domain.tip import TipState, TipStatus
from domain.toneless import toneless
from storage.people import addresses
from storage.staff import audit
from storage.tips import tips
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world
from tips.labels import subjects_named

NUMBER = "dong-kinh-260001"


async def acts(world: World) -> list[Act]:
    found = await world.chat.look(lambda tx: list(audit.entries(tx)))
    return [entry.act for entry in found]


async def test_a_subject_is_set_by_two_presses_and_said_to_the_readers(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.reviewer.presses("Chủ đề", of=world.desk)
        offered = await world.desk.last()
        assert [button.label for button in offered.buttons] == [one.vi for one in Subject]
        await world.reviewer.presses("Pháo", of=world.desk)
        tip = await world.tip()
        assert (tip.subject, tip.subject_assumed) == (Subject.FIREWORKS, False)
        assert (await world.desk.last()).text == f"Tin {NUMBER}: chủ đề Pháo (Hoàng Ví Dụ)."
        (answer,) = await world.reviewer.presses("Pháo", of=world.desk)
        assert "chủ đề này rồi" in answer.text
        assert await acts(world) == [Act.TIP_SUBJECT_SET]


async def test_a_tip_bound_to_a_campaign_assumes_its_subject_until_staff_say_another(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.campaign(to=world.lan)
        await carded(world)
        tip = await world.tip()
        assert (tip.subject, tip.subject_assumed) == (Subject.TRAFFIC, True)
        assert "Chủ đề: An toàn giao thông (theo bài" in (await world.cards())[0].text
        await world.reviewer.writes(f"/chude {NUMBER} an toan giao thong")
        assert "An toàn giao thông" in (await world.reviewer.last()).text
        assert not (await world.tip()).subject_assumed


async def test_an_assumed_subject_does_not_replace_what_staff_said(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        sent = await world.campaign(to=world.lan)
        card = await carded(world)
        await world.reviewer.writes("/chude ma túy", in_group=world.desk, reply_to=card)
        assert (await world.tip()).subject is Subject.DRUGS
        await world.lan.writes("vẫn chỗ ấy nhé", reply_to=sent.message_id)
        tip = await world.tip()
        assert (tip.subject, tip.subject_assumed) == (Subject.DRUGS, False)


async def test_a_command_that_names_several_subjects_or_none_offers_them(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.reviewer.writes("/chude@vi_du_bot", in_group=world.desk, reply_to=card)
        assert len((await world.desk.last()).labels) == len(Subject)
        await world.reviewer.writes("/chude 260001 viec")
        assert (await world.reviewer.last()).labels == [Subject.COMMUNITY.vi, Subject.OTHER.vi]
        await world.reviewer.writes("/chude 269999 ma túy")
        assert "Chưa rõ tin nào" in (await world.reviewer.last()).text
        await world.reviewer.writes("/chude ma túy", in_group=world.desk)
        assert "Chưa rõ tin nào" in (await world.desk.last()).text
        assert (await world.tip()).subject is None


async def test_of_a_sensitive_tip_the_group_does_not_hear_the_subject(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world, "nghi hàng xóm bạo hành con gái nhỏ")
        await world.reviewer.writes("/chude bạo lực", in_group=world.desk, reply_to=card)
        assert (await world.tip()).subject is Subject.VIOLENCE
        assert (await world.desk.last()).text == f"Tin {NUMBER}: đã ghi chủ đề (Hoàng Ví Dụ)."


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMIN, Role.AUDITOR, Role.DUTY_OFFICER])
async def test_who_may_not_work_on_tips_sets_neither_subject_nor_status(
    migrated_database_url: str, role: Role
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        other = await world.chat.staff("770010020077", role)
        for label in ("Chủ đề", "Trạng thái"):
            (answer,) = await other.presses(label, of=world.desk)
            assert "không có quyền" in answer.text
        await other.writes("/chude ma túy", in_group=world.desk, reply_to=card)
        assert "không có quyền" in (await world.desk.last()).text
        assert (await world.tip()).subject is None


async def test_an_erased_tip_and_one_of_another_reviewer_stay_as_they_are(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.reviewer.presses("Chủ đề", of=world.desk)
        await world.chief.presses("Nhận việc", of=world.desk)
        await world.tick()
        (answer,) = await world.reviewer.presses("Pháo", of=world.desk)
        assert "đang giữ việc này" in answer.text
        tip = await world.tip()
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        for label in ("Chủ đề", "Trạng thái", "Pháo"):
            (answer,) = await world.chief.presses(label, of=world.desk)
            assert "đã được xóa" in answer.text


async def test_buttons_with_broken_arguments_are_stale(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        for action in ("subject", "topic:x", "topic:x:drugs", "stand:x:y", "status:", "stand"):
            (answer,) = await world.reviewer.presses_action(action, of=world.desk)
            assert "không còn dùng được" in answer.text


async def test_asking_for_more_is_told_neutrally_and_answered_into_the_same_tip(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await world.reviewer.presses("Trạng thái", of=world.desk)
        assert (await world.desk.last()).labels == ["Đang xác minh", "Cần bổ sung thông tin"]
        await world.reviewer.presses("Cần bổ sung thông tin", of=world.desk)
        tip = await world.tip()
        assert (tip.state, tip.status) == (TipState.TAKEN, TipStatus.NEEDS_MORE)
        (notice,) = await world.lan.news()
        assert notice.text == "Bà con có tin mới từ Công an phường Đông Kinh."
        await world.lan.presses("Xem")
        assert "cần thêm thông tin" in (await world.lan.last()).text
        world.chat.clock.forward(hours=5)
        await world.lan.writes("nhà số 8, cổng xanh")
        (tip,) = await world.tips()
        assert tip.status is TipStatus.VERIFYING
        assert await acts(world) == [Act.TIP_TAKEN, Act.TIP_STATUS_SET]


async def test_a_status_that_asks_nothing_is_not_announced(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await world.reviewer.presses("Trạng thái", of=world.desk)
        await world.reviewer.presses("Đang xác minh", of=world.desk)
        assert await world.lan.news() == []
        (answer,) = await world.reviewer.presses("Đang xác minh", of=world.desk)
        assert "rồi" in answer.text


async def test_two_who_set_a_status_at_once_set_it_once(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await world.reviewer.presses("Trạng thái", of=world.desk)
        label = "Cần bổ sung thông tin"
        await world.reviewer.presses_at_once(label, world.chief, of=world.desk)
        assert len(await world.lan.news()) == 1
        assert (await acts(world)).count(Act.TIP_STATUS_SET) == 1


async def test_nothing_is_asked_of_who_cannot_be_reached(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        lan = await world.lan.address()
        await world.chat.do(lambda tx: addresses.mark_unreachable(tx, lan.id, Until.THEY_WRITE))
        await world.reviewer.presses("Trạng thái", of=world.desk)
        (answer,) = await world.reviewer.presses("Cần bổ sung thông tin", of=world.desk)
        assert "không nhắn được" in answer.text
        assert (await world.tip()).status is TipStatus.RECEIVED


async def test_a_closed_tip_has_its_last_status_and_keeps_it(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.reviewer.presses("Trạng thái", of=world.desk)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.tick()
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        (answer,) = await world.reviewer.presses("Đang xác minh", of=world.desk)
        assert "đã kết thúc" in answer.text
        assert (await world.tip()).status is TipStatus.ENDED
        await world.reviewer.writes("/chude 260001 pháo")
        assert (await world.tip()).subject is Subject.FIREWORKS


@given(st.sampled_from(Subject), st.sampled_from(Language))
def test_every_subject_is_known_by_its_name_with_and_without_tones(
    subject: Subject, language: Language
) -> None:
    label = subject.label(language)
    for typed in (label, label.upper(), toneless(label).casefold(), f"  {label}. "):
        assert subjects_named(typed) == [subject]


@given(st.text(max_size=40))
def test_any_words_at_all_name_subjects_or_none(text: str) -> None:
    found = subjects_named(text)
    assert len(set(found)) == len(found)
