"""Groups that one of our accounts is to make: asked for, made once, and connected.

Until the chief says yes nothing is made. What the platform calls the new group is sealed in the
very transaction that settles its making; the ledger does not keep it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Effect, EffectKind, Outgoing
from domain.toneless import fold
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.groups.group_requests import ANSWERED_WITHIN
from storage.sealing import Place
from storage.tables import attempt, group_chat, group_making

REVIEW = "review"
"""The purpose of a group that only staff may see into."""
_MADE_WITHIN = timedelta(hours=24)
"""How long a yes holds: an account that comes back after weeks makes nothing any more."""


@dataclass(frozen=True, slots=True)
class Making:
    """A group to be made; `asked_by` is None for the command line."""

    id: UUID
    unit_id: UUID
    account_id: UUID
    asked_by: UUID | None
    asked_at: datetime
    purpose: str
    area_code: str
    label: str
    decided_by: UUID | None
    effect_id: UUID | None


@dataclass(frozen=True, slots=True)
class Made:
    """What a platform told of a group it made."""

    chat_id: str = field(repr=False)
    link: str | None = field(repr=False)
    closed: bool = False
    """Whether nobody gets in by a link alone."""


_COLUMNS = (
    group_making.c.id,
    group_making.c.unit_id,
    group_making.c.account_id,
    group_making.c.asked_by,
    group_making.c.asked_at,
    group_making.c.purpose,
    group_making.c.area_code,
    group_making.c.label,
    group_making.c.decided_by,
    group_making.c.effect_id,
)


def ask(
    tx: Tx,
    unit_id: UUID,
    account_id: UUID,
    asked_by: UUID | None,
    purpose: str,
    area_code: str,
    label: str,
) -> UUID:
    """Let a group wait for the chief's answer; returns the request."""
    new_id = tx.new_id()
    tx.connection.execute(
        group_making.insert().values(
            id=new_id,
            unit_id=unit_id,
            account_id=account_id,
            asked_by=asked_by,
            asked_at=tx.now,
            purpose=purpose,
            area_code=area_code,
            label=label,
        )
    )
    return new_id


def get(tx: Tx, making_id: UUID) -> Making | None:
    """Return a request that waits for an answer, locked."""
    query = select(*_COLUMNS).where(
        group_making.c.id == making_id, group_making.c.effect_id.is_(None)
    )
    row = tx.connection.execute(query.with_for_update()).one_or_none()
    return _making(tuple(row)) if row is not None else None


def forget(tx: Tx, making_id: UUID) -> None:
    """Delete a request."""
    tx.connection.execute(delete(group_making).where(group_making.c.id == making_id))


def begin(
    tx: Tx,
    known: Making,
    decided_by: UUID,
    member_id: UUID,
    about: str,
    second_chat: str | None = None,
) -> None:
    """Have the group made, with the people of one or two private chats as its first members."""
    effect_id = ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.MAKING,
            lane=Lane.TALK,
            address_id=member_id,
            language=Language.VI.value,
            outgoing=Outgoing(
                text=known.label,
                heading=about,
                effect=Effect(EffectKind.MAKE_GROUP, second_chat),
                protected=known.purpose == REVIEW,
            ),
            not_after=tx.now + _MADE_WITHIN,
        ),
    )
    tx.connection.execute(
        update(group_making)
        .where(group_making.c.id == known.id)
        .values(decided_by=decided_by, effect_id=effect_id)
    )


def made(tx: Tx, effect_id: UUID, told: str) -> None:
    """Seal what the platform told of a new group, and take it out of the ledger."""
    query = select(group_making.c.id).where(group_making.c.effect_id == effect_id)
    making_id = tx.connection.execute(query).scalar_one_or_none()
    if making_id is not None:
        tx.connection.execute(
            update(group_making)
            .where(group_making.c.id == making_id)
            .values(made=tx.keys.seal(told, _place(making_id)))
        )
    tx.connection.execute(
        update(attempt).where(attempt.c.delivery_id == effect_id).values(message_id=None)
    )


def told(tx: Tx, making_id: UUID) -> Made | None:
    """Open what the platform told of a new group; None where it told nothing."""
    query = select(group_making.c.made).where(group_making.c.id == making_id)
    sealed = tx.connection.execute(query).scalar_one_or_none()
    if sealed is None:
        return None
    chat_id, link, closed = (*tx.keys.unseal(sealed, _place(making_id)).split("\n"), "", "")[:3]
    return Made(chat_id, link or None, closed == "closed")


def has_twin(tx: Tx, unit_id: UUID, label: str) -> bool:
    """Tell whether a group of that name is asked for, or being made, already."""
    query = select(group_making.c.label).where(group_making.c.unit_id == unit_id)
    labels = tx.connection.execute(query).scalars()
    return any(fold(one) == fold(label) for one in labels)


def under_way(tx: Tx) -> list[Making]:
    """Return the groups that are being made, oldest first, locked."""
    rows = tx.connection.execute(
        select(*_COLUMNS)
        .where(group_making.c.effect_id.is_not(None))
        .order_by(group_making.c.id)
        .with_for_update(skip_locked=True)
    )
    return [_making(tuple(row)) for row in rows]


def overdue(tx: Tx) -> list[Making]:
    """Return the requests that nobody answered in time, locked."""
    rows = tx.connection.execute(
        select(*_COLUMNS)
        .where(
            group_making.c.effect_id.is_(None),
            group_making.c.asked_at <= tx.now - ANSWERED_WITHIN,
        )
        .order_by(group_making.c.id)
        .with_for_update(skip_locked=True)
    )
    return [_making(tuple(row)) for row in rows]


def keep_invitation(tx: Tx, group_id: UUID, link: str) -> None:
    """Keep by which link people join a group."""
    sealed = tx.keys.seal(link, _of_group(group_id))
    tx.connection.execute(
        update(group_chat).where(group_chat.c.id == group_id).values(invitation=sealed)
    )


def invitation(tx: Tx, group_id: UUID) -> str | None:
    """Return by which link people join a group; None while none is known."""
    query = select(group_chat.c.invitation).where(group_chat.c.id == group_id)
    sealed = tx.connection.execute(query).scalar_one_or_none()
    return tx.keys.unseal(sealed, _of_group(group_id)) if sealed is not None else None


def _making(values: Sequence[Any]) -> Making:
    return Making(*values)


def _place(making_id: UUID) -> Place:
    return Place("group_making", "made", making_id)


def _of_group(group_id: UUID) -> Place:
    return Place("group_chat", "invitation", group_id)
