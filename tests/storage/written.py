"""Rows of a run to the people of some chats, and whom a query of recipients finds."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Select, false, func, literal, select

from domain.delivery import Lane
from storage.database import Tx
from storage.deliveries import run_rows
from storage.deliveries.run_rows import Batch
from storage.tables import account, address


@dataclass(frozen=True, slots=True)
class Recipient:
    """A resident and where they are written to."""

    resident_id: UUID
    area_code: str | None
    language: str
    address_id: UUID
    account_id: UUID
    channel: str
    shut: bool
    number: int = field(compare=False)


def found_by(tx: Tx, page: Select[Any]) -> list[Recipient]:
    """Return whom a page holds, in the order in which their rows are written."""
    found = sorted((Recipient(*row) for row in tx.connection.execute(page)), key=_number)
    assert [one.number for one in found] == list(range(1, len(found) + 1))
    return found


def _number(one: Recipient) -> int:
    return one.number


def put_rows(
    tx: Tx, run_id: UUID, lane: Lane, area_code: str, address_ids: Collection[UUID]
) -> None:
    """Write a row of a run for each chat's person, there."""
    whom = (
        select(
            address.c.resident_id,
            literal(area_code).label("area_code"),
            literal("vi").label("language"),
            address.c.id.label("address_id"),
            address.c.account_id,
            account.c.channel,
            false().label("shut"),
            func.row_number().over(order_by=address.c.resident_id).label("number"),
        )
        .join(account, account.c.id == address.c.account_id)
        .where(address.c.id.in_(address_ids))
    )
    batch = Batch(run_id=run_id, lane=lane, area_code=area_code, languages=("vi",), newcomers=False)
    run_rows.write(tx, batch, whom, len(address_ids))
