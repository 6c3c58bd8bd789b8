"""Words that answered our question with nothing we know, kept until their writer calls them a tip.

They lie sealed with the resident, a few at a time, for a week; what became a tip is kept by the tip
alone, and here only that it did.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import Uuid, bindparam, select, update

from storage.database import Tx
from storage.sealing import KeysUnusable, Place
from storage.tables import resident
from storage.tables.people import ASIDE

log = structlog.get_logger(__name__)

KEPT_FOR = timedelta(days=7)
"""How long words are kept; the clock that forgets them rings every hour."""
_NONE = "nothing aside"
MOST = 8
"""Words set aside at once; the oldest make room."""


@dataclass(frozen=True, slots=True)
class Aside:
    """One message set aside; `incoming` as the codec wrote it, None once it became a tip."""

    token: str
    at: datetime
    incoming: str | None


def keep(tx: Tx, resident_id: UUID, token: str, incoming: str) -> None:
    """Set a message aside under a token that its button carries."""
    kept = [aside for aside in _read(tx, resident_id) if tx.now - aside.at < KEPT_FOR]
    _write(tx, resident_id, [*kept[-(MOST - 1) :], Aside(token, tx.now, incoming)])


def find(tx: Tx, resident_id: UUID, token: str) -> Aside | None:
    """Return what a button speaks of, None when it is too long ago."""
    found = (aside for aside in _read(tx, resident_id) if aside.token == token)
    return next(found, None)


def marked(tx: Tx, resident_id: UUID, mark: str, within: timedelta) -> list[Aside]:
    """Return what was set aside lately under such a mark and is no tip yet, oldest first."""
    if (_NONE, resident_id) in tx.seen:
        # As of most people, whose rows are not locked for it.
        return []
    return [
        aside
        for aside in _read(tx, resident_id)
        if aside.token.startswith(mark) and aside.incoming and tx.now - aside.at < within
    ]


def note_none(tx: Tx, resident_id: UUID) -> None:
    """Take over from another question that nothing of a resident lies aside."""
    tx.seen[_NONE, resident_id] = True


def note_taken(tx: Tx, resident_id: UUID, token: str) -> None:
    """Forget the words: they are a tip's now."""
    kept = [
        Aside(aside.token, aside.at, None if aside.token == token else aside.incoming)
        for aside in _read(tx, resident_id)
    ]
    _write(tx, resident_id, kept)


def merge(tx: Tx, kept_id: UUID, other_id: UUID) -> None:
    """Let what two set aside be one person's, the newest of it."""
    theirs = _read(tx, other_id)
    if not theirs:
        return
    both = sorted([*_read(tx, kept_id), *theirs], key=lambda aside: aside.at)
    _write(tx, kept_id, both[-MOST:])
    _write(tx, other_id, [])


def forget_old(tx: Tx, limit: int = 200) -> int:
    """Forget words kept long enough, of up to `limit` residents; return of how many.

    Words that cannot be opened are no use to anybody, and go as well.
    """
    query = select(resident.c.id).where(ASIDE, resident.c.words_aside_at <= tx.now - KEPT_FOR)
    query = query.order_by(resident.c.words_aside_at).limit(limit).with_for_update()
    found = tx.connection.execute(query).scalars().all()
    for resident_id in found:
        try:
            kept = [one for one in _read(tx, resident_id) if tx.now - one.at < KEPT_FOR]
        except (KeysUnusable, ValueError, KeyError, TypeError) as fault:
            log.error("words_not_opened", resident=str(resident_id), error=type(fault).__name__)
            kept = []
        _write(tx, resident_id, kept)
    return len(found)


def _read(tx: Tx, resident_id: UUID) -> list[Aside]:
    sealed = tx.connection.execute(_OF, {"resident": resident_id}).scalar_one()
    if sealed is None:
        return []
    rows = json.loads(tx.keys.unseal(sealed, _place(resident_id)))
    return [Aside(row["token"], datetime.fromisoformat(row["at"]), row["said"]) for row in rows]


def _write(tx: Tx, resident_id: UUID, kept: list[Aside]) -> None:
    tx.seen.pop((_NONE, resident_id), None)
    rows = [
        {"token": aside.token, "at": aside.at.isoformat(), "said": aside.incoming} for aside in kept
    ]
    written = json.dumps(rows, ensure_ascii=False)
    tx.connection.execute(
        update(resident)
        .where(resident.c.id == resident_id)
        .values(
            words_aside=tx.keys.seal(written, _place(resident_id)) if kept else None,
            words_aside_at=min((aside.at for aside in kept), default=None),
        )
    )


def _place(resident_id: UUID) -> Place:
    return Place("resident", "words_aside", resident_id)


# Asked for each message of who has words there, so it is built once.
_OF = (
    select(resident.c.words_aside)
    .where(resident.c.id == bindparam("resident", type_=Uuid))
    .with_for_update()
)
