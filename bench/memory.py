"""How much more memory a run to many takes in the service's process than one to few."""

import gc
import resource
from dataclasses import dataclass

from bench.engine import Engine, Plan, Progress, engine
from bench.filling import fill
from bench.running import expand, let_go, started, until_sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The peak of one process, after a run to `few` and after another to `recipients`."""

    database: str
    few: int
    recipients: int
    accepted: int
    few_peak_mib: float
    peak_mib: float
    more_mib: float

    @property
    def complete(self) -> bool:
        """Whether everybody got both."""
        return self.accepted == self.few + self.recipients


async def memory(plan: Plan, few: int, recipients: int, progress: Progress) -> Memory:
    """Send a run to few, then one to many, in this process, and look how large it ever was.

    Raises: NoPlatform, Misconfigured, DatabaseAway.
    """
    async with engine(plan, few, progress) as made:
        await made.listen()
        async with made.at_work():
            first = await _sent(made, few, plan.patience_s, progress)
            few_peak = _peak_mib()
            account_id = made.line.account.id
            filled = fill(made.house.database, account_id, made.unit.id, recipients, there=few)
            async for done in filled:
                progress("Ghi thêm bà con", done, recipients)
            second = await _sent(made, recipients, plan.patience_s, progress)
        peak = _peak_mib()
        return Memory(
            database=made.database_kind,
            few=few,
            recipients=recipients,
            accepted=first + second,
            few_peak_mib=round(few_peak, 1),
            peak_mib=round(peak, 1),
            more_mib=round(peak - few_peak, 1),
        )


async def _sent(made: Engine, recipients: int, patience_s: float, progress: Progress) -> int:
    database = made.house.database
    run = await database.write(lambda tx: started(tx, made, held=True, capped=True))
    await expand(made, run.id)
    await database.write(lambda tx: let_go(tx, run.id))
    made.house.outbox_bell.ring()
    stands = await until_sent(made, run.id, patience_s)
    gc.collect()
    progress(f"Gửi cho {recipients}", stands.accepted, recipients)
    return stands.accepted


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
