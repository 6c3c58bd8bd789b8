"""Put runs away once the time for their rows is over, but none that does not add up."""

from datetime import timedelta

import structlog

from broadcasts import reach
from storage import keeping
from storage.campaigns import archiving, runs
from storage.database import Tx

log = structlog.get_logger(__name__)


def put_away_due(tx: Tx, kept_for: timedelta) -> int:
    """Take the next step: a portion of rows, or the next run; return 0 when nothing is left."""
    dropped = archiving.drop(tx)
    if dropped:
        return keeping.note(tx, "deliveries", dropped)
    for run_id in archiving.due(tx, tx.now - kept_for):
        faults = reach.disagreements(tx, run_id)
        if faults or runs.counted(tx, run_id, "pending"):
            # Rows are the only proof of what a counter should say.
            log.error("not_put_away", run=str(run_id), faults=len(faults))
            continue
        archiving.begin(tx, run_id)
        return 1
    return 0
