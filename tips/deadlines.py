"""Until when something has to be done about tips, and the extensions that the chief records.

A clock starts when the tip arrived; nobody can set it back. Only a legal extension lengthens one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from domain import clocks
from domain.clock import local
from domain.clocks import Deadline, TipClock, WorkRules
from domain.errors import Refusal
from domain.period import show_date
from domain.roles import Permission, may
from domain.tip import TipEventKind, TipKind
from storage.database import Tx
from storage.people import units
from storage.people.units import Staff
from storage.tips import tip_clock_rows, tip_events
from storage.tips.tips import Tip
from tips import rights

_LONGEST_BASIS = 200
_FEWEST_WORDS = 3


@dataclass(frozen=True, slots=True)
class Running:
    """An open tip with the deadlines that still run, the nearest first."""

    tip: Tip
    deadlines: tuple[Deadline, ...]

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether the time to solve it is over."""
        return any(one.clock is TipClock.SOLVE and one.is_over(now) for one in self.deadlines)


def of_unit(tx: Tx, unit_id: UUID) -> list[Running]:
    """Return a unit's open tips with their deadlines, oldest first."""
    rules = units.get_unit(tx, unit_id).working
    found = tip_clock_rows.running(tx, unit_id)
    extended = tip_clock_rows.extended_to(tx, [tip.id for tip in found])
    looked = tip_clock_rows.looked_at(tx, unit_id)
    reported = tip_clock_rows.reported(tx, unit_id)
    return [
        Running(
            tip,
            _ordered(
                _running(
                    tip,
                    rules,
                    extended.get(tip.id, []),
                    looked=tip.id in looked,
                    reported=tip.id in reported,
                )
            ),
        )
        for tip in found
    ]


def of_tip(tx: Tx, tip: Tip) -> tuple[Deadline, ...]:
    """Return the deadlines of one tip that still run, the nearest first; none of one not open."""
    if not tip.state.is_open:
        return ()
    rules = units.get_unit(tx, tip.unit_id).working
    extended = tip_clock_rows.extended_to(tx, [tip.id]).get(tip.id, [])
    looked = tip_clock_rows.first_look(tx, tip.id) is not None
    reported = _happened(tx, tip, TipEventKind.REPORTED)
    return _ordered(_running(tip, rules, extended, looked=looked, reported=reported))


def extend(
    tx: Tx, tip_id: UUID, staff: Staff | None, *, last_day: date, decided_on: date, basis: str
) -> Tip:
    """Record that the time to solve a tip was lengthened by law, by whom and on which paper.

    The first extension reaches two months from its arrival at most, the second two months more;
    each has to be decided before the time so far is over.
    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if not may(own.roles, Permission.EXTEND_CLOCK):
        raise Refusal("app.not_allowed")
    if not tip.state.is_open or tip.kind is not TipKind.TIP:
        raise Refusal("review.no_clock", ma_tin=tip.case_number)
    words = " ".join(basis.split())
    if not words or len(words) > _LONGEST_BASIS:
        raise Refusal("review.extend_how")
    rules = units.get_unit(tx, tip.unit_id).working
    before = tip_clock_rows.extensions(tx, tip)
    furthest = clocks.furthest_extension(tip.opened_at, len(before), rules)
    if furthest is None:
        raise Refusal("review.extend_twice", ma_tin=tip.case_number)
    solve = clocks.solve_by(tip.opened_at, rules, [one.last_day for one in before])
    now_last = last_day_of(solve)
    if last_day <= now_last:
        raise Refusal("review.extend_no_longer", ma_tin=tip.case_number, ngay=show_date(now_last))
    if last_day > furthest:
        raise Refusal("review.extend_too_far", ma_tin=tip.case_number, ngay=show_date(furthest))
    if decided_on > local(tx.now).date() or decided_on < local(tip.opened_at).date():
        raise Refusal("review.extend_bad_day", ma_tin=tip.case_number)
    if decided_on > now_last:
        raise Refusal("review.extend_late", ma_tin=tip.case_number, ngay=show_date(now_last))
    tip_clock_rows.extend(
        tx,
        tip,
        own.id,
        len(before) + 1,
        decided_on=decided_on,
        last_day=last_day,
        basis=words,
    )
    tip_events.add(tx, tip, TipEventKind.EXTENDED, text=last_day.isoformat(), staff_id=own.id)
    return tip


def take_back(tx: Tx, tip_id: UUID, staff: Staff | None, reason: str) -> Tip:
    """Take back the last extension, which was recorded by mistake; the log keeps that and why.

    Raises: Refusal.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if not may(own.roles, Permission.EXTEND_CLOCK):
        raise Refusal("app.not_allowed")
    words = " ".join(reason.split())
    if len(words.split()) < _FEWEST_WORDS or len(words) > _LONGEST_BASIS:
        raise Refusal("review.extend_take_back_how", ma_tin=tip.case_number)
    before = tip_clock_rows.extensions(tx, tip)
    if not before or not tip_clock_rows.take_back(tx, tip, before[-1].number):
        raise Refusal("review.extend_none", ma_tin=tip.case_number)
    tip_events.add(tx, tip, TipEventKind.EXTENSION_WITHDRAWN, text=words, staff_id=own.id)
    return tip


def report_up(tx: Tx, tip_id: UUID, staff: Staff | None) -> Tip:
    """Note that a tip was reported to the province.

    Raises: Refusal; also when that was noted before.
    """
    tip, own = rights.for_work(tx, tip_id, staff)
    if not may(own.roles, Permission.CLOSE_TIP):
        raise Refusal("app.not_allowed")
    rights.must_be_free(tx, own, tip)
    if _happened(tx, tip, TipEventKind.REPORTED):
        raise Refusal("review.reported_already", ma_tin=tip.case_number)
    tip_events.add(tx, tip, TipEventKind.REPORTED, staff_id=own.id)
    return tip


def last_day_of(deadline: Deadline) -> date:
    """Return the last whole day of a deadline that ends with a day."""
    return local(deadline.until).date() - date.resolution


def _running(
    tip: Tip, rules: WorkRules, extended_to: list[date], *, looked: bool, reported: bool
) -> Iterable[Deadline]:
    if not looked:
        yield clocks.look_by(tip.opened_at, rules, urgent=tip.urgent)
    if tip.kind is not TipKind.TIP:
        return
    report = clocks.report_by(tip.opened_at, rules)
    if report is not None and not reported:
        yield report
    yield clocks.solve_by(tip.opened_at, rules, extended_to)


def _ordered(found: Iterable[Deadline]) -> tuple[Deadline, ...]:
    return tuple(sorted(found, key=lambda one: one.until))


def _happened(tx: Tx, tip: Tip, kind: TipEventKind) -> bool:
    return tip_events.last_of_kind(tx, tip.id, kind) is not None
