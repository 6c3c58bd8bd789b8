"""Recipients: who is in, who is not and why, in which order, and nobody twice."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import product
from uuid import UUID

import pytest

from domain.campaign import Audience, Content, RunState
from domain.delivery import DeliveryKind, Lane
from domain.door import OPEN, Door
from domain.language import Language
from domain.part import Part
from domain.subject import Subject
from storage.campaigns import campaigns, recipients, runs
from storage.campaigns.recipients import Expected
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import choices, units
from storage.people.residents import Wish
from storage.people.units import Unit
from storage.staff import setting_up
from storage.tables import address, area, resident
from tests.cellar import COMMUNE, PROVINCE, VILLAGE, Cellar, furnished
from tests.storage.test_plans import plans
from tests.storage.written import Recipient, found_by

HAMLET = f"{VILLAGE}-xom-1"
ELSEWHERE = "05980"
_NO_RUN = UUID(int=1)
_PARTS = (Part.TRADER, Part.DRIVER, Part.SCHOOL)
_ADDRESSES = ((), (False,), (True,), (True, False), (False, True), (True, True))
"""Of each resident: whether their addresses are closed, the oldest first."""


@dataclass(frozen=True, slots=True)
class Person:
    """A resident as written, and the address a message should go to."""

    id: UUID
    wish: Wish
    area: str | None
    language: str
    best: UUID | None
    parts: tuple[Part, ...]
    declines: bool


@dataclass(frozen=True, slots=True)
class Town:
    """People of every sort in one unit, sorted by id."""

    cellar: Cellar
    unit: Unit
    people: Sequence[Person]

    def wanted(self, audience: Audience, areas: Sequence[str | None]) -> list[tuple[UUID, UUID]]:
        """Say by hand who is to be written to, and where."""
        languages = [one.value for one in audience.languages] or ["vi", "en"]
        return [
            (one.id, one.best)
            for one in self.people
            if one.wish is Wish.YES
            and one.best is not None
            and one.language in languages
            and one.area in areas
            and (not audience.parts or set(one.parts) & set(audience.parts))
            and not (audience.subject is Subject.FIRE and one.declines)
        ]

    async def taken(
        self, audience: Audience, limit: int, run_id: UUID = _NO_RUN
    ) -> list[Recipient]:
        """Take everybody step by step, as a run does."""
        found: list[Recipient] = []
        while True:
            after = found[-1].resident_id if found else None

            def step(tx: Tx, after: UUID | None = after) -> list[Recipient]:
                page = recipients.page(tx, run_id, self.unit, audience, after, limit)
                return found_by(tx, page)

            more = await self.cellar.look(step)
            assert len(more) <= limit
            found += more
            if len(more) < limit:
                return found


@pytest.fixture
async def town(migrated_database_url: str) -> AsyncIterator[Town]:
    async with furnished(migrated_database_url) as cellar:
        people = await cellar.do(lambda tx: _settle(tx, cellar))
        unit = await cellar.look(lambda tx: units.get_unit(tx, cellar.unit_id))
        yield Town(cellar, unit, people)


def _settle(tx: Tx, cellar: Cellar) -> list[Person]:
    for code, parent in ((HAMLET, VILLAGE), (ELSEWHERE, PROVINCE)):
        tx.connection.execute(
            area.insert().values(
                code=code,
                parent_code=parent,
                level="village",
                kind="village",
                name=code,
                full_name=code,
                old_names=[],
            )
        )
    sorts = product(Wish, (None, VILLAGE, HAMLET, ELSEWHERE), ("vi", "en"), _ADDRESSES)
    made = [_person(tx, cellar, *sort, number) for number, sort in enumerate(sorts)]
    return sorted(made, key=lambda one: one.id)


def _person(
    tx: Tx,
    cellar: Cellar,
    wish: Wish,
    area_code: str | None,
    language: str,
    closed: Sequence[bool],
    number: int,
) -> Person:
    person_id = tx.new_id()
    tx.connection.execute(
        resident.insert().values(
            id=person_id,
            unit_id=cellar.unit_id,
            area_code=area_code,
            language=language,
            wish=wish.value,
            created_at=tx.now,
        )
    )
    ids = [tx.new_id() for _ in closed]
    for address_id, is_closed in zip(ids, closed, strict=True):
        tx.connection.execute(
            address.insert().values(
                id=address_id,
                account_id=cellar.account_id,
                kind="private",
                lookup=address_id.bytes,
                platform_id=b"sealed",
                resident_id=person_id,
                unreachable="forever" if is_closed else None,
            )
        )
    ranked = sorted(zip(closed, ids, strict=True))
    parts = tuple(part for bit, part in enumerate(_PARTS) if number >> bit & 1)
    for part in parts:
        choices.set_part(tx, person_id, part, chosen=True)
    declines = number % 7 == 0
    if declines:
        choices.decline(tx, person_id, Subject.FIRE)
    best = ranked[0][1] if ranked else None
    return Person(person_id, wish, area_code, language, best, parts, declines)


_WHOLE = Audience(area_code=COMMUNE)
_AUDIENCES = (
    (_WHOLE, (None, VILLAGE, HAMLET, ELSEWHERE)),
    (Audience(area_code=VILLAGE), (VILLAGE, HAMLET)),
    (Audience(area_code=HAMLET), (HAMLET,)),
    (Audience(area_code=COMMUNE, areas=(HAMLET, ELSEWHERE)), (HAMLET, ELSEWHERE)),
    (replace(_WHOLE, posts_only=True), ()),
    (Audience(area_code=VILLAGE, languages=(Language.EN,)), (VILLAGE, HAMLET)),
    (Audience(area_code=COMMUNE, languages=(Language.ZH,)), ()),
    (Audience(area_code=COMMUNE, subject=Subject.FIRE), (None, VILLAGE, HAMLET, ELSEWHERE)),
    (Audience(area_code=COMMUNE, subject=Subject.DRUGS), (None, VILLAGE, HAMLET, ELSEWHERE)),
    (Audience(area_code=VILLAGE, parts=(Part.TRADER, Part.DRIVER)), (VILLAGE, HAMLET)),
    (
        Audience(
            area_code=VILLAGE,
            languages=(Language.VI,),
            parts=(Part.SCHOOL,),
            subject=Subject.FIRE,
        ),
        (VILLAGE, HAMLET),
    ),
)


@pytest.mark.parametrize("limit", [1, 7, 1000])
async def test_everybody_who_is_meant_is_taken_once_by_id_at_the_best_address(
    town: Town, limit: int
) -> None:
    for audience, areas in _AUDIENCES:
        found = await town.taken(audience, limit)
        assert [(one.resident_id, one.address_id) for one in found] == town.wanted(audience, areas)
        assert {one.channel for one in found} <= {"telegram"}


async def test_a_recipient_comes_with_what_the_message_is_made_of(town: Town) -> None:
    by_id = {one.id: one for one in town.people}
    found = await town.taken(_WHOLE, 50)
    assert found
    for one in found:
        known = by_id[one.resident_id]
        assert (one.area_code, one.language) == (known.area, known.language)
        assert one.account_id == town.cellar.account_id


@pytest.mark.parametrize("limit", [1, 7, 1000])
async def test_who_has_a_row_in_the_run_already_is_passed_over(town: Town, limit: int) -> None:
    everybody = await town.taken(_WHOLE, 1000)
    there = everybody[::3]

    def write(tx: Tx) -> UUID:
        run_id = _run(tx, town.unit)
        for one in there:
            ledger.put(
                tx,
                ledger.NewDelivery(
                    kind=DeliveryKind.CAMPAIGN,
                    lane=Lane.ROUTINE,
                    address_id=one.address_id,
                    language="vi",
                    run_id=run_id,
                    resident_id=one.resident_id,
                ),
            )
        return run_id

    run_id = await town.cellar.do(write)
    left = await town.taken(_WHOLE, limit, run_id)
    assert left == [one for one in everybody if one not in there]


async def test_people_of_another_unit_are_not_taken(town: Town) -> None:
    unit = replace(town.unit, id=UUID(int=99))
    found = await town.cellar.look(
        lambda tx: found_by(tx, recipients.page(tx, _NO_RUN, unit, _WHOLE, None, 10))
    )
    assert found == []


async def test_what_is_expected_is_what_is_taken(town: Town) -> None:
    for audience, areas in _AUDIENCES:
        wanted = town.wanted(audience, areas)
        expected = await town.cellar.look(partial(_expected, town.unit, audience))
        assert expected.people == len(wanted)
        assert sum(expected.by_language.values()) == len(wanted)
        if not audience.parts and audience.subject is not Subject.FIRE:
            # Of the six sorts of addresses five can be written to, two of those are closed.
            assert expected.unreachable * 5 == len(wanted) * 2


async def test_each_part_is_counted_by_language_and_who_declined_is_counted_apart(
    town: Town,
) -> None:
    audience = Audience(area_code=COMMUNE, parts=(Part.DRIVER,), subject=Subject.FIRE)
    willing = replace(audience, parts=(), subject=None)
    areas = (None, VILLAGE, HAMLET, ELSEWHERE)
    there = {person_id for person_id, _ in town.wanted(willing, areas)}
    cells = await town.cellar.look(lambda tx: recipients.by_part(tx, town.unit, audience))
    for part, language in product(_PARTS, ("vi", "en")):
        assert cells[part, language] == sum(
            one.id in there and part in one.parts and one.language == language and not one.declines
            for one in town.people
        )
    told = await town.cellar.look(lambda tx: recipients.declining(tx, town.unit, audience))
    assert told == sum(
        one.id in there and one.declines and Part.DRIVER in one.parts for one in town.people
    )


async def test_a_step_follows_an_index_and_sorts_no_residents(town: Town) -> None:
    audience = replace(_WHOLE, subject=Subject.FIRE, parts=(Part.DRIVER,))

    def step(tx: Tx) -> None:
        after = town.people[5].id
        found_by(tx, recipients.page(tx, _NO_RUN, town.unit, audience, after, 10))

    [plan] = await town.cellar.do(lambda tx: plans(tx, step))
    # Both give the order; of so few rows PostgreSQL takes either.
    assert "ix_resident_unit_id_wish_id" in plan or "pk_resident" in plan
    assert "Seq Scan on resident" not in plan
    assert "Hash" not in plan
    assert "SCAN resident" not in plan
    assert "SCAN declined" not in plan


def _expected(unit: Unit, audience: Audience, tx: Tx) -> Expected:
    return recipients.expected(tx, unit, audience)


def _run(tx: Tx, unit: Unit) -> UUID:
    author = setting_up.create_staff(tx, unit.id, "Cán bộ Ví Dụ", [])
    words = Content(title="Mũ", bodies={Language.VI: "Đội mũ"}, values={Language.VI: {}})
    known = campaigns.create(
        tx,
        campaigns.NewCampaign(
            unit_id=unit.id,
            author_id=author.id,
            template_id=None,
            subject="traffic",
            lane=Lane.ROUTINE,
            content=words,
            audience=_WHOLE,
            due_at=None,
        ),
    )
    run = runs.create(
        tx,
        runs.NewRun(
            campaign_id=known.id,
            occurrence=1,
            unit_id=unit.id,
            code="AN-22222",
            lane=Lane.ROUTINE,
            state=RunState.EXPANDING,
            content={"vi": "{}"},
            audience=_WHOLE,
            due_at=tx.now,
            not_after=tx.now,
        ),
    )
    assert run is not None
    return run.id


async def test_a_channel_with_windows_that_has_no_account_here_changes_nothing(town: Town) -> None:
    day = timedelta(days=1)
    doors = {"telegram": OPEN, "zalo_oa": Door(reply_window=7 * day, free_window=2 * day)}

    def step(tx: Tx) -> list[Recipient]:
        page = recipients.page(tx, _NO_RUN, town.unit, _WHOLE, None, 1000, doors)
        return found_by(tx, page)

    assert await town.cellar.look(step) == await town.taken(_WHOLE, 1000)
