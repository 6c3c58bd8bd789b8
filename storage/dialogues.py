"""Where each conversation stands; survives a restart."""

import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select

from storage.database import Tx
from storage.sealing import Place
from storage.tables import dialogue
from storage.upsert import insert_into

_SEEN = "dialogue"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation's place: `name` says which question is open, `data` what was said so far."""

    name: str
    data: dict[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None


def current(tx: Tx, address_id: UUID) -> Dialogue | None:
    """Return the open dialogue of an address."""
    place = (_SEEN, address_id)
    if place not in tx.seen:
        tx.seen[place] = _read(tx, address_id)
    known: Dialogue | None = tx.seen[place]
    return replace(known, data=dict(known.data)) if known is not None else None


def _read(tx: Tx, address_id: UUID) -> Dialogue | None:
    row = tx.connection.execute(_CURRENT, {"address": address_id}).one_or_none()
    if row is None:
        return None
    data = json.loads(tx.keys.unseal(row.data, Place("dialogue", "data", address_id)))
    return Dialogue(row.name, data, row.updated_at)


def keep(tx: Tx, address_id: UUID, name: str, data: dict[str, str] | None = None) -> None:
    """Open a dialogue, in place of any other."""
    tx.seen.pop((_SEEN, address_id), None)
    sealed = tx.keys.seal(
        json.dumps(data or {}, ensure_ascii=False), Place("dialogue", "data", address_id)
    )
    values = {"name": name, "data": sealed, "updated_at": tx.now}
    tx.connection.execute(
        insert_into(tx, dialogue)
        .values(address_id=address_id, **values)
        .on_conflict_do_update(index_elements=[dialogue.c.address_id], set_=values)
    )


def forget(tx: Tx, name: str, before: datetime) -> int:
    """Close the dialogues of a name that stand still since before an instant; return how many."""
    tx.seen.clear()
    old = (dialogue.c.name == name) & (dialogue.c.updated_at <= before)
    return tx.connection.execute(delete(dialogue).where(old)).rowcount


def end(tx: Tx, address_id: UUID) -> bool:
    """Close the dialogue; False when there is none, also since another press closed it just now."""
    tx.seen.pop((_SEEN, address_id), None)
    done = tx.connection.execute(delete(dialogue).where(dialogue.c.address_id == address_id))
    return done.rowcount == 1


# Asked for each message, so it is built once.
_CURRENT = select(dialogue).where(dialogue.c.address_id == bindparam("address", type_=Uuid))
