"""An evening on which somebody goes round by phone as the police: everybody knows in minutes."""

from domain.audit import Act
from domain.delivery import Lane
from domain.language import Language
from storage.campaigns import runs
from storage.campaigns.runs import Run
from storage.staff import audit
from tests.chat import Party
from tests.days.commune import (
    VILLAGES,
    Commune,
    hanoi,
    on_every_platform,
    open_commune,
    village_code,
)
from tests.handlers.campaigns.world import HELMETS
from tests.platforms import Platform

SCAM = "Có số lạ xưng công an gọi đòi chuyển tiền để “định danh”. Bà con cúp máy, không chuyển tiền"
PEOPLE = 8 * len(VILLAGES) + 2


@on_every_platform
async def test_one_line_and_one_tap_warn_every_village_in_the_night_within_ten_minutes(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform) as commune:
        chat, officer, chief = commune.chat, commune.officer, commune.chief
        lan = await commune.resident("1001", village=3)
        mary = await commune.resident("1002", village=3, language=Language.EN)
        for n in VILLAGES:
            for m in range(8):
                await chat.subscriber(f"5{n:02}{m:02}", area=village_code(n))
        helmets = await _begins_a_broadcast_just_before_the_quiet_hours(commune)
        await commune.passes(until=hanoi(2026, 11, 24, 21, 40))
        for who in (officer, chief, lan, mary, *commune.groups.values()):
            await who.news()

        written_at = chat.clock.now()
        await officer.writes(f"/khan {SCAM}")
        assert "để duyệt bằng một lần bấm" in (await officer.last()).text
        await _says_what_a_tap_will_do(commune)
        chat.clock.forward(minutes=3)
        tapped_at = chat.clock.now()
        await chief.presses("Duyệt: tội phạm đang gây án")
        brought = await commune.settles()

        alert = await _newest(commune)
        alerts = [one for one in brought if one.lane is Lane.URGENT and alert.code in one.text]
        assert len(alerts) == PEOPLE + len(VILLAGES)
        assert alert.finished_at is not None
        assert (alert.finished_at - written_at).total_seconds() < 10 * 60
        # The minute that was promised, kept at the pace of the platform.
        assert (alert.finished_at - tapped_at).total_seconds() <= 60
        told = [one.text for one in await officer.heard()]
        assert any("tin cuối cùng đi trong vòng 1 phút kể từ lúc duyệt." in one for one in told)
        for who in (lan, mary, *commune.groups.values()):
            (heard,) = await who.news()
            assert heard.text.startswith(f"CẢNH BÁO KHẨN\n{SCAM}\n\nCông an xã Cao Lộc. Trực ban:")
        if platform.able.buttons:
            # A number is over with the next message; a button stands there for ever.
            [twice] = await chief.presses("Duyệt: tội phạm đang gây án")
            assert "đã được quyết định" in twice.text
        assert await _acts(commune) == [
            (Act.CAMPAIGN_SUBMITTED, officer, None),
            (Act.CAMPAIGN_APPROVED, chief, "tội phạm đang gây án"),
        ]

        # What the night interrupted goes on in the morning, and nobody misses or repeats anything.
        await commune.passes(until=hanoi(2026, 11, 25, 7))
        for run in (helmets, alert):
            told = (await commune.reach(run.code)).splitlines()
            assert f"Định gửi: {PEOPLE} người" in told
            assert f"{commune.app} nhận chuyển, chưa chắc đã xem: {PEOPLE} (100,00%)" in told
            got = [sum(run.code in one.text for one in await who.heard()) for who in (lan, mary)]
            assert got == [1, 1]
        total = (await commune.figures()).sheets[0].rows[-1].now
        assert (total["broadcasts"], total["reached"], total["people"]) == (2, 2 * PEOPLE, PEOPLE)
        await commune.agrees()


async def _says_what_a_tap_will_do(commune: Commune) -> None:
    """It may take two messages, where they are short; the buttons stand under the last."""
    *before, request = await commune.chief.heard()
    assert request.lane is Lane.URGENT
    whole = "\n".join(one.text for one in (*before[-1:], request))
    for line in (
        "TIN KHẨN số 2 do Lê Cán Bộ viết",
        SCAM,
        f"Tin riêng qua {commune.app}: {PEOPLE} người, xong trong khoảng 1 phút.",
        "Nhóm, kênh: 11 bài đăng, xong trong khoảng 1 phút.",
        "1 người dùng tiếng khác nhận nguyên văn tiếng Việt.",
        "Gửi ngay cả trong giờ yên tĩnh và không tính vào số bản tin của mỗi người.",
    ):
        assert line in whole


async def _newest(commune: Commune) -> Run:
    unit_id = commune.chat.unit.id
    return (await commune.chat.look(lambda tx: runs.of_unit(tx, unit_id, 1)))[0]


async def _begins_a_broadcast_just_before_the_quiet_hours(commune: Commune) -> Run:
    """Leave it when some fifty got it and the clock strikes half past eight."""
    await commune.passes(until=hanoi(2026, 11, 24, 20, 26))
    await commune.officer.writes("/chiendich")
    for label in ("An toàn giao thông", HELMETS, "Dùng bài này", f"Toàn đơn vị ({PEOPLE})"):
        await commune.officer.presses(label)
    for label in ("Không", "Ngay", "Gửi duyệt"):
        await commune.officer.presses(label)
    await commune.chief.presses("Duyệt")
    await commune.tick()
    assert len(await commune.deliver(most=50)) == 50
    await commune.passes(until=hanoi(2026, 11, 24, 20, 31))
    run = await _newest(commune)
    assert "chờ hết giờ yên tĩnh, gửi từ 07:00 ngày 25/11/2026" in await commune.reach(run.code)
    return run


async def _acts(commune: Commune) -> list[tuple[Act, Party, str | None]]:
    """Return what the log says of the alert: what, who, why."""
    entries = await commune.chat.look(lambda tx: list(audit.entries(tx)))
    people = {(await one.address()).staff_id: one for one in (commune.officer, commune.chief)}
    return [
        (entry.act, people[entry.staff_id], entry.reason)
        for entry in entries
        if entry.facts.get("lane") == "URGENT"
    ]
