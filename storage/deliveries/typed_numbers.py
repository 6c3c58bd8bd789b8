"""What the numbers under our newest message to somebody stand for, where people type them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, delete, exists, func, or_, select

from domain.delivery import DeliveryKind, DeliveryState
from domain.door import Door
from domain.ids import short
from domain.messages import ChatKind, Message, Outgoing, Press
from domain.typed_number import typed_number
from storage.codec import read_outgoing
from storage.database import Tx
from storage.deliveries import being_sent, ledger
from storage.deliveries.ledger import Delivery
from storage.people import addresses
from storage.sealing import KeysUnusable, Place
from storage.tables import address, attempt, delivery, run, typed_choice
from storage.tables.deliveries import POST
from storage.types import UtcDateTime
from storage.upsert import insert_into

_EVER = datetime.min.replace(tzinfo=UTC)
_MOMENT = timedelta(seconds=1.5)
"""So long after a message arrived nobody may have read it yet."""
_CLOCKS_APART = timedelta(seconds=10)
"""By so much the platform's clock, by which people type, may be behind ours."""
_QUOTED = 48
"""So many letters of a message tell it from the one before."""
_ANSWERED_IN_GROUPS = timedelta(days=90)
"""How long a message of a group has numbers: a tip may be worked on for weeks."""


def note(
    tx: Tx, address_id: UUID, delivery_id: UUID, actions: Sequence[str], *, in_group: bool = False
) -> None:
    """Remember what numbers stand for since a message of ours; nothing where it has none.

    Those under an older message of a group stay: there a number answers the message it is about.
    Privately those of the one before stay as long as nobody spoke since: its answer may be on its
    way just now.
    """
    if in_group:
        old = _OF_CHAT & (typed_choice.c.at < tx.now - _ANSWERED_IN_GROUPS)
        tx.connection.execute(delete(typed_choice).where(old), {"address": address_id})
    elif actions:
        asked = {"address": address_id, "delivery": delivery_id}
        tx.connection.execute(_FORGET_ANSWERED, asked)
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


def keep(tx: Tx, door: Door, rows: Iterable[Delivery]) -> None:
    """Remember what numbers stand for under rows of which nobody knows whether they arrived."""
    if not door.typed_choices:
        return
    for row in rows:
        post = row.kind is DeliveryKind.POST
        actions = [] if post else _actions(tx, row.id, row.run_id, row.language)
        if actions:
            note(tx, row.address_id, row.id, actions, in_group=row.group_id is not None)


def forget(tx: Tx, address_id: UUID) -> None:
    """Forget what numbers stand for in a chat."""
    tx.connection.execute(_FORGET, {"address": address_id})


def under_tip(tx: Tx, address_id: UUID, tip_id: UUID, number: int) -> str | None:
    """Return the action that a number stands for under the newest message about a tip in a chat."""
    query = (
        _KNOWN.join(delivery, delivery.c.id == typed_choice.c.delivery_id)
        .where(delivery.c.tip_id == tip_id)
        .order_by(typed_choice.c.at.desc())
        .limit(1)
    )
    found = _opened(tx, tx.connection.execute(query, {"address": address_id}).one_or_none())
    if found is None or not 1 <= number <= len(found.actions):
        return None
    return found.actions[number - 1]


@dataclass(frozen=True, slots=True)
class Unclear:
    """A number that may answer either of two messages: the newer one has only just come."""

    earlier: Press
    later: Press
    between: tuple[UUID, UUID]
    """The rows of the two messages, the earlier first."""


def as_press(
    tx: Tx, account_id: UUID, message: Message, *, quotes: bool = True
) -> Press | Unclear | None:
    """Return the press that a typed number stands for; None: it is a text like others.

    Privately it is about our newest message, also while that is just being sent: its reader may
    type before we are told that it arrived. What was typed well before we began to send it is
    about the one before; what was typed around that time may be, as long as that one was not
    answered. In a group it is about the post that it answers, or the message about a tip; where
    nobody tells what it answers (not `quotes`), about the newest post there.
    """
    number = typed_number(message.text)
    if number is None or message.media:
        return None
    where = addresses.find(tx, account_id, message.chat.chat_id)
    if where is None:
        return None
    if message.chat.kind is not ChatKind.PRIVATE:
        newest = not quotes and message.addressed is not None
        answered = _newest_post(tx, where.id) if newest else None
        found = answered or _in_group(tx, where.id, message.reply_to)
        return _press(tx, where.id, message, number, found)
    later, earlier = _newest_two(tx, where.id, message.at)
    if later is not None and later.may_be_unread_at < message.at:
        earlier = None
    elif later is not None and earlier is not None and message.at + _CLOCKS_APART < later.begun_at:
        later = None
    new = _press(tx, where.id, message, number, later)
    old = _press(tx, where.id, message, number, earlier)
    if earlier is None or later is None or old is None or new is None:
        return new or old
    return Unclear(old, new, (earlier.delivery_id, later.delivery_id))


def beginning(tx: Tx, delivery_id: UUID) -> str:
    """Return how a message of ours begins; empty text where its words are not known any more."""
    row = ledger.get(tx, delivery_id)
    said = _said(tx, row.id, row.run_id, row.language) if row is not None else None
    if said is None:
        return ""
    first = (said.heading or said.text).strip().partition("\n")[0]
    return first if len(first) <= _QUOTED else f"{first[:_QUOTED].rpartition(' ')[0]}…"


class _Choices(NamedTuple):
    delivery_id: UUID
    actions: Sequence[str]
    begun_at: datetime = _EVER
    may_be_unread_at: datetime = _EVER
    """Until when what is typed may be about the message before it."""


def _press(
    tx: Tx, address_id: UUID, message: Message, number: int, found: _Choices | None
) -> Press | None:
    if found is None or not 1 <= number <= len(found.actions):
        return None
    query = (
        select(attempt.c.message_id)
        .where(attempt.c.delivery_id == found.delivery_id, attempt.c.address_id == address_id)
        .order_by(attempt.c.id.desc())
        .limit(1)
    )
    return Press(
        chat=message.chat,
        sender=message.sender,
        at=message.at,
        message_id=tx.connection.execute(query).scalar_one_or_none() or "",
        action=found.actions[number - 1],
        press_id="",
    )


def _newest_two(
    tx: Tx, address_id: UUID, typed_at: datetime
) -> tuple[_Choices | None, _Choices | None]:
    """Return our newest message with choices, and the one before it if that was not answered."""
    asked = {"address": address_id}
    # Before what is known: it may be settled between the two, and is found by one of them then.
    sending = _under_way(tx, address_id, typed_at)
    rows = tx.connection.execute(_KNOWN.order_by(*_NEWEST_FIRST).limit(2), asked).all()
    found = [one for row in rows if (one := _opened(tx, row)) is not None]
    if sending is not None and sending.delivery_id not in {row.delivery_id for row in rows}:
        found.insert(0, sending)
    later, earlier = (*found, None, None)[:2]
    if earlier is not None:
        heard = select(address.c.heard_at).where(address.c.id == address_id)
        heard_at = tx.connection.execute(heard).scalar_one()
        if heard_at is not None and heard_at >= _begun_at(tx, earlier.delivery_id):
            earlier = None
    return later, earlier


def _begun_at(tx: Tx, delivery_id: UUID) -> datetime:
    query = select(func.max(attempt.c.opened_at)).where(attempt.c.delivery_id == delivery_id)
    begun: datetime | None = tx.connection.execute(query).scalar_one()
    return begun or _EVER


def _opened(tx: Tx, row: Row[Any] | None) -> _Choices | None:
    if row is None:
        return None
    try:
        actions = json.loads(tx.keys.unseal(row.actions, _place(row.delivery_id)))
    except KeysUnusable:
        return None
    begun = _begun_at(tx, row.delivery_id)
    return _Choices(row.delivery_id, actions, begun, row.at + _MOMENT)


def _under_way(tx: Tx, address_id: UUID, typed_at: datetime) -> _Choices | None:
    asked = {"address": address_id, "at": typed_at + _CLOCKS_APART}
    row = tx.connection.execute(_SENDING, asked).one_or_none()
    if row is None:
        return None
    actions = _actions(tx, row.id, row.run_id, row.language)
    return _Choices(row.id, actions, may_be_unread_at=typed_at) if actions else None


def _in_group(tx: Tx, address_id: UUID, message_id: str | None) -> _Choices | None:
    row = ledger.by_message(tx, address_id, message_id) if message_id else None
    if row is None:
        return None
    if row.run_id is not None and row.kind is DeliveryKind.POST:
        return _Choices(row.id, _actions(tx, row.id, row.run_id, DeliveryKind.POST.value))
    query = _KNOWN.where(typed_choice.c.delivery_id == row.id)
    return _opened(tx, tx.connection.execute(query, {"address": address_id}).one_or_none())


def _newest_post(tx: Tx, address_id: UUID) -> _Choices | None:
    row = tx.connection.execute(_LAST_POST, {"address": address_id}).one_or_none()
    if row is None:
        return None
    return _Choices(row.id, _actions(tx, row.id, row.run_id, DeliveryKind.POST.value))


def _actions(tx: Tx, row_id: UUID, run_id: UUID | None, language: str) -> list[str]:
    """Return what the numbers of a row stand for that is just being sent."""
    outgoing = _said(tx, row_id, run_id, language)
    if outgoing is None:
        return []
    pressed = [button.action for line in outgoing.buttons for button in line]
    actions = outgoing.choices or [action for action in pressed if action is not None]
    return [action.replace("{d}", short(row_id)) for action in actions]


def _said(tx: Tx, row_id: UUID, run_id: UUID | None, language: str) -> Outgoing | None:
    """Return what a row says: by words of its own, or by its run's."""
    if run_id is None:
        return ledger.content(tx, row_id)
    query = select(run.c.content).where(run.c.id == run_id)
    content = tx.connection.execute(query).scalar_one()
    return read_outgoing(content[language]) if language in content else None


def _place(delivery_id: UUID) -> Place:
    return Place("typed_choice", "actions", delivery_id)


_OF_CHAT = typed_choice.c.address_id == bindparam("address", type_=Uuid)
_KNOWN = select(typed_choice).where(_OF_CHAT)
_NEWEST_FIRST = (typed_choice.c.at.desc(), typed_choice.c.delivery_id.desc())
"""Ids of rows grow: two that arrived at one instant are in the order in which they were written."""
_FORGET = delete(typed_choice).where(_OF_CHAT)
_THIS_ONE = typed_choice.c.delivery_id == bindparam("delivery", type_=Uuid)
_OTHER = typed_choice.alias()
_NEWEST_OTHER = (
    select(func.max(_OTHER.c.at))
    .where(
        _OTHER.c.address_id == bindparam("address", type_=Uuid),
        _OTHER.c.delivery_id != bindparam("delivery", type_=Uuid),
    )
    .scalar_subquery()
)
_SPOKEN_SINCE = (
    select(attempt.c.id)
    .select_from(attempt)
    .join(address, address.c.id == bindparam("address", type_=Uuid))
    .where(
        attempt.c.delivery_id == typed_choice.c.delivery_id,
        address.c.heard_at >= attempt.c.opened_at,
    )
    .correlate(typed_choice)
    .exists()
)
_FORGET_ANSWERED = delete(typed_choice).where(
    _OF_CHAT, ~_THIS_ONE, or_(typed_choice.c.at < _NEWEST_OTHER, _SPOKEN_SINCE)
)
_LAST_POST = (
    select(delivery.c.id, delivery.c.run_id)
    .where(
        POST,
        delivery.c.address_id == bindparam("address", type_=Uuid),
        delivery.c.run_id.is_not(None),
        delivery.c.state.in_((DeliveryState.ACCEPTED.value, DeliveryState.DELIVERED.value)),
    )
    .order_by(delivery.c.id.desc())
    .limit(1)
)
_SENDING = (
    select(delivery.c.id, delivery.c.run_id, delivery.c.language)
    .where(
        being_sent.ON_ITS_WAY,
        exists().where(
            attempt.c.delivery_id == delivery.c.id,
            attempt.c.address_id == delivery.c.address_id,
            attempt.c.opened_at <= bindparam("at", type_=UtcDateTime),
        ),
    )
    .limit(1)
)
