"""At which hours of which days a run's messages were taken by the platform."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain.clock import local
from domain.delivery import DeliveryKind, DeliveryState
from storage.database import Tx
from storage.tables import archived_hour, attempt, delivery
from storage.types import UtcDateTime

_TAKEN = (DeliveryState.ACCEPTED.value, DeliveryState.DELIVERED.value)


def taken(tx: Tx, run_id: UUID) -> tuple[tuple[datetime, int], ...]:
    """Return how many private messages of a run were taken, by the local hour, in order.

    A message counts where it went out last: a receipt may come days later.
    """
    put_away = select(archived_hour.c.hour, archived_hour.c.taken).order_by(archived_hour.c.hour)
    kept = tx.connection.execute(put_away.where(archived_hour.c.run_id == run_id)).all()
    if kept:
        return tuple((local(row.hour), row.taken) for row in kept)
    went = func.max(attempt.c.opened_at)
    each = (
        select(
            func.coalesce(
                went, delivery.c.settled_at, delivery.c.created_at, type_=UtcDateTime()
            ).label("at")
        )
        .outerjoin(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            delivery.c.run_id == run_id,
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
            delivery.c.state.in_(_TAKEN),
        )
        .group_by(delivery.c.id, delivery.c.settled_at, delivery.c.created_at)
        .subquery()
    )
    found: Counter[datetime] = Counter()
    # A window sends many at once: there are few instants.
    for row in tx.connection.execute(select(each.c.at, func.count()).group_by(each.c.at)):
        found[local(row[0]).replace(minute=0, second=0, microsecond=0)] += row[1]
    return tuple(sorted(found.items()))
