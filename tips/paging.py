"""Page the people on duty: privately, at once, with a case number and no content.

Who is on duty is paged first; if nobody acknowledges it in time the chief is, then everybody who
may read the tip: each step once, and none after somebody has it or it is closed. Who acknowledges
a page has the target time to take the tip, or another page follows. Where nobody can be reached, it
is tried again until somebody is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import structlog

from domain.delivery import Lane
from domain.ids import short
from domain.messages import Button, Outgoing
from domain.tip import TipEventKind
from storage.database import Tx
from storage.savepoints import Spoiled, apart
from storage.staff import duty, phone_calls, phones
from storage.staff.duty import Watch
from storage.tips import tip_events, tip_rows, tips
from storage.tips.tips import Tip
from tips import on_call, rights, second_path, talk
from tips.desk import Desk, Reader, others, private_chat, send, tell

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=10)
"""A further cry in the same tip pages again only after this long, while nobody acknowledged one."""
_AGAIN_SEEN = timedelta(minutes=2)
"""After somebody did: what they know of is the danger as it was then."""
_SAID = (TipEventKind.PIECE,)
_HAS_IT = (
    TipEventKind.TAKEN,
    TipEventKind.ASSIGNED,
    TipEventKind.ANSWER,
    TipEventKind.CLOSED,
)
_ACKNOWLEDGED = (TipEventKind.PAGE_SEEN, *_HAS_IT)
_TOLD = {on_call.CHIEF: "review.paged_chief", on_call.EVERYBODY: "review.paged_everybody"}
_EXHAUSTED = on_call.LAST + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """How long people have (domain rules for emergencies); both are settings."""

    acknowledge_within: timedelta = timedelta(minutes=5)
    look_within: timedelta = timedelta(minutes=15)


def page(tx: Tx, desk: Desk, tip: Tip) -> int:
    """Page who is on duty in the tip's unit, or the next who can be reached; return how many.

    A cry so soon after the last that nobody is paged still begins an alarm that is watched.
    """
    last = tip_events.last_of_kind(tx, tip.id, TipEventKind.PAGED)
    known = duty.watch(tx, tip.id)
    begin = on_call.first_step(tip) - 1
    watch = Watch(tip.id, tx.now, tx.now, tx.now, begin)
    if last is not None:
        seen = _happened(tx, tip, _ACKNOWLEDGED, last)
        if tx.now - last < (_AGAIN_SEEN if seen else AGAIN):
            if seen:
                duty.keep(tx, watch)
            return 0
    fresh = known is None or known.over or _happened(tx, tip, _ACKNOWLEDGED, known.since)
    if known is not None and not fresh:
        watch = replace(watch, since=known.since, late_told=known.late_told)
    step, people = _next(tx, desk, tip, watch)
    duty.keep(tx, replace(watch, step=step if people else begin))
    _page(tx, desk, tip, people)
    second_path.call(tx, tip, _steps(tip, begin, step), watch.round_at)
    if people:
        tip_events.add(tx, tip, TipEventKind.PAGED)
    else:
        log.error("nobody_to_page", tip=str(tip.id), unit=str(tip.unit_id))
        tell(tx, desk, tip, "review.nobody_on_duty")
    return len(people)


def page_newcomer(tx: Tx, desk: Desk, unit_id: UUID, staff_id: UUID) -> int:
    """Page who has come on duty about what nobody acknowledged yet; return of how many tips.

    Who has no chat, by the roster, is rung while the alarm goes on.
    """
    newcomer = next((one for one in duty.on_duty(tx, unit_id) if one.id == staff_id), None)
    reader = private_chat(tx, staff_id)
    has_phone = phones.of(tx, staff_id) is not None
    if newcomer is None or not (reader or has_phone):
        return 0
    told = 0
    for tip_id in duty.watched(tx, unit_id, _ACKNOWLEDGED):
        # The tip first, then its alarm: the order in which a new cry takes them.
        tip = tips.locked(tx, tip_id)
        watch = duty.watch(tx, tip_id)
        if tip is None or watch is None or not rights.may_work(newcomer, tip):
            continue
        if _happened(tx, tip, _ACKNOWLEDGED, watch.since):
            continue
        paged = reader is not None and reader.address.id in _paged(tx, tip, watch)
        if paged or (reader is None and watch.over):
            continue
        if reader is not None:
            _page(tx, desk, tip, [reader])
        if has_phone:
            phone_calls.put(tx, tip.id, staff_id, watch.round_at, on_call.DUTY)
        told += 1
    return told


def page_others(tx: Tx, desk: Desk, tip: Tip) -> int:
    """A page did not arrive: when none did, page whom nobody paged yet; tell the readers."""
    pages = tip_rows.pages(tx, tip.id)
    people = []
    if not any(row.hopeful for row in pages):
        people = others(tx, tip, {row.address_id for row in pages})
        _page(tx, desk, tip, people)
    tell(tx, desk, tip, "review.page_missed")
    log.error("page_missed", tip=str(tip.id), others=len(people))
    return len(people)


def escalate_due(tx: Tx, desk: Desk, rules: PageRules, limit: int = 20) -> int:
    """Go a step on with alarms that nobody acknowledged in time; return how many were looked at.

    Whose turn of duty has begun since is paged, too. That nobody looked within the target time is
    told once under the card.
    """
    due = duty.waiting(
        tx,
        tx.now - rules.acknowledge_within,
        tx.now - rules.look_within,
        on_call.LAST,
        limit,
    )
    for tip_id in due:
        # The tip first, then its alarm: the order in which a new cry takes them.
        tip = tips.locked(tx, tip_id)
        watch = duty.watch(tx, tip_id)
        if tip is None or watch is None or watch.over:
            continue
        try:
            apart(tx, partial(_escalate, tx, desk, tip, watch, rules))
        except Spoiled as fault:
            log.error("page_fault", tip=str(tip_id), fault=str(fault))
            duty.put_off(tx, tip_id)
    # Last: whose turn of duty began meanwhile is beside who was paged, and is no step of it.
    units = duty.alarmed_units(tx)
    newcomers = [(unit_id, one.id) for unit_id in units for one in duty.on_duty(tx, unit_id)]
    return len(due) + sum(_page_apart(tx, desk, *one) for one in newcomers)


def _page_apart(tx: Tx, desk: Desk, unit_id: UUID, staff_id: UUID) -> int:
    try:
        return apart(tx, partial(page_newcomer, tx, desk, unit_id, staff_id))
    except Spoiled as fault:
        log.error("newcomer_fault", staff=str(staff_id), fault=str(fault))
        return 0


def _escalate(tx: Tx, desk: Desk, tip: Tip, watch: Watch, rules: PageRules) -> None:
    if not tip.state.is_open or _happened(tx, tip, _HAS_IT, watch.since):
        duty.finish(tx, watch)
        return
    look_by = watch.since + rules.look_within
    if _happened(tx, tip, (TipEventKind.PAGE_SEEN,), max(watch.since, watch.paged_at)):
        if watch.late_told:
            duty.finish(tx, watch)
            return
        if tx.now < look_by:
            # Who has seen it has the target time to take it; then it goes on.
            then = max(watch.paged_at, look_by - rules.acknowledge_within)
            duty.keep(tx, replace(watch, paged_at=then))
            return
    if not watch.late_told and tx.now >= look_by:
        minutes = int(rules.look_within.total_seconds() // 60)
        tell(tx, desk, tip, "review.late", phut=str(minutes))
        log.warning("urgent_not_looked_at", tip=str(tip.id))
        watch = replace(watch, late_told=True)
    waited = tx.now - watch.paged_at >= rules.acknowledge_within
    if watch.step <= on_call.LAST and waited:
        watch = _go_on(tx, desk, tip, watch)
    over = watch.late_told and watch.step > on_call.LAST
    duty.keep(tx, replace(watch, over=over))


def _go_on(tx: Tx, desk: Desk, tip: Tip, watch: Watch) -> Watch:
    """Page at the next step; where nobody was reached so far, begin with the first again."""
    step, people = _next(tx, desk, tip, watch)
    before = bool(_paged(tx, tip, watch))
    _page(tx, desk, tip, people, step)
    second_path.call(tx, tip, _steps(tip, watch.step, step), watch.round_at)
    _ask_writer(tx, desk, tip, watch, step)
    if people and not before:
        tip_events.add(tx, tip, TipEventKind.PAGED)
    if people and step in _TOLD:
        tell(tx, desk, tip, _TOLD[step])
    log.warning("page_not_acknowledged", tip=str(tip.id), step=step, people=len(people))
    return replace(watch, step=step if before or people else watch.step, paged_at=tx.now)


def _next(tx: Tx, desk: Desk, tip: Tip, watch: Watch) -> tuple[int, list[Reader]]:
    """Return the next step at which somebody not yet paged in this round can be reached."""
    paged, doors = _paged(tx, tip, watch), desk.outbox.doors()
    for step in range(max(watch.step + 1, on_call.first_step(tip)), _EXHAUSTED):
        found = on_call.people(tx, tip, step, doors)
        people = [one for one in found if one.address.id not in paged]
        if people:
            return step, people
    return _EXHAUSTED, []


def _paged(tx: Tx, tip: Tip, watch: Watch) -> set[UUID]:
    """Return who was paged in the round."""
    return {row.address_id for row in tip_rows.pages(tx, tip.id) if row.put_at >= watch.round_at}


def _happened(tx: Tx, tip: Tip, kinds: Sequence[TipEventKind], since: datetime) -> bool:
    happened = (tip_events.last_of_kind(tx, tip.id, kind) for kind in kinds)
    return any(at is not None and at >= since for at in happened)


def _steps(tip: Tip, after: int, step: int) -> range:
    """Return the steps that an alarm has come to now: those without a chat may have a phone."""
    return range(max(after + 1, on_call.first_step(tip)), min(step, on_call.LAST) + 1)


def _ask_writer(tx: Tx, desk: Desk, tip: Tip, watch: Watch, step: int) -> None:
    """Ask who cried whether they called 113: behind a neutral notice, at each step until they say.

    A step is gone on twice at most. Who may be a child, or in danger at home, is not pressed.
    """
    if not tip.secrecy.is_open or tip.public or tip.heard is not None:
        return
    chief = on_call.people(tx, tip, on_call.CHIEF, desk.outbox.doors())
    if not chief or step > on_call.LAST:
        return
    last = tip_events.last_of_kind(tx, tip.id, TipEventKind.ASKED_IF_CALLED)
    if last is not None and last >= watch.since and _happened(tx, tip, _SAID, last):
        return
    talk.notify(tx, desk, tip, tip_events.add(tx, tip, TipEventKind.ASKED_IF_CALLED))


def _page(tx: Tx, desk: Desk, tip: Tip, people: Sequence[Reader], step: int = on_call.DUTY) -> None:
    """Page people; who is next in line is told whom before them to call, and nobody else is."""
    own = {reader.address.staff_id for reader in people}
    silent = second_path.to_call(tx, tip, step, [one for one in own if one is not None])
    for reader in people:
        label = desk.catalogue.say(reader.language, "review.button_seen")
        text = desk.catalogue.say(reader.language, "review.page", ma_tin=tip.case_number)
        read = Button(
            desk.catalogue.say(reader.language, "review.button_read"), f"read:{short(tip.id)}"
        )
        rows = ((Button(label, f"seen:{short(tip.id)}"),), (read,))
        lines = [
            desk.catalogue.say(reader.language, "second_path.call", ten=name, so=phone)
            for name, phone in silent
        ]
        outgoing = Outgoing(text="\n".join([text, *lines]), buttons=rows, protected=bool(lines))
        send(tx, desk, tip, reader, outgoing, lane=Lane.URGENT)
