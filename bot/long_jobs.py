"""The long work of the service, as jobs: to expand runs, and to forget what is over."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from bot import forgetting
from bot.clock_steps import Steps
from bot.jobs import Job
from broadcasts import expanding
from broadcasts.desk import Desk
from domain.keeping import KeepingTerms
from storage.database import Tx

EXPAND = "expand"


def jobs_of(steps: Steps, desk: Desk, terms: KeepingTerms) -> list[Job]:
    """Return the jobs of an installation."""

    async def expand() -> None:
        await steps.all(EXPAND, lambda tx: expanding.expand_due(tx, desk))

    async def forget() -> None:
        await forgetting.forget(partial(_apart, steps, "hourly"))

    async def forget_at_night() -> None:
        works = forgetting.nightly(terms)
        await forgetting.forget(partial(_apart, steps, "nightly"), works)
        # Looked at again: another process may have ended this night's round meanwhile.
        await steps.one(
            "keeping", lambda tx: forgetting.is_due(tx) and forgetting.finish(tx, works)
        )

    return [
        Job(EXPAND, timedelta(seconds=1), expanding.is_due, expand),
        Job("forget", timedelta(hours=1), lambda _tx: True, forget),
        Job("keeping", timedelta(minutes=10), forgetting.is_due, forget_at_night),
    ]


async def _apart(steps: Steps, name: str, work: Callable[[Tx], int]) -> None:
    await steps.all(name, work)
