"""What is asked for each receipt, number, press and failure reads no long table whole."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from domain.messages import ChatKind, ChatRef, Message, ReceiptEvent, ReceiptKind, Sender
from storage.database import Tx
from storage.deliveries import elsewhere, hearing, merging, receipts, typed_numbers, use
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery
from tests.storage.deliveries.two_channels import ASKING, OA, TELEGRAM, Two, two_channels
from tests.storage.ledger_world import LedgerWorld
from tests.storage.test_plans import plans, reads_all_of, world

__all__ = ["world"]

Work = Callable[[Tx, Two, UUID, Delivery], object]


@pytest.fixture
async def two(world: LedgerWorld) -> Two:
    return await two_channels(world)


def _receipt(tx: Tx, two: Two, one: UUID, _row: Delivery) -> None:
    chat = ChatRef(f"{OA} {one}", ChatKind.PRIVATE)
    event = ReceiptEvent(chat=chat, at=tx.now, message_id="x", receipt=ReceiptKind.SEEN)
    receipts.note(tx, two.accounts[OA].id, event)


def _number(tx: Tx, two: Two, one: UUID, _row: Delivery) -> None:
    chat = ChatRef(f"{OA} {one}", ChatKind.PRIVATE)
    message = Message(chat=chat, sender=Sender("x"), at=tx.now, message_id="t", text="1")
    typed_numbers.as_press(tx, two.accounts[OA].id, message)


def _spent(tx: Tx, two: Two, _one: UUID, row: Delivery) -> None:
    assert row.run_id is not None
    use.Purse(tx, two.accounts[OA].id, ASKING).allows(row.run_id)


@pytest.mark.parametrize(
    "work",
    [
        _receipt,
        _number,
        _spent,
        lambda tx, _two, _one, row: elsewhere.pass_on(tx, row, "x", Moves(), tried=True),
        lambda tx, _two, _one, row: hearing.heard(tx, row.address_id, tx.now, ASKING),
        lambda tx, _two, one, _row: merging.merge(tx, one, UUID(int=1)),
        lambda tx, _two, _one, _row: hearing.forget_old(tx),
    ],
    ids=["receipt", "number", "spent", "elsewhere", "heard", "merge", "forget"],
)
async def test_no_long_table_is_read_whole(two: Two, work: Work) -> None:
    one = await two.resident(timedelta(hours=60), TELEGRAM, OA)
    run = await two.run([(one, OA)], paid=3)
    row = await two.row_of(run, one)
    for plan in await two.world.do(lambda tx: plans(tx, lambda tx: work(tx, two, one, row))):
        assert reads_all_of(plan) == [], plan
