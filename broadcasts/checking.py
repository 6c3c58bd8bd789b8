"""Whether a run's figures agree with its rows; counters that do not are set by the rows.

Counters move in the transaction that moves the rows, so no path of ours parts them. Should they
part all the same, a run is paused rather than called finished, and somebody has to look: the rows
are the proof.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.audit import Act, Thing
from domain.campaign import RunState
from domain.delivery import DeliveryKind, DeliveryState, Facet
from storage.beside import beside
from storage.campaigns import packs, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import counters, hours
from storage.deliveries.counters import CounterKey, Line, Moves, Why
from storage.staff import audit


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Figures of a run that are not what its rows say, each as (counted, by the rows)."""

    figures: Mapping[tuple[CounterKey, str], tuple[int, int]]
    reasons: Mapping[Why, tuple[int, int]]

    @property
    def number(self) -> int:
        """How many figures are wrong."""
        return len(self.figures) + len(self.reasons)


def disagreement(tx: Tx, run: Run) -> Disagreement:
    """Return which of a run's counters differ from its rows; what was put away is left alone."""
    counted = {line.key: line.counts for line in counters.of_run(tx, run.id)}
    rows = {line.key: line.counts for line in _recounted(tx, run)}
    figures = {}
    for key in sorted(counted.keys() | rows.keys()):
        kept, real = dict(counted.get(key, {})), rows.get(key, {})
        kept.pop("members", None)
        for column in sorted(kept.keys() | real.keys()):
            both = (kept.get(column, 0), real.get(column, 0))
            if both[0] != both[1]:
                figures[key, column] = both
    return Disagreement(figures, _wrong_reasons(tx, run))


def disagreements(tx: Tx, run_id: UUID) -> list[str]:
    """Return where a run's counters differ from its rows, or its states from what was targeted."""
    run = runs.get(tx, run_id)
    if run is None:
        return [f"there is no run {run_id}"]
    found = disagreement(tx, run)
    problems = [
        f"{_named(run, key)}: {column} is counted {kept}, the rows say {real}"
        for (key, column), (kept, real) in found.figures.items()
    ]
    for line in counters.of_run(tx, run_id):
        total = sum(line.counts[state.value] for state in DeliveryState)
        if total != line.counts["targeted"]:
            name, targeted = _named(run, line.key), line.counts["targeted"]
            problems.append(f"{name}: the states sum to {total}, not {targeted}")
    problems += [
        f"{_named(run, why.key)}: {why.state} for {why.reason} is counted {kept}, "
        f"the rows say {real}"
        for why, (kept, real) in found.reasons.items()
    ]
    return problems


def verify(tx: Tx, run_id: UUID | None = None) -> list[str]:
    """Return what does not agree in one run or in all, in words; nothing when all holds."""
    ids = [run_id] if run_id is not None else runs.all_ids(tx)
    return [problem for one in ids for problem in _verify_run(tx, one)]


def recount(tx: Tx, run_id: UUID) -> int | None:
    """Set a run's counters by its rows, and write that down; return how many figures were wrong.

    What moves meanwhile is counted on: each figure is changed by what it was off on one snapshot.
    None: somebody else did the same since that snapshot, and nothing was changed.
    """
    known, times = beside(tx, ("recount", run_id), lambda look: _recount_of(look, run_id))
    run = runs.get(tx, run_id, lock=True)
    if run is None or not known.number:
        return 0
    if audit.times(tx, Act.RUN_RECOUNTED, run_id) != times:
        return None
    moves = Moves()
    for (key, column), (kept, real) in known.figures.items():
        moves.add(key, column, real - kept)
    for why, (kept, real) in known.reasons.items():
        moves.add_reason(why.key, (DeliveryState(why.state), why.reason), real - kept)
    moves.apply(tx)
    audit.append(
        tx,
        Act.RUN_RECOUNTED,
        Thing.RUN,
        run_id,
        unit_id=run.unit_id,
        staff_id=None,
        code=run.code,
        figures=known.number,
    )
    return known.number


def _recount_of(tx: Tx, run_id: UUID) -> tuple[Disagreement, int]:
    run = runs.get(tx, run_id)
    found = Disagreement({}, {}) if run is None else disagreement(tx, run)
    return found, audit.times(tx, Act.RUN_RECOUNTED, run_id)


def _named(run: Run, key: CounterKey) -> str:
    return f"run {run.code}, {key.kind} {key.area_code} {key.channel} {key.language}"


def _wrong_reasons(tx: Tx, run: Run) -> dict[Why, tuple[int, int]]:
    counted = counters.every_reason(tx, run.id)
    rows = counters.recounted_reasons(tx, run.id)
    if run.archived_at is not None:
        private = DeliveryKind.CAMPAIGN.value
        rows = {why: number for why, number in rows.items() if why.key.kind != private}
        rows |= {why: number for why, number in counted.items() if why.key.kind == private}
    return {
        why: (counted.get(why, 0), rows.get(why, 0))
        for why in sorted(counted.keys() | rows.keys())
        if counted.get(why, 0) != rows.get(why, 0)
    }


def _verify_run(tx: Tx, run_id: UUID) -> list[str]:
    problems = disagreements(tx, run_id)
    run = runs.get(tx, run_id)
    if run is None:
        return problems
    unmarked = runs.tips_unmarked(tx, run_id)
    if unmarked:
        problems.append(f"run {run.code}: {unmarked} deliveries have a tip but are not marked")
    posted = sum(runs.tips_by_binding(tx, run_id, by_post=True).values())
    # One tip may mark the post it came from and the private message with the same words.
    tips = posted + sum(runs.tips_by_binding(tx, run_id, by_post=False).values())
    rows = _recounted(tx, run)
    private = [line.counts for line in rows if line.key.kind == DeliveryKind.CAMPAIGN.value]
    taken = sum(counts["accepted"] + counts["delivered"] for counts in private)
    by_hour = sum(number for _, number in hours.taken(tx, run_id))
    if by_hour != taken:
        problems.append(f"run {run.code}: {by_hour} were taken by the hour, {taken} in all")
    for kind, there in ((DeliveryKind.CAMPAIGN, tips), (DeliveryKind.POST, posted)):
        marked = sum(line.counts[Facet.TIPS.value] for line in rows if line.key.kind == kind.value)
        if marked > there:
            problems.append(f"run {run.code}: {marked} {kind} marks stand for {there} tips")
    problems += [f"run {run.code}: {fault}" for fault in packs.faults(tx, run_id)]
    if run.state is RunState.FINISHED and any(line.counts["pending"] for line in rows):
        problems.append(f"run {run.code} is finished but has pending rows")
    return problems


def _recounted(tx: Tx, run: Run) -> list[Line]:
    """Return a run's figures by its rows; of those that were put away, as they were counted."""
    rows = counters.recounted(tx, run.id)
    if run.archived_at is None:
        return rows
    private = DeliveryKind.CAMPAIGN.value
    put_away = [line for line in counters.of_run(tx, run.id) if line.key.kind == private]
    return [*put_away, *(line for line in rows if line.key.kind != private)]
