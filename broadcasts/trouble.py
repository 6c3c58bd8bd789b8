"""What becomes of a campaign or run that fails: it is tried again later, and somebody is told."""

from uuid import UUID

import structlog

from broadcasts import telling
from broadcasts.desk import Desk
from storage.campaigns import campaigns, runs
from storage.database import Tx
from storage.savepoints import Spoiled

log = structlog.get_logger(__name__)

_TOLD_AT = 3
"""After how many faults in a row who looks after it hears of it, once."""


def put_off_campaign(tx: Tx, desk: Desk, campaign_id: UUID, fault: Spoiled) -> None:
    """Leave a campaign that could not be started alone for a while."""
    faults = campaigns.put_off(tx, campaign_id)
    log.error("campaign_fault", campaign=str(campaign_id), error=str(fault), faults=faults)
    if faults == _TOLD_AT:
        looked, number = campaigns.label(tx, campaign_id)
        telling.tell_of_fault(tx, desk, looked, "campaigns.campaign_faulty", number=str(number))


def put_off_run(tx: Tx, desk: Desk, run_id: UUID, fault: Spoiled) -> None:
    """Leave a run that could not go on, or not be ended, alone for a while."""
    faults = runs.put_off(tx, run_id)
    log.error("run_fault", run=str(run_id), error=str(fault), faults=faults)
    if faults == _TOLD_AT:
        looked, code = runs.label(tx, run_id)
        telling.tell_of_fault(tx, desk, looked, "campaigns.run_faulty", code=code)
