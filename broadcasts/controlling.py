"""Pause, resume and cancel a run. The ledger needs no telling: it takes rows of live runs only."""

from broadcasts import reach
from domain.campaign import PauseReason, RunState
from domain.delivery import SkipReason
from domain.errors import Refusal
from storage import ledger, runs
from storage.database import Tx
from storage.runs import Run

_LIVE = (RunState.EXPANDING, RunState.SENDING)


def pause(tx: Tx, run: Run) -> None:
    """Send no more of a run until it is resumed; what is on its way arrives.

    Raises: Refusal when it is not running.
    """
    if run.state not in _LIVE:
        raise Refusal("campaigns.run_not_running")
    runs.change(tx, run, RunState.PAUSED, pause_reason=PauseReason.STAFF.value)


def resume(tx: Tx, run: Run) -> None:
    """Go on with a paused run, once its figures agree.

    Raises: Refusal when it is not paused, too old to go on, or its figures do not agree.
    """
    if run.state is not RunState.PAUSED:
        raise Refusal("campaigns.run_not_paused")
    if reach.disagreements(tx, run.id):
        raise Refusal("campaigns.figures_disagree")
    back = RunState.EXPANDING if run.expanded_at is None else RunState.SENDING
    # The reason of a pause that staff lifted is kept: the same alarm does not ring twice.
    kept = run.pause_reason if run.pause_reason is PauseReason.MOSTLY_REFUSED else None
    runs.change(tx, run, back, pause_reason=kept.value if kept else None)


def cancel(tx: Tx, run: Run) -> int:
    """Stop a run for good; return how many were skipped at once.

    The rest of a long run is skipped by the next ticks.

    Raises: Refusal when it is over already.
    """
    if run.state not in (*_LIVE, RunState.PAUSED):
        raise Refusal("campaigns.run_is_over")
    runs.change(tx, run, RunState.CANCELLED, finished_at=tx.now)
    return ledger.skip_pending(tx, run.id, SkipReason.CANCELLED)
