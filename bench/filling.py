"""Made-up residents by the thousand, written straight into the tables."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from uuid import UUID

from domain.messages import ChatKind
from storage.database import Database, Tx
from storage.people.residents import Wish
from storage.sealing import Place
from storage.tables import address, resident

FIRST_CHAT = 500_000_001
"""Chat id of the first resident; the others follow."""
_PER_STEP = 1000


async def fill(
    database: Database, account_id: UUID, unit_id: UUID, count: int, area_code: str | None = None
) -> AsyncIterator[int]:
    """Write residents who said yes, each with one address; yields how many there are so far."""
    for start in range(0, count, _PER_STEP):
        end = min(count, start + _PER_STEP)
        chats = [str(FIRST_CHAT + number) for number in range(start, end)]
        await database.write(partial(_write, account_id, unit_id, area_code, chats))
        yield end


def _write(
    account_id: UUID, unit_id: UUID, area_code: str | None, chats: Sequence[str], tx: Tx
) -> None:
    people = [(tx.new_id(), tx.new_id(), chat) for chat in chats]
    tx.connection.execute(
        resident.insert(),
        [
            {
                "id": resident_id,
                "unit_id": unit_id,
                "area_code": area_code,
                "language": "vi",
                "wish": Wish.YES.value,
                "wish_at": tx.now,
                "created_at": tx.now,
            }
            for resident_id, _, _ in people
        ],
    )
    tx.connection.execute(
        address.insert(),
        [
            {
                "id": address_id,
                "account_id": account_id,
                "kind": ChatKind.PRIVATE.value,
                "lookup": tx.keys.hash(f"address:{account_id.hex}", chat),
                "platform_id": tx.keys.seal(chat, Place("address", "platform_id", address_id)),
                "resident_id": resident_id,
            }
            for resident_id, address_id, chat in people
        ],
    )
