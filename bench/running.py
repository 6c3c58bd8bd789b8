"""Campaigns to everybody: made at once, expanded, held until they are let go, waited for."""

import asyncio
import time
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select, update

from bench.engine import Engine
from broadcasts import expanding
from broadcasts.preparing import prepare
from domain.campaign import Audience, Content, RunState
from domain.delivery import DeliveryState, Lane
from domain.language import Language
from storage.campaigns import campaigns, runs
from storage.campaigns.campaigns import NewCampaign
from storage.campaigns.runs import NewRun, Run
from storage.codec import write_outgoing
from storage.database import Tx
from storage.staff import setting_up
from storage.tables import run, run_counter

WORDS = "Đây là tin đo tốc độ gửi. Xin bà con khóa cửa cẩn thận khi ra khỏi nhà."
_LOOK_EVERY_S = 0.03
_PENDING = select(func.sum(run_counter.c.pending)).where(
    run_counter.c.run_id == bindparam("run", type_=Uuid)
)
_HELD = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of a run's rows there are, and how they stand, as its counters say."""

    targeted: int
    pending: int
    accepted: int
    unsure: int


def started(
    tx: Tx,
    made: Engine,
    *,
    lane: Lane = Lane.ROUTINE,
    area_code: str | None = None,
    held: bool = False,
    capped: bool = False,
) -> Run:
    """Write a campaign to everybody in the unit or an area, and its run, which is to be expanded.

    Nothing of one that is `held` goes before `let_go`. `capped`: each may get so many broadcasts
    a day and month as a unit allows at first.
    """
    unit = made.unit
    author = setting_up.create_staff(tx, unit.id, "Cán bộ Ví Dụ", [])
    content = Content(title="Đo tốc độ gửi", bodies={Language.VI: WORDS}, values={Language.VI: {}})
    known = campaigns.create(
        tx,
        NewCampaign(
            unit_id=unit.id,
            author_id=author.id,
            template_id=None,
            subject="traffic",
            lane=lane,
            content=content,
            audience=Audience(area_code=area_code or unit.area_code),
            due_at=None,
        ),
    )
    code = runs.unused_code(tx)
    words = prepare(made.house.context.catalogue, content, code, tx.now)
    new = runs.create(
        tx,
        NewRun(
            campaign_id=known.id,
            occurrence=1,
            unit_id=unit.id,
            code=code,
            lane=lane,
            state=RunState.EXPANDING,
            content={name: write_outgoing(message) for name, message in words.items()},
            audience=known.audience,
            due_at=tx.now,
            not_after=tx.now.replace(year=tx.now.year + 1),
            open_from=tx.now + _HELD if held else None,
            counted=capped,
            a_day=100 if capped else 0,
            a_month=1000 if capped else 0,
        ),
    )
    assert new is not None, "the campaign is new"
    return new


async def expand(made: Engine, run_id: UUID) -> float:
    """Take every step of one run's expansion; return how many seconds that took."""
    doors = made.house.context.outbox.doors()
    began = time.monotonic()
    while await made.house.database.write(
        lambda tx: expanding.expand_step(tx, run_id, doors=doors)
    ):
        made.house.outbox_bell.ring()
    return time.monotonic() - began


def let_go(tx: Tx, run_id: UUID) -> None:
    """Let a run that was held be sent."""
    tx.connection.execute(update(run).where(run.c.id == run_id).values(open_from=None))


def standing(tx: Tx, run_id: UUID) -> Standing:
    """Read how a run stands."""
    return Standing(
        runs.counted(tx, run_id, "targeted"),
        runs.counted(tx, run_id, DeliveryState.PENDING.value),
        runs.counted(tx, run_id, DeliveryState.ACCEPTED.value),
        runs.counted(tx, run_id, DeliveryState.UNSURE.value),
    )


async def until_sent(made: Engine, run_id: UUID, patience_s: float) -> Standing:
    """Return how a run stands once nothing of it is pending, or nothing moves any more."""
    last, moved = -1, time.monotonic()
    while True:
        left = await made.house.database.read(lambda tx: _pending(tx, run_id))
        if left != last:
            last, moved = left, time.monotonic()
        if not left or time.monotonic() - moved > patience_s:
            return await made.house.database.read(lambda tx: standing(tx, run_id))
        await asyncio.sleep(_LOOK_EVERY_S)


def _pending(tx: Tx, run_id: UUID) -> int:
    return int(tx.connection.execute(_PENDING, {"run": run_id}).scalar_one() or 0)
