"""Who writes: what is asked of every message that comes in, with one question."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select

from storage.database import Tx
from storage.people import addresses, dialogues, mutes, residents
from storage.people.addresses import Address
from storage.people.residents import Resident
from storage.tables import account, address, dialogue, mute, resident
from storage.types import UtcDateTime


class Writer(NamedTuple):
    """Somebody who writes to us, and the resident they are."""

    address: Address
    resident: Resident | None


def find(tx: Tx, account_id: UUID, platform_id: str) -> Writer | None:
    """Return who writes, if we know them.

    Their open dialogue, and that they are not muted, is known from here on without being asked;
    the dialogue is opened only where somebody wants it.
    """
    lookups = tx.keys.hashes(f"address:{account_id.hex}", platform_id)
    asked = {"account": account_id, "lookups": list(lookups), "now": tx.now}
    row = tx.connection.execute(_FIND, asked).one_or_none()
    if row is None:
        return None
    values = tuple(row)
    of_resident, of_dialogue = values[_ADDRESS:_RESIDENT], values[_RESIDENT:-1]
    found = addresses.from_columns(tx, values[:_ADDRESS])
    dialogues.note(tx, found.id, of_dialogue if of_dialogue[0] is not None else None)
    if not row.muted:
        mutes.note_none(tx, found.id)
    if of_resident[0] is None:
        return Writer(found, None)
    return Writer(found, residents.from_columns(of_resident))


_ADDRESS = len(addresses.COLUMNS)
_RESIDENT = _ADDRESS + len(residents.COLUMNS)
_MUTED = exists().where(
    mute.c.address_id == address.c.id, mute.c.until > bindparam("now", type_=UtcDateTime)
)
_FIND = (
    select(
        *addresses.COLUMNS,
        *residents.COLUMNS,
        *dialogues.COLUMNS,
        _MUTED.label("muted"),
    )
    .join(account, account.c.id == address.c.account_id)
    .outerjoin(resident, resident.c.id == address.c.resident_id)
    .outerjoin(dialogue, dialogue.c.address_id == address.c.id)
    .where(
        address.c.account_id == bindparam("account", type_=Uuid),
        address.c.lookup.in_(bindparam("lookups", expanding=True)),
    )
)
