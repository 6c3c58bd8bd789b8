"""A night in the third village: somebody is afraid, types without tones, and nobody is awake."""

from domain.audit import Act
from domain.delivery import DeliveryKind, Lane
from storage.staff import audit
from tests.chat import Heard, Party
from tests.days.commune import Commune, hanoi, on_every_platform, open_commune
from tests.platforms import Platform

CRY = "cuu em voi co nguoi cam dao dang pha cua nha em"
CASE = "cao-loc-260001"
HOA = "8800100917"
"""Hoa's platform id, which nobody may read anywhere."""


@on_every_platform
async def test_a_toneless_cry_shows_the_numbers_first_and_wakes_the_chief_when_nobody_answers(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(3,)) as commune:
        chief, desk = commune.chief, commune.desk
        await commune.duty.writes("/truc")
        await commune.passes(until=hanoi(2026, 11, 23, 23, 10))
        await commune.duty.news()
        hoa = commune.chat.resident(HOA)
        # She has just scanned the poster and answered nothing yet.
        await hoa.starts("thon-vi-du-3")
        await hoa.news()

        await hoa.writes(CRY)
        numbers, receipt = await hoa.news()
        assert numbers.lane is Lane.URGENT
        assert numbers.text.startswith("Đang nguy hiểm, xin bà con gọi ngay: 113")
        assert CASE in receipt.text
        assert "xin gọi 113, 114, 115, đừng đợi trả lời ở đây" in receipt.text
        await commune.settles()
        await _wakes_one_after_the_other(commune)

        # Nobody has answered: something waits for her, and nothing on the screen shows what.
        (notice,) = await hoa.news()
        assert "113" not in notice.text
        # What she adds is kept, and she is asked whether she called.
        await hoa.writes("nha em gan nha van hoa thon vi du 3")
        (asked,) = await hoa.news()
        assert asked.text.startswith(f"Đã ghi thêm vào tin {CASE}. Bà con đã gọi 113 chưa")

        await chief.presses("Nhận việc", of=desk)
        card = await _card(commune)
        await _talks_without_a_name(commune, hoa, card)
        await _is_closed(commune, hoa)
        for who in (commune.duty, chief, commune.reviewer, desk):
            assert not any(HOA in one.text for one in await who.heard())
        await _is_counted(commune)
        await commune.agrees()


async def _card(commune: Commune) -> Heard:
    (card,) = [one for one in await commune.desk.heard() if "Nhận việc" in one.labels]
    return card


async def _wakes_one_after_the_other(commune: Commune) -> None:
    """Who is on duty at once, the chief after five minutes; nobody is told what it is about."""
    duty, chief = commune.duty, commune.chief
    (page,) = await duty.news()
    assert (page.lane, page.labels) == (Lane.URGENT, ["Đã nhận", "Xem riêng"])
    card = await _card(commune)
    assert "🔴 KHẨN CẤP" in card.text
    # The poster that she scanned hangs there.
    assert "Địa bàn: thôn Ví Dụ 3" in card.text
    assert f"│ {CRY}" in card.text
    await commune.passes(minutes=4, seconds=30)
    assert await chief.news() == []
    await commune.passes(minutes=1)
    (woken,) = await chief.news()
    assert woken.lane is Lane.URGENT
    for heard in (page, woken):
        assert CASE in heard.text
        assert "dao" not in heard.text
    assert "đã báo động cho chỉ huy" in (await commune.desk.last()).text
    assert await duty.news() == []
    await chief.presses("Đã nhận")
    # Who says that they have it has until a quarter of an hour is over to take it.
    await commune.passes(minutes=8)
    for who in (chief, duty, commune.reviewer):
        assert not any(one.lane is Lane.URGENT for one in await who.news())
    assert f"Tin {CASE}: Trần Chỉ Huy đã nhận báo động." in [
        one.text for one in await commune.desk.heard()
    ]


async def _talks_without_a_name(commune: Commune, hoa: Party, card: Heard) -> None:
    """Hoa reads a notice that says nothing, then the question, and is asked nothing else."""
    desk = commune.desk
    asked = "Chị đang ở đâu, có mấy người? Viết ở đây có an toàn không?"
    await commune.chief.writes(asked, in_group=desk, reply_to=card.message_id)
    await commune.settles()
    (notice,) = await hoa.news()
    assert notice.text == "Bà con có tin mới từ Công an xã Cao Lộc."
    await hoa.presses("Xem")
    (shown,) = await hoa.news()
    assert asked in shown.text
    assert "Trần" not in shown.text
    for answer in ("khong", "em tron trong buong, thon vi du 3, gan nha van hoa", "co 2 nguoi"):
        await hoa.writes(answer)
        for said in await hoa.news():
            assert said.text.startswith(f"Đã ghi thêm vào tin {CASE}.")
            assert said.labels == []
        await commune.passes(seconds=30)
        assert f"│ {answer}" in (await desk.last()).text


async def _is_closed(commune: Commune, hoa: Party) -> None:
    await commune.chief.presses("Kết thúc", of=commune.desk)
    await commune.chief.presses("Đã xử lý", of=commune.desk)
    await commune.settles()
    (notice,) = await hoa.news()
    assert notice.labels == ["Xem"]
    assert CASE not in notice.text
    await hoa.presses("Xem")
    assert f"Tin {CASE} đã kết thúc: việc đã được xử lý." in (await hoa.last()).text
    stubs = [one for one in await commune.desk.heard() if one.kind is DeliveryKind.STUB]
    assert stubs
    assert not any("dao" in stub.text for stub in stubs)
    await hoa.news()
    await hoa.writes("em cam on cac anh")
    assert "Cảm ơn bà con" in (await hoa.news())[0].text


async def _is_counted(commune: Commune) -> None:
    by_code = {sheet.code: sheet for sheet in (await commune.figures()).sheets}
    tips = by_code["B3"].rows[-1].now
    counted = [tips[key] for key in ("new", "anonymous", "urgent", "handled", "closed", "at_end")]
    assert counted == [1, 1, 1, 1, 1, 0]
    assert by_code["B9"].rows[-1].now["revealed"] == 0
    acts = await commune.chat.look(lambda tx: [entry.act for entry in audit.entries(tx)])
    assert Act.TIP_WRITER_REVEALED not in acts
    assert Act.TIP_CLOSED in acts
