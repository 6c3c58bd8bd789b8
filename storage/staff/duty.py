"""Who is on duty, and the alarms whose acknowledgement is waited for.

Somebody is on duty who said so, or whose turn it is by the roster; who ended their duty is not,
until their next turn.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, exists, or_, select, update

from domain.audit import Act, Thing
from domain.roster import DutyTurn, end_of_turn
from domain.tip import TipEventKind, TipState
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff
from storage.staff import audit, roster
from storage.tables import tip, tip_event
from storage.tables.duty import WATCHED, duty, page_watch
from storage.upsert import insert_into

LONGEST = timedelta(hours=24)
"""A duty that nobody ended is over after this: forgetting must not keep alarms from others."""
_NOBODY = -1


@dataclass(frozen=True, slots=True)
class Watch:
    """An alarm: `step` counts who was paged so far, in the round that a cry began."""

    tip_id: UUID
    since: datetime
    """The first cry that nobody acknowledged."""
    round_at: datetime
    paged_at: datetime
    step: int
    late_told: bool = False
    over: bool = False


def take(tx: Tx, staff: Staff) -> datetime:
    """Put a member of staff on duty from now on, also anew; return until when."""
    until = tx.now + LONGEST
    _keep(tx, staff, until, off=False)
    _note(tx, Act.DUTY_TAKEN, staff)
    return until


def end(tx: Tx, staff: Staff, by: UUID | None = None) -> bool:
    """End somebody's duty, that of the roster until their turn is over; False for none.

    `by` is who ends it; None: they themselves.
    """
    held = (duty.c.staff_id == staff.id, duty.c.until > tx.now)
    row = tx.connection.execute(select(duty.c.off).where(*held)).one_or_none()
    over = end_of_turn(_turns(tx, staff.id), tx.now)
    tx.connection.execute(delete(duty).where(duty.c.staff_id == staff.id))
    if over is not None:
        _keep(tx, staff, over, off=True)
    said = row is not None and not row.off
    found = said or (over is not None and row is None)
    if found:
        _note(tx, Act.DUTY_ENDED, staff, by)
    return found


def said_until(tx: Tx, staff_id: UUID) -> datetime | None:
    """Return until when somebody is on duty who said so; None for who did not."""
    query = select(duty.c.until).where(
        duty.c.staff_id == staff_id, duty.c.until > tx.now, duty.c.off.is_(False)
    )
    return tx.connection.execute(query).scalar_one_or_none()


def pass_on(tx: Tx, giver: Staff | None, to: Staff, until: datetime | None, by: UUID) -> None:
    """Put somebody on duty in another's place, at least until an instant; None: by the roster.

    That they said they are not on duty holds no more.
    """
    held = said_until(tx, to.id)
    if held is None:
        tx.connection.execute(delete(duty).where(duty.c.staff_id == to.id))
    if until is None:
        return
    if giver is not None:
        tx.connection.execute(delete(duty).where(duty.c.staff_id == giver.id))
        _note(tx, Act.DUTY_ENDED, giver, by)
    if held is None or held < until:
        _keep(tx, to, until, off=False)
        _note(tx, Act.DUTY_TAKEN, to, by)


def on_duty(tx: Tx, unit_id: UUID) -> list[Staff]:
    """Return who of a unit is on duty now; who left the service is not.

    First who said so, the longest first, then whose turn it is by the roster.
    """
    rows = tx.connection.execute(
        select(duty.c.staff_id, duty.c.off)
        .where(duty.c.unit_id == unit_id, duty.c.until > tx.now)
        .order_by(duty.c.since, duty.c.staff_id)
    ).all()
    told = {row.staff_id for row in rows}
    ids = [row.staff_id for row in rows if not row.off]
    ids += [
        staff_id
        for staff_id, turns in roster.done_in(tx, unit_id).items()
        if staff_id not in told and end_of_turn(turns, tx.now) is not None
    ]
    everybody = [units.get_staff(tx, staff_id) for staff_id in ids]
    return [one for one in everybody if one is not None and one.unit_id == unit_id]


def _turns(tx: Tx, staff_id: UUID) -> list[DutyTurn]:
    return [turn for turns in roster.done_by(tx, staff_id).values() for turn in turns]


def _keep(tx: Tx, staff: Staff, until: datetime, *, off: bool) -> None:
    values = {"unit_id": staff.unit_id, "since": tx.now, "until": until, "off": off}
    tx.connection.execute(
        insert_into(tx, duty)
        .values(staff_id=staff.id, **values)
        .on_conflict_do_update(index_elements=[duty.c.staff_id], set_=values)
    )


def watch(tx: Tx, tip_id: UUID) -> Watch | None:
    """Return the alarm of a tip for a change; lock the tip first."""
    row = tx.connection.execute(
        select(page_watch).where(page_watch.c.tip_id == tip_id).with_for_update()
    ).one_or_none()
    return Watch(*row) if row else None


def keep(tx: Tx, known: Watch) -> None:
    """Write an alarm down."""
    values = {
        "since": known.since,
        "round_at": known.round_at,
        "paged_at": known.paged_at,
        "step": known.step,
        "late_told": known.late_told,
        "over": known.over,
    }
    tx.connection.execute(
        insert_into(tx, page_watch)
        .values(tip_id=known.tip_id, **values)
        .on_conflict_do_update(index_elements=[page_watch.c.tip_id], set_=values)
    )


def begin(tx: Tx, tip_id: UUID) -> None:
    """Let an alarm begin with the next tick: who had the tip has it no more."""
    keep(tx, Watch(tip_id, tx.now, tx.now, tx.now - LONGEST, _NOBODY))


def finish(tx: Tx, known: Watch) -> None:
    """Wait for an alarm no more."""
    keep(tx, replace(known, over=True))


def put_off(tx: Tx, tip_id: UUID) -> None:
    """Look at an alarm again after the next wait."""
    tx.connection.execute(
        update(page_watch).where(page_watch.c.tip_id == tip_id).values(paged_at=tx.now)
    )


def waiting(tx: Tx, paged_by: datetime, since: datetime, last_step: int, limit: int) -> list[UUID]:
    """Return tips with an alarm not acknowledged: paged by an instant, or due to be told late."""
    goes_on = (page_watch.c.paged_at <= paged_by) & (page_watch.c.step <= last_step)
    late = page_watch.c.late_told.is_(False) & (page_watch.c.since <= since)
    query = select(page_watch.c.tip_id).where(WATCHED, or_(goes_on, late))
    return list(tx.connection.execute(query.order_by(page_watch.c.paged_at).limit(limit)).scalars())


def alarmed_units(tx: Tx) -> list[UUID]:
    """Return the units in which an alarm is not over."""
    query = select(tip.c.unit_id).join(page_watch, tip.c.id == page_watch.c.tip_id).where(WATCHED)
    return list(tx.connection.execute(query.distinct().order_by(tip.c.unit_id)).scalars())


def watched(tx: Tx, unit_id: UUID, until: Collection[TipEventKind], limit: int = 20) -> list[UUID]:
    """Return a unit's open tips with an alarm that nothing has ended, newest alarm first.

    `until` is what ends one, from its first cry on.
    """
    ended = exists().where(
        tip_event.c.tip_id == page_watch.c.tip_id,
        tip_event.c.kind.in_([kind.value for kind in until]),
        tip_event.c.at >= page_watch.c.since,
    )
    query = (
        select(page_watch.c.tip_id)
        .join(tip, tip.c.id == page_watch.c.tip_id)
        .where(
            tip.c.unit_id == unit_id,
            tip.c.state.in_([state.value for state in TipState if state.is_open]),
            ~ended,
        )
        .order_by(page_watch.c.since.desc(), page_watch.c.tip_id.desc())
    )
    return list(tx.connection.execute(query.limit(limit)).scalars())


def _note(tx: Tx, act: Act, staff: Staff, by: UUID | None = None) -> None:
    audit.append(tx, act, Thing.STAFF, staff.id, unit_id=staff.unit_id, staff_id=by or staff.id)
