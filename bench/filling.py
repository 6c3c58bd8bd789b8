"""Made-up residents by the thousand, written straight into the tables."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from uuid import UUID

from sqlalchemy import text

from domain.messages import ChatKind
from storage.database import Database, Tx
from storage.people.residents import Wish
from storage.sealing import Place
from storage.tables import address, resident

FIRST_CHAT = 500_000_001
"""Chat id of the first resident; the others follow."""
_PER_STEP = 1000


async def fill(
    database: Database,
    account_id: UUID,
    unit_id: UUID,
    count: int,
    area_code: str | None = None,
    there: int = 0,
) -> AsyncIterator[int]:
    """Write residents who said yes, each with one address; yields how many there are so far.

    `there`: how many were written before.
    """
    for start in range(there, count, _PER_STEP):
        end = min(count, start + _PER_STEP)
        chats = [str(FIRST_CHAT + number) for number in range(start, end)]
        await database.write(partial(_write, account_id, unit_id, area_code, chats))
        yield end


def fill_quickly(tx: Tx, account_id: UUID, unit_id: UUID, count: int) -> None:
    """Write residents who said yes, each with one address to which nothing can be sent."""
    sqlite = tx.connection.dialect.name == "sqlite"
    known = {
        "most": count,
        "unit": unit_id.hex if sqlite else unit_id,
        "account": account_id.hex if sqlite else account_id,
        "now": tx.now.replace(tzinfo=None).isoformat(" ") if sqlite else tx.now,
    }
    way = _ON_SQLITE if sqlite else _ON_POSTGRES
    for statement in (_RESIDENTS, _ADDRESSES):
        tx.connection.execute(text(statement.format(**way)), known)


_ON_SQLITE = {
    "begin": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :most)",
    "numbers": "n",
    "id": "printf('%032x', i)",
    "bytes": "CAST(printf('%08x', i) AS blob)",
}
_ON_POSTGRES = {
    "begin": "",
    "numbers": "generate_series(1, CAST(:most AS int)) AS i",
    "id": "CAST(lpad(to_hex(i), 32, '0') AS uuid)",
    "bytes": "decode(lpad(to_hex(i), 16, '0'), 'hex')",
}
_RESIDENTS = (
    "{begin} INSERT INTO resident (id, unit_id, language, wish, wish_at, created_at) "
    "SELECT {id}, :unit, 'vi', 'yes', :now, :now FROM {numbers}"
)
_ADDRESSES = (
    "{begin} INSERT INTO address (id, account_id, kind, lookup, platform_id, resident_id) "
    "SELECT {id}, :account, 'private', {bytes}, {bytes}, {id} FROM {numbers}"
)


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
