"""What there was too much of, written down: a run to be paused, an account to be left alone."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from domain.breaker import Breaker, EverybodyGone, Heard, Refusal, RunRefused, Silent, Trip
from domain.campaign import RunState
from domain.delivery import Accepted, GoneAway
from storage.accounts import traits
from storage.database import Tx
from storage.deliveries import pauses, use
from storage.deliveries.settling import Settled
from storage.tables import delivery, run

GONE_RESTS = timedelta(minutes=10)
_LIVE = (RunState.EXPANDING.value, RunState.SENDING.value)
_OVER = tuple(state.value for state in RunState if state.is_over)


def count(tx: Tx, account_id: UUID, heard: Sequence[Heard]) -> Sequence[Trip]:
    """Count what sends came to with what other processes counted; return what is too much.

    To be asked before rows and counters are locked: the account is locked for it.
    """
    use.hold(tx, account_id)
    before = traits.value(tx, account_id, traits.TROUBLES) or ""
    breaker = Breaker(before)
    for one in heard:
        breaker.note(one.run_id, one.outcome)
    for run_id in _over(tx, breaker.refused):
        breaker.forget(run_id)
    now = breaker.text()
    if now and now != before:
        traits.put(tx, account_id, traits.TROUBLES, now)
    elif before and not now:
        traits.drop(tx, account_id, traits.TROUBLES)
    return breaker.trips()


def note(tx: Tx, account_id: UUID, trips: Sequence[Trip], results: Sequence[Settled]) -> None:
    """Write down what was too much, after the window with these results was settled.

    Where nobody could be reached, broadcasts rest, then one message of them tries the water.
    Answers and alerts go on: who just wrote is there, and who is in danger cannot wait.
    """
    for trip in trips:
        match trip:
            case RunRefused(run_id, why):
                _alarm(tx, run_id, why)
            case Silent(wait):
                pauses.begin(tx, account_id, tx.now + wait)
            case EverybodyGone():
                if not traits.has(tx, account_id, traits.ALL_GONE):
                    traits.put(tx, account_id, traits.ALL_GONE, "")
                _rest(tx, account_id)
    taken = [one.delivery_id for one in results if isinstance(one.outcome, Accepted)]
    gone = any(isinstance(one.outcome, GoneAway) for one in results)
    if trips or not (gone or (taken and len(results) == 1)):
        # Who tries the water is alone; what others come to is looked at for nothing.
        return
    until = rests_until(tx, account_id)
    if until is None:
        return
    if taken and _of_run(tx, taken):
        traits.drop(tx, account_id, traits.ALL_GONE)
        traits.drop(tx, account_id, traits.GONE_UNTIL)
    elif gone and until <= tx.now:
        _rest(tx, account_id)


def rests_until(tx: Tx, account_id: UUID) -> datetime | None:
    """Return until when an account's broadcasts rest, or rested before one was to be tried."""
    noted = traits.value(tx, account_id, traits.GONE_UNTIL)
    return datetime.fromisoformat(noted) if noted is not None else None


def alarmed_runs(tx: Tx) -> list[tuple[UUID, Refusal]]:
    """Return the runs that go on although message after message of them is refused, and why."""
    rows = tx.connection.execute(
        select(run.c.id, run.c.refused_as).where(
            run.c.state.in_(_LIVE), run.c.refused_as.is_not(None), run.c.pause_reason.is_(None)
        )
    )
    return [(row.id, Refusal(row.refused_as)) for row in rows]


def _over(tx: Tx, run_ids: Collection[UUID]) -> list[UUID]:
    """Return those of some runs of which nothing more will be sent."""
    if not run_ids:
        return []
    rows = tx.connection.execute(
        select(run.c.id).where(run.c.id.in_(sorted(run_ids)), run.c.state.in_(_OVER))
    )
    return list(rows.scalars())


def _alarm(tx: Tx, run_id: UUID, why: Refusal) -> None:
    tx.connection.execute(
        update(run)
        .where(run.c.id == run_id, run.c.refused_as.is_(None))
        .values(refused_as=why.value)
    )


def _rest(tx: Tx, account_id: UUID) -> None:
    traits.put(tx, account_id, traits.GONE_UNTIL, (tx.now + GONE_RESTS).isoformat())


def _of_run(tx: Tx, ids: Sequence[UUID]) -> bool:
    """Tell whether one of some rows belongs to a run; that a reply arrives says less."""
    query = select(delivery.c.id).where(delivery.c.id.in_(ids), delivery.c.run_id.is_not(None))
    return tx.connection.execute(query.limit(1)).one_or_none() is not None
