"""One campaign to thousands of residents: how fast the platform has taken it."""

import asyncio
import time
from dataclasses import dataclass
from uuid import UUID

from bench.engine import Engine, Plan, Progress, engine
from bench.tally import Tally
from broadcasts import expanding
from broadcasts.desk import Desk
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

_LOOK_EVERY_S = 0.1
_WORDS = "Đây là tin đo tốc độ gửi. Xin bà con khóa cửa cẩn thận khi ra khỏi nhà."


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


@dataclass(frozen=True, slots=True)
class _State:
    targeted: int
    pending: int
    accepted: int
    unsure: int


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


def started(tx: Tx, made: Engine, lane: Lane = Lane.ROUTINE, area_code: str | None = None) -> Run:
    """Write a run down that is due now, to everybody of an area; it waits to be expanded."""
    unit = made.unit
    author = setting_up.create_staff(tx, unit.id, "Cán bộ Ví Dụ", [])
    content = Content(
        title="Đo tốc độ gửi",
        bodies={Language.VI: _WORDS},
        values={Language.VI: {}},
    )
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
    run = runs.create(
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
        ),
    )
    assert run is not None, "the campaign is new"
    return run


async def _expand(made: Engine) -> float:
    """Take every step of the expansion, as the service's clockwork does; return when it ended."""
    context = made.house.context
    desk = Desk(context.outbox, context.catalogue)
    while await made.house.database.write(lambda tx: expanding.expand_due(tx, desk)):
        made.house.outbox_bell.ring()
    return time.monotonic()


async def _until_over(
    made: Engine, run_id: UUID, recipients: int, patience_s: float, progress: Progress
) -> tuple[_State, float]:
    """Return how it stands, and since when, once nothing is pending or nothing moves any more."""
    last, moved = _State(0, 0, 0, 0), time.monotonic()
    while True:
        state = await made.house.database.read(lambda tx: _state(tx, run_id))
        now = time.monotonic()
        if state != last:
            last, moved = state, now
            progress("Gửi", state.targeted - state.pending, recipients)
        if state.targeted == recipients and not state.pending:
            return state, now
        if now - moved > patience_s:
            return state, moved
        await asyncio.sleep(_LOOK_EVERY_S)


def _state(tx: Tx, run_id: UUID) -> _State:
    return _State(
        runs.counted(tx, run_id, "targeted"),
        runs.counted(tx, run_id, DeliveryState.PENDING.value),
        runs.counted(tx, run_id, DeliveryState.ACCEPTED.value),
        runs.counted(tx, run_id, DeliveryState.UNSURE.value),
    )
