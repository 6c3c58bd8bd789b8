"""How a campaign is shown to staff: exact text, whom it reaches, when."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from broadcasts import amending, plan_words, reach_planning, resting
from broadcasts.desk import Desk, Say
from broadcasts.resting import Course
from domain.campaign import Audience, CampaignState
from domain.hours import day_start
from domain.language import Language
from domain.messages import MediaKind, Outgoing
from domain.reach_plan import ReachPlan
from domain.schedule import Schedule
from domain.terms import Terms
from handlers.campaigns import audiences, expiring, plans
from storage.campaigns import campaigns, reached, recipients, runs
from storage.campaigns.campaigns import Campaign
from storage.database import Tx
from storage.people import units
from storage.people.units import Unit


def shown_text(prepared: Mapping[str, Outgoing], say: Say) -> str:
    """Return every language's message word for word, one below the other."""
    parts = []
    for language in Language:
        message = prepared.get(language.value)
        if message is not None:
            text = f"{message.heading}\n{message.text}"
            named = say(f"campaigns.language_{language}")
            parts.append(say("campaigns.version", language=named, text=text))
    message = prepared.get(Language.VI.value)
    if message is not None and message.media is not None and message.media.name:
        parts.append(say("campaigns.with_card", text=message.media.name))
    elif message is not None and message.media is not None:
        parts.append(say(f"campaigns.with_{message.media.kind.value}"))
    return "\n\n".join(parts)


def shown_plan(
    tx: Tx,
    desk: Desk,
    unit: Unit,
    audience: Audience,
    say: Say,
    *,
    due_at: datetime | None = None,
    schedule: Schedule | None = None,
    terms: Terms | None = None,
    written: Collection[Language] = tuple(Language),
    own: UUID | None = None,
    plan: ReachPlan | None = None,
    goes_with: MediaKind | None = None,
) -> str:
    """Return whom a campaign would reach, who of them not and why, and when it really goes out.

    `written` are the languages in which it has words; `own` is the campaign, once it is kept;
    `plan` is the one that was handed in; None: as it would be now.
    """
    if audience.of_run is not None:
        unit = replace(unit, broadcasting=amending.hours(tx, unit, audience.of_run))
        lines = _amended(tx, audience.of_run, say)
    else:
        lines = audiences.lines(tx, unit, audience, written, say)
    if plan is None:
        plan = reach_planning.make(
            tx,
            desk,
            unit,
            audience,
            due_at=due_at,
            schedule=schedule,
            terms=terms,
            goes_with=goes_with,
        )
    course = resting.course(plan, unit.broadcasting)
    if audience.of_run is None and not audience.posts_only:
        lines += _caps(tx, unit, audience, course, own, say)
    told = audiences.teller(tx, unit, audience, say)
    lines += plan_words.brief(plan, say, told, repeats=schedule is not None)
    lines += plan_words.bare(desk, plan, goes_with, say)
    lines += [*_posts(tx, audience, say), *plan_words.bounds(plan, say)]
    lines += plans.lines(unit, due_at, schedule, course, tx.now, say)
    return "\n".join((*lines, *expiring.lines(unit, terms, course, say)))


def plan_of(tx: Tx, desk: Desk, known: Campaign, say: Say) -> str:
    """Return the plan of a campaign: as it was handed in while it waits, else as it is now."""
    waits = known.state is CampaignState.SUBMITTED
    return shown_plan(
        tx,
        desk,
        units.get_unit(tx, known.unit_id),
        known.audience,
        say,
        due_at=known.due_at,
        schedule=known.schedule,
        terms=known.terms,
        written=tuple(known.content.bodies),
        own=known.id,
        plan=known.reach_plan if waits else None,
        goes_with=known.content.goes_with,
    )


def _caps(
    tx: Tx, unit: Unit, audience: Audience, course: Course, own: UUID | None, say: Say
) -> list[str]:
    """Say how many are left out because they had enough, and what else goes out that day."""
    rules = unit.broadcasting
    if not rules.caps:
        return []
    left_out = recipients.capped(tx, unit, audience, course.begins, rules)
    most = {
        "day": str(rules.a_day) if rules.a_day else say("campaigns.no_cap"),
        "month": str(rules.a_month) if rules.a_month else say("campaigns.no_cap"),
    }
    left = audiences.guarded(left_out, audience, say)
    lines = [say("campaigns.plan_capped", n=left, **most)]
    same_day = [
        str(one.number)
        for one in campaigns.waiting(tx, unit.id, (CampaignState.APPROVED,))
        if one.next_at is not None
        and one.id != own
        and day_start(one.next_at) == day_start(course.begins)
    ]
    if same_day and rules.a_day:
        lines.append(say("campaigns.plan_same_day", numbers=", ".join(same_day)))
    return lines


def _posts(tx: Tx, audience: Audience, say: Say) -> list[str]:
    if not audience.group_ids:
        return [say("campaigns.plan_no_posts")]
    names = ", ".join(units.get_group(tx, group_id).label for group_id in audience.group_ids)
    lines = [say("campaigns.plan_posts", n=str(len(audience.group_ids)), names=names)]
    return [*lines, say("campaigns.plan_groups_all")] if audience.is_narrowed else lines


def _amended(tx: Tx, of_run: UUID, say: Say) -> list[str]:
    """Say whom a correction goes to, who of them is left out and why, and what stays standing."""
    found = reached.whom(tx, of_run)
    run = runs.get(tx, of_run)
    lines = [
        say("campaigns.plan_of_run", code=run.code if run else "–", people=str(found.people)),
    ]
    for key, number in (
        ("unsure", found.unsure),
        ("stopped", found.stopped),
        ("suspended", found.suspended),
        ("unreachable", found.unreachable),
    ):
        if number:
            lines.append(say(f"campaigns.plan_{key}", n=str(number)))
    by_hand = amending.posts_left(tx, of_run, say)
    return [*lines, by_hand] if by_hand else lines
