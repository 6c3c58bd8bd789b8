"""A card of which we never heard that it arrived can be answered all the same."""

from pathlib import Path

import aiohttp
import pytest

from tests.journeys.phones import REVIEW_GROUP, Phones
from tests.journeys.processes import service, simulator
from tests.journeys.story import plan_and_approve, read_it, subscribe, talk_and_close, tell


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_who_answers_a_card_that_comes_again_is_told_and_reaches_its_writer_once(
    tmp_path: Path, migrated_database_url: str
) -> None:
    async with simulator(tmp_path) as address, aiohttp.ClientSession() as session:
        phones = Phones(address, session)
        program = service(tmp_path, address, migrated_database_url)
        await program.start()
        try:
            await subscribe(phones)
            await plan_and_approve(phones)
            message, _ = await read_it(phones)
            await phones.fault(
                fault="lost-answer", method="sendMessage", chat=REVIEW_GROUP, text="Tin VD-"
            )
            case_number = await tell(phones, message)
            await talk_and_close(phones, case_number)
        finally:
            assert await program.stop() == 0
        said = [m["text"] for m in await phones.shown(REVIEW_GROUP)]
    assert sum("(gửi lại)" in text for text in said) == 1
    assert sum("máy không biết lời này trả lời thẻ nào" in text for text in said) == 1
    assert sum("Đã chuyển lời tới người báo tin" in text for text in said) == 1
