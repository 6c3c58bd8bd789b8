"""Pledges and words of safety stand in a run's reach, as numbers alone."""

from collections.abc import AsyncIterator

import pytest

from broadcasts import checking, reach, reach_words
from domain.delivery import Facet, Lane
from domain.language import Language
from domain.texts.catalogue import catalogue
from storage.campaigns import pledges
from storage.campaigns.pledges import NewPledge
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import ledger
from storage.tables import resident_part
from tests.chat import DONG_KINH, Chat, Party, Takers, open_chat
from tests.handlers.residents.pledging import FIREWORKS, run_of

TWO, THREE = f"{DONG_KINH}-kp-vi-du-2", f"{DONG_KINH}-kp-vi-du-3"


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as opened:
        yield opened


async def signs(chat: Chat, run: Run, party: Party, area: str, *, by_post: bool = False) -> None:
    person = await party.record()
    new = NewPledge(run.id, person.id, "phao:1", "Tôi cam kết.", area, "telegram", by_post)
    await chat.do(lambda tx: pledges.sign(tx, new))


async def shown(chat: Chat, run: Run, language: Language = Language.VI) -> str:
    def read(tx: Tx) -> str:
        def say(key: str, /, **facts: str) -> str:
            return catalogue().say(language, key, **facts)

        return reach_words.render(reach.of_run(tx, run), say)

    return await chat.look(read)


async def test_pledges_are_counted_by_area_and_part_and_few_are_not_told(chat: Chat) -> None:
    people = [await chat.subscriber(str(number)) for number in range(7)]
    run = await run_of(chat, FIREWORKS, people)
    for number, one in enumerate(people):
        await signs(chat, run, one, TWO if number < 5 else THREE, by_post=number == 0)
    trader, undecided = await people[0].record(), await people[6].record()

    def tell(tx: Tx) -> None:
        tx.connection.execute(resident_part.insert().values(resident_id=trader.id, part="trader"))
        assert pledges.withdraw(tx, run.id, undecided.id)

    await chat.do(tell)
    text = await shown(chat, run)
    # 5 and 1 follow from 6, whatever is left out.
    assert "ẩn, để không suy ra số nhỏ đang có hiệu lực, trong đó 1 theo nút" in text
    assert "khối phố Ví Dụ 2: ẩn, để không suy ra số nhỏ" in text
    assert "khối phố Ví Dụ 3: dưới 5" in text
    assert "Hộ kinh doanh: dưới 5" in text
    assert " stand, 1 of them by the button under a post" in await shown(chat, run, Language.EN)
    assert await chat.look(checking.verify) == []


async def test_a_run_without_a_pledge_says_nothing_of_one_and_safety_is_told_by_area(
    chat: Chat,
) -> None:
    lan, binh = await chat.subscriber("1"), await chat.subscriber("2", area=THREE)
    run = await run_of(chat, "traffic-02-helmet", [lan, binh], lane=Lane.URGENT)
    assert "am kết" not in await shown(chat, run)
    assert "an toàn:" not in await shown(chat, run)
    sent = (await lan.last()).id
    await chat.do(lambda tx: ledger.note_facet(tx, sent, Facet.SAFE))
    text = await shown(chat, run)
    assert "Báo an toàn: 1" in text
    assert await chat.look(checking.verify) == []
