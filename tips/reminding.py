"""Warn of deadlines of tips: whoever holds them, else who is on duty, in one message for all.

Each warning is given once. At night nobody is written to: what came due then is told in the
morning. Urgent tips that nobody looks at are paged about (`tips.paging`), not reminded of.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

import structlog

from domain.clock import local, show_time
from domain.clocks import Deadline, Stage, TipClock
from domain.delivery import DeliveryKind, Lane
from domain.messages import Outgoing
from domain.roles import Permission, Role, may
from domain.tip import Secrecy
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff, Unit
from storage.savepoints import Spoiled, apart
from storage.staff import duty
from storage.tips import tip_clock_rows
from storage.tips.tips import Tip
from tips import card_edits, deadlines
from tips.desk import Desk, Reader, private_chat

log = structlog.get_logger(__name__)

_AWAKE = range(7, 20)
"""Local hours in which staff are reminded."""
_MOST_LINES = 25


@dataclass(frozen=True, slots=True)
class Warned:
    """A stage of a deadline that a tip has come to."""

    tip: Tip
    deadline: Deadline
    stage: Stage


def remind_due(tx: Tx, desk: Desk) -> int:
    """Tell of what has come nearer since the last time; return how many messages were put."""
    if local(tx.now).hour not in _AWAKE:
        return 0
    put = 0
    for unit in units.all_units(tx):
        try:
            put += apart(tx, partial(_remind, tx, desk, unit))
        except Spoiled as fault:
            log.error("reminding_fault", unit=str(unit.id), fault=str(fault))
    return put


def line(desk: Desk, reader: Reader, one: Warned) -> str:
    """Return one line of a reminder: the number, what is due, until when."""
    return desk.catalogue.say(
        reader.language,
        "review.clock_line",
        ma_tin=one.tip.case_number,
        viec=desk.catalogue.say(reader.language, f"review.clock_{one.deadline.clock.value}"),
        muc=desk.catalogue.say(reader.language, f"review.stage_{one.stage.value}"),
        luc=show_time(one.deadline.until),
    )


def _remind(tx: Tx, desk: Desk, unit: Unit) -> int:
    told: dict[UUID, tuple[Reader, list[Warned]]] = {}
    nobody = 0
    reached = list(_reached(tx, unit.id))
    if not reached:
        return 0
    chiefs = _chats(tx, units.staff_with(tx, unit.id, frozenset({Role.CHIEF})))
    on_duty = _on_duty(tx, unit.id)
    for one in reached:
        people = _people(tx, one, chiefs, on_duty)
        nobody += not people
        # Told by another clock just now, or to nobody: then it waits for somebody to be there.
        if not people or not tip_clock_rows.warn(tx, one.tip.id, one.deadline.clock, one.stage):
            continue
        for reader in people:
            told.setdefault(reader.address.id, (reader, []))[1].append(one)
        if one.deadline.clock is TipClock.SOLVE and one.stage is Stage.OVER:
            card_edits.renew(tx, desk, one.tip)
    for reader, theirs in told.values():
        _put(tx, desk, reader, theirs)
    if nobody:
        log.error("nobody_to_remind", unit=str(unit.id), warnings=nobody)
    if told:
        log.info("reminded", unit=str(unit.id), people=len(told))
    return len(told)


def _reached(tx: Tx, unit_id: UUID) -> Iterator[Warned]:
    """Give the stage at which each deadline stands, where that was not told of yet."""
    known = tip_clock_rows.warned(tx, unit_id)
    for running in deadlines.of_unit(tx, unit_id):
        for deadline in running.deadlines:
            stage = deadline.stage(tx.now)
            paged = deadline.clock is TipClock.LOOK and running.tip.urgent
            told = (running.tip.id, deadline.clock, stage) in known
            if stage is not None and not paged and not told:
                yield Warned(running.tip, deadline, stage)


def _people(
    tx: Tx, one: Warned, chiefs: Sequence[Reader], on_duty: Sequence[Reader]
) -> Sequence[Reader]:
    """Return who is told: the holder, else who is on duty, else who may read it, else the chief.

    That a time set by law is over, the chief hears in any case; of what only the chief may see
    nobody else hears.
    """
    if one.tip.secrecy is Secrecy.CHIEF:
        return chiefs
    holder = private_chat(tx, one.tip.taken_by) if one.tip.taken_by is not None else None
    found = [holder] if holder is not None else on_duty or chiefs
    if one.stage is Stage.OVER and one.deadline.clock is not TipClock.LOOK:
        known = {reader.address.id for reader in found}
        found = [*found, *(chief for chief in chiefs if chief.address.id not in known)]
    return found


def _on_duty(tx: Tx, unit_id: UUID) -> list[Reader]:
    on_duty = _chats(tx, duty.on_duty(tx, unit_id))
    if on_duty:
        return on_duty
    everybody = units.staff_with(tx, unit_id, frozenset(Role))
    return _chats(tx, [one for one in everybody if may(one.roles, Permission.READ_TIPS)])


def _chats(tx: Tx, staff: Iterable[Staff]) -> list[Reader]:
    found = (private_chat(tx, one.id) for one in staff)
    return [reader for reader in found if reader is not None]


def _put(tx: Tx, desk: Desk, reader: Reader, theirs: list[Warned]) -> None:
    theirs.sort(key=lambda one: one.deadline.until)
    lines = [desk.catalogue.say(reader.language, "review.clock_heading")]
    lines += [line(desk, reader, one) for one in theirs[:_MOST_LINES]]
    if len(theirs) > _MOST_LINES:
        more = str(len(theirs) - _MOST_LINES)
        lines.append(desk.catalogue.say(reader.language, "review.clock_more", so=more))
    desk.outbox.put(
        tx,
        reader.address.id,
        Outgoing(text="\n".join(lines)),
        kind=DeliveryKind.NOTICE,
        lane=Lane.TALK,
        language=reader.language.value,
    )
