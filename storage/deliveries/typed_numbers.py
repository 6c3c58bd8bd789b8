"""What the numbers under our newest message to somebody stand for, where people type them."""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, delete, exists, select

from domain.delivery import DeliveryKind
from domain.ids import short
from domain.messages import ChatKind, Message, Press
from domain.typed_number import typed_number
from storage.codec import read_outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses
from storage.sealing import KeysUnusable, Place
from storage.tables import attempt, delivery, run, typed_choice
from storage.tables.deliveries import PENDING
from storage.types import UtcDateTime
from storage.upsert import insert_into

_ANSWERED_IN_GROUPS = timedelta(days=90)
"""How long a message of a group has numbers: a tip may be worked on for weeks."""


def note(
    tx: Tx, address_id: UUID, delivery_id: UUID, actions: Sequence[str], *, in_group: bool = False
) -> None:
    """Remember what numbers stand for since a message of ours; nothing where it has none.

    Those under an older message of a group stay: there a number answers the message it is about.
    """
    if in_group:
        old = _OF_CHAT & (typed_choice.c.at < tx.now - _ANSWERED_IN_GROUPS)
        tx.connection.execute(delete(typed_choice).where(old), {"address": address_id})
    else:
        forget(tx, address_id)
    if not actions:
        return
    sealed = tx.keys.seal(json.dumps(list(actions)), _place(delivery_id))
    new = insert_into(tx, typed_choice).values(
        address_id=address_id, delivery_id=delivery_id, actions=sealed, at=tx.now
    )
    written = {name: new.excluded[name] for name in ("actions", "at")}
    keys = [typed_choice.c.address_id, typed_choice.c.delivery_id]
    tx.connection.execute(new.on_conflict_do_update(index_elements=keys, set_=written))


def forget(tx: Tx, address_id: UUID) -> None:
    """Forget what numbers stand for in a chat."""
    tx.connection.execute(_FORGET, {"address": address_id})


def as_press(tx: Tx, account_id: UUID, message: Message) -> Press | None:
    """Return the press that a typed number stands for; None: it is a text like others.

    Privately it is about our newest message, also while that is just being sent: its reader may
    type before we are told that it arrived. What was typed before we began to send it is about
    the one before. In a group it is about the post that it answers, or
    the message about a tip.
    """
    number = typed_number(message.text)
    if number is None or message.media:
        return None
    where = addresses.find(tx, account_id, message.chat.chat_id)
    if where is None:
        return None
    if message.chat.kind is ChatKind.PRIVATE:
        found = _under_way(tx, where.id, message.at) or _remembered(tx, where.id)
    else:
        found = _in_group(tx, where.id, message.reply_to)
    if found is None or not 1 <= number <= len(found[1]):
        return None
    delivery_id, actions = found
    query = (
        select(attempt.c.message_id)
        .where(attempt.c.delivery_id == delivery_id, attempt.c.address_id == where.id)
        .order_by(attempt.c.id.desc())
        .limit(1)
    )
    return Press(
        chat=message.chat,
        sender=message.sender,
        at=message.at,
        message_id=tx.connection.execute(query).scalar_one_or_none() or "",
        action=actions[number - 1],
        press_id="",
    )


def _remembered(tx: Tx, address_id: UUID) -> tuple[UUID, list[str]] | None:
    return _opened(tx, tx.connection.execute(_KNOWN, {"address": address_id}).first())


def _opened(tx: Tx, row: Row[Any] | None) -> tuple[UUID, list[str]] | None:
    if row is None:
        return None
    try:
        return row.delivery_id, json.loads(tx.keys.unseal(row.actions, _place(row.delivery_id)))
    except KeysUnusable:
        return None


def _under_way(tx: Tx, address_id: UUID, typed_at: datetime) -> tuple[UUID, list[str]] | None:
    row = tx.connection.execute(_SENDING, {"address": address_id, "at": typed_at}).one_or_none()
    if row is None:
        return None
    actions = _actions(tx, row.id, row.run_id, row.language)
    return (row.id, actions) if actions else None


def _in_group(tx: Tx, address_id: UUID, message_id: str | None) -> tuple[UUID, list[str]] | None:
    row = ledger.by_message(tx, address_id, message_id) if message_id else None
    if row is None:
        return None
    if row.run_id is not None and row.kind is DeliveryKind.POST:
        return row.id, _actions(tx, row.id, row.run_id, DeliveryKind.POST.value)
    query = _KNOWN.where(typed_choice.c.delivery_id == row.id)
    return _opened(tx, tx.connection.execute(query, {"address": address_id}).one_or_none())


def _actions(tx: Tx, row_id: UUID, run_id: UUID | None, language: str) -> list[str]:
    """Return what the numbers of a row stand for that is just being sent."""
    if run_id is None:
        outgoing = ledger.content(tx, row_id)
    else:
        query = select(run.c.content).where(run.c.id == run_id)
        content = tx.connection.execute(query).scalar_one()
        outgoing = read_outgoing(content[language])
    if outgoing is None:
        return []
    pressed = [button.action for line in outgoing.buttons for button in line]
    actions = outgoing.choices or [action for action in pressed if action is not None]
    return [action.replace("{d}", short(row_id)) for action in actions]


def _place(delivery_id: UUID) -> Place:
    return Place("typed_choice", "actions", delivery_id)


_OF_CHAT = typed_choice.c.address_id == bindparam("address", type_=Uuid)
_KNOWN = select(typed_choice).where(_OF_CHAT)
_FORGET = delete(typed_choice).where(_OF_CHAT)
_SENDING = (
    select(delivery.c.id, delivery.c.run_id, delivery.c.language)
    .where(
        PENDING,
        delivery.c.address_id == bindparam("address", type_=Uuid),
        delivery.c.window_id.is_not(None),
        exists().where(
            attempt.c.delivery_id == delivery.c.id,
            attempt.c.address_id == delivery.c.address_id,
            attempt.c.opened_at <= bindparam("at", type_=UtcDateTime),
        ),
    )
    .limit(1)
)
