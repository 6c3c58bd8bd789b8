"""Page the people on duty: privately, at once, with a case number and no content.

Who is on duty is paged first; if nobody acknowledges it in time the chief is, then everybody who
may read the tip: each step once, and none after somebody has it or it is closed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from domain.delivery import Lane
from domain.ids import short
from domain.messages import Button, Outgoing
from domain.tip import TipEventKind
from storage import duty, tip_events, tip_rows, tips
from storage.database import Tx
from storage.duty import Watch
from storage.savepoints import Spoiled, apart
from storage.tips import Tip
from tips import on_call
from tips.desk import Desk, Reader, had_lately, others, send, tell

log = structlog.get_logger(__name__)

AGAIN = timedelta(minutes=10)
"""A further cry in the same tip pages again only after this long."""
_ACKNOWLEDGED = (
    TipEventKind.PAGE_SEEN,
    TipEventKind.TAKEN,
    TipEventKind.ASSIGNED,
    TipEventKind.ANSWER,
    TipEventKind.CLOSED,
)
_TOLD = {on_call.CHIEF: "review.paged_chief", on_call.EVERYBODY: "review.paged_everybody"}
_EXHAUSTED = on_call.LAST + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRules:
    """How long people have (domain rules for emergencies); both are settings."""

    acknowledge_within: timedelta = timedelta(minutes=5)
    look_within: timedelta = timedelta(minutes=15)


def page(tx: Tx, desk: Desk, tip: Tip) -> int:
    """Page who is on duty in the tip's unit, or the next who can be reached; return how many."""
    if had_lately(tx, tip, TipEventKind.PAGED, AGAIN.total_seconds()):
        return 0
    known = duty.watch(tx, tip.id)
    fresh = known is None or known.over or _acknowledged(tx, tip, known.since)
    watch = Watch(tip.id, tx.now, tx.now, tx.now, _EXHAUSTED)
    if known is not None and not fresh:
        watch = replace(watch, since=known.since, late_told=known.late_told)
    step, people = _next(tx, tip, on_call.first_step(tip), tx.now)
    duty.keep(tx, replace(watch, step=step))
    _page(tx, desk, tip, people)
    if people:
        tip_events.add(tx, tip, TipEventKind.PAGED)
    else:
        log.error("nobody_to_page", tip=str(tip.id), unit=str(tip.unit_id))
        tell(tx, desk, tip, "review.nobody_on_duty")
    return len(people)


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

    That nobody looked within the target time is told once under the card.
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
    return len(due)


def _escalate(tx: Tx, desk: Desk, tip: Tip, watch: Watch, rules: PageRules) -> None:
    if not tip.state.is_open or _acknowledged(tx, tip, watch.since):
        duty.finish(tx, watch)
        return
    if not watch.late_told and tx.now - watch.since >= rules.look_within:
        minutes = int(rules.look_within.total_seconds() // 60)
        tell(tx, desk, tip, "review.late", phut=str(minutes))
        log.warning("urgent_not_looked_at", tip=str(tip.id))
        watch = replace(watch, late_told=True)
    waited = tx.now - watch.paged_at >= rules.acknowledge_within
    if watch.step <= on_call.LAST and waited:
        step, people = _next(tx, tip, watch.step + 1, watch.round_at)
        _page(tx, desk, tip, people)
        if people:
            tell(tx, desk, tip, _TOLD[step])
        log.warning("page_not_acknowledged", tip=str(tip.id), step=step, people=len(people))
        watch = replace(watch, step=step, paged_at=tx.now)
    over = watch.late_told and watch.step > on_call.LAST
    duty.keep(tx, replace(watch, over=over))


def _next(tx: Tx, tip: Tip, step: int, round_at: datetime) -> tuple[int, list[Reader]]:
    """Return the first step from one on at which somebody not yet paged can be reached."""
    paged = {row.address_id for row in tip_rows.pages(tx, tip.id) if row.put_at >= round_at}
    for now in range(step, _EXHAUSTED):
        people = [one for one in on_call.people(tx, tip, now) if one.address.id not in paged]
        if people:
            return now, people
    return _EXHAUSTED, []


def _acknowledged(tx: Tx, tip: Tip, since: datetime) -> bool:
    happened = (tip_events.last_of_kind(tx, tip.id, kind) for kind in _ACKNOWLEDGED)
    return any(at is not None and at >= since for at in happened)


def _page(tx: Tx, desk: Desk, tip: Tip, people: Sequence[Reader]) -> None:
    for reader in people:
        label = desk.catalogue.say(reader.language, "review.button_seen")
        text = desk.catalogue.say(reader.language, "review.page", ma_tin=tip.case_number)
        outgoing = Outgoing(text=text, buttons=((Button(label, f"seen:{short(tip.id)}"),),))
        send(tx, desk, tip, reader, outgoing, lane=Lane.URGENT)
