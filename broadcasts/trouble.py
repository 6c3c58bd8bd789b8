"""What becomes of a campaign or run that fails: it is tried again later, and its author is told."""

from uuid import UUID

import structlog

from broadcasts.desk import Desk
from storage.campaigns import campaigns, runs
from storage.database import Tx
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

_TOLD_AT = 3
"""After how many faults in a row the author hears of it, once."""


def put_off_campaign(tx: Tx, desk: Desk, campaign_id: UUID, fault: Spoiled) -> None:
    """Leave a campaign that could not be started alone for a while."""
    faults = campaigns.put_off(tx, campaign_id)
    log.error("campaign_fault", campaign=str(campaign_id), error=str(fault), faults=faults)
    if faults == _TOLD_AT:
        author_id, number = campaigns.label(tx, campaign_id)
        _tell(tx, desk, author_id, "campaigns.campaign_faulty", number=str(number))


def put_off_run(tx: Tx, desk: Desk, run_id: UUID, fault: Spoiled) -> None:
    """Leave a run that could not go on, or not be ended, alone for a while."""
    faults = runs.put_off(tx, run_id)
    log.error("run_fault", run=str(run_id), error=str(fault), faults=faults)
    if faults == _TOLD_AT:
        author_id, code = runs.label(tx, run_id)
        _tell(tx, desk, author_id, "campaigns.run_faulty", code=code)


def _tell(tx: Tx, desk: Desk, staff_id: UUID, key: str, **facts: str) -> None:
    try:
        apart(tx, lambda: desk.tell(tx, staff_id, key, **facts))
    except Spoiled as fault:
        # Their name or their chat may be what cannot be read.
        log.error("author_not_told", staff=str(staff_id), error=str(fault))
