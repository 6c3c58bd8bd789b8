"""When a campaign goes out, in words: once, or again and again."""

from datetime import datetime

from broadcasts.desk import Say
from broadcasts.resting import Course
from domain.clock import show_time
from domain.hours import named
from domain.schedule import Schedule
from storage.campaigns.campaigns import Campaign
from storage.people.units import Unit

_NEXT_SHOWN = 4


def shown_schedule(schedule: Schedule, say: Say) -> str:
    """Return when it repeats and until when: `hằng tuần vào thứ Hai lúc 07:30, …`."""
    at = f"{schedule.at:%H:%M}"
    if schedule.is_daily:
        parts = [say("campaigns.repeat_daily", at=at)]
    elif schedule.weekdays:
        days = ", ".join(say(f"campaigns.weekday_{day}") for day in schedule.weekdays)
        parts = [say("campaigns.repeat_weekly", days=days, at=at)]
    else:
        days = ", ".join(
            say("campaigns.month_last", day=str(day)) if day > 28 else str(day)
            for day in schedule.month_days
        )
        parts = [say("campaigns.repeat_monthly", days=days, at=at)]
    if schedule.until is not None:
        parts.append(say("campaigns.repeat_until", day=f"{schedule.until:%d/%m/%Y}"))
    if schedule.times is not None:
        parts.append(say("campaigns.repeat_times", n=str(schedule.times)))
    if len(parts) == 1:
        parts.append(say("campaigns.repeat_forever"))
    return ", ".join(parts)


def shown_when(known: Campaign, say: Say) -> str:
    """Return a campaign's plan in a few words."""
    if known.schedule is not None:
        return shown_schedule(known.schedule, say)
    return shown_time(known.due_at, say)


def shown_time(due_at: datetime | None, say: Say) -> str:
    """Return when a campaign goes out; without a time it is as soon as approved."""
    return show_time(due_at) if due_at else say("campaigns.when_asap")


def lines(
    unit: Unit,
    due_at: datetime | None,
    schedule: Schedule | None,
    course: Course,
    now: datetime,
    say: Say,
) -> list[str]:
    """Say when it really goes out, and where quiet hours come between."""
    found = (
        _once(unit, due_at, course, say)
        if schedule is None
        else _again(unit, schedule, course, now, say)
    )
    if course.rests_at is not None:
        found.append(
            say(
                "campaigns.plan_interrupted",
                when=show_time(course.rests_at),
                ends=show_time(course.ends),
            )
        )
    return found


def _once(unit: Unit, due_at: datetime | None, course: Course, say: Say) -> list[str]:
    rules = unit.broadcasting
    found = [say("campaigns.plan_when", when=shown_time(due_at, say))]
    if due_at is not None and course.begins != due_at:
        found.append(say("campaigns.plan_moved", when=show_time(course.begins)))
    elif due_at is None and (rules.quiet or rules.silent_days):
        now = show_time(course.begins)
        found.append(say("campaigns.plan_quiet", spans=named(rules.quiet) or "–", when=now))
    return found


def _again(unit: Unit, schedule: Schedule, course: Course, now: datetime, say: Say) -> list[str]:
    found = [say("campaigns.plan_repeat", plan=shown_schedule(schedule, say))]
    if schedule.meets_short_months:
        found.append(say("campaigns.plan_short_months"))
    coming = schedule.coming(now, schedule.times, _NEXT_SHOWN)
    last = schedule.last(now, schedule.times)
    if not coming:
        return [*found, say("campaigns.repeat_over")]
    times = "; ".join(show_time(at) for at in coming)
    more = last is None or last > coming[-1]
    found.append(say("campaigns.plan_repeat_next", times=f"{times}; …" if more else times))
    if last is not None and more:
        found.append(say("campaigns.plan_repeat_last", when=show_time(last)))
    if course.begins != coming[0]:
        found.append(say("campaigns.plan_repeat_quiet", when=show_time(course.begins)))
    most, often = unit.broadcasting.a_month, schedule.in_a_month()
    if most and often > most and (last is None or len(coming) > most or more):
        found.append(say("campaigns.plan_repeat_capped", n=str(often), most=str(most)))
    return found
