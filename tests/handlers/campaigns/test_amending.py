"""Corrections and withdrawals: to exactly those whom the wrong text reached, after four eyes."""

import asyncio

import pytest

from broadcasts import amending, checking, firing
from broadcasts.desk import Desk
from domain.campaign import RunState
from domain.delivery import DeliveryKind, DeliveryState
from domain.language import Language
from domain.messages import Effect, EffectKind
from domain.roles import Role
from storage.campaigns import reached, runs
from storage.database import Tx
from storage.deliveries import effects, ledger
from storage.deliveries.counters import Moves
from storage.people import addresses, residents, units
from storage.people.residents import Wish
from tests.chat import Chat, Party
from tests.handlers.campaigns.sent_runs import correct, move_to, sent, settle_all, start
from tests.handlers.campaigns.world import NOT_ALLOWED, STALE, newest_run


async def test_a_correction_reaches_exactly_those_whom_the_wrong_text_reached(
    chat: Chat, officer: Party, chief: Party
) -> None:
    got, unsure, refused, stopped = [await chat.subscriber(str(3001 + n)) for n in range(4)]
    run = await sent(chat, officer, chief)
    late = await chat.subscriber("3009")
    await move_to(chat, run, unsure, DeliveryState.UNSURE)
    await move_to(chat, run, refused, DeliveryState.REFUSED)
    gone = await stopped.record()
    await chat.do(lambda tx: residents.set_wish(tx, gone.id, Wish.STOPPED))

    await correct(officer, run)
    summary = (await officer.last()).text
    assert f"đúng 3 người đã nhận đợt {run.code}" in summary
    assert "1 người không rõ đã nhận hay chưa" in summary
    assert "1 người đã thôi nhận" in summary
    assert "Không đăng vào nhóm" in summary
    await officer.presses("Gửi duyệt")
    request = (await chief.last()).text
    assert f"đúng 3 người đã nhận đợt {run.code}" in request
    assert f"(mã {run.code}, gửi ngày 23/11/2026)" in request
    await chief.presses("Duyệt")
    brought = await settle_all(chat)

    for party, number in ((got, 2), (unsure, 2), (refused, 1), (stopped, 1), (late, 0)):
        heard = [one for one in await party.heard() if one.kind is DeliveryKind.CAMPAIGN]
        reached = [one for one in heard if one.message_id is not None]
        assert len(reached) == number, party.platform_id
    assert len(brought) == 2
    words = (await got.last()).text
    assert words.startswith("Đính chính\n")
    assert "Nội dung đúng là: Họp lúc 19h30 thứ Bảy." in words
    own = await newest_run(chat)
    assert own.id != run.id
    assert words.endswith(f"Mã bản tin: {own.code}")
    report = (await officer.last()).text
    assert f"Đợt {own.code} đã gửi xong." in report
    assert "đã thôi nhận: 1" in report
    assert await chat.look(checking.verify) == []


async def test_each_gets_a_correction_in_the_language_it_was_written_in(
    chat: Chat, officer: Party, chief: Party
) -> None:
    english = await chat.subscriber("3001", language=Language.EN)
    chinese = await chat.subscriber("3002", language=Language.ZH)
    run = await sent(chat, officer, chief)
    await officer.writes(f"/dinhchinh {run.code}")
    await officer.presses("Viết lời đính chính")
    await officer.writes("Họp lúc 19h30")
    await officer.writes("The meeting is at 19:30")
    await officer.presses("Bỏ bản tiếng Trung")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await settle_all(chat)

    assert "The right wording is: The meeting is at 19:30" in (await english.last()).text
    assert f"(code {run.code}" in (await english.last()).text
    assert "Nội dung đúng là: Họp lúc 19h30" in (await chinese.last()).text


async def test_a_group_that_has_the_post_gets_the_correction_and_no_other(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    group = await chat.group("-100", label="Nhóm Hai")
    run = await sent(chat, officer, chief, groups=True)
    later = await chat.group("-200", label="Nhóm Sau")

    await correct(officer, run)
    summary = (await officer.last()).text
    assert "Đăng vào 1 nhóm, kênh: Nhóm Hai." in summary
    assert "Máy tự gỡ bài cũ ở 1 nhóm, kênh (Nhóm Hai)" in summary
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await settle_all(chat)

    assert "Nội dung đúng là" in (await group.last()).text
    assert await later.heard() == []


async def test_a_group_we_left_is_named_as_one_where_the_post_still_stands(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    group = await chat.group("-100", label="Nhóm Hai")
    run = await sent(chat, officer, chief, groups=True)
    group_id = (await group.address()).group_id
    assert group_id is not None
    await chat.do(lambda tx: units.note_presence(tx, group_id, present=False))

    await officer.writes(f"/rutlai {run.code}")

    said = (await officer.last()).text
    assert "1 người đã nhận và 0 nhóm" in said
    assert "xóa bằng tay (Nhóm Hai)" in said


async def test_a_withdrawal_stops_the_rest_at_once_and_tells_what_it_cannot_do(
    chat: Chat, officer: Party, chief: Party
) -> None:
    near, far = await chat.subscriber("3001"), await chat.subscriber("3002")
    group = await chat.group("-100", label="Nhóm Hai")
    run = await start(chat, officer, chief, groups=True)
    await move_to(chat, run, near, DeliveryState.ACCEPTED)
    await officer.writes(f"/rutlai {run.code}")
    asked = (await officer.last()).text
    assert "đúng 1 người đã nhận và 0 nhóm" in asked
    assert "còn 2 tin chưa gửi" in asked
    assert "chưa xóa được tin đã gửi" in asked
    assert (await newest_run(chat)).state is RunState.SENDING

    await officer.presses("Viết lời rút lại")
    assert (await newest_run(chat)).state is RunState.CANCELLED
    await officer.writes("Ghi sai giờ họp")
    await officer.presses("Bỏ bản tiếng Anh")
    await officer.presses("Bỏ bản tiếng Trung")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    brought = await settle_all(chat)

    assert [one.text.splitlines()[0] for one in brought] == ["Thu hồi tin"]
    assert "Lý do: Ghi sai giờ họp." in (await near.last()).text
    for other in (far, group):
        assert [one for one in await other.heard() if one.message_id is not None] == []


async def test_the_end_of_a_withdrawal_tells_what_was_taken_down_and_what_people_must(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await chat.group("-100", label="Nhóm Hai")
    left = await chat.group("-200", label="Nhóm Ba")
    run = await sent(chat, officer, chief, groups=True)
    group_id = (await left.address()).group_id
    assert group_id is not None
    await chat.do(lambda tx: units.note_presence(tx, group_id, present=False))
    await correct(officer, run, command="/rutlai")
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await settle_all(chat)

    report = (await officer.last()).text
    assert "đã gửi xong" in report
    assert "Máy đã gỡ bài cũ ở 1 nhóm, kênh (Nhóm Hai)." in report
    assert report.endswith("xin người quản trị nhóm xóa bằng tay (Nhóm Ba).")


async def test_an_old_post_is_withdrawn_once_and_only_after_the_second_persons_yes(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    group = await chat.group("-100", label="Nhóm Hai")
    run = await sent(chat, officer, chief, groups=True)
    (post,) = await group.heard()
    await correct(officer, run, command="/rutlai")
    await officer.presses("Gửi duyệt")
    assert [heard.outgoing.effect for heard in await group.heard()] == [None]
    await chief.presses("Duyệt")
    await settle_all(chat)
    (done,) = [heard.outgoing for heard in await group.heard() if heard.outgoing.effect]
    assert done.effect == Effect(EffectKind.WITHDRAW, post.message_id)
    assert done.text == f"Bài này (mã {run.code}) đã được rút lại. Xin không làm theo."
    desk = Desk(chat.context.outbox, chat.context.catalogue)
    assert await chat.do(lambda tx: amending.take_down(tx, desk, run.id)) == 0


async def test_posts_from_before_a_group_became_a_supergroup_are_for_people(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    group = await chat.group("-100", label="Nhóm Hai")
    run = await sent(chat, officer, chief, groups=True)
    desk = Desk(chat.context.outbox, chat.context.catalogue)
    known = await group.address()

    def moved(tx: Tx) -> tuple[int, str | None]:
        addresses.relocate(tx, known.id, "-1001")
        begun = amending.take_down(tx, desk, run.id)
        return begun, amending.posts_left(tx, run.id, desk.say(Language.VI))

    begun, said = await chat.do(moved)
    assert begun == 0
    assert (said or "").endswith("xóa bằng tay (Nhóm Hai).")


@pytest.mark.parametrize("state", [DeliveryState.REFUSED, DeliveryState.UNSURE])
async def test_what_the_platform_did_not_take_down_is_for_people(
    chat: Chat, officer: Party, chief: Party, state: DeliveryState
) -> None:
    await chat.subscriber("3001")
    await chat.group("-100", label="Nhóm Hai")
    run = await sent(chat, officer, chief, groups=True)
    desk = Desk(chat.context.outbox, chat.context.catalogue)

    def settled(tx: Tx) -> str | None:
        assert amending.take_down(tx, desk, run.id) == 1
        (post,) = reached.old_posts(tx, run.id)
        row = effects.of(tx, post.row.id)
        assert row is not None
        moves = Moves()
        ledger.move(tx, row, state, moves)
        moves.apply(tx)
        return amending.posts_left(tx, run.id, desk.say(Language.VI))

    assert (await chat.do(settled) or "").endswith("xóa bằng tay (Nhóm Hai).")


async def test_a_correction_waits_for_what_is_still_on_its_way(
    chat: Chat, officer: Party, chief: Party
) -> None:
    near, far = await chat.subscriber("3001"), await chat.subscriber("3002")
    run = await start(chat, officer, chief)
    await move_to(chat, run, near, DeliveryState.ACCEPTED)
    await correct(officer, run)
    await officer.presses("Gửi duyệt")
    # As when its send was in flight while the run was cancelled.
    await move_to(chat, run, far, DeliveryState.PENDING)
    await chief.presses("Duyệt")
    await tick_firing_only(chat)
    assert (await newest_run(chat)).id == run.id

    await move_to(chat, run, far, DeliveryState.ACCEPTED)
    await settle_all(chat)

    assert (await newest_run(chat)).id != run.id
    assert "Nội dung đúng là" in (await far.last()).text


async def tick_firing_only(chat: Chat) -> None:
    desk = Desk(chat.context.outbox, chat.context.catalogue)
    await chat.do(lambda tx: firing.fire_due(tx, desk))


@pytest.mark.parametrize("command", ["/dinhchinh", "/rutlai"])
async def test_only_who_steers_runs_may_and_only_with_a_code_of_the_unit(
    chat: Chat, officer: Party, chief: Party, command: str
) -> None:
    await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    reviewer = await chat.staff("2009", Role.REVIEWER)
    await reviewer.writes(f"{command} {run.code}")
    assert (await reviewer.last()).text == NOT_ALLOWED
    for typed in (command, f"{command} AN-22222", f"{command} linh tinh"):
        await officer.writes(typed)
        assert "mã" in (await officer.last()).text
    await officer.writes(f"{command} 1")
    assert f"đợt {run.code}?" in (await officer.last()).text
    await chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    stranger = await chat.staff("2050", Role.CHIEF, at="tam-thanh")
    await stranger.writes(f"{command} {run.code}")
    assert "Không có đợt nào" in (await stranger.last()).text
    await officer.writes(f"{command} {run.code}")
    _, button = await officer.labelled((await officer.last()).labels[0])
    assert button.action is not None
    [answer] = await stranger.presses_action(button.action)
    assert "Không có đợt nào" in answer.text
    for action in ("amend:correct:x", "amend:eat:AAAA", "amend:correct"):
        [answer] = await officer.presses_action(action)
        assert answer.text == STALE


async def test_where_nobody_is_left_to_be_told_that_is_said(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001")
    group = await chat.group("-100", label="Nhóm Hai")
    run = await sent(chat, officer, chief, groups=True)
    group_id, person = (await group.address()).group_id, await lan.record()
    assert group_id is not None

    def leave(tx: Tx) -> None:
        units.note_presence(tx, group_id, present=False)
        residents.set_wish(tx, person.id, Wish.STOPPED)

    await chat.do(leave)
    await officer.writes(f"/dinhchinh {run.code}")

    said = await officer.last()
    assert "không có ai để gửi lời đính chính" in said.text
    assert said.labels == []


async def test_what_reached_nobody_needs_no_correction(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    run = await start(chat, officer, chief)
    await officer.writes(f"/dinhchinh {run.code}")
    assert f"Nếu còn đang gửi: /huy {run.code}" in (await officer.last()).text


async def test_a_run_is_corrected_once_at_a_time(chat: Chat, officer: Party, chief: Party) -> None:
    await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    other = await chat.staff("2005", Role.OFFICER, name="Cán Bộ Khác")
    for one in (officer, other):
        await correct(one, run)
    _, mine = await officer.labelled("Gửi duyệt")
    _, theirs = await other.labelled("Gửi duyệt")
    assert mine.action is not None
    assert theirs.action is not None

    answers = await asyncio.gather(
        officer.presses_action(mine.action), other.presses_action(theirs.action)
    )

    refused = [answer.text for [answer] in answers if answer.text]
    assert len(refused) == 1
    assert "Chiến dịch số 2 đang đính chính hoặc rút lại" in refused[0]
    await officer.writes(f"/rutlai {run.code}")
    assert "Muốn thôi: /huy 2" in (await officer.last()).text
    await officer.writes("/huy 2")
    await officer.presses("Hủy hẳn")
    await officer.writes(f"/rutlai {run.code}")
    assert "Rút lại đợt" in (await officer.last()).text


async def test_a_correction_can_be_corrected(chat: Chat, officer: Party, chief: Party) -> None:
    lan = await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    for _ in range(2):
        await correct(officer, run)
        await officer.presses("Gửi duyệt")
        await chief.presses("Duyệt")
        await settle_all(chat)
        run, wrong = await newest_run(chat), run
        assert f"(mã {wrong.code}" in (await lan.last()).text


async def test_the_chief_who_writes_a_withdrawal_does_not_approve_it(
    chat: Chat, officer: Party, chief: Party
) -> None:
    deputy = await chat.staff("2004", Role.DEPUTY, name="Phó Chỉ Huy")
    await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await correct(chief, run, command="/rutlai")
    await chief.presses("Gửi duyệt")
    _, button = await deputy.labelled("Duyệt")
    assert button.action is not None

    [answer] = await chief.presses_action(button.action)

    assert "Không tự duyệt" in answer.text
    await deputy.presses("Duyệt")
    await settle_all(chat)
    assert len(await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 9))) == 2


async def test_going_back_asks_for_the_words_again_and_keeps_the_run(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    run = await sent(chat, officer, chief)
    await correct(officer, run)
    await officer.presses("Quay lại")
    assert "điền “nội dung đúng”" in (await officer.last()).text
    await officer.writes("Họp lúc 20h")
    summary = (await officer.last()).text
    assert "Nội dung đúng là: Họp lúc 20h" in summary
    assert run.code in summary
