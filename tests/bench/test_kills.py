"""A row that is unsure without a reason is found, whatever the sums say."""

from collections.abc import AsyncIterator

import pytest

from bench.kills import unexplained_rows
from domain.delivery import Accepted, Outcome, Unknowable
from tests.storage.ledger_world import LedgerWorld, ledger_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[LedgerWorld]:
    async with ledger_world(migrated_database_url) as opened:
        yield opened


async def test_each_unsure_row_needs_a_kill_or_a_fault_of_its_own(world: LedgerWorld) -> None:
    run_id = await world.run([await world.person() for _ in range(4)])
    window = await world.open(4)
    assert window is not None

    def outcome(at: int) -> Outcome:
        return Unknowable("reset") if at else Accepted("m1", world.clock.now())

    assert await world.settle(window, outcome)

    async def counted(rows: list[int], chats: list[int]) -> int:
        return await world.do(
            lambda tx: unexplained_rows(
                tx,
                world.account.id,
                run_id,
                {window.sends[at].delivery_id for at in rows},
                {window.sends[at].chat.chat_id for at in chats},
            )
        )

    assert await counted([], []) == 3
    assert await counted([1], [2]) == 1, "as many kills as faults and rows, and yet one too many"
    assert await counted([1, 3], [2]) == 0
    assert await counted([0, 1, 2], [0]) == 1, "what was accepted explains nothing"
