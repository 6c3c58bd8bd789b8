"""The audit log tells everything that was done, and whatever is done to it shows."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import text

from domain.audit import Act, Thing
from storage.database import Tx
from storage.staff import audit
from storage.staff.audit import ChainCheck
from tests.cellar import Cellar, furnished

WHO = UUID(int=7)
WHAT = UUID(int=9)


@pytest.fixture
async def cellar(migrated_database_url: str) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url) as made:
        yield made


def _act(tx: Tx, reason: str = "") -> int:
    return audit.append(
        tx,
        Act.TIP_CLOSED,
        Thing.TIP,
        WHAT,
        unit_id=None,
        staff_id=WHO,
        reason=reason,
        outcome="valuable",
        cases=2,
        first=True,
    )


async def _write(cellar: Cellar, how_many: int) -> None:
    before = await cellar.do(audit.count)
    await cellar.do(lambda tx: [_act(tx, f"lý do {n}") for n in range(how_many)])
    assert await cellar.do(audit.count) == before + how_many


async def _spoil(cellar: Cellar, statement: str) -> ChainCheck:
    await cellar.do(lambda tx: tx.connection.execute(text(statement)))
    return await cellar.do(audit.verify)


async def test_an_untouched_log_is_sound(cellar: Cellar) -> None:
    await _write(cellar, 5)
    check = await cellar.do(audit.verify)
    assert check.sound
    assert check.entries >= 5
    assert check.anchored is None


async def test_an_empty_log_is_sound(cellar: Cellar) -> None:
    await _spoil(cellar, "DELETE FROM audit_entry")
    check = await _spoil(cellar, "DELETE FROM sequence WHERE name = 'audit'")
    assert check == ChainCheck(0, None, b"", None)
    assert check.sound


async def test_an_entry_is_read_as_it_was_written(cellar: Cellar) -> None:
    number = await cellar.do(lambda tx: _act(tx, "đã gọi điện xác minh"))
    (entry,) = await cellar.do(lambda tx: list(audit.entries(tx, staff_id=WHO)))
    assert (entry.number, entry.act, entry.thing, entry.thing_id) == (
        number,
        Act.TIP_CLOSED,
        Thing.TIP,
        WHAT,
    )
    assert entry.facts == {"outcome": "valuable", "cases": 2, "first": True}
    assert entry.reason == "đã gọi điện xác minh"
    assert entry.at == await cellar.do(lambda tx: tx.now)


async def test_a_reason_is_not_readable_in_the_database(cellar: Cellar) -> None:
    await cellar.do(lambda tx: _act(tx, "CANARY-LY-DO"))
    row = await cellar.do(
        lambda tx: tx.connection.execute(text("SELECT * FROM audit_entry")).all()[-1]
    )
    assert "CANARY" not in repr(tuple(row))


@pytest.mark.parametrize(
    "change",
    [
        "act = 'tip_read'",
        "thing = 'run'",
        "thing_id = NULL",
        "staff_id = NULL",
        "facts = '{}'",
        "reason = NULL",
        "at = '2020-01-01 00:00:00'",
    ],
)
async def test_a_changed_entry_is_named(cellar: Cellar, change: str) -> None:
    await _write(cellar, 5)
    third = await cellar.do(audit.count) - 2
    check = await _spoil(cellar, f"UPDATE audit_entry SET {change} WHERE number = {third}")
    assert not check.sound
    assert check.broken_at == third


async def test_a_removed_entry_is_named(cellar: Cellar) -> None:
    await _write(cellar, 5)
    third = await cellar.do(audit.count) - 2
    check = await _spoil(cellar, f"DELETE FROM audit_entry WHERE number = {third}")
    assert check.broken_at == third


async def test_a_log_cut_off_at_its_end_is_noticed(cellar: Cellar) -> None:
    await _write(cellar, 5)
    last = await cellar.do(audit.count)
    check = await _spoil(cellar, f"DELETE FROM audit_entry WHERE number = {last}")
    assert check.broken_at == last


async def test_who_hides_a_cut_end_well_is_caught_by_a_noted_link(cellar: Cellar) -> None:
    await _write(cellar, 5)
    noted = (await cellar.do(audit.verify)).head
    last = await cellar.do(audit.count)
    await _spoil(cellar, f"DELETE FROM audit_entry WHERE number = {last}")
    await _spoil(cellar, f"UPDATE sequence SET value = {last - 1} WHERE name = 'audit'")
    check = await cellar.do(lambda tx: audit.verify(tx, noted))
    assert check.broken_at is None
    assert check.anchored is False
    assert not check.sound


async def test_a_noted_link_stays_in_a_log_that_only_grew(cellar: Cellar) -> None:
    await _write(cellar, 2)
    noted = (await cellar.do(audit.verify)).head
    await _write(cellar, 3)
    assert (await cellar.do(lambda tx: audit.verify(tx, noted))).anchored is True


async def test_acts_at_the_same_time_still_make_one_chain(cellar: Cellar) -> None:
    await asyncio.gather(*(cellar.do(_act) for _ in range(25)))
    check = await cellar.do(audit.verify)
    assert check.sound
    assert check.entries >= 25


async def test_an_act_that_is_rolled_back_leaves_no_gap(cellar: Cellar) -> None:
    await _write(cellar, 2)

    def give_up(tx: Tx) -> None:
        _act(tx)
        raise LookupError

    with pytest.raises(LookupError):
        await cellar.do(give_up)
    await _write(cellar, 1)
    assert (await cellar.do(audit.verify)).sound


async def test_the_newest_entries_come_in_order(cellar: Cellar) -> None:
    await _write(cellar, 6)
    last = await cellar.do(audit.count)
    found = await cellar.do(lambda tx: [one.number for one in audit.entries(tx, newest=3)])
    assert found == [last - 2, last - 1, last]


async def test_a_long_log_is_walked_to_its_end(cellar: Cellar) -> None:
    await _write(cellar, 2_050)
    check = await cellar.do(audit.verify)
    assert check.sound
    assert check.entries >= 2_050
