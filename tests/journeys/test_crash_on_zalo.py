"""SIGKILL while a unit lives on Zalo alone: nothing that our doors took is lost, nothing doubled.

Zalo's own part, which no program can mend: an event of the Official Account that finds nobody is
tried again for two hours and then dropped with the webhook; an update that the Zalo bot was just
given when it died is given again at most by chance. So here people write again what was not
answered for long, as they would, and only what was answered counts as told.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.killing import all_quiet, books, judge, kill_and_restart, killing
from tests.journeys.processes import SOON_OVER, service, simulator
from tests.journeys.story import read_alone, subscribe, tell
from tests.journeys.zalo_phones import Shown, ZaloPhones
from tests.journeys.zalo_street import (
    BINH_BOT,
    CHIEF,
    GROUP,
    LANH,
    MAI,
    MAI_BOT,
    THAO,
    Street,
    plan_alone,
    street,
    work_alone,
)
from tests.ports import free_port

KILLS = 4
_UNANSWERED_S = 45
_RENEWAL = "/v4/oa/access_token"


class Persistent(ZaloPhones):
    """Phones of people who write once more what nobody answers."""

    _last: tuple[str, str] = ("", "")

    async def write(
        self, person: str, text: str, chat: str | None = None, reply_to: str | None = None
    ) -> str:
        """Write, and remember it."""
        self._last = (person, text)
        return await super().write(person, text, chat, reply_to)

    async def until(
        self, chat: str, wanted: Callable[[Shown], bool], *, after: str = "", what: str = ""
    ) -> Shown:
        """Wait, and say it again for a while."""
        for _ in range(4):
            with suppress(AssertionError):
                return await super().until(chat, wanted, after=after, what=what)
            await super().write(*self._last)
        return await super().until(chat, wanted, after=after, what=what)


@pytest.mark.crash
@pytest.mark.timeout(420)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_kills_while_a_unit_lives_on_zalo_lose_nothing_and_double_no_broadcast(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with street(tmp_path, migrated_database_url, telegram=False, settings=SOON_OVER) as town:
        running = town.running
        try:
            async with killing(lambda chance: kill_and_restart(running, chance, KILLS)) as killer:
                code = await _journey(town)
                assert await killer == KILLS
                await all_quiet(running, town.oa.session)
                await _judge(town, code)
        finally:
            assert await running.stop() == 0
        printed = await books(tmp_path, migrated_database_url, code)
        assert "Định gửi: 2 người" in printed
        assert "Bấm “Đã đọc”: 2" in printed
    assert "handler_fault" not in running.said()


async def _journey(town: Street) -> str:
    oa = ZaloPhones(town.oa.base, town.oa.session, "/phone/zalo", patience_s=150)
    bot = Persistent(town.oa.base, town.oa.session, "/phone/zalo-bot", patience_s=_UNANSWERED_S)
    await subscribe(oa, LANH)
    await subscribe(bot, THAO)
    await bot.write(MAI_BOT, "/trogiup")
    await bot.says(MAI_BOT, "/trogiup")
    await plan_alone(bot, BINH_BOT)
    await oa.press(CHIEF, await oa.offers(CHIEF, "Duyệt"), "Duyệt")
    code = ""
    for phones, resident, reviewer in ((oa, LANH, MAI), (bot, THAO, MAI_BOT)):
        message, code = await read_alone(phones, resident)
        case_number = await tell(phones, message, resident)
        await work_alone(phones, resident, reviewer, case_number)
    return code


async def _judge(town: Street, code: str) -> None:
    """Compare with what the platforms really took."""
    judge(await town.oa.record(), code, (LANH, GROUP))
    judge(await town.bot.record(), code, (THAO,))
    webhook = await town.oa.look("webhook")
    assert webhook["enabled"], "it was answered again before Zalo gave up"
    assert webhook["waiting"] == 0


@pytest.mark.crash
@pytest.mark.timeout(420)
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_kill_while_tokens_are_renewed_leaves_a_way_back_in(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        oa = ZaloPhones(address, session, "/phone/zalo", patience_s=120)
        port = str(free_port())
        await oa.switch("settings", webhook_url=f"http://127.0.0.1:{port}/zalo/oa")
        own = {"WEB_PORT": port, "ZALO_BOT_TOKEN": ""}
        started = service(
            tmp_path, address, migrated_database_url, zalo=True, telegram=False, settings=own
        )
        # Zalo has made the next pair, and its answer is still under way: it dies with us.
        await oa.switch("faults", fault="delivered-slow", path=_RENEWAL, seconds=60)
        await started.start()
        await _until(oa, lambda record: bool(record["refreshes"]))
        await started.kill()
        await started.start()
        try:
            await started.until_said("somebody must consent")
            await oa.start(LANH, oa.qr)
            await _until(oa, lambda record: any(one["status"] == 200 for one in record["webhooks"]))
        finally:
            await started.stop()
        # An administrator consents: what came meanwhile is answered.
        fresh = (await oa.switch("tokens"))["refresh_token"]
        again = service(
            tmp_path,
            address,
            migrated_database_url,
            zalo=True,
            telegram=False,
            settings={**own, "ZALO_OA_REFRESH_TOKEN": fresh},
        )
        await again.start()
        try:
            await oa.offers(LANH, "Đồng ý")
        finally:
            assert await again.stop() == 0


async def _until(oa: ZaloPhones, holds: Callable[[Shown], bool]) -> None:
    """Wait until it holds of what the platform wrote down."""
    for _ in range(1200):
        if holds(await oa.look("record")):
            return
        await asyncio.sleep(0.05)
    message = "the platform never wrote it down"
    raise AssertionError(message)
