"""Table B1: pairs are not persons, what is not known is not nought, posts stand apart."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from domain.campaign import RunState
from domain.clock import local
from domain.delivery import Facet
from domain.messages import ChatKind
from domain.period import Period
from reports import period_report
from reports.sheet import NotKnown, Report, Row, Sheet
from storage.campaigns import runs
from storage.campaigns.runs import NewRun, Run
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses, residents
from storage.people.residents import Wish
from storage.tables import delivery
from tests.broadcasts.station import Station, open_station

TWO = "05977-kp-vi-du-2"


@pytest.fixture
async def station(migrated_database_url: str) -> AsyncIterator[Station]:
    async with open_station(migrated_database_url) as opened:
        yield opened


def _days(since: datetime, until: datetime) -> Period:
    return Period(local(since).date(), local(until).date())


async def _report(station: Station, period: Period) -> Report:
    return await station.chat.look(lambda tx: period_report.of_unit(tx, station.chat.unit, period))


def _total(sheet: Sheet) -> Row:
    (total,) = [row for row in sheet.rows if row.is_total]
    return total


async def _three_broadcasts(station: Station) -> Period:
    """Send three broadcasts to A and B, to B and C, to A and C, a day apart."""
    people = [await station.chat.subscriber(name, area=TWO) for name in ("1", "2", "3")]
    wanted = [{1, 3}, {1, 2}, {2, 3}]
    since = station.chat.clock.now()
    for number in (1, 2, 3):
        for party, numbers in zip(people, wanted, strict=True):
            who = (await party.record()).id
            wish = Wish.YES if number in numbers else Wish.PAUSED
            await station.chat.do(
                lambda tx, who=who, wish=wish: residents.set_wish(tx, who, wish)  # type: ignore[misc]
            )
        await station.expand(await station.fired())
        await station.chat.deliver()
        station.chat.clock.forward(days=1)
    return _days(since, station.chat.clock.now())


async def test_three_people_and_three_broadcasts_are_six_times_and_three_persons(
    station: Station,
) -> None:
    period = await _three_broadcasts(station)
    private, *_ = (await _report(station, period)).sheets
    total = _total(private)
    assert total.now["broadcasts"] == 3
    assert total.now["reached"] == 6
    assert total.now["people"] == 3
    assert total.now["at_end"] == 3
    assert [row.label for row in private.rows] == ["An toàn giao thông", "Cộng"]


async def test_a_person_on_a_second_linked_channel_is_one_person(station: Station) -> None:
    period = await _three_broadcasts(station)

    def link(tx: Tx) -> None:
        known = addresses.find(tx, station.chat.account.id, "1")
        assert known is not None
        assert known.resident_id is not None
        other = addresses.register_account(tx, "zalo", "oa-1", "vi_du_oa")
        where = addresses.ensure(tx, other.id, ChatKind.PRIVATE, "z1")
        addresses.link_resident(tx, where.id, known.resident_id)

    await station.chat.do(link)
    private, *_ = (await _report(station, period)).sheets
    assert _total(private).now["people"] == 3


async def test_the_first_day_alone_has_its_own_persons(station: Station) -> None:
    period = await _three_broadcasts(station)
    private, *_ = (await _report(station, Period(period.first, period.first))).sheets
    total = _total(private)
    assert (total.now["broadcasts"], total.now["reached"], total.now["people"]) == (1, 2, 2)


async def test_what_no_channel_tells_is_not_nought(station: Station) -> None:
    period = await _three_broadcasts(station)
    total = _total((await _report(station, period)).sheets[0])
    for key in ("delivered", "seen", "seen_rate"):
        assert total.now[key] == NotKnown()


async def test_who_blocked_us_was_handed_a_message_but_not_reached(station: Station) -> None:
    lan = await station.chat.subscriber("1", area=TWO)
    await station.chat.subscriber("2", area=TWO)
    run = await station.fired()
    await station.expand(run)
    await lan.blocks()
    await station.chat.deliver()
    now = station.chat.clock.now()
    total = _total((await _report(station, _days(now, now))).sheets[0])
    assert total.now["reached"] == 1
    assert total.now["people"] == 1
    assert total.now["left"] == 1
    assert total.now["at_end"] == 1


async def test_a_withdrawal_is_no_broadcast_and_reaches_nobody_anew(station: Station) -> None:
    for name in ("1", "2", "3"):
        await station.chat.subscriber(name, area=TWO)
    group_id = await station.group_id("Nhóm Hai", TWO, "-1009990000002")
    run = await station.fired(groups=[group_id])
    await station.expand(run)
    await station.chat.deliver()
    await station.expand(await _withdrawn(station, run))
    await station.chat.deliver()
    now = station.chat.clock.now()

    private, posted, *_ = (await _report(station, _days(now, now))).sheets

    total = _total(private).now
    assert (total["broadcasts"], total["handed"], total["taken"]) == (1, 3, 3)
    assert (total["reached"], total["people"]) == (3, 3)
    assert _total(posted).now["posts"] == 1
    labels = ["An toàn giao thông", "Cộng", "Đính chính, rút lại"]
    assert [row.label for row in private.rows] == labels
    amended = private.rows[-1].now
    assert (amended["broadcasts"], amended["taken"]) == (1, 3)
    assert "reached" not in amended
    assert "people" not in amended
    assert posted.rows[-1].label == "Đính chính, rút lại"
    assert posted.rows[-1].now["posts"] == 1


async def _withdrawn(station: Station, run: Run) -> Run:
    def create(tx: Tx) -> Run:
        new = NewRun(
            campaign_id=run.campaign_id,
            occurrence=run.occurrence + 1,
            unit_id=run.unit_id,
            code=runs.unused_code(tx),
            lane=run.lane,
            state=RunState.EXPANDING,
            content=run.content,
            audience=replace(run.audience, of_run=run.id),
            due_at=tx.now,
            not_after=run.not_after,
        )
        made = runs.create(tx, new)
        assert made is not None
        return made

    return await station.chat.do(create)


async def test_a_press_and_a_reply_answer_but_nobody_is_said_to_have_seen_it(
    station: Station,
) -> None:
    for name in ("1", "2", "3", "4"):
        await station.chat.subscriber(name, area=TWO)
    run = await station.fired()
    await station.expand(run)
    await station.chat.deliver()

    def press(tx: Tx) -> None:
        query = select(delivery.c.id).where(delivery.c.run_id == run.id).order_by(delivery.c.id)
        ids = tx.connection.execute(query).scalars().all()
        facets = [Facet.PRESSED, Facet.ACKNOWLEDGED, Facet.REPLIED]
        for one, facet in zip(ids, facets, strict=False):
            ledger.note_facet(tx, one, facet)
        ledger.note_facet(tx, ids[0], Facet.REPLIED)

    await station.chat.do(press)
    now = station.chat.clock.now()
    total = _total((await _report(station, _days(now, now))).sheets[0]).now
    assert total["answered"] == 3
    assert total["seen"] == NotKnown()
    assert total["delivered"] == NotKnown()


async def test_posts_stand_on_lines_of_their_own(station: Station) -> None:
    group_id = await station.group_id("Nhóm Hai", TWO, "-1009990000002")
    await station.expand(await station.fired(groups=[group_id]))
    await station.chat.deliver()
    now = station.chat.clock.now()
    private, posted, *_ = (await _report(station, _days(now, now))).sheets
    assert _total(private).now["reached"] == 0
    assert _total(posted).now["posts"] == 1


async def test_the_year_before_stands_beside_and_is_blank_before_there_was_anything(
    station: Station,
) -> None:
    period = await _three_broadcasts(station)
    total = _total((await _report(station, period)).sheets[0])
    assert total.before == {}
    later = Period(period.first.replace(year=2027), period.last.replace(year=2027))
    total = _total((await _report(station, later)).sheets[0])
    assert total.now["reached"] == 0
    assert total.before["reached"] == 6


async def test_a_running_period_says_up_to_when_its_figures_go(station: Station) -> None:
    now = station.chat.clock.now()
    period = Period.month_of(now)
    assert (await _report(station, period)).provisional_until is not None
    station.chat.clock.forward(days=40)
    assert (await _report(station, period)).provisional_until is None


async def test_a_unit_without_anything_has_a_report_of_noughts(station: Station) -> None:
    now = station.chat.clock.now()
    report = await _report(station, _days(now - timedelta(days=1), now))
    for sheet in report.sheets:
        if sheet.code != "B4":
            assert [row.label for row in sheet.rows] == ["Cộng"]
        assert set(_total(sheet).now) == {column.key for column in sheet.columns}
