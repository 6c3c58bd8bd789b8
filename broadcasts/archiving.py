"""Put runs away once the time for their rows is over, but none that does not add up."""

from datetime import timedelta
from uuid import UUID

import structlog

from broadcasts import reach
from storage import keeping
from storage.campaigns import archiving, runs
from storage.database import Tx

log = structlog.get_logger(__name__)


def put_away_due(tx: Tx, kept_for: timedelta, at_once: int = 20) -> int:
    """Take the next step: a portion of rows, or the next run; return 0 when nothing is left."""
    dropped = archiving.drop(tx)
    if dropped:
        return keeping.note(tx, "deliveries", dropped)
    before, last = tx.now - kept_for, None
    while found := archiving.due(tx, before, last, at_once):
        for run_id in found:
            if _adds_up(tx, run_id):
                archiving.begin(tx, run_id)
                return 1
        # However many there are that do not add up: those behind them go.
        last = found[-1]
    return 0


def _adds_up(tx: Tx, run_id: UUID) -> bool:
    faults = reach.disagreements(tx, run_id)
    if not faults and not runs.counted(tx, run_id, "pending"):
        return True
    # Rows are the only proof of what a counter should say.
    log.error("not_put_away", run=str(run_id), faults=len(faults))
    return False
