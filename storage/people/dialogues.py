"""Where each conversation stands; survives a restart."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, select, update

from domain.errors import Refusal
from storage.database import Tx
from storage.sealing import Place
from storage.tables import dialogue
from storage.upsert import insert_into

_SEEN = "dialogue"
COLUMNS = (dialogue.c.name, dialogue.c.data, dialogue.c.updated_at)
_BELOW = "below"
ENTERING = "entering"
ENTERING_LASTS = timedelta(hours=2)
_HOLDS: Mapping[str, tuple[str, timedelta]] = MappingProxyType({ENTERING: ("what", ENTERING_LASTS)})
"""Dialogues with words that are kept nowhere else: in which field, and for how long."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conversation's place: `name` says which question is open, `data` what was said so far."""

    name: str
    data: dict[str, str] = field(default_factory=dict)
    updated_at: datetime | None = None
    below: "Dialogue | None" = None
    """What was open before this one was laid over it, and is open again at its end."""

    @property
    def names(self) -> tuple[str, ...]:
        """The questions that wait, the open one first."""
        return (self.name, self.below.name) if self.below is not None else (self.name,)


@dataclass(frozen=True, slots=True)
class _Sealed:
    """The `COLUMNS` as they were read."""

    values: Sequence[Any]


def current(tx: Tx, address_id: UUID) -> Dialogue | None:
    """Return the open dialogue of an address.

    Raises: KeysUnusable where it cannot be opened.
    """
    place = (_SEEN, address_id)
    if place not in tx.seen:
        tx.seen[place] = _read(tx, address_id)
    if isinstance(tx.seen[place], _Sealed):
        tx.seen[place] = _opened(tx, address_id, tx.seen[place].values)
    known: Dialogue | None = tx.seen[place]
    return replace(known, data=dict(known.data)) if known is not None else None


def _read(tx: Tx, address_id: UUID) -> Dialogue | None:
    row = tx.connection.execute(_CURRENT, {"address": address_id}).one_or_none()
    return _opened(tx, address_id, tuple(row)) if row is not None else None


def note(tx: Tx, address_id: UUID, values: Sequence[Any] | None) -> None:
    """Take over what another question has read of the `COLUMNS`; None where there is nothing.

    It stays sealed until it is asked for: one that cannot be opened is no reason to lose words.
    """
    tx.seen[_SEEN, address_id] = _Sealed(values) if values is not None else None


def _opened(tx: Tx, address_id: UUID, values: Sequence[Any]) -> Dialogue:
    name, sealed, updated_at = values
    data = json.loads(tx.keys.unseal(sealed, Place("dialogue", "data", address_id)))
    written = data.pop(_BELOW, None)
    below = None
    if written is not None:
        kept = json.loads(written)
        below = Dialogue(kept["name"], kept["data"], datetime.fromisoformat(kept["at"]))
    return Dialogue(name, data, updated_at, below)


def keep(
    tx: Tx,
    address_id: UUID,
    name: str,
    data: dict[str, str] | None = None,
    *,
    interrupts: bool = False,
) -> None:
    """Open a dialogue, in place of any other; one that `interrupts` carries the other along.

    What lies below one of the same name stays there.
    Raises: Refusal where that would lose words of staff that are kept nowhere else.
    """
    known = current(tx, address_id) if not interrupts else None
    if known is not None and known.below is not None and known.name == name:
        lay_over(tx, address_id, name, data or {})
        return
    if known is not None and known.name != name and _holds_words(tx, known):
        raise Refusal("entering.half_entered")
    tx.seen.pop((_SEEN, address_id), None)
    data = data or {}
    values = {
        "name": name,
        "data": _sealed(tx, address_id, data),
        "updated_at": tx.now,
        **_lying_below(data),
    }
    tx.connection.execute(
        insert_into(tx, dialogue)
        .values(address_id=address_id, **values)
        .on_conflict_do_update(index_elements=[dialogue.c.address_id], set_=values)
    )


def _holds_words(tx: Tx, known: Dialogue) -> bool:
    word, lasts = _HOLDS.get(known.name, ("", timedelta()))
    fresh = known.updated_at is None or tx.now - known.updated_at <= lasts
    below = known.below is not None and _holds_words(tx, known.below)
    return below or (fresh and bool(known.data.get(word)))


def lay_over(tx: Tx, address_id: UUID, name: str, data: dict[str, str]) -> None:
    """Open a dialogue that interrupts the open one: `end` leads back to that.

    One that interrupts already is replaced, with the same below it.
    """
    known = current(tx, address_id)
    below = known.below if known is not None and known.below is not None else known
    if below is not None:
        at = (below.updated_at or tx.now).isoformat()
        kept = {"name": below.name, "data": below.data, "at": at}
        data = {**data, _BELOW: json.dumps(kept, ensure_ascii=False)}
    keep(tx, address_id, name, data, interrupts=True)


def _lying_below(data: Mapping[str, str]) -> dict[str, object]:
    """Return, readable without the seal, which dialogue lies below and since when it stands."""
    if _BELOW not in data:
        return {"below": None, "below_at": None}
    kept = json.loads(data[_BELOW])
    return {"below": kept["name"], "below_at": datetime.fromisoformat(kept["at"])}


def _sealed(tx: Tx, address_id: UUID, data: dict[str, str]) -> bytes:
    return tx.keys.seal(json.dumps(data, ensure_ascii=False), Place("dialogue", "data", address_id))


def forget(tx: Tx, name: str, before: datetime) -> int:
    """Close the dialogues of a name that stand still since before an instant; return how many.

    Also one that another lies over, which stays open.
    """
    tx.seen.clear()
    hidden = (dialogue.c.below == name) & (dialogue.c.below_at <= before)
    covered = list(tx.connection.execute(select(dialogue.c.address_id).where(hidden)).scalars())
    for address_id in covered:
        uncover(tx, address_id)
    old = (dialogue.c.name == name) & (dialogue.c.updated_at <= before)
    return len(covered) + tx.connection.execute(delete(dialogue).where(old)).rowcount


def uncover(tx: Tx, address_id: UUID) -> None:
    """Forget what lies below the open dialogue, which goes on."""
    known = current(tx, address_id)
    tx.seen.pop((_SEEN, address_id), None)
    if known is not None and known.below is not None:
        tx.connection.execute(
            update(dialogue)
            .where(dialogue.c.address_id == address_id)
            .values(data=_sealed(tx, address_id, known.data), below=None, below_at=None)
        )


def forget_all(tx: Tx, address_id: UUID) -> None:
    """Close the dialogue and what it was laid over."""
    tx.seen.pop((_SEEN, address_id), None)
    tx.connection.execute(delete(dialogue).where(dialogue.c.address_id == address_id))


def end(tx: Tx, address_id: UUID) -> bool:
    """Close the dialogue; False when there is none, also since another press closed it just now.

    What it was laid over is open again.
    """
    known = current(tx, address_id)
    tx.seen.pop((_SEEN, address_id), None)
    if known is None or known.below is None:
        done = tx.connection.execute(delete(dialogue).where(dialogue.c.address_id == address_id))
        return done.rowcount == 1
    below = known.below
    back = tx.connection.execute(
        update(dialogue)
        .where(
            dialogue.c.address_id == address_id,
            dialogue.c.name == known.name,
            dialogue.c.updated_at == known.updated_at,
        )
        .values(
            name=below.name,
            data=_sealed(tx, address_id, below.data),
            updated_at=below.updated_at,
            below=None,
            below_at=None,
        )
    )
    return back.rowcount == 1


# Asked for each message, so it is built once.
_CURRENT = select(*COLUMNS).where(dialogue.c.address_id == bindparam("address", type_=Uuid))
