"""Pause, resume and cancel a run. The ledger needs no telling: it takes rows of live runs only."""

from uuid import UUID

from broadcasts import checking
from domain.audit import Act, Thing
from domain.campaign import PauseReason, RunState
from domain.delivery import SkipReason
from domain.errors import Refusal
from storage.beside import beside
from storage.campaigns import articles, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import ledger
from storage.people.units import Staff
from storage.staff import audit

_LIVE = (RunState.EXPANDING, RunState.SENDING)


def pause(tx: Tx, run: Run, by: Staff) -> None:
    """Send no more of a run until it is resumed; what is on its way arrives.

    Raises: Refusal when it is not running.
    """
    if run.state not in _LIVE:
        raise Refusal("campaigns.run_not_running")
    runs.change(tx, run, RunState.PAUSED, pause_reason=PauseReason.STAFF.value)
    note(tx, Act.RUN_PAUSED, run, by.id)


def resume(tx: Tx, run: Run, by: Staff) -> None:
    """Go on with a paused run, once its figures agree.

    Raises: Refusal when it is not paused, too old to go on, or its figures do not agree.
    """
    if run.state is not RunState.PAUSED:
        raise Refusal("campaigns.run_not_paused")
    if beside(tx, ("figures", run.id), lambda look: checking.disagreements(look, run.id)):
        raise Refusal("campaigns.figures_disagree")
    back = RunState.EXPANDING if run.expanded_at is None else RunState.SENDING
    runs.change(tx, run, back, pause_reason=heeded(run))
    note(tx, Act.RUN_RESUMED, run, by.id)


def heeded(run: Run) -> str | None:
    """Return the reason of a pause that stays noted when people let a run go on.

    The same alarm does not ring twice: they have heard it.
    """
    kept = run.pause_reason is PauseReason.MOSTLY_REFUSED
    return PauseReason.MOSTLY_REFUSED.value if kept else None


def cancel(tx: Tx, run: Run, by: Staff) -> int:
    """Stop a run for good; return how many were skipped at once.

    The rest of a long run is skipped by the next ticks. An article that stands there already, and
    went to nobody yet, is taken down.

    Raises: Refusal when it is over already.
    """
    if run.state not in (*_LIVE, RunState.PAUSED):
        raise Refusal("campaigns.run_is_over")
    runs.change(tx, run, RunState.CANCELLED, finished_at=tx.now)
    note(tx, Act.RUN_CANCELLED, run, by.id, left=runs.counted(tx, run.id, "pending"))
    return skip_the_rest(tx, run.id)


def skip_the_rest(tx: Tx, run_id: UUID) -> int:
    """Skip what a cancelled run left pending; return how many were skipped."""
    skipped = ledger.skip_pending(tx, run_id, SkipReason.CANCELLED)
    articles.take_down_unsent(tx, run_id)
    return skipped


def note(tx: Tx, act: Act, run: Run, staff_id: UUID | None, **facts: str | int) -> None:
    """Write down who did what to a run; nobody: the service did it by itself."""
    audit.append(
        tx,
        act,
        Thing.RUN,
        run.id,
        unit_id=run.unit_id,
        staff_id=staff_id,
        reason="",
        code=run.code,
        **facts,
    )
