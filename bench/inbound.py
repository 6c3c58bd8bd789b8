"""Many residents write a tip in the same second: how long until each one's receipt is queued.

And how long until the platform has taken the last of them. Queued is what is committed, so the
times are those at which another connection sees it.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select

from bench.engine import Engine, Plan, Progress, engine
from bench.platform import Platform
from domain.delivery import DeliveryKind, DeliveryState
from storage.database import Tx
from storage.tables import delivery, tip

_LOOK_EVERY_S = 0.05
_WORDS = "Tối qua có hai người lạ ngó vào cổng nhà số {number} ở ngõ ví dụ rồi bỏ đi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What came of it; the times run from when we began to listen to all that was waiting."""

    senders: int
    tips: int
    receipts: int
    p50_ms: float
    p99_ms: float
    p99_queued_s: float
    """The same in seconds: beside it stands when the platform had them all."""
    last_handed_over_s: float | None
    """When the platform had taken the last receipt; None when it did not take all of them."""
    seconds: float
    database: str
    pace: float
    workers: int = 0
    """How many processes handled and sent beside the one that received; 0: it did so itself."""

    @property
    def complete(self) -> bool:
        """Whether everybody's tip was kept and everybody got a receipt."""
        arrived = self.last_handed_over_s is not None
        return arrived and self.tips == self.receipts == self.senders


async def inbound(
    plan: Plan, platform: Platform, senders: int, progress: Progress, workers: int = 0
) -> Received:
    """Let everybody write, then begin to listen, so that all of it comes at the same instant.

    `workers`: how many processes handle and send, on PostgreSQL; 0: this one does.

    Raises: NoPlatform, Misconfigured, DatabaseAway, SendFailure.
    """
    async with engine(plan, senders, progress) as made:
        await platform.write([_WORDS.format(number=at + 1) for at in range(senders)])
        async with made.at_work(processes=workers):
            started = time.monotonic()
            await made.listen()
            waits = await _until_over(made, _QUEUED, senders, plan.patience_s, progress)
            seconds = time.monotonic() - started
            took = await _until_over(made, _HANDED_OVER, len(waits), plan.patience_s, progress)
            handed_over = time.monotonic() - started
            tips = await made.house.database.read(_tips)
        return Received(
            senders=senders,
            tips=tips,
            receipts=len(waits),
            p50_ms=percentile(waits, 50),
            p99_ms=percentile(waits, 99),
            p99_queued_s=round(percentile(waits, 99) / 1000, 3),
            last_handed_over_s=round(handed_over, 3) if len(took) == senders else None,
            seconds=round(seconds, 3),
            database=made.database_kind,
            pace=plan.pace_per_s,
            workers=workers,
        )


def percentile(sorted_waits: Sequence[float], share: int) -> float:
    """Return the wait that so many in a hundred do not exceed (nearest rank); 0 of none."""
    if not sorted_waits:
        return 0.0
    rank = max(1, math.ceil(len(sorted_waits) * share / 100))
    return round(sorted_waits[rank - 1], 1)


async def _until_over(
    made: Engine, what: "_Step", senders: int, patience_s: float, progress: Progress
) -> list[float]:
    """Return after how many milliseconds each receipt was seen to be so far, in order."""
    waits: list[float] = []
    started = moved = time.monotonic()
    while len(waits) < senders and time.monotonic() - moved < patience_s:
        await asyncio.sleep(_LOOK_EVERY_S)
        found = await made.house.database.read(partial(_receipts, what))
        if found > len(waits):
            moved = time.monotonic()
            waits += [(moved - started) * 1000] * (found - len(waits))
            progress(what.name, found, senders)
    return waits


@dataclass(frozen=True, slots=True)
class _Step:
    """How far a receipt may be: all states in which it is at least there."""

    name: str
    states: Sequence[DeliveryState]


_QUEUED = _Step("Biên nhận", tuple(DeliveryState))
_HANDED_OVER = _Step("Đã gửi", (DeliveryState.ACCEPTED, DeliveryState.DELIVERED))


def _receipts(step: _Step, tx: Tx) -> int:
    """Count the residents whose reply is so far."""
    query = select(func.count(delivery.c.address_id.distinct())).where(
        delivery.c.kind == DeliveryKind.REPLY.value,
        delivery.c.tip_id.is_not(None),
        delivery.c.state.in_([state.value for state in step.states]),
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _tips(tx: Tx) -> int:
    count: int = tx.connection.execute(select(func.count()).select_from(tip)).scalar_one()
    return count
