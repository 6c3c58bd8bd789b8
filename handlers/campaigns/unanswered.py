"""Urgent alerts that nobody taps: asked again, told to their author, and ended when too old."""

import structlog

from broadcasts import alarming, approving
from broadcasts.desk import Desk
from domain.delivery import Lane
from handlers.campaigns import alarms
from handlers.turn import Context
from storage.campaigns import campaigns
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.people import units
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)


def look_due(tx: Tx, context: Context) -> int:
    """Look at every alert whose time has come to be asked about again; returns how many."""
    waiting = campaigns.unanswered(tx)
    for campaign_id in waiting:
        known = campaigns.get(tx, campaign_id)
        if known is not None:
            _look_apart(tx, context, known)
    return len(waiting)


def _look_apart(tx: Tx, context: Context, known: Campaign) -> None:
    """Let no fault of one alert keep the others from being asked about."""
    try:
        apart(tx, lambda: _look(tx, context, known))
    except Spoiled as fault:
        log.error("alert_not_looked_at", campaign=str(known.id), problem=str(fault))


def _look(tx: Tx, context: Context, known: Campaign) -> None:
    desk = Desk(context.outbox, context.catalogue)
    asked = alarming.reachable(tx, known)
    number = str(known.number)
    if alarming.is_over(known, tx.now):
        approving.cancel(tx, known, None)
        facts = {"number": number, "minutes": str(alarming.VALID_MINUTES)}
        for staff_id in (known.looked.holder_id, *(one.id for one in asked)):
            desk.tell(tx, staff_id, "campaigns.urgent_too_late", **facts)
        log.warning("alert_unanswered", campaign=str(known.id), asked=len(asked), over=True)
        return
    for one in asked:
        alarms.ask_one(tx, context, known, one)
    waited = tx.now - (known.submitted_at or tx.now)
    desk.notify(
        tx,
        known.looked.holder_id,
        lambda say: (
            say(
                "campaigns.urgent_unanswered" if asked else "campaigns.urgent_unheard",
                number=number,
                minutes=str(int(waited.total_seconds() // 60)),
                approvers=", ".join(one.name for one in asked),
                phone=units.get_unit(tx, known.unit_id).duty_phone,
            ),
            (),
        ),
        lane=Lane.URGENT,
    )
    campaigns.look_again(tx, known.id, alarming.next_look(known, tx.now))
    log.warning("alert_unanswered", campaign=str(known.id), asked=len(asked), over=False)
