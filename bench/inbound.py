"""Many residents write a tip in the same second: how long until each one's receipt is queued.

Queued is what is committed, so the times are those at which another connection sees it.
"""

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from bench.engine import Engine, Plan, Progress, engine
from bench.platform import Platform
from domain.delivery import DeliveryKind
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
    seconds: float
    database: str
    pace: float

    @property
    def complete(self) -> bool:
        """Whether everybody's tip was kept and everybody got a receipt."""
        return self.tips == self.receipts == self.senders


async def inbound(plan: Plan, platform: Platform, senders: int, progress: Progress) -> Received:
    """Let everybody write, then begin to listen, so that all of it comes at the same instant.

    Raises: NoPlatform, Misconfigured, DatabaseAway, SendFailure.
    """
    async with engine(plan, senders, progress) as made:
        await platform.write([_WORDS.format(number=at + 1) for at in range(senders)])
        async with made.at_work():
            started = time.monotonic()
            await made.listen()
            waits = await _until_over(made, senders, plan.patience_s, progress)
            seconds = time.monotonic() - started
            tips = await made.house.database.read(_tips)
        return Received(
            senders=senders,
            tips=tips,
            receipts=len(waits),
            p50_ms=percentile(waits, 50),
            p99_ms=percentile(waits, 99),
            seconds=round(seconds, 3),
            database=made.database_kind,
            pace=plan.pace_per_s,
        )


def percentile(sorted_waits: Sequence[float], share: int) -> float:
    """Return the wait that so many in a hundred do not exceed (nearest rank); 0 of none."""
    if not sorted_waits:
        return 0.0
    rank = max(1, math.ceil(len(sorted_waits) * share / 100))
    return round(sorted_waits[rank - 1], 1)


async def _until_over(
    made: Engine, senders: int, patience_s: float, progress: Progress
) -> list[float]:
    """Return after how many milliseconds each receipt was seen, in order."""
    waits: list[float] = []
    started = moved = time.monotonic()
    while len(waits) < senders and time.monotonic() - moved < patience_s:
        await asyncio.sleep(_LOOK_EVERY_S)
        found = await made.house.database.read(_receipts)
        if found > len(waits):
            moved = time.monotonic()
            waits += [(moved - started) * 1000] * (found - len(waits))
            progress("Biên nhận", found, senders)
    return waits


def _receipts(tx: Tx) -> int:
    """Count the residents whose reply is written."""
    query = select(func.count(delivery.c.address_id.distinct())).where(
        delivery.c.kind == DeliveryKind.REPLY.value, delivery.c.tip_id.is_not(None)
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _tips(tx: Tx) -> int:
    count: int = tx.connection.execute(select(func.count()).select_from(tip)).scalar_one()
    return count
