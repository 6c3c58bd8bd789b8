"""A photo over the real programs: sent as a file with its position, seen clean, taken back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.journeys.phones import LANH, REVIEW_GROUP, REVIEWER, Phones, Shown
from tests.journeys.processes import Program, service, simulator
from tests.journeys.story import subscribe
from tests.kept import everything_kept
from tests.pictures import CANARY, jpeg


@pytest.fixture
async def address(tmp_path: Path) -> AsyncIterator[str]:
    """A simulator's address."""
    async with simulator(tmp_path) as found:
        yield found


@pytest.fixture
async def running(
    tmp_path: Path, address: str, migrated_database_url: str
) -> AsyncIterator[Program]:
    """The service, started."""
    program = service(tmp_path, address, migrated_database_url)
    await program.start()
    try:
        await program.until_said("Dịch vụ đã chạy")
        yield program
    finally:
        await program.stop()


async def opened(phones: Phones, card: Shown) -> Shown:
    """Press until the photo is there: the first press may come before it was fetched."""
    for _ in range(180):
        await phones.press(REVIEWER, card, "Xem ảnh")
        photos = [message for message in await phones.shown(REVIEW_GROUP) if message["file"]]
        if photos:
            return photos[0]
        await asyncio.sleep(0.5)
    message = "the photo never came"
    raise AssertionError(message)


async def test_a_photo_with_its_position_reaches_officers_without_it(
    tmp_path: Path, address: str, running: Program, migrated_database_url: str
) -> None:
    async with aiohttp.ClientSession() as session:
        phones = Phones(address, session)
        await subscribe(phones)
        form = aiohttp.FormData()
        form.add_field("kind", "document")
        form.add_field("caption", "xe chở hàng cấm đỗ ở ngõ ví dụ")
        sent, name = jpeg((900, 600)), f"{CANARY.decode()}.jpg"
        form.add_field("file", sent, filename=name, content_type="image/jpeg")
        where = f"{address}/phone/users/{LANH}/chats/{LANH}/messages"
        async with session.post(where, data=form) as answer:
            assert answer.status < 300, await answer.text()
        card = await phones.offers(REVIEW_GROUP, "Xem ảnh")

        photo = await opened(phones, card)
        assert "ảnh 1/1" in photo["text"]
        async with session.get(f"{address}/phone/files/{photo['file']['unique_id']}") as answer:
            clean = await answer.read()
        assert clean.startswith(b"\xff\xd8")
        assert CANARY not in clean
        assert len(clean) < len(sent)
        assert CANARY.decode() not in str(await phones.shown(REVIEW_GROUP))
    assert await running.stop() == 0
    assert "Traceback" not in running.said()
    for where, content in everything_kept(tmp_path, migrated_database_url):
        assert CANARY not in content, where
