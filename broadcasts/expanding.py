"""From an audience to rows of the ledger, in steps; and the end of a run, once figures agree."""

from uuid import UUID

import structlog

from broadcasts import reach
from broadcasts.desk import Desk
from broadcasts.preparing import POST
from domain.campaign import PauseReason, RunState
from domain.delivery import DeliveryKind, SkipReason
from domain.language import Language
from storage import addresses, campaigns, ledger, recipients, runs, units
from storage.counters import Moves
from storage.database import Tx
from storage.ledger import NewDelivery, NewRunRow
from storage.runs import Run
from storage.units import Unit

log = structlog.get_logger(__name__)

_SUSPICIOUS_REFUSALS = 20


def expand_due(tx: Tx, limit: int = 500) -> bool:
    """Take one step of the oldest run that is expanding; False when there is none."""
    waiting = runs.ids_in(tx, (RunState.EXPANDING,))
    if not waiting:
        return False
    expand_step(tx, waiting[0], limit)
    return True


def expand_step(tx: Tx, run_id: UUID, limit: int = 500) -> bool:
    """Write down up to `limit` more recipients; False once the run needs no more steps.

    Residents come first, by their ids from the last one on; the step that finds no more of them
    writes the posts and lets the run go on to sending. Sending has begun with the first step.
    """
    run = runs.get(tx, run_id, lock=True)
    if run is None or run.state is not RunState.EXPANDING:
        return False
    unit = units.get_unit(tx, run.unit_id)
    found = recipients.step(tx, run.id, unit, run.audience, run.cursor, limit)
    ledger.put_run_rows(
        tx,
        [
            NewRunRow(
                run_id=run.id,
                resident_id=one.resident_id,
                lane=run.lane,
                account_id=one.account_id,
                address_id=one.address_id,
                channel=one.channel,
                area_code=one.area_code or unit.area_code,
                language=one.language if one.language in run.content else Language.VI.value,
            )
            for one in found
        ],
    )
    if found:
        runs.advance(tx, run.id, found[-1].resident_id)
    if len(found) == limit:
        return True
    posts = _write_posts(tx, run, unit)
    runs.change(tx, run, RunState.SENDING, expanded_at=tx.now)
    log.info("run_expanded", run=str(run.id), posts=posts)
    return False


def _write_posts(tx: Tx, run: Run, unit: Unit) -> int:
    if POST not in run.content:
        return 0
    moves = Moves()
    written = 0
    for group_id in run.audience.group_ids:
        group = units.get_group(tx, group_id)
        where = addresses.of_group(tx, group_id)
        if where is None or group.unit_id != unit.id:
            log.warning("group_without_address", group=str(group_id))
            continue
        row = ledger.put(
            tx,
            NewDelivery(
                kind=DeliveryKind.POST,
                lane=run.lane,
                address_id=where.id,
                language=Language.VI.value,
                area_code=group.area_code,
                run_id=run.id,
                group_id=group_id,
            ),
            moves,
        )
        written += row is not None
    moves.apply(tx)
    return written


def finish_due(tx: Tx, desk: Desk) -> list[UUID]:
    """End the runs of which nothing is pending, tell their authors the reach; return their ids.

    A run whose counters do not agree with its rows is paused instead: figures that cannot be
    believed are not called a result. What a cancelled run left pending is skipped here.
    """
    for run_id in runs.having_pending(tx, (RunState.CANCELLED,)):
        ledger.skip_pending(tx, run_id, SkipReason.CANCELLED)
    busy = set(runs.having_pending(tx, (RunState.SENDING,)))
    finished = []
    for run_id in runs.ids_in(tx, (RunState.SENDING,)):
        if run_id in busy:
            _watch_refusals(tx, desk, run_id)
            continue
        run = runs.get(tx, run_id, lock=True)
        if run is not None and run.state is RunState.SENDING and _finish(tx, desk, run):
            finished.append(run_id)
    return finished


def _finish(tx: Tx, desk: Desk, run: Run) -> bool:
    problems = reach.disagreements(tx, run.id)
    if problems:
        log.error("figures_disagree", run=str(run.id), problems=len(problems))
        _pause(tx, desk, run, PauseReason.FIGURES_DISAGREE)
        return False
    runs.change(tx, run, RunState.FINISHED, finished_at=tx.now)
    known = campaigns.get(tx, run.campaign_id)
    if known is not None:
        figures = reach.of_run(tx, run)
        desk.notify(
            tx,
            known.author_id,
            lambda say: (
                f"{say('campaigns.run_finished', code=run.code)}\n\n{reach.render(figures, say)}",
                (),
            ),
        )
    log.info("run_finished", run=str(run.id))
    return True


def _watch_refusals(tx: Tx, desk: Desk, run_id: UUID) -> None:
    """Pause a run of which the platform refuses nearly everything: the fault is in the text."""
    refused = runs.counted(tx, run_id, "refused")
    if refused < _SUSPICIOUS_REFUSALS or refused <= runs.counted(tx, run_id, "accepted"):
        return
    run = runs.get(tx, run_id, lock=True)
    if run is not None and run.state is RunState.SENDING and run.pause_reason is None:
        _pause(tx, desk, run, PauseReason.MOSTLY_REFUSED)


def _pause(tx: Tx, desk: Desk, run: Run, reason: PauseReason) -> None:
    runs.change(tx, run, RunState.PAUSED, pause_reason=reason.value)
    known = campaigns.get(tx, run.campaign_id)
    if known is not None:
        desk.tell(tx, known.author_id, f"campaigns.paused_{reason.value}", code=run.code)
