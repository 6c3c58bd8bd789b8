"""Before Tết: fireworks, for every village and its group, week after week."""

from datetime import datetime, timedelta

from domain.delivery import DeliveryKind, GoneAway
from domain.failures import Until
from domain.language import Language
from reports import run_report, upward, workbook
from reports.sheet import Few
from storage.campaigns import runs
from storage.campaigns.runs import Run
from tests.chat import Party
from tests.days.commune import (
    VILLAGES,
    Commune,
    hanoi,
    on_every_platform,
    open_commune,
    village_code,
)
from tests.handlers.campaigns.world import NOT_ALLOWED
from tests.platforms import Platform

FINES = "Pháo nổ: mức phạt mới từ 15/12/2025"
BY_VILLAGE = {n: 4 if n == 3 else 3 if n == 7 else 2 for n in VILLAGES}
"""Two neighbours in each, Lan and Mary in the third, Ming in the seventh."""


@on_every_platform
async def test_a_campaign_to_eleven_villages_is_signed_approved_and_told_village_by_village(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform) as commune:
        chat = commune.chat
        lan = await commune.resident("1001", village=3)
        mary = await commune.resident("1002", village=3, language=Language.EN)
        ming = await commune.resident("1003", village=7, language=Language.ZH)
        declined = chat.resident("1004")
        await declined.starts("thon-vi-du-5")
        await declined.presses("Không")
        neighbours = [
            await chat.subscriber(f"5{n:02}{m}", area=village_code(n))
            for n in VILLAGES
            for m in range(2)
        ]
        await commune.passes(until=hanoi(2027, 1, 8))
        await declined.news()
        await _is_written_signed_and_approved(commune)
        people = (lan, mary, ming, *neighbours)
        await _dropped_in(commune, hanoi(2027, 1, 10, 20), *people)
        for who in (lan, mary, ming):
            await who.news()

        await commune.passes(until=hanoi(2027, 1, 11, 7, 59))
        assert await lan.news() == []
        await commune.passes(until=hanoi(2027, 1, 11, 8))
        run = await _newest(commune)
        for who, words, label in (
            (lan, "20 - 40 triệu đồng", "Đã đọc"),
            (mary, "VND 20-40 million", "I have read this"),
            (ming, "2000万至4000万越南盾", "已阅读"),
        ):
            (heard,) = await who.news()
            assert words in heard.text
            assert run.code in heard.text
            assert heard.labels[0] == label
        assert await declined.news() == []
        for group in commune.groups.values():
            (post,) = await group.news()
            assert post.labels == ["Đã đọc", "Báo tin riêng"]
        await _answers(commune)
        await _first_week_is_told(commune, run)

        hoa = await commune.resident("1005", village=11)
        people = (*people, hoa)
        await _dropped_in(commune, hanoi(2027, 1, 17, 20), *people)
        await _second_week_is_told(commune, neighbours)
        assert await _got(hoa) == 1
        people = tuple(one for one in people if one not in (neighbours[0], neighbours[2]))
        for day in (25, 32, 39):
            monday = hanoi(2027, 1, 1, 8) + timedelta(days=day - 1)
            await _dropped_in(commune, monday - timedelta(hours=12), *people)
            await commune.passes(until=monday)
        found = await chat.look(lambda tx: runs.of_unit(tx, chat.unit.id, 20))
        assert [one.occurrence for one in found] == [4, 3, 2, 1]
        assert await _got(hoa) == 3
        assert await _got(ming) == 4
        await _the_month_is_told(commune)
        await commune.agrees()


async def _dropped_in(commune: Commune, evening: datetime, *people: Party) -> None:
    """Where nothing comes to who was away for two days, they look in on the evening before."""
    await commune.passes(until=evening)
    await commune.drop_in(*people)


async def _got(who: Party) -> int:
    return sum(one.kind is DeliveryKind.CAMPAIGN for one in await who.heard())


async def _newest(commune: Commune) -> Run:
    unit_id = commune.chat.unit.id
    return (await commune.chat.look(lambda tx: runs.of_unit(tx, unit_id, 1)))[0]


async def _is_written_signed_and_approved(commune: Commune) -> None:
    officer, chief, deputy = commune.officer, commune.chief, commune.deputy
    await officer.writes("/chiendich")
    for label in ("Pháo", FINES, "Dùng bài này"):
        await officer.presses(label)
    for n, number in BY_VILLAGE.items():
        if n == 8:
            await officer.presses("Xem thêm")
        await officer.presses(f"thôn Ví Dụ {n} ({number})")
    assert "Đang chọn 11 địa bàn" in (await officer.last()).text
    for label in ("Xong", "Có"):
        await officer.presses(label)
    await officer.writes("hằng tuần thứ 2 lúc 8h đến 5/2/2027")
    # Where messages are short the plan takes several.
    plan = "\n".join(one.text for one in (await officer.heard())[-6:])
    for language in ("tiếng Việt", "tiếng Anh", "tiếng Trung"):
        assert f"[Bản {language}]" in plan
    assert ", thôn Ví Dụ 11, 25 người đã đồng ý (tiếng Anh 1, tiếng Việt 23, tiếng Trung 1)" in plan
    assert "Đăng vào 11 nhóm, kênh" in plan
    cut_off = "Lâu không nhắn cho đơn vị nên kênh không cho gửi riêng: 25 người." in plan
    assert cut_off is (commune.chat.platform.able.reply_window is not None)
    days = ("11/01/2027", "18/01/2027", "25/01/2027", "01/02/2027")
    assert "; ".join(f"08:00 ngày {day}" for day in days) in plan
    await officer.presses("Gửi duyệt")
    assert "phải có chữ ký đối chiếu trước" in (await officer.last()).text

    # Nothing to approve before the figures of law are signed.
    assert (await deputy.last()).labels == ["Đã đối chiếu, ký", "Không ký"]
    assert "NĐ 282/2025 Điều 13" in (await chief.last()).text
    await chief.presses("Đã đối chiếu, ký")
    assert "có giá trị tới 08/01/2028" in (await deputy.last()).text
    own = (await deputy.labelled("Duyệt"))[1].action
    assert own is not None
    (refused,) = await officer.presses_action(own)
    assert refused.text == NOT_ALLOWED
    await deputy.presses("Duyệt")
    assert (
        "Phó Chỉ Huy đã duyệt chiến dịch số 1. Gửi lúc 08:00 ngày 11/01/2027."
        in (await officer.last()).text
    )


async def _answers(commune: Commune) -> None:
    """Two read it, one tells privately of a seller, one under the post of the fifth village."""
    chat, group = commune.chat, commune.groups[5]
    lan, mary = chat.resident("1001"), chat.resident("1002")
    by_buttons = bool(commune.chat.platform.able.buttons)
    await lan.presses("Đã đọc")
    if by_buttons:
        await lan.presses("Đã đọc")
    await mary.presses("I have read this")
    if by_buttons:
        # A second number is over with the answer to the first: there one just writes.
        await lan.presses("Báo tin")
    await lan.writes("cuối thôn có nhà bán pháo nổ, tối nào cũng có người tới lấy")
    binh, chi = chat.resident("1006"), chat.resident("1007")
    await binh.presses("Đã đọc", of=group)
    post = await group.last()
    await chi.writes(
        "đêm qua sau nhà văn hóa có đốt pháo", in_group=group, reply_to=post.message_id
    )
    await commune.passes(minutes=10)


async def _first_week_is_told(commune: Commune, run: Run) -> None:
    # Nobody is told there what a message answers: then its hour alone speaks for it.
    meant = int(commune.chat.platform.able.quotes)
    await commune.officer.writes(f"/baocao {run.code}")
    told = await commune.reach(run.code)
    assert told in (await commune.officer.last()).text
    places = [line for line in told.splitlines() if line.startswith("  - thôn")]
    assert places == [
        *(f"  - thôn Ví Dụ {n}: {number}/{number} (100,00%)" for n, number in BY_VILLAGE.items()),
        f"  - thôn Ví Dụ 3: đã đọc 2, {'trả lời 1, ' if meant else ''}có tin báo: 1",
    ]
    for line in (
        "Định gửi: 25 người",
        "Đã xem: không biết",
        "Bấm “Đã đọc”: 2",
        f"Tin báo gắn với đợt: 1 (nói rõ {meant}, suy đoán theo giờ {1 - meant})",
        "  - tiếng Trung: 1/1 (100,00%)",
    ):
        assert line in told.splitlines()
    assert "11/11 bài; thành viên lúc đăng: 1.100, là mức trên, không phải số người đọc" in told
    assert f"số người bấm “Đã đọc”: 1; số người trả lời: {meant}" in told
    assert f"tin báo từ bài đăng: {meant}." in told
    assert "  - 08:00–08:59 ngày 11/01/2027: 25" in told.splitlines()
    await _stands_in_the_workbook(commune, run)


async def _stands_in_the_workbook(commune: Commune, run: Run) -> None:
    """Inside as it is; upward no village tells of fewer than five."""
    made = await commune.chat.look(lambda tx: run_report.of_run(tx, run))
    assert [sheet.code for sheet in made.sheets] == ["Địa bàn", "Ngôn ngữ", "Giờ", "Bài đăng"]
    assert all(check.holds for sheet in made.sheets for check in sheet.checks)
    villages, _, hours, posts = made.sheets
    third = next(row.now for row in villages.rows if row.label == "thôn Ví Dụ 3")
    assert [third[key] for key in ("targeted", "taken", "acknowledged", "tips")] == [4, 4, 2, 1]
    assert [(row.label, row.now["taken"]) for row in hours.rows] == [
        ("08:00–08:59 ngày 11/01/2027", 25),
        ("Cộng", 25),
    ]
    assert [posts.rows[-1].now[key] for key in ("taken", "members")] == [11, 1100]
    sent = upward.for_upward(made)
    assert {row.now["targeted"] for row in sent.sheets[0].rows[:-1]} == {Few()}
    assert workbook.write(made) != workbook.write(sent)


async def _second_week_is_told(commune: Commune, neighbours: list[Party]) -> None:
    """One blocks the service, which is a stop; one is gone without a word."""
    await neighbours[0].blocks()
    gone, away = neighbours[2].platform_id, GoneAway(Until.THEY_WRITE, "deactivated")
    await commune.passes(
        until=hanoi(2027, 1, 18, 8),
        answer=lambda send: away if send.chat.chat_id == gone else None,
    )
    told = await commune.reach((await _newest(commune)).code)
    for line in (
        "Định gửi: 25 người",
        "Không liên lạc được: 1 (4,00%)",
        "  - thôn Ví Dụ 1: 1/1 (100,00%)",
        "  - thôn Ví Dụ 2: 1/2 (50,00%)",
        "  - thôn Ví Dụ 11: 3/3 (100,00%)",
    ):
        assert line in told.splitlines()


async def _the_month_is_told(commune: Commune) -> None:
    private, posts, *_ = (await commune.figures("15/1/2027", "14/2/2027")).sheets
    total = private.rows[-1].now
    # 25 agreed; three Mondays, and one who cannot be reached on any of them.
    assert [private.rows[0].label, total["broadcasts"]] == ["Pháo", 3]
    assert [total["reached"], total["people"], total["at_end"]] == [72, 24, 25]
    assert [posts.rows[-1].now["posts"], posts.rows[-1].now["members"]] == [33, 3300]
