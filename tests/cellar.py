"""A database with the least that the cellar's tests need: an account, a unit, three areas."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from domain.clock import Clock
from domain.messages import ChatKind
from storage.database import Database, Tx
from storage.people import addresses
from storage.people.addresses import Address
from storage.sealing import Keyring, fresh_keyring
from storage.staff import setting_up
from storage.tables import area
from tests.chat import MovingClock

T = TypeVar("T")

PROVINCE, COMMUNE, VILLAGE = "20", "05977", "05977-kp-vi-du-1"


@dataclass(frozen=True, slots=True)
class Cellar:
    """An open database; `do` writes in a transaction of its own, `look` reads."""

    db: Database
    url: str
    keys: Keyring
    account_id: UUID
    unit_id: UUID

    async def do(self, work: Callable[[Tx], T]) -> T:
        """Run `work` and commit."""
        return await self.db.write(work)

    async def look(self, work: Callable[[Tx], T]) -> T:
        """Run `work` on a snapshot."""
        return await self.db.read(work)

    async def private(self, platform_id: str) -> Address:
        """Return the address of a person, made on first sight."""
        kind = ChatKind.PRIVATE
        return await self.do(lambda tx: addresses.ensure(tx, self.account_id, kind, platform_id))


@asynccontextmanager
async def furnished(
    url: str, keys: Keyring | None = None, clock: Clock | None = None
) -> AsyncIterator[Cellar]:
    """Open a migrated, empty database and furnish it."""
    keys = keys or fresh_keyring()
    db = Database(url, keys, clock or MovingClock())

    def furnish(tx: Tx) -> tuple[UUID, UUID]:
        write_areas(tx)
        account = addresses.register_account(tx, "telegram", "7001", "vi_du_bot")
        unit = setting_up.create_unit(
            tx,
            code="VD",
            name={"vi": "Công an phường Ví Dụ", "en": "Example Ward Police"},
            area_code=COMMUNE,
            duty_phone="0200 000 0113",
            controller="Công an phường Ví Dụ",
            retention={"vi": "12 tháng"},
            card_content=True,
        )
        setting_up.give_account(tx, account.id, unit.id)
        return account.id, unit.id

    try:
        account_id, unit_id = await db.write(furnish)
        yield Cellar(db, url, keys, account_id, unit_id)
    finally:
        await db.close()


def write_areas(tx: Tx) -> None:
    """Write a province, a commune in it, and a village in that."""
    for code, parent, level in (
        (PROVINCE, None, "province"),
        (COMMUNE, PROVINCE, "commune"),
        (VILLAGE, COMMUNE, "village"),
    ):
        tx.connection.execute(
            area.insert().values(
                code=code,
                parent_code=parent,
                level=level,
                kind=level,
                name=f"Ví Dụ {code}",
                full_name=f"địa bàn Ví Dụ {code}",
                old_names=[],
            )
        )
