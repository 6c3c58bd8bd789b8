"""How much memory a run takes in the service's process: its peak, for few people and for many."""

import resource
from dataclasses import dataclass

from bench.engine import Plan, Progress, engine
from bench.running import expand, let_go, started, until_sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """The peak of a process that wrote a run down and sent it."""

    database: str
    recipients: int
    accepted: int
    peak_mib: float

    @property
    def complete(self) -> bool:
        """Whether everybody got it."""
        return self.accepted == self.recipients


async def memory(plan: Plan, recipients: int, progress: Progress) -> Memory:
    """Send one run to so many people in this process, and look how large it ever was.

    Raises: NoPlatform, Misconfigured, DatabaseAway.
    """
    async with engine(plan, recipients, progress) as made:
        database = made.house.database
        run = await database.write(lambda tx: started(tx, made, held=True, capped=True))
        await expand(made, run.id)
        await made.listen()
        async with made.at_work():
            await database.write(lambda tx: let_go(tx, run.id))
            made.house.outbox_bell.ring()
            stands = await until_sent(made, run.id, plan.patience_s)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return Memory(
            database=made.database_kind,
            recipients=recipients,
            accepted=stands.accepted,
            peak_mib=round(peak, 1),
        )
