"""Who writes: what is asked of every message that comes in, with one question."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select

from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses, dialogues, mutes, residents, words_aside
from storage.people.addresses import Address
from storage.people.residents import Resident
from storage.tables import account, address, dialogue, mute, resident, tip
from storage.tips import tips
from storage.types import UtcDateTime


class Writer(NamedTuple):
    """Somebody who writes to us, and the resident they are."""

    address: Address
    resident: Resident | None


def find(tx: Tx, account_id: UUID, platform_id: str) -> Writer | None:
    """Return who writes, if we know them.

    Their open dialogue, and what most people have not (a mute, words aside, a tip, a campaign of
    late), is known from here on without being asked; the dialogue is opened only where somebody
    wants it.
    """
    lookups = tx.keys.hashes(f"address:{account_id.hex}", platform_id)
    since = tx.now - mutes.ANSWERS_WITHIN
    asked = {"account": account_id, "lookups": lookups, "now": tx.now, "since": since}
    row = tx.connection.execute(_FIND, asked).one_or_none()
    if row is None:
        return None
    values = tuple(row)
    of_resident, of_dialogue = values[_ADDRESS:_RESIDENT], values[_RESIDENT:_DIALOGUE]
    found = addresses.from_columns(tx, values[:_ADDRESS])
    dialogues.note(tx, found.id, of_dialogue if of_dialogue[0] is not None else None)
    if not row.muted:
        mutes.note_none(tx, found.id)
    if not row.told:
        tips.note_none(tx, found.id)
    mutes.note_answers(tx, found.id, row.answers)
    if of_resident[0] is None:
        return Writer(found, None)
    person = residents.from_columns(of_resident)
    ledger.note_last_campaign(tx, person.id, row.campaign_at)
    if row.words_aside_at is None:
        words_aside.note_none(tx, person.id)
    return Writer(found, person)


_ADDRESS = len(addresses.COLUMNS)
_RESIDENT = _ADDRESS + len(residents.COLUMNS)
_DIALOGUE = _RESIDENT + len(dialogues.COLUMNS)
_MUTED = exists().where(
    mute.c.address_id == address.c.id, mute.c.until > bindparam("now", type_=UtcDateTime)
)
_FIND = (
    select(
        *addresses.COLUMNS,
        *residents.COLUMNS,
        *dialogues.COLUMNS,
        resident.c.words_aside_at,
        _MUTED.label("muted"),
        exists().where(tip.c.address_id == address.c.id).label("told"),
        mutes.answers_to(address.c.id).label("answers"),
        ledger.last_campaign_at(resident.c.id).label("campaign_at"),
    )
    .join(account, account.c.id == address.c.account_id)
    .outerjoin(resident, resident.c.id == address.c.resident_id)
    .outerjoin(dialogue, dialogue.c.address_id == address.c.id)
    .where(
        address.c.account_id == bindparam("account", type_=Uuid),
        address.c.lookup.in_(bindparam("lookups", expanding=True)),
    )
)
