"""Attempts: what each send came to, and which messages it became."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, String, Uuid, bindparam, select, update

from domain.delivery import Accepted, Advanced, Outcome, Unknowable
from domain.messages import EffectKind
from storage.database import Tx
from storage.deliveries.ledger import Delivery
from storage.tables import attempt, delivery
from storage.tables.deliveries import UNDER_WAY
from storage.types import UtcDateTime
from storage.upsert import put_new

PART = "part"
"""What stands for a message that went before the one by which its row is known."""
NO_WINDOW = UUID(int=0)


def note(tx: Tx, outcomes: Mapping[UUID, Outcome]) -> None:
    """Write what attempts came to; one that was deleted meanwhile stays so."""
    if not outcomes:
        return
    tx.connection.execute(
        _NOTE,
        [
            {
                "attempt": attempt_id,
                "at": tx.now,
                "came_to": type(outcome).__name__.lower(),
                "became": _became(outcome),
            }
            for attempt_id, outcome in outcomes.items()
        ],
    )
    parts = {
        attempt_id: outcome.others
        for attempt_id, outcome in outcomes.items()
        if isinstance(outcome, Accepted | Unknowable) and outcome.others
    }
    if parts:
        _note_parts(tx, parts)


def know(tx: Tx, row: Delivery, attempt_id: UUID, outcome: Accepted) -> None:
    """Write an attempt that an older copy of the database lacks, so that its message is known."""
    made = put_new(
        tx,
        attempt,
        id=attempt_id,
        delivery_id=row.id,
        address_id=row.address_id,
        window_id=NO_WINDOW,
        opened_at=tx.now,
    )
    if made:
        note(tx, {attempt_id: outcome})


def under_way(tx: Tx, window_id: UUID) -> Sequence[Row[Any]]:
    """Return the rows that lie in a window, locked; their attempts lead there."""
    tried = select(attempt.c.delivery_id).where(UNDER_WAY, attempt.c.window_id == window_id)
    return tx.connection.execute(
        select(delivery)
        .where(delivery.c.id.in_(tried), delivery.c.window_id == window_id)
        .order_by(delivery.c.id)
        .with_for_update()
    ).all()


def give_up(tx: Tx, window_id: UUID, came_to: str = "unknown") -> None:
    """Write of a window's attempts that nobody knows what they came to, or what else is known."""
    tx.connection.execute(
        update(attempt)
        .where(UNDER_WAY, attempt.c.window_id == window_id)
        .values(outcome=came_to, settled_at=tx.now)
    )


def _note_parts(tx: Tx, parts: Mapping[UUID, tuple[str, ...]]) -> None:
    """Let whoever answers a file, or a receipt of it, find the row of which it was a part."""
    known = select(
        attempt.c.id, attempt.c.delivery_id, attempt.c.address_id, attempt.c.opened_at
    ).where(attempt.c.id.in_(list(parts)))
    for row in tx.connection.execute(known).all():
        tx.connection.execute(
            attempt.insert(),
            [
                {
                    "id": tx.new_id(),
                    "delivery_id": row.delivery_id,
                    "address_id": row.address_id,
                    "window_id": NO_WINDOW,
                    "opened_at": row.opened_at,
                    "settled_at": tx.now,
                    "outcome": PART,
                    "message_id": message_id,
                }
                for message_id in parts[row.id]
            ],
        )


def _became(outcome: Outcome) -> str | None:
    """Return the id that a platform gave: of a message, or of an article that stands there now."""
    if isinstance(outcome, Accepted):
        return outcome.message_id or None
    if isinstance(outcome, Advanced) and outcome.next.kind is EffectKind.BROADCAST:
        return outcome.next.message_id
    return None


_NOTE = (
    update(attempt)
    .where(attempt.c.id == bindparam("attempt", type_=Uuid))
    .values(
        settled_at=bindparam("at", type_=UtcDateTime),
        outcome=bindparam("came_to", type_=String),
        message_id=bindparam("became", type_=String),
    )
)
