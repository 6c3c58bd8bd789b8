"""How a campaign is shown to staff: exact text, whom it reaches, when."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from broadcasts import amending
from broadcasts.desk import Say
from domain.campaign import Audience
from domain.clock import show_time
from domain.due import BadTime, FarTime, NoSuchDay, PastTime, read_due
from domain.errors import Refusal
from domain.language import Language
from domain.messages import Outgoing
from storage import reached, recipients, runs, units
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


def shown_plan(tx: Tx, unit: Unit, audience: Audience, due_at: datetime | None, say: Say) -> str:
    """Return whom a campaign would reach now, who of them cannot be reached, and when."""
    if audience.of_run is not None:
        lines = [*_amended(tx, audience.of_run, say), *_posts(tx, audience, say)]
        return "\n".join((*lines, say("campaigns.plan_when", when=shown_time(due_at, say))))
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
    lines += _posts(tx, audience, say)
    lines.append(say("campaigns.plan_when", when=shown_time(due_at, say)))
    return "\n".join(lines)


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
