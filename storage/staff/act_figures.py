"""How often acts of a kind stand in the log within a period."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from domain.audit import Act
from storage.database import Tx
from storage.tables import audit_entry


def of_period(
    tx: Tx, unit_id: UUID, since: datetime, until: datetime, acts: Collection[Act]
) -> Mapping[Act, int]:
    """Return the numbers of a unit's acts from `since` up to, not including, `until`.

    What was forgotten of the log by then is not counted.
    """
    query = (
        select(audit_entry.c.act, func.count())
        .where(
            audit_entry.c.unit_id == unit_id,
            audit_entry.c.act.in_([act.value for act in acts]),
            audit_entry.c.at >= since,
            audit_entry.c.at < until,
        )
        .group_by(audit_entry.c.act)
    )
    found = {Act(row[0]): int(row[1]) for row in tx.connection.execute(query)}
    return {act: found.get(act, 0) for act in acts}
