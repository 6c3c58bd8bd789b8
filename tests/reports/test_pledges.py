"""Tables B2a to B2c: what was signed in chat, as text and workbook, and never who."""

from datetime import date

from domain.clock import local
from domain.period import Period
from domain.subject import Subject
from reports import period_report, text, workbook
from reports.sheet import Few, Held, Report
from storage.campaigns import pledges
from storage.database import Tx
from storage.people.units import get_unit
from tests.broadcasts.test_answers import THREE, TWO, signs
from tests.chat import Chat, Takers, open_chat
from tests.handlers.residents.pledging import FIREWORKS, TRAFFIC, run_of

OURS = {"B2a", "B2b", "B2c"}


async def report(chat: Chat, of: date | None = None) -> Report:
    day = of or local(chat.clock.now()).date()

    def read(tx: Tx) -> Report:
        return period_report.of_unit(tx, get_unit(tx, chat.unit.id), Period(day, day))

    return await chat.look(read)


async def test_the_period_counts_what_was_signed_and_not_withdrawn(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        assert not [one.code for one in (await report(chat)).sheets if one.code in OURS]
        people = [await chat.subscriber(str(number)) for number in range(6)]
        fireworks, traffic = await run_of(chat, FIREWORKS), await run_of(chat, TRAFFIC)
        for number, one in enumerate(people):
            await signs(chat, fireworks, one, TWO if number else THREE)
        await signs(chat, traffic, people[0], TWO)
        last, erased = await people[5].record(), await people[4].record()
        await chat.do(lambda tx: pledges.withdraw(tx, fireworks.id, last.id))
        await chat.do(lambda tx: pledges.forget(tx, erased.id))

        found = await report(chat)
        by_subject, by_area, by_part = (one for one in found.sheets if one.code in OURS)
        figures = {row.label: dict(row.now) for row in by_subject.rows}
        assert figures["Cộng"] == {"standing": 6, "people": 5, "by_post": 0, "withdrawn": 1}
        assert figures[Subject.FIREWORKS.vi]["standing"] == 5
        assert [row.now["standing"] for row in by_area.rows] == [Held(), Few()]
        assert by_part.rows == ()
        shown = text.render(found)
        assert "Lượt ký (qua ứng dụng): 6" in shown
        assert "không cộng với cam kết trên giấy" in shown
        assert "dưới 5" in shown
        assert workbook.write(found).startswith(b"PK")


async def test_what_is_withdrawn_after_a_period_is_counted_where_it_happened(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        people = [await chat.subscriber(str(number)) for number in range(6)]
        fireworks = await run_of(chat, FIREWORKS)
        for one in people:
            await signs(chat, fireworks, one, TWO)
        first = local(chat.clock.now()).date()
        chat.clock.forward(days=1)
        before = await report(chat, first)
        last = await people[5].record()
        await chat.do(lambda tx: pledges.withdraw(tx, fireworks.id, last.id))

        assert (await report(chat, first)).sheets == before.sheets
        (by_subject, *_) = (one for one in (await report(chat)).sheets if one.code in OURS)
        (total,) = [row for row in by_subject.rows if row.is_total]
        assert total.now == {"standing": 0, "people": 0, "by_post": 0, "withdrawn": 1}
        assert (await chat.look(lambda tx: pledges.of_run(tx, fireworks.id))).withdrawn == 1

        second = local(chat.clock.now()).date()
        settled = await report(chat, second)
        chat.clock.forward(days=1)
        await signs(chat, fireworks, people[5], TWO)
        assert (await report(chat, first)).sheets == before.sheets
        assert (await report(chat, second)).sheets == settled.sheets
        assert (await chat.look(lambda tx: pledges.of_run(tx, fireworks.id))).standing == 6
