"""The journey with residents on Zalo and staff on Telegram: the same handlers, other phones."""

from pathlib import Path

import aiohttp
import pytest

from tests.journeys.phones import REVIEW_GROUP, REVIEWER, Phones
from tests.journeys.players import Player, Shown
from tests.journeys.processes import command, service, simulator
from tests.journeys.story import ANSWERED, TOLD, plan_and_approve, read_alone, subscribe, tell
from tests.journeys.zalo_phones import ZaloPhones
from tests.journeys.zalo_street import plan_alone, work_alone

LANH = "2468000000000001001"
"""She follows the Official Account by phone."""
THAO = "6ede9afa66b88fe6d603"
"""She talks with the Zalo bot, which has no buttons."""
MAI_OA, MAI_BOT = "2468000000000002003", "6ede9afa66b88fe6d602"
"""The reviewer has a chat on each."""
BINH_BOT, CHIEF_OA = "6ede9afa66b88fe6d601", "2468000000000002002"
GROUP = "g:0a1b2c3d4e5f60718293"
"""The group that the account made earlier, which is posted to beside those of Telegram."""


async def _talk_and_close(
    staff: Phones, own: Player, resident: str, reviewer: str, case_number: str
) -> None:
    """As the journey does; but the words stay on the platform by which they came.

    `reviewer` is the reviewer's chat there.
    """
    card = await staff.says(REVIEW_GROUP, case_number)
    assert TOLD not in card["text"]
    await staff.press(REVIEWER, card, "Xem riêng")
    await own.says(reviewer, TOLD)
    await staff.write(REVIEWER, ANSWERED, REVIEW_GROUP, reply_to=card["id"])
    notice = await own.offers(resident, "Xem")
    assert ANSWERED not in notice["text"]
    await own.press(resident, notice, "Xem")
    await own.says(resident, ANSWERED)
    await staff.press(REVIEWER, card, "Kết thúc")
    choice = await staff.offers(REVIEW_GROUP, "Có giá trị", after=card["id"])
    await staff.press(REVIEWER, choice, "Có giá trị")
    news = await own.offers(resident, "Xem", after=notice["id"])
    await own.press(resident, news, "Xem")
    await own.says(resident, f"Tin {case_number} đã kết thúc")


async def _receipts_of(zalo: ZaloPhones, message: Shown) -> tuple[bool, bool]:
    found = next(one for one in await zalo.shown(LANH) if one["id"] == message["id"])
    return found["received"], found["seen"]


async def test_residents_on_both_kinds_of_zalo_live_the_journey_with_staff_on_telegram(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        staff = Phones(address, session)
        oa = ZaloPhones(address, session, "/phone/zalo")
        bot = ZaloPhones(address, session, "/phone/zalo-bot")
        running = service(tmp_path, address, migrated_database_url, zalo=True)
        await running.start()
        try:
            await running.until_said("Zalo OA")
            await running.until_said("Zalo Bot")
            hook = (await running.health_address()).replace("/healthz", "/zalo/oa")
            await oa.switch("settings", webhook_url=hook)
            await subscribe(oa, LANH)
            await subscribe(bot, THAO)
            await plan_and_approve(staff)
            message, code = await read_alone(oa, LANH)
            await oa.open(LANH)
            assert await _receipts_of(oa, message) == (True, True)
            numbered, same = await read_alone(bot, THAO)
            assert same == code
            assert "1. Đã đọc" in numbered["text"]
            await bot.write(MAI_BOT, "/trogiup")
            for phones, resident, reviewer, read in (
                (oa, LANH, MAI_OA, message),
                (bot, THAO, MAI_BOT, numbered),
            ):
                case_number = await tell(phones, read, resident)
                await _talk_and_close(staff, phones, resident, reviewer, case_number)
            printed = await _reach(tmp_path, code, migrated_database_url)
        finally:
            exit_code = await running.stop()
        assert exit_code == 0
        assert "Traceback" not in running.said()
        sends = [*await oa.record(), *await bot.record()]
        written = [send for send in sends if code in send["text"]]
        assert sorted(send["chat"] for send in written) == sorted([LANH, THAO, GROUP])
        for words in (
            "Định gửi: 2 người",
            "Đã xem: ít nhất 1",
            "vì kênh không báo: 1",
            "Bấm “Đã đọc”: 2",
            "Tin báo gắn với đợt: 2 (nói rõ 1, suy đoán theo giờ 1)",
            "Zalo Bot: 1/1; kế hoạch 1",
            "3/3 bài; thành viên lúc đăng: 16,",
        ):
            assert words in printed, printed


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_unit_without_telegram_works_on_zalo_alone(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        oa = ZaloPhones(address, session, "/phone/zalo")
        bot = ZaloPhones(address, session, "/phone/zalo-bot")
        running = service(tmp_path, address, migrated_database_url, zalo=True, telegram=False)
        await running.start()
        try:
            await running.until_said("Zalo Bot")
            await running.until_said("Zalo OA")
            hook = (await running.health_address()).replace("/healthz", "/zalo/oa")
            await oa.switch("settings", webhook_url=hook)
            await subscribe(oa, LANH)
            await subscribe(bot, THAO)
            await bot.write(MAI_BOT, "/trogiup")
            await plan_alone(bot, BINH_BOT)
            await oa.press(CHIEF_OA, await oa.offers(CHIEF_OA, "Duyệt"), "Duyệt")
            for phones, resident, reviewer in ((oa, LANH, MAI_OA), (bot, THAO, MAI_BOT)):
                message, _ = await read_alone(phones, resident)
                case_number = await tell(phones, message, resident)
                await work_alone(phones, resident, reviewer, case_number)
        finally:
            exit_code = await running.stop()
        assert exit_code == 0
        assert "Traceback" not in running.said()


async def _reach(folder: Path, code: str, database_url: str) -> str:
    exit_code, printed = await command(folder, "reach", code, database_url=database_url)
    assert exit_code == 0, printed
    checked, said = await command(folder, "verify", database_url=database_url)
    assert (checked, "đều khớp" in said) == (0, True), said
    return printed
