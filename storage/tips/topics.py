"""Topics of review groups, one for each tip and group; a row of the ledger opens each.

A topic can be opened twice when a worker dies in between (`doubtful`): the second is used, and the
first stays as an empty one of the same name, of which the group is told.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy import select, update

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Effect, EffectKind, Outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import Delivery, NewDelivery
from storage.tables import delivery, group_chat, topic

log = structlog.get_logger(__name__)


class TopicState(StrEnum):
    """Where a topic stands."""

    ASKED = "asked"
    OPEN = "open"
    CLOSED = "closed"
    NONE = "none"
    """It could not be opened, or was deleted: what is about the tip goes to the whole group."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic; `asked_at` is None once the row that opened it is forgotten."""

    id: UUID
    tip_id: UUID
    address_id: UUID
    state: TopicState
    thread: str | None
    doubtful: bool
    asked_at: datetime | None


def ask(tx: Tx, tip_id: UUID, address_id: UUID, group_id: UUID, name: str, lane: Lane) -> None:
    """Let a topic be opened for a tip in a group."""
    row_id = ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=lane,
            address_id=address_id,
            language=Language.VI.value,
            outgoing=Outgoing(text=name, effect=Effect(EffectKind.OPEN_TOPIC)),
            group_id=group_id,
            tip_id=tip_id,
        ),
    )
    tx.connection.execute(
        topic.insert().values(
            id=tx.new_id(),
            tip_id=tip_id,
            address_id=address_id,
            asked_by=row_id,
            state=TopicState.ASKED.value,
        )
    )


def of(tx: Tx, tip_id: UUID, address_id: UUID) -> Topic | None:
    """Return the topic of a tip in a group."""
    return next((one for one in of_tip(tx, tip_id) if one.address_id == address_id), None)


def of_tip(tx: Tx, tip_id: UUID) -> list[Topic]:
    """Return the topics of a tip."""
    rows = tx.connection.execute(
        select(topic, delivery.c.created_at)
        .outerjoin(delivery, delivery.c.id == topic.c.asked_by)
        .where(topic.c.tip_id == tip_id)
        .order_by(topic.c.id)
    )
    return [
        Topic(
            row.id,
            row.tip_id,
            row.address_id,
            TopicState(row.state),
            row.thread,
            row.doubtful,
            row.created_at,
        )
        for row in rows
    ]


def opened(tx: Tx, row: Delivery, thread: str) -> None:
    """Record that the row of the ledger opened a topic; any other row's message is none."""
    known = tx.connection.execute(
        select(topic).where(topic.c.asked_by == row.id).with_for_update()
    ).one_or_none()
    if known is None:
        return
    if known.state != TopicState.ASKED.value:
        # Its cards went to the whole group meanwhile.
        log.warning("topic_opened_late", tip=str(known.tip_id))
    tx.connection.execute(
        update(topic)
        .where(topic.c.id == known.id, topic.c.state == TopicState.ASKED.value)
        .values(state=TopicState.OPEN.value, thread=thread, doubtful=row.again)
    )
    allow(tx, row.group_id, None)


def failed(tx: Tx, row: Delivery) -> bool:
    """Record that the row did not open its topic; False when it was to open none."""
    return bool(
        tx.connection.execute(
            update(topic)
            .where(topic.c.asked_by == row.id, topic.c.state == TopicState.ASKED.value)
            .values(state=TopicState.NONE.value)
        ).rowcount
    )


def change(tx: Tx, known: Topic, group_id: UUID | None, kind: EffectKind, lane: Lane) -> None:
    """Close, reopen or delete a topic."""
    if known.thread is None:
        return
    ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=lane,
            address_id=known.address_id,
            language=Language.VI.value,
            outgoing=Outgoing(text="", effect=Effect(kind, known.thread)),
            group_id=group_id,
        ),
    )
    state = {EffectKind.CLOSE_TOPIC: TopicState.CLOSED, EffectKind.REOPEN_TOPIC: TopicState.OPEN}
    settle(tx, known, state.get(kind, TopicState.NONE))


def rename(tx: Tx, known: Topic, group_id: UUID | None, name: str) -> None:
    """Give a topic another name."""
    if known.thread is None:
        return
    ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=Lane.TALK,
            address_id=known.address_id,
            language=Language.VI.value,
            outgoing=Outgoing(text=name, effect=Effect(EffectKind.RENAME_TOPIC, known.thread)),
            group_id=group_id,
        ),
    )


def settle(tx: Tx, known: Topic, state: TopicState) -> None:
    """Write down where a topic stands."""
    tx.connection.execute(update(topic).where(topic.c.id == known.id).values(state=state.value))


def refused_until(tx: Tx, group_id: UUID) -> datetime | None:
    """Return until when no topic is tried in a group, which may be over; None for never refused."""
    query = select(group_chat.c.no_topics_until).where(group_chat.c.id == group_id)
    until: datetime | None = tx.connection.execute(query).scalar_one()
    return until


def allow(tx: Tx, group_id: UUID | None, again_at: datetime | None) -> None:
    """Try topics in a group again from an instant; None: they work there."""
    tx.connection.execute(
        update(group_chat)
        .where(group_chat.c.id == group_id, group_chat.c.no_topics_until.is_distinct_from(again_at))
        .values(no_topics_until=again_at)
    )
