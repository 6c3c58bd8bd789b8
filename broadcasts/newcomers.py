"""Sending a run to newcomers: who joined its audience since, because somebody decides so."""

from uuid import UUID

from broadcasts import controlling, resending, taking_up
from domain.audit import Act
from domain.campaign import RunState
from domain.clock import show_time
from domain.errors import Refusal
from storage.campaigns import campaigns, recipients, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff

_WRITTEN_DOWN = (RunState.SENDING, RunState.FINISHED)


def check(tx: Tx, run: Run) -> int:
    """Return how many newcomers there are to a run that may be sent to them now.

    Who said yes since, or came to live there; each gets it once, as long as the run lasts.

    Raises: Refusal when it is not written down or over, is a correction, was corrected, went to
    groups alone, or when nobody joined.
    """
    known = campaigns.get(tx, run.campaign_id)
    if known is None:
        raise Refusal("campaigns.no_such_run")
    if run.state not in _WRITTEN_DOWN:
        raise Refusal("campaigns.newcomers_not_now", code=run.code)
    if run.audience.of_run is not None or run.audience.posts_only:
        raise Refusal("campaigns.newcomers_never", code=run.code)
    if run.not_after <= tx.now:
        raise Refusal("campaigns.newcomers_over", code=run.code, until=show_time(run.not_after))
    resending.check_words(tx, run, known)
    found = recipients.newcomers(tx, run.id, units.get_unit(tx, run.unit_id), run.audience)
    if not found:
        raise Refusal("campaigns.no_newcomers", code=run.code)
    return found


def start(tx: Tx, run_id: UUID, by: Staff) -> tuple[Run, int]:
    """Send a run to its newcomers too, in the hours of its unit, and no longer than it lasts.

    Raises: Refusal.
    """
    run = taking_up.locked(tx, run_id, by)
    found = check(tx, run)
    taking_up.take_up(tx, run, newcomers_at=tx.now, rest_at=None)
    controlling.note(tx, Act.RUN_TO_NEWCOMERS, run, by.id, people=found)
    return runs.get(tx, run.id) or run, found
