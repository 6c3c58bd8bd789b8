"""Taking up a run again, for people whom it has not reached."""

from uuid import UUID

from broadcasts import controlling
from domain.campaign import RunState
from domain.delivery import Lane
from domain.errors import Refusal
from domain.hours import ANY_TIME, BroadcastRules
from storage.campaigns import runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff


def locked(tx: Tx, run_id: UUID, by: Staff) -> Run:
    """Return a run of somebody's unit, locked.

    Raises: Refusal.
    """
    run = runs.get(tx, run_id, lock=True)
    if run is None or run.unit_id != by.unit_id:
        raise Refusal("campaigns.no_such_run")
    return run


def hours(tx: Tx, run: Run) -> BroadcastRules:
    """Return the hours that a run keeps to: its unit's, and none when it is urgent."""
    if run.lane is Lane.URGENT:
        return ANY_TIME
    return units.get_unit(tx, run.unit_id).broadcasting


def take_up(tx: Tx, run: Run, **own: object) -> None:
    """Let it be written down once more from the start, in its hours; `own` is what else changes."""
    open_from, open_until = hours(tx, run).interval(tx.now)
    runs.change(
        tx,
        run,
        RunState.EXPANDING,
        cursor=None,
        expanded_at=None,
        finished_at=None,
        pause_reason=controlling.heeded(run),
        open_from=open_from,
        open_until=open_until,
        **own,
    )
