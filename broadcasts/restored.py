"""An older copy of the database was put in place: an admin decides what becomes of what waits."""

from dataclasses import dataclass, replace
from datetime import timedelta

from broadcasts import expanding, firing
from broadcasts.approving import RULES
from broadcasts.desk import Desk
from domain.audit import Act, Thing
from domain.campaign import CampaignRules, RunState
from storage.campaigns import runs
from storage.database import Tx
from storage.deliveries import copied, marks
from storage.deliveries.copied import Going
from storage.deliveries.marks import Noticed
from storage.staff import audit

_LOT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is known of the copy, and what waits in it."""

    noticed: Noticed
    going: tuple[Going, ...]
    due: int
    """Campaigns that were to start since, and may have."""
    talk: int
    """Replies, cards and notices."""


def look(tx: Tx) -> Copy | None:
    """Return what an admin has to decide of; None where nothing waits for that."""
    noticed = marks.noticed(tx)
    if noticed is None:
        return None
    return Copy(
        noticed=noticed,
        going=tuple(copied.going(tx, noticed.at)),
        due=copied.came_due(tx, noticed.at),
        talk=copied.talk(tx, noticed.at),
    )


def hold_step(tx: Tx, desk: Desk, known: Copy) -> bool:
    """Take one step towards all that was under way being unsure; False when all of it is.

    What was being sent when the copy was made is taken over like a dead worker's; who sends it
    even now tells later what came of it.
    A run whose people were not all written down yet is written down first: the others may have
    got it, too.
    """
    now = marks.noticed(tx)
    if now is None or now.at != known.noticed.at:
        # Somebody has decided meanwhile, and what waits is being sent.
        return False
    if copied.close_windows(tx, desk.outbox.doors()):
        return True
    for one in known.going:
        run = runs.get(tx, one.run_id, lock=True)
        if run is None:
            continue
        if run.state is RunState.PAUSED and run.expanded_at is None:
            runs.change(tx, run, RunState.EXPANDING)
            return True
        if run.state is RunState.EXPANDING:
            expanding.expand_step(tx, run.id, _LOT, desk.outbox.doors())
            copied.hold(tx, run.id, _LOT * 2)
            return True
        if copied.hold(tx, run.id, _LOT):
            return True
    return False


def confirm(tx: Tx, desk: Desk, known: Copy, *, hold: bool) -> bool:
    """Let everybody send again, from this copy; False when somebody has decided meanwhile.

    With `hold` what was under way must be unsure by now (`hold_step`): what belongs to no run goes
    once more, marked, and campaigns that were to start since count as missed.
    """
    noticed = known.noticed
    if not marks.confirm(tx, noticed):
        return False
    if hold:
        copied.mark_talk(tx, noticed.at)
        firing.fire_due(tx, desk, _since(RULES, tx.now - noticed.at))
    audit.append(
        tx,
        Act.COPY_CONFIRMED,
        Thing.DATABASE,
        None,
        unit_id=None,
        staff_id=None,
        held=hold,
        runs=len(known.going),
    )
    return True


def _since(rules: CampaignRules, waited: timedelta) -> CampaignRules:
    """Return rules by which what was to start before everything paused is missed."""
    return replace(rules, late_allowance=min(rules.late_allowance, waited))
