"""How a campaign is shown to staff: exact text, whom it reaches, when."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from broadcasts import amending, resting
from broadcasts.desk import Desk, Say
from broadcasts.resting import Course
from domain.campaign import Audience, CampaignState
from domain.clock import show_time
from domain.due import BadTime, FarTime, NoSuchDay, PastTime, read_due
from domain.errors import Refusal
from domain.hours import day_start, named
from domain.language import Language
from domain.messages import Outgoing
from storage import campaigns, reached, recipients, runs, units
from storage.database import Tx
from storage.units import Unit


def shown_text(prepared: Mapping[str, Outgoing], say: Say) -> str:
    """Return every language's message word for word, one below the other."""
    parts = []
    for language in Language:
        message = prepared.get(language.value)
        if message is not None:
            text = f"{message.heading}\n{message.text}"
            named = say(f"campaigns.language_{language}")
            parts.append(say("campaigns.version", language=named, text=text))
    return "\n\n".join(parts)


def shown_plan(
    tx: Tx, desk: Desk, unit: Unit, audience: Audience, due_at: datetime | None, say: Say
) -> str:
    """Return whom a campaign would reach, who of them not and why, and when it really goes out."""
    if audience.of_run is not None:
        found = reached.whom(tx, audience.of_run)
        lines = [*_amended(tx, audience.of_run, say), *_posts(tx, audience, say)]
        course = resting.course(desk, unit, audience, due_at or tx.now, found.people)
        return "\n".join((*lines, *_times(unit, due_at, course, say)))
    expected = recipients.expected(tx, unit, audience)
    by_language = ", ".join(
        f"{say(f'campaigns.language_{language}')} {number}"
        for language, number in sorted(expected.by_language.items())
    )
    lines = [
        say(
            "campaigns.plan_audience",
            area=area_label(tx, unit, audience.area_code, say),
            people=str(expected.people),
            languages=by_language or "0",
        )
    ]
    if expected.unreachable:
        lines.append(say("campaigns.plan_unreachable", n=str(expected.unreachable)))
    course = resting.course(desk, unit, audience, due_at or tx.now, expected.people)
    lines += _caps(tx, unit, audience, course, say)
    lines += _posts(tx, audience, say)
    lines += _times(unit, due_at, course, say)
    return "\n".join(lines)


def _caps(tx: Tx, unit: Unit, audience: Audience, course: Course, say: Say) -> list[str]:
    """Say how many are left out because they had enough, and what else goes out that day."""
    rules = unit.broadcasting
    if not rules.caps:
        return []
    left_out = recipients.capped(tx, unit, audience, course.begins, rules)
    most = {
        "day": str(rules.a_day) if rules.a_day else say("campaigns.no_cap"),
        "month": str(rules.a_month) if rules.a_month else say("campaigns.no_cap"),
    }
    lines = [say("campaigns.plan_capped", n=str(left_out), **most)]
    same_day = [
        str(one.number)
        for one in campaigns.waiting(tx, unit.id, (CampaignState.APPROVED,))
        if one.next_at is not None and day_start(one.next_at) == day_start(course.begins)
    ]
    if same_day and rules.a_day:
        lines.append(say("campaigns.plan_same_day", numbers=", ".join(same_day)))
    return lines


def _times(unit: Unit, due_at: datetime | None, course: Course, say: Say) -> list[str]:
    """Say when it really goes out, and where quiet hours come between."""
    rules = unit.broadcasting
    lines = [say("campaigns.plan_when", when=shown_time(due_at, say))]
    if due_at is not None and course.begins != due_at:
        lines.append(say("campaigns.plan_moved", when=show_time(course.begins)))
    elif due_at is None and (rules.quiet or rules.silent_days):
        now = show_time(course.begins)
        lines.append(say("campaigns.plan_quiet", spans=named(rules.quiet) or "–", when=now))
    if course.rests_at is not None:
        lines.append(
            say(
                "campaigns.plan_interrupted",
                when=show_time(course.rests_at),
                ends=show_time(course.ends),
            )
        )
    return lines


def _posts(tx: Tx, audience: Audience, say: Say) -> list[str]:
    if not audience.group_ids:
        return [say("campaigns.plan_no_posts")]
    names = ", ".join(units.get_group(tx, group_id).label for group_id in audience.group_ids)
    return [say("campaigns.plan_posts", n=str(len(audience.group_ids)), names=names)]


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
        ("unreachable", found.unreachable),
    ):
        if number:
            lines.append(say(f"campaigns.plan_{key}", n=str(number)))
    by_hand = amending.posts_left(tx, of_run, say)
    return [*lines, by_hand] if by_hand else lines


def shown_time(due_at: datetime | None, say: Say) -> str:
    """Return when a campaign goes out; without a time it is as soon as approved."""
    return show_time(due_at) if due_at else say("campaigns.when_asap")


def area_label(tx: Tx, unit: Unit, area_code: str, say: Say) -> str:
    """Return an area's name; the unit's own area is called the whole unit."""
    if area_code == unit.area_code:
        return say("campaigns.whole_unit")
    return units.area_name(tx, area_code)


def typed_time(typed: str, now: datetime) -> datetime:
    """Return the instant that staff typed in local time.

    Raises: Refusal saying what is wrong with it.
    """
    try:
        return read_due(typed, now)
    except NoSuchDay:
        raise Refusal("campaigns.time_no_such_day") from None
    except BadTime:
        raise Refusal("campaigns.time_unreadable") from None
    except PastTime:
        raise Refusal("campaigns.time_past") from None
    except FarTime:
        raise Refusal("campaigns.time_far") from None
