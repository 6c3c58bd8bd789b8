"""How everybody of an audience stands: each once, by the chat at which a run comes to them."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import update

from domain.campaign import Audience
from domain.hours import ANY_TIME, BroadcastRules
from domain.reach_plan import Posts, Standing
from domain.subject import Subject
from storage.campaigns import packs, reach_counts
from storage.campaigns.packs import App
from storage.campaigns.reach_counts import Counts, Use, Windows
from storage.database import Tx
from storage.deliveries import use
from storage.people import addresses, choices, units
from storage.people.residents import Wish
from storage.people.units import Unit
from storage.staff import setting_up
from storage.tables import address, resident, run
from tests.cellar import COMMUNE, VILLAGE, Cellar, furnished
from tests.storage.ledger_world import LedgerWorld, ledger_world
from tests.storage.test_plans import plans

HOUR = timedelta(hours=1)
REPLY, FREE = 7 * 24 * HOUR, 48 * HOUR
_CHATS = (
    # Of each resident: is it on the channel with windows, how many hours ago they wrote, closed.
    ((False, None, False),),
    ((True, 1, False),),
    ((True, 47, True),),
    ((True, 48, False),),
    ((True, 168, False),),
    ((True, None, False),),
    ((True, 100, False), (False, None, False)),
    ((True, 1, False), (True, 100, False)),
    ((True, 200, False), (True, 100, True), (False, None, False)),
    ((False, None, True), (True, 200, False)),
)


@dataclass(frozen=True, slots=True)
class Town:
    """People of every sort in one unit, on an account without windows and one with."""

    cellar: Cellar
    unit: Unit
    oa: UUID
    expected: Counter[tuple[UUID, Standing]]

    @property
    def windows(self) -> list[Windows]:
        plain = Windows(account_id=self.cellar.account_id, reply=None, free=None)
        return [plain, Windows(account_id=self.oa, reply=REPLY, free=FREE)]

    def counted(self, tx: Tx, audience: Audience) -> Counts:
        return reach_counts.standing(tx, self.unit, audience, self.windows, tx.now, ANY_TIME)


@pytest.fixture
async def town(migrated_database_url: str) -> AsyncIterator[Town]:
    async with furnished(migrated_database_url) as cellar:
        oa = await cellar.do(lambda tx: addresses.register_account(tx, "zalo_oa", "9", "OA"))
        found = await cellar.do(lambda tx: _settle(tx, cellar, oa.id))
        unit = await cellar.look(lambda tx: units.get_unit(tx, cellar.unit_id))
        yield Town(cellar, unit, oa.id, found)


def _settle(tx: Tx, cellar: Cellar, oa: UUID) -> Counter[tuple[UUID, Standing]]:
    found: Counter[tuple[UUID, Standing]] = Counter()
    for wish, declines, chats in product(Wish, (False, True), _CHATS):
        person = tx.new_id()
        tx.connection.execute(
            resident.insert().values(
                id=person,
                unit_id=cellar.unit_id,
                area_code=VILLAGE,
                language="vi",
                wish=wish.value,
                created_at=tx.now,
            )
        )
        if declines:
            choices.decline(tx, person, Subject.FIRE)
        ranked: list[tuple[tuple[bool, bool, bool, int], Standing, UUID]] = []
        for windowed, hours, closed in chats:
            heard_at = tx.now - hours * HOUR if hours is not None else None
            account_id = oa if windowed else cellar.account_id
            unusable, costs, how = _how(windowed, hours, closed)
            ranked.append(((unusable, closed, costs, len(ranked)), how, account_id))
            _write(tx, person, account_id, heard_at, closed=closed)
        _, how, account_id = min(ranked)
        if wish in (Wish.PAUSED, Wish.SUSPENDED):
            how = Standing.PAUSED
        elif wish is not Wish.YES:
            how = Standing.NO_CONSENT
        elif declines:
            how = Standing.DECLINED
        found[account_id, how] += 1
    return found


def _how(windowed: bool, hours: int | None, closed: bool) -> tuple[bool, bool, Standing]:
    """Return whether a chat cannot be used, whether it costs, and how its person stands there."""
    shut = windowed and (hours is None or hours >= 168)
    costs = windowed and (hours is None or hours >= 48)
    if closed:
        return True, costs, Standing.UNREACHABLE
    if shut:
        return True, costs, Standing.WINDOW
    return False, costs, Standing.COSTS if costs else Standing.FREE


def _write(
    tx: Tx, person: UUID, account_id: UUID, heard_at: datetime | None, *, closed: bool
) -> None:
    address_id = tx.new_id()
    tx.connection.execute(
        address.insert().values(
            id=address_id,
            account_id=account_id,
            kind="private",
            lookup=address_id.bytes,
            platform_id=b"sealed",
            resident_id=person,
            unreachable="forever" if closed else None,
            heard_at=heard_at,
        )
    )


async def test_everybody_is_counted_once_where_a_run_would_come_to_them(town: Town) -> None:
    audience = Audience(area_code=COMMUNE, subject=Subject.FIRE)
    found = await town.cellar.look(lambda tx: town.counted(tx, audience))
    assert found == town.expected
    assert sum(found.values()) == len(Wish) * 2 * len(_CHATS)
    for nobody in (Audience(area_code=COMMUNE, posts_only=True), Audience(area_code="none")):
        assert await town.cellar.look(lambda tx, one=nobody: town.counted(tx, one)) == {}  # type: ignore[misc]


async def test_the_count_reads_chats_by_resident_and_never_all_of_them(town: Town) -> None:
    audience = Audience(area_code=COMMUNE, subject=Subject.FIRE)
    [plan] = await town.cellar.do(lambda tx: plans(tx, lambda tx: town.counted(tx, audience)))
    assert "ix_address_resident_id" in plan
    assert "SCAN declined" not in plan
    assert "Seq Scan on declined_subject" not in plan


async def test_use_of_a_month_is_of_the_month_in_viet_nam(town: Town) -> None:
    def work(tx: Tx) -> tuple[Use, Use]:
        use.add(tx, town.oa, sent=7, paid=3)
        here = reach_counts.use_of(tx, town.oa, tx.now)
        return here, reach_counts.use_of(tx, town.oa, tx.now + timedelta(days=31))

    assert await town.cellar.do(work) == (Use(7, 3), Use())


async def test_groups_by_hand_are_told_with_how_many_nobody_counted(town: Town) -> None:
    def work(tx: Tx) -> list[Posts | None]:
        author = setting_up.create_staff(tx, town.unit.id, "Cán bộ Ví Dụ", [])
        before = reach_counts.by_hand(tx, town.unit)
        for name, members in (("Ví Dụ 1", 40), ("Ví Dụ 2", None)):
            packs.add_group(tx, town.unit.id, author.id, name, VILLAGE, App.ZALO, members)
        return [before, reach_counts.by_hand(tx, town.unit)]

    told = Posts(channel=reach_counts.BY_HAND, groups=2, members=40, unknown=1)
    assert await town.cellar.do(work) == [None, told]


async def test_who_has_had_enough_is_not_counted_among_those_who_get_it(
    migrated_database_url: str,
) -> None:
    async with ledger_world(migrated_database_url) as world:
        people = [await world.person() for _ in range(4)]
        run_id = await world.run(people[:3])
        counts = {"counted": True, "a_day": 1, "a_month": 4}
        await world.do(
            lambda tx: tx.connection.execute(update(run).where(run.c.id == run_id).values(counts))
        )
        assert await _capped(world) == {Standing.CAPPED: 3, Standing.FREE: 1}


async def _capped(world: LedgerWorld) -> dict[Standing, int]:
    unit = world.unit
    audience = Audience(area_code=unit.area_code)
    rules = BroadcastRules(quiet=())
    found = await world.do(lambda tx: reach_counts.standing(tx, unit, audience, [], tx.now, rules))
    return {how: number for (_, how), number in found.items()}
