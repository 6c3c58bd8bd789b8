"""Campaigns and runs as they are stored: legal steps only, each at most once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from domain.campaign import Audience, CampaignState, Content, RunState
from domain.delivery import Lane
from domain.failures import Until
from domain.language import Language
from domain.messages import ChatKind
from storage.campaigns import campaigns, recipients, runs
from storage.campaigns.campaigns import Campaign, NewCampaign
from storage.campaigns.runs import NewRun, Run
from storage.database import Tx
from storage.people import addresses, residents
from tests.storage.ledger_world import AREA, LedgerWorld, ledger_world
from tests.storage.written import found_by


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def written(world: LedgerWorld, **changes: object) -> Campaign:
    new = NewCampaign(
        unit_id=world.unit.id,
        author_id=world.author,
        template_id="traffic-02-helmet",
        subject="traffic",
        lane=Lane.ROUTINE,
        content=Content(
            title="Mũ",
            bodies={Language.VI: "Đội mũ", Language.ZH: "戴头盔"},
            values={Language.VI: {"don_vi": "Công an"}, Language.ZH: {}},
            verify_note="Kiểm tra",
        ),
        audience=Audience(area_code=AREA, include_groups=True, group_ids=(UUID(int=7),)),
        due_at=world.clock.now() + timedelta(hours=1),
    )
    return await world.do(lambda tx: campaigns.create(tx, replace(new, **changes)))  # type: ignore[arg-type]


def new_run(known: Campaign, code: str, world: LedgerWorld) -> NewRun:
    return NewRun(
        campaign_id=known.id,
        occurrence=1,
        unit_id=known.unit_id,
        code=code,
        lane=known.lane,
        state=RunState.EXPANDING,
        content={"vi": "{}"},
        audience=known.audience,
        due_at=world.clock.now(),
        not_after=world.clock.now() + timedelta(hours=24),
    )


async def started(world: LedgerWorld, code: str = "AN-22222") -> Run:
    known = await written(world)
    run = await world.do(lambda tx: runs.create(tx, new_run(known, code, world)))
    assert run is not None
    return run


async def test_a_campaign_is_read_back_as_it_was_written(world: LedgerWorld) -> None:
    known = await written(world)
    again = await world.do(lambda tx: campaigns.get(tx, known.id))
    assert again == known
    assert again.content.bodies[Language.ZH] == "戴头盔"
    assert again.hash() == known.hash()


async def test_campaigns_are_numbered_per_unit(world: LedgerWorld) -> None:
    first, second = await written(world), await written(world)
    assert (first.number, second.number) == (1, 2)
    found = await world.do(lambda tx: campaigns.by_number(tx, world.unit.id, 2))
    assert found == second


async def test_an_illegal_step_of_a_campaign_is_an_error(world: LedgerWorld) -> None:
    known = await written(world)
    with pytest.raises(ValueError, match="cannot go from draft to approved"):
        await world.do(lambda tx: campaigns.change(tx, known, CampaignState.APPROVED))


async def test_a_campaign_changes_from_the_state_that_was_seen_only(world: LedgerWorld) -> None:
    known = await written(world)
    first = await world.do(lambda tx: campaigns.change(tx, known, CampaignState.CANCELLED))
    second = await world.do(lambda tx: campaigns.change(tx, known, CampaignState.SUBMITTED))
    assert (first, second) == (True, False)


async def test_only_a_draft_gets_another_time(world: LedgerWorld) -> None:
    known = await written(world)
    await world.do(lambda tx: campaigns.change(tx, known, CampaignState.SUBMITTED))
    await world.do(lambda tx: campaigns.set_due(tx, known.id, None, None))
    again = await world.do(lambda tx: campaigns.get(tx, known.id))
    assert again is not None
    assert again.due_at == known.due_at


async def test_an_occurrence_has_one_run(world: LedgerWorld) -> None:
    known = await written(world)
    first = await world.do(lambda tx: runs.create(tx, new_run(known, "AN-22222", world)))
    second = await world.do(lambda tx: runs.create(tx, new_run(known, "AN-33333", world)))
    assert first is not None
    assert second is None
    assert await world.do(runs.all_ids) == [first.id]


async def test_an_illegal_step_of_a_run_is_an_error(world: LedgerWorld) -> None:
    run = await started(world)
    with pytest.raises(ValueError, match="cannot go from expanding to finished"):
        await world.do(lambda tx: runs.change(tx, run, RunState.FINISHED))


async def test_a_run_changes_from_the_state_that_was_seen_only(world: LedgerWorld) -> None:
    run = await started(world)
    assert await world.do(lambda tx: runs.change(tx, run, RunState.CANCELLED))
    assert not await world.do(lambda tx: runs.change(tx, run, RunState.SENDING))


async def test_runs_are_listed_newest_first_and_by_state(world: LedgerWorld) -> None:
    older, newer = await started(world, "AN-22222"), await started(world, "AN-33333")
    listed = await world.do(lambda tx: runs.of_unit(tx, world.unit.id, 9))
    assert [run.id for run in listed] == [newer.id, older.id]
    assert await world.do(lambda tx: runs.ids_in(tx, (RunState.EXPANDING,))) == [older.id, newer.id]
    assert await world.do(lambda tx: runs.ids_in(tx, (RunState.PAUSED,))) == []


async def test_of_two_addresses_the_reachable_one_is_taken(world: LedgerWorld) -> None:
    resident_id, old = await world.person()

    def second(tx: Tx) -> UUID:
        other = addresses.register_account(tx, "zalo", "oa", "vi_du_oa")
        where = addresses.ensure(tx, other.id, ChatKind.PRIVATE, "z1")
        addresses.link_resident(tx, where.id, resident_id)
        return where.id

    new = await world.do(second)
    audience = Audience(area_code=AREA)

    def chosen(tx: Tx) -> list[UUID]:
        found = found_by(tx, recipients.page(tx, UUID(int=1), world.unit, audience, None, 10))
        return [one.address_id for one in found]

    assert await world.do(chosen) == [old]
    await world.do(lambda tx: addresses.mark_unreachable(tx, old, Until.THEY_WRITE))
    assert await world.do(chosen) == [new]
    await world.do(lambda tx: addresses.mark_unreachable(tx, new, Until.THEY_WRITE))
    assert await world.do(chosen) == [old]


async def test_what_is_expected_names_who_cannot_be_reached(world: LedgerWorld) -> None:
    people = [await world.person() for _ in range(3)]
    await world.person(residents.Wish.STOPPED)
    await world.do(lambda tx: residents.set_language(tx, people[0][0], Language.EN))
    await world.do(lambda tx: addresses.mark_unreachable(tx, people[1][1], Until.FOREVER))

    found = await world.do(lambda tx: recipients.expected(tx, world.unit, Audience(area_code=AREA)))
    english = await world.do(
        lambda tx: recipients.expected(
            tx, world.unit, Audience(area_code=AREA, languages=(Language.EN,))
        )
    )

    assert (found.people, found.unreachable) == (3, 1)
    assert found.by_language == {"en": 1, "vi": 2}
    assert english.people == 1
