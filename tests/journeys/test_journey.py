"""The journey over the real programs, undisturbed, on both databases; and what the figures say."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.phones import GROUP, LANH, TUAN, Phones
from tests.journeys.processes import Program, command, service, simulator
from tests.journeys.story import TOLD, whole_journey
from tests.kept import everything_kept

STRANGER = 987650001
CHATTER = "hoamimihotmienbien"
SECRET = "Chim hoàng yến kể rằng có kẻ lạ mặt rình nhà, số máy 0900000123"


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """A simulator's address."""
    async with simulator(tmp_path) as found:
        yield found


@pytest.fixture
async def phones(address: str) -> AsyncIterator[Phones]:
    """The phones of that simulator."""
    async with aiohttp.ClientSession() as session:
        yield Phones(address, session)


@pytest.fixture
async def running(tmp_path: Path, address: str, database_url: str) -> AsyncIterator[Program]:
    """The service, started."""
    program = service(tmp_path, address, database_url, cold=True)
    await program.start()
    try:
        await program.until_said("Dịch vụ đã chạy")
        yield program
    finally:
        await program.stop()


async def test_the_journey_happens_its_figures_agree_and_nothing_is_kept_in_clear(
    tmp_path: Path, phones: Phones, running: Program, database_url: str
) -> None:
    await phones.add_resident(STRANGER)
    told = await whole_journey(phones)
    code, printed = await command(tmp_path, "reach", told.code, database_url=database_url)
    assert code == 0
    assert "Định gửi: 1 người" in printed
    assert "Telegram nhận chuyển, chưa chắc đã xem: 1" in printed
    assert "Bấm “Đã đọc”: 1" in printed
    assert "Tin báo gắn với đợt: 1 (nói rõ 1, suy đoán theo giờ 0)" in printed
    assert "2/2 bài" in printed
    code, printed = await command(tmp_path, "verify", database_url=database_url)
    assert (code, "đều khớp" in printed) == (0, True)
    sent = [send["text"] for send in await phones.record() if send["chat"] == LANH]
    assert sum(told.code in text for text in sent) == 1
    await phones.write(TUAN, f"chiều nay họp tổ nhé {CHATTER}", GROUP)
    await phones.start(STRANGER)
    await phones.offers(STRANGER, "Đồng ý")
    await phones.write(STRANGER, SECRET)
    await phones.says(STRANGER, "Chúng tôi đã nhận tin của bà con")
    assert await running.stop() == 0
    assert "Traceback" not in running.said()
    kept = dict(everything_kept(tmp_path, database_url))
    assert any(name.startswith("database") for name in kept)
    assert any(name == "service.log" for name in kept)
    for name, content in kept.items():
        for secret in (CHATTER, SECRET, "0900000123", TOLD, str(STRANGER), "demo-token"):
            assert secret.encode() not in content, f"{secret} in {name}"
