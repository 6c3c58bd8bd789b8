"""Marks: how far each process that sends has come, so that an older copy is not sent again.

Each task of such a process has a row of its own, raised with every window in that transaction; a
file outside the database knows the number, too. A database behind its file is an older copy:
then nothing is sent by anybody until an admin confirms it (`bot db confirm`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID, uuid4

from sqlalchemy import ScalarSelect, delete, func, select, text
from sqlalchemy.sql.dml import ReturningInsert

from storage import installation
from storage.database import Tx
from storage.tables import delivery, inbox, send_mark
from storage.tables import installation as facts
from storage.upsert import DIALECTS, insert_for

_ID, _NOTICED, _CONFIRMED = "installation_id", "older_copy", "copies_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """That the database turned out to be an older copy: what is known of it."""

    at: datetime
    copy_at: datetime | None
    """When the newest thing in the copy was written; None where nothing was."""
    sent_until: datetime
    """Until when, at least, was sent what the copy does not know."""
    confirmed: int
    """How many copies were ever confirmed, as far as files know."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A mark that was raised, and what else the same statement saw."""

    number: int
    confirmed: int
    paused: bool


def installation_id(tx: Tx) -> UUID:
    """Return what tells this installation from others; made when it is first asked."""
    known = installation.read(tx, _ID)
    if known is None:
        known = uuid4().bytes
        installation.write(tx, _ID, known)
    return UUID(bytes=known)


def known_installation_id(tx: Tx) -> UUID | None:
    """Return it where it was made already."""
    known = installation.read(tx, _ID)
    return UUID(bytes=known) if known is not None else None


def raise_one(tx: Tx, worker_id: UUID, slot: int) -> Raised:
    """Raise the mark of one task by one; best as the last thing before a commit."""
    row = tx.connection.execute(
        _RAISE[tx.connection.dialect.name],
        {"worker_id": worker_id, "slot": slot, "number": 1, "at": tx.now},
    ).one()
    return Raised(row.number, int(row.confirmed or b"0"), row.noticed is not None)


def numbers(tx: Tx, worker_id: UUID) -> Mapping[int, int]:
    """Return how far the tasks of a process have come, as the database knows."""
    query = select(send_mark.c.slot, send_mark.c.number).where(send_mark.c.worker_id == worker_id)
    return {row.slot: row.number for row in tx.connection.execute(query)}


def confirmed(tx: Tx) -> int:
    """Return how many older copies were confirmed in the life of this database."""
    return int(installation.read(tx, _CONFIRMED) or b"0")


def noticed(tx: Tx) -> Noticed | None:
    """Return what was noticed, while everything waits for it to be confirmed."""
    raw = installation.read(tx, _NOTICED)
    if raw is None:
        return None
    told = json.loads(raw)
    copy_at = told["copy_at"]
    return Noticed(
        at=datetime.fromisoformat(told["at"]),
        copy_at=datetime.fromisoformat(copy_at) if copy_at else None,
        sent_until=datetime.fromisoformat(told["sent_until"]),
        confirmed=told["confirmed"],
    )


def note(tx: Tx, sent_until: datetime, files_confirmed: int) -> bool:
    """Note that this is an older copy, and let everybody wait; False when that was noted before."""
    if installation.read(tx, _NOTICED) is not None:
        return False
    copy_at = _newest(tx)
    told = {
        "at": tx.now.isoformat(),
        "copy_at": copy_at.isoformat() if copy_at else None,
        "sent_until": sent_until.isoformat(),
        "confirmed": files_confirmed,
    }
    installation.write(tx, _NOTICED, json.dumps(told).encode())
    return True


def alone(tx: Tx) -> None:
    """Let nobody else note or confirm an older copy until the end of this transaction."""
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('older copy'))"))


def confirm(tx: Tx, known: Noticed) -> bool:
    """Let everybody go on with this copy; False when it waits for nobody any more.

    Whoever knows of more takes the copy's numbers from now on.
    """
    alone(tx)
    gone = tx.connection.execute(delete(facts).where(facts.c.name == _NOTICED))
    if not gone.rowcount:
        return False
    count = max(confirmed(tx), known.confirmed) + 1
    installation.write(tx, _CONFIRMED, str(count).encode())
    return True


def _newest(tx: Tx) -> datetime | None:
    instants = [
        tx.connection.execute(select(func.max(send_mark.c.at))).scalar_one_or_none(),
        *(
            tx.connection.execute(
                select(column).order_by(table.c.id.desc()).limit(1)
            ).scalar_one_or_none()
            for table, column in ((delivery, delivery.c.created_at), (inbox, inbox.c.received_at))
        ),
    ]
    return max((instant for instant in instants if instant is not None), default=None)


def _fact(name: str) -> ScalarSelect[bytes]:
    return select(facts.c.value).where(facts.c.name == name).scalar_subquery()


def _raise(dialect: str) -> ReturningInsert[tuple[int, bytes, bytes]]:
    new = insert_for(dialect, send_mark)
    return new.on_conflict_do_update(
        index_elements=list(send_mark.primary_key),
        set_={"number": send_mark.c.number + 1, "at": new.excluded.at},
    ).returning(
        send_mark.c.number,
        _fact(_CONFIRMED).label("confirmed"),
        _fact(_NOTICED).label("noticed"),
    )


# Asked for each window, so they are built once.
_RAISE: Mapping[str, ReturningInsert[tuple[int, bytes, bytes]]] = MappingProxyType(
    {name: _raise(name) for name in DIALECTS}
)
