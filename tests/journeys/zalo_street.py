"""A street with a Zalo group: the pretend platforms, the real service, and a crowd that chats."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import aiohttp

from tests.journeys.phones import Phones
from tests.journeys.processes import Program, service, simulator
from tests.journeys.story import ANSWERED, TOLD
from tests.journeys.zalo_phones import Shown, ZaloPhones
from tests.ports import free_port

GROUP = "g:0a1b2c3d4e5f60718293"
"""The group that the account made earlier."""
LANH, THANH, NHAN, QUYEN = (f"246800000000000100{number}" for number in (1, 2, 3, 5))
BINH, CHIEF, MAI = (f"246800000000000200{number}" for number in (1, 2, 3))
BINH_BOT, MAI_BOT, THAO = (f"6ede9afa66b88fe6d60{number}" for number in (1, 2, 3))
"""The Zalo bot's people: the officer, the reviewer, and a resident."""
CANARY = "chuyenriengcuaxom"


@dataclass(frozen=True, slots=True)
class Street:
    """Everybody's phones, and the service they talk to."""

    staff: Phones
    oa: ZaloPhones
    bot: ZaloPhones
    running: Program

    async def crowd(self, count: int) -> Sequence[str]:
        """Let so many made-up neighbours join the group by its link."""
        made = await self.oa.switch("crowd", count=count)
        ids: Sequence[str] = made["ids"]
        for one in ids:
            await self.oa.join(one, GROUP)
        return ids

    async def chatter(self, crowd: Sequence[str], post: Shown) -> None:
        """Let everybody talk around us: of fires, with others, by commands of others, never to us.

        The last of them quotes another neighbour, one more a number that answers nothing.
        """
        said = [
            await self.oa.write(one, words, GROUP)
            for number, one in enumerate(crowd)
            for words in (
                f"{CANARY} {number}",
                f"{CANARY} cháy nhà rồi cứu với",
                f"@Bác Thành (ví dụ) {CANARY}",
                f"/start {CANARY}",
                f"{CANARY} Công an phường (ví dụ) có người lạ",
            )[number % 5 :][:1]
        ]
        assert said
        await self.oa.write(crowd[0], f"đúng rồi {CANARY}", GROUP, reply_to=said[-1])
        await self.oa.write(crowd[1], "1", GROUP)
        assert post["id"] not in said

    async def by_us(self) -> list[Shown]:
        """Return what we wrote in the group, oldest first."""
        shown = await self.oa.shown(GROUP)
        return [
            one for one in shown if one["from"] and one["from"]["is_oa"] and one["kind"] == "text"
        ]


@asynccontextmanager
async def street(
    folder: Path,
    database_url: str,
    *,
    telegram: bool = True,
    bot_webhook: bool = False,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[Street]:
    """A street of its own; the service has the Zalo accounts and is stopped afterwards.

    With `bot_webhook` the Zalo bot is called, else it asks, as often as one update a time.
    """
    async with simulator(folder) as address, aiohttp.ClientSession() as session:
        oa = ZaloPhones(address, session, "/phone/zalo")
        bot = ZaloPhones(address, session, "/phone/zalo-bot")
        # The same after a new start: Zalo is told where to call once.
        port = str(free_port())
        await oa.switch("settings", webhook_url=f"http://127.0.0.1:{port}/zalo/oa")
        own = {"WEB_PORT": port} | dict(settings)
        if bot_webhook:
            own |= {
                "ZALO_BOT_MODE": "webhook",
                "ZALO_BOT_WEBHOOK_URL": f"http://127.0.0.1:{port}/zalo/bot",
                "ZALO_BOT_WEBHOOK_SECRET": "simulator-not-a-secret",
            }
        running = service(folder, address, database_url, zalo=True, telegram=telegram, settings=own)
        await running.start()
        try:
            await running.until_said("Dịch vụ đã chạy")
            yield Street(Phones(address, session), oa, bot, running)
        finally:
            await running.stop()


async def plan_alone(phones: ZaloPhones, officer: str) -> None:
    """The officer takes a starter text for the whole unit and its groups, by numbers."""
    await phones.write(officer, "/chiendich")
    after = ""
    for label in ("Trộm cắp", "Đi vắng", "Dùng bài này", "Toàn đơn vị", "Có", "Ngay", "Gửi duyệt"):
        # Who was killed before it heard that a question arrived asks it once more.
        step = await phones.offers(officer, label, after=after)
        await phones.press(officer, step, label)
        after = step["id"]


async def work_alone(phones: ZaloPhones, resident: str, reviewer: str, case_number: str) -> None:
    """Without a review group the card comes to the reviewer, who answers there and closes."""
    card = await phones.says(reviewer, TOLD)
    await phones.write(reviewer, f"{case_number}: {ANSWERED}")
    notice = await phones.offers(resident, "Xem")
    await phones.press(resident, notice, "Xem")
    await phones.says(resident, ANSWERED)
    await phones.write(reviewer, f"/tin {case_number}")
    closing = await phones.offers(reviewer, "Kết thúc", after=card["id"])
    await phones.press(reviewer, closing, "Kết thúc")
    choice = await phones.offers(reviewer, "Có giá trị", after=closing["id"])
    await phones.press(reviewer, choice, "Có giá trị")
    news = await phones.offers(resident, "Xem", after=notice["id"])
    await phones.press(resident, news, "Xem")
    await phones.says(resident, f"Tin {case_number} đã kết thúc")
