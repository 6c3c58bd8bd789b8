"""One bad campaign or run: the others go on, it is tried again, its author hears of it once."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from broadcasts import expanding, firing
from domain.campaign import CampaignState, RunState
from domain.roles import Role
from storage.campaigns import campaigns, runs
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.tables import campaign, run, staff
from tests.broadcasts.station import Station


@pytest.fixture
async def station(station: Station) -> Station:
    await station.chat.subscriber("3001")
    return station


async def fire(station: Station) -> int:
    return await station.chat.do(lambda tx: firing.fire_due(tx, station.desk))


async def approved(station: Station) -> Campaign:
    known = await station.submitted()
    assert await station.approve(known)
    return known


async def expand_all(station: Station) -> int:
    steps = 0
    while await station.chat.do(lambda tx: expanding.expand_due(tx, station.desk)):
        steps += 1
        assert steps < 20, "a run that fails is tried without end"
    return steps


async def spoil_campaign(station: Station, campaign_id: UUID) -> object:
    """Make its words unreadable; returns them."""

    def spoil(tx: Tx) -> object:
        one = campaign.c.id == campaign_id
        whole = tx.connection.execute(select(campaign.c.content).where(one)).scalar_one()
        tx.connection.execute(update(campaign).where(one).values(content={"titel": 1}))
        return whole

    return await station.chat.do(spoil)


async def spoil_run(station: Station, run_id: UUID) -> None:
    await station.chat.do(
        lambda tx: tx.connection.execute(
            update(run).where(run.c.id == run_id).values(audience={"area": 1})
        )
    )


async def state_of(station: Station, run_id: UUID) -> str:
    query = select(run.c.state).where(run.c.id == run_id)
    return await station.chat.look(lambda tx: tx.connection.execute(query).scalar_one())


async def test_a_bad_campaign_does_not_hold_up_the_others(station: Station) -> None:
    bad = await approved(station)
    good = await approved(station)
    await spoil_campaign(station, bad.id)

    assert await fire(station) == 1

    found = await station.chat.look(lambda tx: campaigns.get(tx, good.id))
    assert found is not None
    assert found.state is CampaignState.DONE


async def test_a_bad_campaign_leaves_nothing_half_done_and_goes_out_once_mended(
    station: Station,
) -> None:
    bad = await approved(station)
    whole = await spoil_campaign(station, bad.id)
    assert await fire(station) == 0
    assert await station.chat.look(runs.all_ids) == []
    assert await station.chat.look(campaigns.failing) == 1

    await station.chat.do(
        lambda tx: tx.connection.execute(
            update(campaign).where(campaign.c.id == bad.id).values(content=whole)
        )
    )
    assert await fire(station) == 0, "it was tried again at once"
    station.chat.clock.forward(seconds=5)
    assert await fire(station) == 1
    assert await station.chat.look(campaigns.failing) == 0


async def test_a_bad_campaign_is_tried_ever_more_seldom(station: Station) -> None:
    bad = await approved(station)
    await spoil_campaign(station, bad.id)
    faults = select(campaign.c.faults).where(campaign.c.id == bad.id)

    for _ in range(200):
        await fire(station)
        station.chat.clock.forward(seconds=1)

    # After 0, 5, 15, 35, 75 and 155 seconds.
    assert await station.chat.look(lambda tx: tx.connection.execute(faults).scalar_one()) == 6


async def test_the_author_of_a_bad_campaign_is_told_once(station: Station) -> None:
    bad = await approved(station)
    await spoil_campaign(station, bad.id)
    for _ in range(8):
        await fire(station)
        station.chat.clock.forward(hours=1)
    address = await station.officer.address()
    said = [one.text for one in await station.chat.said(address.id)]
    assert sum("chưa bắt đầu gửi được" in text for text in said) == 1
    assert f"Chiến dịch số {bad.number}" in said[-1]


async def test_an_author_whose_name_cannot_be_read_holds_up_nobody(station: Station) -> None:
    bad = await approved(station)
    await spoil_campaign(station, bad.id)
    await fire(station)
    station.chat.clock.forward(seconds=10)
    await fire(station)
    station.chat.clock.forward(seconds=20)
    other = await station.chat.staff("2009", Role.OFFICER, name="Người Khác")
    station.officer, author = other, station.officer
    good = await approved(station)
    unreadable = update(staff).where(staff.c.id == (await station.staff(author)).id)
    await station.chat.do(lambda tx: tx.connection.execute(unreadable.values(name=b"spoiled")))

    assert await fire(station) == 1
    found = await station.chat.look(lambda tx: campaigns.get(tx, good.id))
    assert found is not None
    assert found.state is CampaignState.DONE


async def test_a_run_that_cannot_expand_does_not_hold_up_the_others(station: Station) -> None:
    bad, good = await station.fired(), await station.fired()
    await spoil_run(station, bad.id)

    assert await expand_all(station) == 2

    assert await state_of(station, good.id) == RunState.SENDING
    assert await state_of(station, bad.id) == RunState.EXPANDING
    assert await station.chat.look(runs.failing) == 1


async def test_a_run_that_cannot_end_does_not_hold_up_the_others(station: Station) -> None:
    bad, good = await station.fired(), await station.fired()
    await expand_all(station)
    await station.chat.deliver()
    await spoil_run(station, bad.id)

    assert await station.finish() == [good.id]

    assert await state_of(station, bad.id) == RunState.SENDING
    assert await station.finish() == []


async def test_a_run_that_goes_on_again_is_no_longer_counted_as_failing(station: Station) -> None:
    bad = await station.fired()
    query = select(run.c.audience).where(run.c.id == bad.id)
    whole = await station.chat.look(lambda tx: tx.connection.execute(query).scalar_one())
    await spoil_run(station, bad.id)
    await expand_all(station)
    station.chat.clock.forward(seconds=6)
    mended = update(run).where(run.c.id == bad.id).values(audience=whole)
    await station.chat.do(lambda tx: tx.connection.execute(mended))

    await expand_all(station)

    assert await state_of(station, bad.id) == RunState.SENDING
    assert await station.chat.look(runs.failing) == 0


async def test_the_author_of_a_bad_run_is_told_once(station: Station) -> None:
    bad = await station.fired()
    await spoil_run(station, bad.id)
    for _ in range(6):
        await expand_all(station)
        station.chat.clock.forward(hours=1)
    address = await station.officer.address()
    said = [one.text for one in await station.chat.said(address.id)]
    assert sum(f"Đợt {bad.code} đang vướng lỗi" in text for text in said) == 1
