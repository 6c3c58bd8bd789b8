"""Somebody goes on leave, comes back, and retires in the middle of a hand-over."""

from collections.abc import Sequence

from domain.delivery import Lane
from domain.roles import Role
from storage.database import Tx
from storage.people import units
from storage.staff import audit, one_time_codes, setting_up, staff_links
from storage.staff.one_time_codes import CodePurpose
from tests.chat import Party
from tests.days.commune import Commune, hanoi, on_every_platform, open_commune
from tests.days.rows import row
from tests.platforms import Platform

TOLD = (
    "nhà cuối xóm bán pháo, tối nào cũng có người lấy",
    "xe tải chạy ẩu qua cổng trường",
    "nghi hàng xóm bạo hành con gái nhỏ",
)
"""The last of them is sensitive: its card carries no content."""
NUMBERS = [f"cao-loc-26000{n}" for n in (1, 2, 3)]
HOANG, LY = "Hoàng Tiếp Nhận", "Lý Đồng Nghiệp"


@on_every_platform
async def test_who_goes_on_leave_hands_over_tips_and_duty_and_what_a_retired_one_held_is_not_lost(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(1,)) as commune:
        desk, hoang = commune.desk, commune.reviewer
        ly = await commune.chat.staff("2007", Role.REVIEWER, Role.DUTY_OFFICER, name=LY)
        await hoang.writes("/truc T2-T6 7h-17h")
        writers = [commune.chat.resident(f"100{n}") for n in range(3)]
        for writer, text in zip(writers, TOLD, strict=True):
            await writer.writes(text)
            await commune.passes(minutes=5)
            await hoang.presses("Nhận việc", of=desk)
        await commune.settles()
        await _goes_on_leave(commune, ly)
        await _the_tips_are_hers_now(commune, ly, writers)
        await _an_alarm_goes_to_who_is_on_duty(commune, ly)

        await commune.passes(until=hanoi(2026, 11, 30))
        await _comes_back(commune, ly)
        await _retires_while_his_tips_are_handed_over(commune, ly)
        await _nothing_is_lost(commune, ly, writers)
        await commune.agrees()


async def _holders(commune: Commune) -> list[str]:
    """Return who holds each open tip, by number, as the chief's list says."""
    await commune.chief.writes("/tin")
    lines = [line for line in (await commune.chief.last()).text.splitlines() if line[0] == "•"]
    return [holder for _, holder, *_ in sorted(line.split(" · ") for line in lines)]


async def _goes_on_leave(commune: Commune, ly: Party) -> None:
    hoang = commune.reviewer
    await hoang.writes("/bangiao")
    assert set((await hoang.last()).labels) == {"Trần Chỉ Huy", "Nông Trực Ban", LY}
    await hoang.presses(LY)
    asked = (await hoang.last()).text
    assert asked.splitlines() == [
        f"Bàn giao việc của {HOANG} cho {LY}:",
        f"✓ 3 tin: {', '.join(NUMBERS)}",
        "✓ Ca trực hằng tuần: T2-T6 07:00–17:00",
    ]
    assert await _holders(commune) == [HOANG] * 3, "nothing goes before it is confirmed"
    await ly.news()
    await commune.desk.news()
    await hoang.presses_at_once("Bàn giao", hoang)
    await commune.settles()
    assert await _holders(commune) == [LY] * 3
    *cards, list_of_them, duty = await ly.news()
    assert "T2-T6 07:00–17:00" in duty.text
    assert [card.text.splitlines()[:2] for card in cards] == [
        [f"Tin {number}", f"{HOANG} giao tin này cho anh/chị."] for number in NUMBERS
    ]
    assert [told in card.text for told, card in zip(TOLD, cards, strict=True)] == [
        True,
        True,
        False,
    ]
    (in_group,) = await commune.desk.news()
    assert list_of_them.text == in_group.text
    assert all(number in in_group.text for number in NUMBERS)

    # The turns of duty are hers, too, and nothing is left with him.
    await hoang.writes("/truc lịch")
    assert f"– ● {HOANG}: T2-T6 07:00–17:00 ({LY} trực thay)" in (await hoang.last()).text
    assert f"Đang trực: {LY}." in (await hoang.last()).text
    await hoang.writes("/bangiao")
    away = await hoang.last()
    assert away.labels == [f"Nhận lại về {HOANG} (từ {LY})"]
    assert "3 tin, ca trực" in away.text


async def _the_tips_are_hers_now(commune: Commune, ly: Party, writers: Sequence[Party]) -> None:
    """What a resident adds comes to her, she answers, and no old button gives him anything."""
    hoang, writer = commune.reviewer, writers[1]
    await hoang.news()
    await ly.news()
    await writer.news()
    await writer.writes("xe màu xanh, sáng nào cũng qua lúc bảy giờ")
    await commune.passes(minutes=5)
    (more,) = await ly.news()
    assert "│ xe màu xanh" in more.text
    assert await hoang.news() == []
    await writer.news()
    await ly.writes("Cảm ơn bà con. Có thấy biển số không ạ?", reply_to=more.message_id)
    await commune.settles()
    (notice,) = await writer.news()
    assert notice.labels == ["Xem"]
    await writer.presses("Xem")
    answer = (await writer.last()).text
    assert "Có thấy biển số không ạ?" in answer
    assert not any(name in answer for name in (HOANG, LY))
    (refused,) = await hoang.presses("Kết thúc", of=commune.desk)
    assert f"{LY} đang giữ" in refused.text
    await ly.presses("Xem riêng")
    await commune.settles()
    assert TOLD[2] in (await ly.last()).text


async def _an_alarm_goes_to_who_is_on_duty(commune: Commune, ly: Party) -> None:
    await ly.news()
    await commune.reviewer.news()
    await commune.chat.resident("1009").writes("cháy nhà ở thôn Ví Dụ 1 rồi, cứu với")
    await commune.settles()
    (page,) = await ly.news()
    assert (page.lane, page.labels) == (Lane.URGENT, ["Đã nhận", "Xem riêng"])
    assert await commune.reviewer.news() == []
    await ly.presses("Đã nhận")
    for label in ("Nhận việc", "Kết thúc", "Đã xử lý"):
        await ly.presses(label, of=commune.desk)
        await commune.settles()
    await commune.passes(minutes=30)
    assert not [one for one in await commune.chief.news() if one.lane is Lane.URGENT]


async def _comes_back(commune: Commune, ly: Party) -> None:
    """He takes everything back with one press, and gives her one tip for good."""
    hoang = commune.reviewer
    await hoang.writes("/bangiao")
    back = f"Nhận lại về {HOANG} (từ {LY})"
    _, button = await hoang.labelled(back)
    (refused,) = await commune.duty.presses_action(button.action or "")
    assert "không có quyền" in refused.text
    await ly.news()
    await hoang.presses_at_once(back, hoang)
    await commune.settles()
    assert await _holders(commune) == [HOANG] * 3
    told = [one.text for one in await ly.news()]
    assert any("đã trở lại và nhận lại" in text and "T2-T6" in text for text in told)
    await hoang.writes("/truc lịch")
    assert f"– ● {HOANG}: T2-T6 07:00–17:00\n" in (await hoang.last()).text
    assert f"Đang trực: {HOANG}." in (await hoang.last()).text
    await hoang.writes(f"/tin {NUMBERS[2]}")
    await hoang.presses("Giao cho…")
    await hoang.presses(LY)
    assert await _holders(commune) == [HOANG, HOANG, LY]


async def _retires(commune: Commune, who: Party) -> int:
    """Do what `python -m bot staff retire` does; return how many tips wait for others."""
    staff_id = (await who.address()).staff_id
    assert staff_id is not None

    def work(tx: Tx) -> int:
        known = units.get_staff(tx, staff_id)
        assert known is not None
        staff_links.unlink(tx, known)
        one_time_codes.revoke(tx, CodePurpose.STAFF, known.id)
        return setting_up.change_staff(tx, known.id, known.name, known.roles, active=False)

    return await commune.chat.do(work)


async def _retires_while_his_tips_are_handed_over(commune: Commune, ly: Party) -> None:
    chief, hoang = commune.chief, commune.reviewer
    await chief.writes("/bangiao")
    assert set((await chief.last()).labels) == {f"{HOANG} (2 tin, ca trực)", f"{LY} (1 tin)"}
    await chief.presses(f"{HOANG} (2 tin, ca trực)")
    await chief.presses(LY)
    assert "✓ 2 tin" in (await chief.last()).text
    await commune.desk.news()
    assert await _retires(commune, hoang) == 2
    (answer,) = await chief.presses("Bàn giao")
    assert "đã khác lúc hỏi" in answer.text
    assert await _holders(commune) == ["chưa ai nhận", "chưa ai nhận", LY]
    await commune.settles()
    waiting = [one.text.splitlines()[0] for one in await commune.desk.news()]
    assert sorted(waiting) == [f"Tin {number} cần người nhận tiếp" for number in NUMBERS[:2]]

    # He has no rights any more, and no alarm goes to him.
    await hoang.news()
    await hoang.writes("/tin")
    assert "cao-loc" not in (await hoang.last()).text
    (answer,) = await hoang.presses("Nhận việc", of=commune.desk)
    # To who writes a number of a tip there, and is nobody of the staff, nothing is said.
    said = "chưa liên kết với cán bộ nào" if commune.chat.platform.able.quotes else ""
    assert said in answer.text
    await chief.writes("/truc lịch")
    assert HOANG not in (await chief.last()).text
    await hoang.news()
    await commune.chat.resident("1010").writes("có người cầm dao đánh nhau trước chợ")
    await commune.settles()
    assert await hoang.news() == []
    for one in (ly, commune.duty):
        assert (await one.last()).lane is Lane.URGENT
    await commune.duty.presses("Đã nhận")
    await _what_stood_under_his_name_is_given_away(commune, ly)


async def _what_stood_under_his_name_is_given_away(commune: Commune, ly: Party) -> None:
    """The chief was told of his turns once, and gives them to her; she cannot give them back."""
    chief = commune.chief
    told = [one for one in await chief.heard() if f"{HOANG} đã nghỉ" in one.text]
    assert len(told) == 1
    assert "T2-T6 07:00–17:00" in told[0].text
    if chief.chat.platform.able.buttons:
        await chief.presses("Bàn giao việc của người đó")
    else:
        # That message is not the newest any more: its number is over, the command is not.
        await chief.writes("/bangiao")
        await chief.presses(next(one for one in (await chief.last()).labels if HOANG in one))
    await chief.presses(LY)
    await chief.presses("Bàn giao")
    await chief.writes("/truc lịch")
    assert f"{HOANG} (đã nghỉ): T2-T6 07:00–17:00 ({LY} trực thay)" in (await chief.last()).text
    await chief.writes("/bangiao")
    (answer,) = await chief.presses(f"Nhận lại về {HOANG} (đã nghỉ) (từ {LY})")
    assert "không còn làm việc ở đây" in answer.text


async def _nothing_is_lost(commune: Commune, ly: Party, writers: Sequence[Party]) -> None:
    """What waited is taken and closed, its writers are told, and every tip is in the figures."""
    for number in NUMBERS[:2]:
        free = next(
            one
            for one in reversed(await commune.desk.heard())
            if one.text.startswith(f"Tin {number} cần người nhận tiếp")
        )
        (take,) = [button for button in free.buttons if button.label == "Nhận việc"]
        await ly.presses_action(take.action or "", of=commune.desk, message_id=free.message_id)
    await commune.settles()
    assert (await _holders(commune))[:3] == [LY] * 3
    for writer in writers:
        await writer.news()
    await ly.writes("/bangiao")
    await ly.presses("Trần Chỉ Huy")
    await ly.presses("Bàn giao")
    await commune.settles()
    assert [*await _holders(commune)][:3] == ["Trần Chỉ Huy"] * 3
    report = await commune.figures()
    total = row(report, "B3")
    assert [total[one] for one in ("new", "urgent", "closed", "at_end")] == [5, 2, 1, 4]
    given = await commune.chat.look(
        lambda tx: [one.act.value for one in audit.entries(tx)].count("tip_assigned")
    )
    assert given == 3 + 3 + 1 + 3
