"""From an audience to rows of the ledger, in steps."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

import structlog

from broadcasts.desk import Desk
from broadcasts.preparing import POST
from broadcasts.trouble import put_off_run
from domain.campaign import RunState
from domain.delivery import DeliveryKind, Lane
from domain.door import Door
from domain.language import Language
from storage.campaigns import articles, reached, recipients, rest, runs
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import ledger, run_rows
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import NewDelivery
from storage.deliveries.run_rows import Batch
from storage.people import addresses, units
from storage.people.units import Unit
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

_FIRST = 500
_MOST = 5000
"""With more others would wait too long to write, with fewer much would be written several times."""
_ALL_OPEN: Mapping[str, Door] = MappingProxyType({})


def is_due(tx: Tx) -> bool:
    """Tell whether a run is expanding."""
    return bool(runs.ids_in(tx, (RunState.EXPANDING,)))


def expand_due(tx: Tx, desk: Desk, limit: int | None = None) -> bool:
    """Take one step of the oldest run that is expanding, urgent ones first; False without one.

    A run that fails is put off, so that the next step is another's.
    """
    waiting = runs.ids_in(tx, (RunState.EXPANDING,))
    if not waiting:
        return False
    try:
        apart(tx, lambda: expand_step(tx, waiting[0], limit, desk.outbox.doors()))
    except Spoiled as fault:
        put_off_run(tx, desk, waiting[0], fault)
    return True


def expand_step(
    tx: Tx, run_id: UUID, limit: int | None = None, doors: Mapping[str, Door] = _ALL_OPEN
) -> bool:
    """Write down up to `limit` more recipients; False once the run needs no more steps.

    Without a limit the first step is a short one, so that sending begins at once.

    Residents come first, by their ids from the last one on; the step that finds no more of them
    writes the posts and lets the run go on to sending. Sending has begun with the first step.
    `doors` says what each channel asks: who wrote too long ago is written down as left out.
    """
    run = runs.get(tx, run_id, lock=True)
    if run is None or run.state is not RunState.EXPANDING:
        return False
    if run.rest_at is not None:
        return _rest_step(tx, run, run.rest_at, limit or _FIRST)
    unit = units.get_unit(tx, run.unit_id)
    late = run.newcomers_at is not None
    if run.lane is Lane.URGENT and run.cursor is None and not late:
        # Many read a group at once; again at the end does no harm, each has one row.
        _write_posts(tx, run, unit)
    most = limit or (_FIRST if run.cursor is None else _MOST)
    if run.audience.of_run is not None:
        whom = reached.page(run.id, run.audience.of_run, run.cursor, most)
    else:
        whom = recipients.page(tx, run.id, unit, run.audience, run.cursor, most, doors)
    batch = Batch(
        run_id=run.id,
        lane=run.lane,
        area_code=unit.area_code,
        languages=run.content.keys(),
        newcomers=late,
    )
    written = run_rows.write(tx, batch, whom, most)
    if written.last is not None:
        runs.advance(tx, run.id, written.last)
    if written.number == most:
        return True
    posts = 0 if late else _write_posts(tx, run, unit)
    pages = 0 if late else articles.write(tx, run, unit.area_code)
    runs.change(tx, run, RunState.SENDING, expanded_at=tx.now)
    log.info("run_expanded", run=str(run.id), posts=posts, articles=pages)
    return False


def _rest_step(tx: Tx, run: Run, decided_at: datetime, limit: int) -> bool:
    """Let up to `limit` more of a run's rest wait again; False once there are no more."""
    moved, last = rest.reopen(tx, run.id, decided_at, run.cursor, limit)
    if last is not None:
        runs.advance(tx, run.id, last)
    if moved == limit:
        return True
    posts = rest.reopen_posts(tx, run.id, decided_at)
    runs.change(tx, run, RunState.SENDING, expanded_at=tx.now)
    log.info("rest_reopened", run=str(run.id), posts=posts)
    return False


def _write_posts(tx: Tx, run: Run, unit: Unit) -> int:
    if POST not in run.content:
        return 0
    moves = Moves()
    written = 0
    for group_id in run.audience.group_ids:
        group = units.get_group(tx, group_id)
        # To one that was let go nothing is sent, but its row says so.
        where = addresses.of_group(tx, group_id) or addresses.last_of_group(tx, group_id)
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
