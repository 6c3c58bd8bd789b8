"""What there was too much of, written down: a run to be paused, an account to be left alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from domain.breaker import EverybodyGone, Refusal, RunRefused, Silent, Trip
from domain.campaign import RunState
from domain.delivery import Accepted, GoneAway
from storage.accounts import traits
from storage.database import Tx
from storage.deliveries.settling import Settled
from storage.tables import account, run

_GONE_PAUSES = timedelta(minutes=10)
_LIVE = (RunState.EXPANDING.value, RunState.SENDING.value)


def note(tx: Tx, account_id: UUID, trips: Sequence[Trip], results: Sequence[Settled]) -> None:
    """Write down what was too much, after the window with these results was settled.

    After a pause one message alone tries the water. Where nobody could be reached before, somebody
    else who is gone is no answer: the account goes on waiting.
    """
    for trip in trips:
        match trip:
            case RunRefused(run_id, why):
                _alarm(tx, run_id, why)
            case Silent(wait):
                _pause(tx, account_id, tx.now + wait)
            case EverybodyGone():
                if not traits.has(tx, account_id, traits.ALL_GONE):
                    traits.put(tx, account_id, traits.ALL_GONE, "")
                _pause(tx, account_id, tx.now + _GONE_PAUSES)
    if len(results) != 1:
        return
    outcome = results[0].outcome
    if isinstance(outcome, Accepted):
        traits.drop(tx, account_id, traits.ALL_GONE)
    elif isinstance(outcome, GoneAway) and traits.has(tx, account_id, traits.ALL_GONE):
        _pause(tx, account_id, tx.now + _GONE_PAUSES)


def alarmed_runs(tx: Tx) -> list[tuple[UUID, Refusal]]:
    """Return the runs that go on although message after message of them is refused, and why."""
    rows = tx.connection.execute(
        select(run.c.id, run.c.refused_as).where(
            run.c.state.in_(_LIVE), run.c.refused_as.is_not(None), run.c.pause_reason.is_(None)
        )
    )
    return [(row.id, Refusal(row.refused_as)) for row in rows]


def _alarm(tx: Tx, run_id: UUID, why: Refusal) -> None:
    tx.connection.execute(
        update(run)
        .where(run.c.id == run_id, run.c.refused_as.is_(None))
        .values(refused_as=why.value)
    )


def _pause(tx: Tx, account_id: UUID, until: datetime) -> None:
    tx.connection.execute(
        update(account)
        .where(
            account.c.id == account_id,
            or_(account.c.paused_until.is_(None), account.c.paused_until < until),
        )
        .values(paused_until=until)
    )
