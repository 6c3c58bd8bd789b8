"""An urgent run in the middle of a large one: how long until its first and its last message."""

import asyncio
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from bench.engine import Engine, Plan, Progress, engine
from bench.running import started
from bench.tally import Tally
from broadcasts import expanding
from broadcasts.desk import Desk
from domain.delivery import DeliveryState, Lane
from storage.campaigns import runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import areas
from storage.tables import attempt, delivery, resident

_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent:
    """What came of it; the times run from the tap that sends it to the platform's answer."""

    alarmed: int
    accepted: int
    first_s: float
    all_s: float
    of_the_large_run_before: int
    """How many of the large run had gone by then."""
    large_run: int
    throttled: int
    database: str
    pace: float

    @property
    def complete(self) -> bool:
        """Whether everybody got it, while the large run was still under way."""
        return self.accepted == self.alarmed and self.of_the_large_run_before < self.large_run


async def urgent(
    plan: Plan, recipients: int, alarmed: int, progress: Progress, tally: Tally
) -> Urgent:
    """Start a large run, and in its middle an urgent one to some who have not had it yet.

    Raises: Misconfigured, DatabaseAway, SendFailure when the server refuses the account.
    """
    async with engine(plan, recipients, progress) as made:
        village = await made.house.database.write(lambda tx: _moved(tx, made, alarmed))
        await made.listen()
        async with made.at_work():
            large = await made.house.database.write(
                lambda tx: _expanded(tx, made, Lane.BULK, made.unit.area_code)
            )
            made.house.outbox_bell.ring()
            before = await _until_taken(made, large, recipients // 3, plan.patience_s)
            begun = time.monotonic()
            tapped = made.house.clock.now()
            # As the tap that approves an alert does: everything in one transaction.
            alert = await made.house.database.write(
                lambda tx: _expanded(tx, made, Lane.URGENT, village)
            )
            made.house.outbox_bell.ring()
            accepted = await _until_taken(made, alert, alarmed, plan.patience_s)
            progress("Tin khẩn", accepted, alarmed)
            first, last = await made.house.database.read(lambda tx: _answered(tx, alert))
        latest = min(time.monotonic() - begun, (last - tapped).total_seconds())
        return Urgent(
            alarmed=alarmed,
            accepted=accepted,
            first_s=round((first - tapped).total_seconds(), 3),
            all_s=round(latest, 3),
            of_the_large_run_before=before,
            large_run=recipients,
            throttled=tally.count("throttled"),
            database=made.database_kind,
            pace=plan.pace_per_s,
        )


def _moved(tx: Tx, made: Engine, alarmed: int) -> str:
    """Let the last of the residents live in a village of their own; return its code."""
    village = areas.children(tx, made.unit.area_code)[0].code
    last = select(resident.c.id).order_by(resident.c.id.desc()).limit(alarmed)
    tx.connection.execute(update(resident).where(resident.c.id.in_(last)).values(area_code=village))
    return village


def _expanded(tx: Tx, made: Engine, lane: Lane, area_code: str) -> Run:
    run = started(tx, made, lane=lane, area_code=area_code)
    context = made.house.context
    while expanding.expand_due(tx, Desk(context.outbox, context.catalogue)):
        continue
    return run


async def _until_taken(made: Engine, run: Run, count: int, patience_s: float) -> int:
    """Return how many of a run the platform has taken, once it is so many or nothing moves."""
    last, moved = 0, time.monotonic()
    while True:
        taken = await made.house.database.read(
            lambda tx: runs.counted(tx, run.id, DeliveryState.ACCEPTED.value)
        )
        if taken != last:
            last, moved = taken, time.monotonic()
        if taken >= count or time.monotonic() - moved > patience_s:
            return taken
        await asyncio.sleep(_LOOK_EVERY_S)


def _answered(tx: Tx, run: Run) -> tuple[datetime, datetime]:
    """Return when the first and the last answer of the platform were written down."""
    row = tx.connection.execute(
        select(func.min(attempt.c.settled_at), func.max(attempt.c.settled_at))
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .where(delivery.c.run_id == run.id)
    ).one()
    never = run.due_at + timedelta(days=1)
    return row[0] or never, row[1] or never
