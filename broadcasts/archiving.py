"""Put runs away once the time for their rows is over, but none that does not add up."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from broadcasts import checking
from storage import keeping
from storage.beside import beside
from storage.campaigns import archiving, runs
from storage.campaigns.archiving import Summary
from storage.database import Tx

log = structlog.get_logger(__name__)


def put_away_due(tx: Tx, kept_for: timedelta, at_once: int = 20) -> int:
    """Take the next step: a portion of rows, or the next run; return 0 when nothing is left."""
    dropped = archiving.drop(tx)
    if dropped:
        return keeping.note(tx, "deliveries", dropped)
    before = tx.now - kept_for
    if not archiving.due(tx, before, None, 1):
        return 0
    # Beside those who write: rows are counted, of each run that does not add up anew.
    found = beside(tx, "put away", lambda look: _next(look, before, at_once))
    if found is None:
        return 0
    run = runs.get(tx, found.run_id, lock=True)
    if run is not None and run.state.is_over and run.archived_at is None:
        archiving.begin(tx, found)
    return 1


def _next(tx: Tx, before: datetime, at_once: int) -> Summary | None:
    last = None
    while found := archiving.due(tx, before, last, at_once):
        for run_id in found:
            if _adds_up(tx, run_id):
                return archiving.summary(tx, run_id)
        # However many there are that do not add up: those behind them go.
        last = found[-1]
    return None


def _adds_up(tx: Tx, run_id: UUID) -> bool:
    faults = checking.disagreements(tx, run_id)
    if not faults and not runs.counted(tx, run_id, "pending"):
        return True
    # Rows are the only proof of what a counter should say.
    log.error("not_put_away", run=str(run_id), faults=len(faults))
    return False
