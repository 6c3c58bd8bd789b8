"""Where a campaign goes: villages, groups and channels one by one, or groups and channels alone."""

from domain.campaign import RunState
from tests.chat import DONG_KINH, Chat, Party
from tests.handlers.campaigns.sent_runs import correct, settle_all
from tests.handlers.campaigns.world import HELMETS, STALE, first, newest_run, tick


def village(number: int) -> str:
    return f"{DONG_KINH}-kp-vi-du-{number}"


async def to_places(officer: Party) -> None:
    """Walk to the question where it goes."""
    await officer.writes("/chiendich")
    for label in ("An toàn giao thông", HELMETS, "Dùng bài này"):
        await officer.presses(label)


async def action_of(officer: Party, label: str) -> str:
    _, button = await officer.labelled(label)
    assert button.action is not None
    return button.action


async def test_villages_and_groups_are_chosen_one_by_one_and_no_button_turns_one_back(
    chat: Chat, officer: Party, chief: Party
) -> None:
    people = {n: await chat.subscriber(f"300{n}", area=village(n)) for n in (1, 2, 3, 8)}
    groups = {n: await chat.group(f"-{n}00", area=village(n), label=f"Nhóm {n}") for n in (1, 2, 3)}
    channel = await chat.group("-900", area=DONG_KINH, purpose="channel", label="Kênh phường")
    await to_places(officer)
    [refused] = await officer.presses_action(await _done(officer))
    assert "ít nhất một địa bàn" in refused.text
    twice = await action_of(officer, "khối phố Ví Dụ 1 (1)")
    await officer.presses_action(twice)
    await officer.presses_action(twice)
    await officer.presses("khối phố Ví Dụ 3 (1)")
    await officer.presses("Xem thêm")
    eighth = await action_of(officer, "khối phố Ví Dụ 8 (1)")
    await officer.presses_action(eighth, message_id="77")
    asked = await officer.last()
    assert asked.outgoing.edits == "77", "ticked where it stands, not in a new message"
    chosen = "khối phố Ví Dụ 1, khối phố Ví Dụ 3, khối phố Ví Dụ 8"
    assert f"Đang chọn 3 địa bàn: {chosen} (3 người đã đồng ý)." in asked.text
    assert "✓ khối phố Ví Dụ 8 (1)" in asked.labels  # The page stays open.
    off = await action_of(officer, "✓ khối phố Ví Dụ 8 (1)")
    await officer.presses_action(off)
    await officer.presses_action(off)
    await officer.presses("Xong")
    assert (await officer.last()).outgoing.edits is None
    assert (
        "2 nhóm, kênh của địa bàn này không? Các nhóm: Nhóm 1, Nhóm 3."
        in (await officer.last()).text
    )
    await officer.presses("Chọn từng nhóm, kênh")
    asked = await officer.last()
    assert asked.labels[:4] == ["Nhóm 1", "Nhóm 3", "Kênh phường", "Nhóm 2"]
    for label in ("Kênh phường", "Nhóm 1", "Nhóm 2", "✓ Nhóm 2", "Xong", "Ngay"):
        await officer.presses(label)
    await officer.presses("Chọn người nhận")
    speakers = await action_of(officer, "tiếng Việt")
    await officer.presses_action(speakers)
    await officer.presses_action(speakers)
    assert "✓ tiếng Việt" in (await officer.last()).labels
    [stale] = await officer.presses_action(twice)
    assert stale.text == STALE
    await officer.presses("Xong")
    plan = "Gửi tới: khối phố Ví Dụ 1, khối phố Ví Dụ 3, dưới 5 người đã đồng ý (tiếng Việt)."
    assert plan in (await officer.last()).text
    await officer.presses("Gửi duyệt")
    assert plan in (await chief.last()).text
    assert "Đăng vào 2 nhóm, kênh: Nhóm 1, Kênh phường." in (await chief.last()).text
    known = await first(chat)
    assert known.audience.areas == (village(1), village(3))
    assert known.hash() == known.submitted_hash
    await chief.presses("Duyệt")
    await settle_all(chat)
    heard = {n: len(await one.heard()) for n, one in people.items()}
    assert heard == {1: 1, 2: 0, 3: 1, 8: 0}
    assert [len(await groups[n].heard()) for n in (1, 2, 3)] == [1, 0, 0]
    assert len(await channel.heard()) == 1
    await officer.writes("/baocao 1")
    assert "  - khối phố Ví Dụ 3: 1/1 (100,00%)" in (await officer.last()).text.splitlines()


async def _done(officer: Party) -> str:
    """Return the action of a button that is not offered before something is chosen."""
    return (await action_of(officer, "Bỏ")).replace(":quit:", ":done:")


async def test_a_campaign_for_groups_alone_is_written_to_nobody_and_told_by_its_posts(
    chat: Chat, officer: Party, chief: Party
) -> None:
    lan = await chat.subscriber("3001", area=village(1))
    group = await chat.group("-100", area=village(1), label="Nhóm 1")
    other = await chat.group("-200", area=village(2), label="Nhóm 2")
    await to_places(officer)
    await officer.presses("khối phố Ví Dụ 4 (0)")
    await officer.presses("Xong")
    assert "chưa có nhóm, kênh nào" in (await officer.last()).text
    for label in ("Chọn từng nhóm, kênh", "Chọn hết", "✓ Gửi riêng cho từng người"):
        await officer.presses(label)
    await officer.presses("Bỏ chọn hết")
    [refused] = await officer.presses("Xong")
    assert "chọn ít nhất một nhóm hoặc kênh" in refused.text
    for label in ("Chọn hết", "Xong", "Ngay", "Chọn người nhận", "Đổi địa bàn"):
        await officer.presses(label)
    # The day stays chosen, the groups of other areas do not.
    await officer.presses((await officer.last()).labels[0])
    await officer.presses("Chỉ đăng nhóm, không gửi riêng")
    summary = (await officer.last()).text
    assert "Chỉ đăng nhóm, kênh (Toàn đơn vị); không gửi riêng cho ai." in summary
    assert "Đăng vào 2 nhóm, kênh: Nhóm 1, Nhóm 2." in summary
    assert "bản tin một ngày" not in summary
    before = len(await officer.heard())
    await officer.presses("Xem trước")
    assert len(await officer.heard()) == before + 3  # A line, the post, and that this was all.
    await officer.presses("Gửi duyệt")
    await chief.presses("Duyệt")
    await settle_all(chat)
    await tick(chat)
    run = await newest_run(chat)
    assert run.state is RunState.FINISHED
    assert await lan.heard() == []
    assert [len(await one.heard()) for one in (group, other)] == [1, 1]
    result = (await officer.last()).text
    assert "Chỉ đăng nhóm, kênh; không gửi riêng cho ai." in result
    assert "Định gửi" not in result
    assert "2/2 bài" in result
    await officer.writes("/cacdot")
    assert f"{run.code} (đã xong): đăng 2/2 nhóm, kênh" in (await officer.last()).text
    await correct(officer, run)
    assert "Đăng vào 2 nhóm, kênh: Nhóm 1, Nhóm 2." in (await officer.last()).text
    assert "đúng 0 người đã nhận" in (await officer.last()).text
