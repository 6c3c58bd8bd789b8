"""One campaign to thousands of residents: how fast the platform has taken it."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from bench.engine import Engine, Plan, Progress, engine
from bench.running import Standing, standing, started
from bench.tally import Tally
from broadcasts import expanding
from broadcasts.desk import Desk

_LOOK_EVERY_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """What came of it; `per_s` counts what was accepted."""

    recipients: int
    accepted: int
    seconds: float
    per_s: float
    throttled: int
    unsure: int
    expand_s: float
    database: str
    pace: float

    @property
    def complete(self) -> bool:
        """Whether the platform took every message."""
        return self.accepted == self.recipients


async def deliver(plan: Plan, recipients: int, progress: Progress, tally: Tally) -> Delivered:
    """Run one campaign to all of them through expansion, ledger, sender and adapter.

    Raises: Misconfigured, DatabaseAway, SendFailure when the server refuses the account.
    """
    async with engine(plan, recipients, progress) as made:
        await made.listen()
        begun = time.monotonic()
        async with made.at_work():
            run = await made.house.database.write(lambda tx: started(tx, made))
            expanding_now = asyncio.create_task(_expand(made))
            state, ended = await _until_over(made, run.id, recipients, plan.patience_s, progress)
            expanded = await expanding_now
        seconds = ended - begun
        return Delivered(
            recipients=recipients,
            accepted=state.accepted,
            seconds=round(seconds, 3),
            per_s=round(state.accepted / seconds, 1),
            throttled=tally.count("throttled"),
            unsure=state.unsure,
            expand_s=round(expanded - begun, 3),
            database=made.database_kind,
            pace=plan.pace_per_s,
        )


async def _expand(made: Engine) -> float:
    """Take every step of the expansion, as the service's clockwork does; return when it ended."""
    context = made.house.context
    desk = Desk(context.outbox, context.catalogue)
    while await made.house.database.write(lambda tx: expanding.expand_due(tx, desk)):
        made.house.outbox_bell.ring()
    return time.monotonic()


async def _until_over(
    made: Engine, run_id: UUID, recipients: int, patience_s: float, progress: Progress
) -> tuple[Standing, float]:
    """Return how it stands, and since when, once nothing is pending or nothing moves any more."""
    last, moved = Standing(0, 0, 0, 0), time.monotonic()
    while True:
        state = await made.house.database.read(lambda tx: standing(tx, run_id))
        now = time.monotonic()
        if state != last:
            last, moved = state, now
            progress("Gửi", state.targeted - state.pending, recipients)
        if state.targeted == recipients and not state.pending:
            return state, now
        if now - moved > patience_s:
            return state, moved
        await asyncio.sleep(_LOOK_EVERY_S)
