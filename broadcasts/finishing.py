"""The end of a run: once nothing of it is pending and its figures agree, its author is told."""

from collections.abc import Collection, Mapping, Sequence
from math import ceil
from uuid import UUID

import structlog

from broadcasts import amending, checking, controlling, reach, reach_words, resting, telling
from broadcasts.desk import Desk, Say
from broadcasts.trouble import put_off_run
from domain.audit import Act
from domain.breaker import Refusal
from domain.campaign import PauseReason, RunState
from domain.delivery import DeliveryKind, DeliveryState, Lane, SkipReason
from domain.figures import count
from storage.beside import beside
from storage.campaigns import campaigns, runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import breaking, counters, waiting
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

Checked = Mapping[UUID, Sequence[str] | Spoiled]

_SUSPICIOUS_REFUSALS = 20
_EXPIRED = (DeliveryState.SKIPPED.value, SkipReason.EXPIRED.value)


def finish_due(tx: Tx, desk: Desk) -> list[UUID]:
    """End the runs of which nothing is pending, tell their authors the reach; return their ids.

    A run whose counters do not agree with its rows is paused instead: figures that cannot be
    believed are not called a result. What a cancelled run left pending is skipped here. A run that
    fails is put off, and does not hold up the others. Runs are also told here when they may go.
    """
    # On one snapshot: what is pressed meanwhile moves rows and counters together. A run that is
    # done only since then is looked at the next time.
    checked = beside(tx, "figures", _check) if _idle(tx) else {}
    resting.keep_hours(tx)
    for run_id in sorted(waiting.pending_of(tx, runs.ids_in(tx, (RunState.CANCELLED,)))):
        _skip(tx, desk, run_id)
    for run_id in runs.overdue_paused(tx):
        _wake(tx, desk, run_id)
    for run_id, why in breaking.alarmed_runs(tx):
        _stop(tx, desk, run_id, why)
    sending = runs.ids_in(tx, (RunState.SENDING,))
    busy = _busy(tx, sending)
    return [run_id for run_id in sending if _look_at(tx, desk, run_id, checked, run_id in busy)]


def _idle(tx: Tx) -> list[UUID]:
    sending = runs.ids_in(tx, (RunState.SENDING,))
    busy = _busy(tx, sending)
    return [run_id for run_id in sending if run_id not in busy]


def _busy(tx: Tx, run_ids: Collection[UUID]) -> Collection[UUID]:
    """Return the runs that go on; where rows say so and figures do not, or the reverse, one looks.

    By figures alone, a run of which too much is counted would go on for ever.
    """
    return waiting.pending_of(tx, run_ids) & waiting.counted_pending_of(tx, run_ids)


def _check(tx: Tx) -> Checked:
    """Return what does not agree in runs of which nothing is pending, or why that is not known."""
    return {run_id: _check_one(tx, run_id) for run_id in _idle(tx)}


def _check_one(tx: Tx, run_id: UUID) -> Sequence[str] | Spoiled:
    try:
        return apart(tx, lambda: checking.disagreements(tx, run_id))
    except Spoiled as fault:
        return fault


def _skip(tx: Tx, desk: Desk, run_id: UUID) -> None:
    try:
        apart(tx, lambda: controlling.skip_the_rest(tx, run_id))
    except Spoiled as fault:
        put_off_run(tx, desk, run_id, fault)


def _wake(tx: Tx, desk: Desk, run_id: UUID) -> None:
    """Let a paused run whose time is over come to its end; nothing of it can be sent any more."""
    try:
        apart(tx, lambda: _unpause(tx, run_id))
    except Spoiled as fault:
        put_off_run(tx, desk, run_id, fault)


def _unpause(tx: Tx, run_id: UUID) -> None:
    run = runs.get(tx, run_id, lock=True)
    if run is not None and run.state is RunState.PAUSED:
        # Why it was paused stays written: it keeps the same alarm from ringing twice.
        back = RunState.EXPANDING if run.expanded_at is None else RunState.SENDING
        runs.change(tx, run, back)


def _look_at(tx: Tx, desk: Desk, run_id: UUID, checked: Checked, busy: bool) -> bool:
    try:
        if busy:
            apart(tx, lambda: _watch_refusals(tx, desk, run_id))
            return False
        if run_id not in checked:
            return False
        problems = checked[run_id]
        if isinstance(problems, Spoiled):
            raise problems
        return apart(tx, lambda: _finish(tx, desk, run_id, problems))
    except Spoiled as fault:
        put_off_run(tx, desk, run_id, fault)
        return False


def _finish(tx: Tx, desk: Desk, run_id: UUID, problems: Sequence[str]) -> bool:
    run = runs.get(tx, run_id, lock=True)
    if run is None or run.state is not RunState.SENDING:
        return False
    if problems:
        log.error("figures_disagree", run=str(run.id), problems=len(problems))
        _pause(tx, desk, run, PauseReason.FIGURES_DISAGREE)
        return False
    if waiting.pending_of(tx, (run_id,)):
        return False
    runs.change(tx, run, RunState.FINISHED, finished_at=tx.now)
    known, ended = campaigns.get(tx, run.campaign_id), runs.get(tx, run.id)
    if known is not None and ended is not None:
        telling.notify(tx, desk, known, lambda say: (_result(tx, ended, known, say), ()))
    log.info("run_finished", run=str(run.id))
    return True


def _result(tx: Tx, run: Run, known: Campaign, say: Say) -> str:
    expired = sum(
        counters.reasons(tx, run.id, kind).get(_EXPIRED, 0)
        for kind in (DeliveryKind.CAMPAIGN, DeliveryKind.POST, DeliveryKind.ARTICLE)
    )
    found = reach.of_run(tx, run)
    by_hand = None
    if known.template_id == amending.WITHDRAWAL and known.audience.of_run is not None:
        by_hand = amending.posts_left(tx, known.audience.of_run, say)
    parts = (found.private, found.posts, found.articles)
    if not any(part.targeted for part in parts):
        said = say("campaigns.run_empty", code=run.code)
        return f"{said}\n\n{by_hand}" if by_hand else said
    taken = any(part.taken for part in parts)
    if expired:
        said = say("campaigns.run_expired", code=run.code, n=count(expired))
    elif taken and run.lane is Lane.URGENT:
        # Said in whole minutes, as the plan of an alert promised it.
        minutes = ceil((tx.now - run.due_at).total_seconds() / 60)
        said = say("campaigns.urgent_finished", code=run.code, minutes=count(max(1, minutes)))
    elif taken:
        said = say("campaigns.run_finished", code=run.code)
    else:
        said = say("campaigns.run_reached_nobody", code=run.code)
    lines = [said, "", reach_words.render(found, say)]
    lines += ["", by_hand] if by_hand else []
    return "\n".join(lines)


def _watch_refusals(tx: Tx, desk: Desk, run_id: UUID) -> None:
    """Pause a run of which the platform refuses nearly everything: the fault is in the text."""
    refused = runs.counted(tx, run_id, "refused")
    taken = runs.counted(tx, run_id, "accepted") + runs.counted(tx, run_id, "delivered")
    if refused < _SUSPICIOUS_REFUSALS or refused <= taken:
        return
    run = runs.get(tx, run_id, lock=True)
    if run is not None and run.state is RunState.SENDING and run.pause_reason is None:
        _pause(tx, desk, run, PauseReason.MOSTLY_REFUSED)


def _stop(tx: Tx, desk: Desk, run_id: UUID, why: Refusal) -> None:
    """Pause a run of which message after message is refused, and say why; it is said once."""
    run = runs.get(tx, run_id, lock=True)
    if run is None or run.pause_reason is not None:
        return
    try:
        key = f"campaigns.paused_refused_{why.value}"
        apart(tx, lambda: _pause(tx, desk, run, PauseReason.MOSTLY_REFUSED, key))
    except Spoiled as fault:
        put_off_run(tx, desk, run_id, fault)


def _pause(tx: Tx, desk: Desk, run: Run, reason: PauseReason, key: str = "") -> None:
    runs.change(tx, run, RunState.PAUSED, pause_reason=reason.value)
    controlling.note(tx, Act.RUN_PAUSED, run, None, why=reason.value)
    known = campaigns.get(tx, run.campaign_id)
    if known is not None:
        telling.tell(tx, desk, known, key or f"campaigns.paused_{reason.value}", code=run.code)
