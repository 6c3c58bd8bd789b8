"""Table B1: pairs are not persons, what is not known is not nought, posts stand apart."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest

from domain.clock import local
from domain.messages import ChatKind
from domain.period import Period
from reports import period_report
from reports.sheet import NotKnown, Report, Row, Sheet
from storage import addresses, residents
from storage.database import Tx
from storage.residents import Wish
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
        assert [row.label for row in sheet.rows] == ["Cộng"]
        assert set(_total(sheet).now) == {column.key for column in sheet.columns}
