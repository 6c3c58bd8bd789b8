"""How fast a campaign goes, durably, beside loops that only send: in turns, a median of ratios."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median

from bench.engine import Engine, Plan, Progress, engine
from bench.platform import DEMO_TOKEN, NoPlatform
from bench.running import expand, let_go, started, until_sent
from broadcasts.desk import Desk
from broadcasts.finishing import finish_due

IN_FLIGHT = 64
LIFTED_PER_S = 1_000_000.0
"""A pace that never makes anybody wait."""
_START_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One contestant's part in it; ratios are ours to theirs, of one round each."""

    name: str
    ours_per_s: float
    theirs_per_s: float
    ratios: tuple[float, ...]
    cpu_ratio: float
    """Seconds of processor that theirs took to ours, each process whole: what is left when the
    machine is shared with others."""

    @property
    def ratio(self) -> float:
        """The median of ratios."""
        return round(median(self.ratios), 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Throughput:
    """What came of it."""

    database: str
    latency_ms: float
    recipients: int
    lost: int
    compared: tuple[Compared, ...]
    missing: tuple[str, ...] = ()
    """Who is not installed."""

    @property
    def complete(self) -> bool:
        """Whether the platform took every message of ours."""
        return not self.lost


@dataclass(frozen=True, slots=True)
class _Took:
    count: int
    seconds: float
    cpu_s: float

    @property
    def per_s(self) -> float:
        return self.count / self.seconds


@asynccontextmanager
async def fast_api(api: str | None, latency_ms: float = 0, faults: float = 0) -> AsyncIterator[str]:
    """Yield the address of the pretend Bot API: the one given, or one of our own.

    Raises: NoPlatform.
    """
    if api is not None:
        yield api.rstrip("/")
        return
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.fast_api", "--latency-ms", str(latency_ms), "--faults", str(faults)),
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        assert child.stdout is not None, "asked for"
        said = await asyncio.wait_for(child.stdout.readline(), _START_S)
        if not said:
            message = "Máy chủ giả để đo không chạy lên được."
            raise NoPlatform(message)
        yield said.decode().strip()
    finally:
        with contextlib.suppress(ProcessLookupError):
            child.terminate()
        await child.wait()


async def throughput(
    plan: Plan,
    recipients: int,
    *,
    rounds: int,
    latency_ms: float,
    opponents: Mapping[str, int],
    pythons: Mapping[str, str],
    progress: Progress,
) -> Throughput:
    """Send campaigns to everybody, and let each opponent send so many in turn.

    `pythons`: the interpreter of an opponent that has one of its own.

    Raises: NoPlatform, Misconfigured, DatabaseAway.
    """
    theirs: dict[str, list[_Took]] = {name: [] for name in opponents}
    ours: list[_Took] = []
    missing: set[str] = set()
    lost = 0
    async with engine(plan, recipients, progress) as made:
        await made.listen()
        async with made.at_work():
            for number in range(rounds):
                for name, count in opponents.items():
                    if name in missing:
                        continue
                    took = await _opponent(name, pythons.get(name, sys.executable), plan.api, count)
                    if took is None:
                        missing.add(name)
                    else:
                        theirs[name].append(took)
                mine, left = await _ours(made, recipients, plan.patience_s)
                ours.append(mine)
                lost += left
                progress("Vòng", number + 1, rounds)
        return Throughput(
            database=made.database_kind,
            latency_ms=latency_ms,
            recipients=recipients,
            lost=lost,
            compared=tuple(_compare(name, ours, theirs[name]) for name in theirs if theirs[name]),
            missing=tuple(sorted(missing)),
        )


def _compare(name: str, ours: Sequence[_Took], theirs: Sequence[_Took]) -> Compared:
    pairs = list(zip(ours, theirs, strict=True))
    cpu = [(their.cpu_s / their.count) / (our.cpu_s / our.count) for our, their in pairs]
    return Compared(
        name=name,
        ours_per_s=round(median(one.per_s for one in ours), 1),
        theirs_per_s=round(median(one.per_s for one in theirs), 1),
        ratios=tuple(round(our.per_s / their.per_s, 3) for our, their in pairs),
        cpu_ratio=round(median(cpu), 3),
    )


async def _ours(made: Engine, recipients: int, patience_s: float) -> tuple[_Took, int]:
    """Send one campaign that is written down already; return what it took and how many it lost."""
    database = made.house.database
    run = await database.write(lambda tx: started(tx, made, held=True, capped=True))
    await expand(made, run.id)
    began, used = time.perf_counter(), time.process_time()
    await database.write(lambda tx: let_go(tx, run.id))
    made.house.outbox_bell.ring()
    stands = await until_sent(made, run.id, patience_s)
    took = _Took(stands.accepted, time.perf_counter() - began, time.process_time() - used)
    desk = Desk(made.house.context.outbox, made.house.context.catalogue)
    await database.write(lambda tx: finish_due(tx, desk))
    return took, recipients - stands.accepted - stands.unsure


async def _opponent(name: str, python: str, api: str, count: int) -> _Took | None:
    """Let one send in a process of its own; None when it is not installed."""
    child = await asyncio.create_subprocess_exec(
        python,
        *("-m", "bench.opponents", name, "--api", api, "--token", DEMO_TOKEN),
        *("--count", str(count), "--in-flight", str(IN_FLIGHT)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, said = await child.communicate()
    if child.returncode:
        if b"ModuleNotFoundError" in said:
            return None
        message = f"Vòng lặp {name} để so sánh không chạy được."
        raise NoPlatform(message)
    found = json.loads(printed)
    return _Took(found["count"], found["seconds"], found["cpu_s"])
