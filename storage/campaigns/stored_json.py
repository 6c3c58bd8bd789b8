"""How the parts of a campaign stand in its row: words, audience, schedule, terms, reach plan."""

from typing import Any

from pydantic import TypeAdapter

from domain.campaign import Audience, Content
from domain.reach_plan import ReachPlan
from domain.schedule import Schedule
from domain.terms import Terms

_CONTENT: TypeAdapter[Content] = TypeAdapter(Content)
_AUDIENCE: TypeAdapter[Audience] = TypeAdapter(Audience)
_SCHEDULE: TypeAdapter[Schedule] = TypeAdapter(Schedule)
_TERMS: TypeAdapter[Terms] = TypeAdapter(Terms)
_PLAN: TypeAdapter[ReachPlan] = TypeAdapter(ReachPlan)


def content_json(content: Content) -> Any:
    """Return words as they are stored."""
    return _CONTENT.dump_python(content, mode="json")


def read_content(stored: Any) -> Content:
    """Read what `content_json` wrote.

    Raises: pydantic.ValidationError.
    """
    return _CONTENT.validate_python(stored)


def audience_json(audience: Audience) -> Any:
    """Return an audience as it is stored."""
    return _AUDIENCE.dump_python(audience, mode="json")


def read_audience(stored: Any) -> Audience:
    """Read what `audience_json` wrote.

    Raises: pydantic.ValidationError.
    """
    return _AUDIENCE.validate_python(stored)


def schedule_json(schedule: Schedule | None) -> Any:
    """Return a schedule as it is stored."""
    return _SCHEDULE.dump_python(schedule, mode="json") if schedule is not None else None


def read_schedule(stored: Any) -> Schedule | None:
    """Read what `schedule_json` wrote."""
    return _SCHEDULE.validate_python(stored) if stored is not None else None


def terms_json(terms: Terms | None) -> Any:
    """Return how long and how fast as it is stored."""
    return _TERMS.dump_python(terms, mode="json") if terms is not None else None


def read_terms(stored: Any) -> Terms | None:
    """Read what `terms_json` wrote."""
    return _TERMS.validate_python(stored) if stored is not None else None


def plan_json(plan: ReachPlan) -> Any:
    """Return a reach plan as it is stored.

    `paid` says how many messages each account may send for one run beyond what it has paid for
    already: that is read whenever a window is opened. `figures` is all of the plan.
    """
    figures = _PLAN.dump_python(plan, mode="json")
    return {
        "made_at": figures["made_at"],
        "paid": plan.paid(),
        "paths": [
            {"account": str(path.account_id), "channel": path.channel, "posts": path.posts}
            for path in plan.paths
        ],
        "figures": figures,
    }


def read_plan(stored: Any) -> ReachPlan | None:
    """Read what `plan_json` wrote."""
    return _PLAN.validate_python(stored["figures"]) if stored is not None else None
