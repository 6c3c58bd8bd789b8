"""`plan`: whom a campaign reaches by which path, at what cost, and what became of it."""

import json as json_text
from dataclasses import asdict, dataclass
from typing import Annotated, Any

import typer

from bot.commands.campaigning import campaign_named, desk_of, sentences
from bot.commands.terminal import say, settings_at_hand, the_unit, with_database
from broadcasts import article_words, plan_words, reach, reach_planning
from broadcasts.desk import Desk, Say
from broadcasts.reach import Figures, Reach
from domain.channel_names import channel_name
from domain.clock import show_time
from domain.errors import Misconfigured
from domain.figures import count
from domain.reach_plan import ReachPlan
from handlers.campaigns import audiences
from handlers.campaigns.running import title_of
from storage.campaigns import runs
from storage.campaigns.campaigns import Campaign
from storage.campaigns.stored_json import plan_json
from storage.database import Tx
from storage.people.units import Unit

_RUNS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A campaign's plan as it was handed in, as it would be made now, and its newest runs."""

    campaign: Campaign
    now: ReachPlan
    runs: tuple[Reach, ...]

    @property
    def plan(self) -> ReachPlan:
        """The plan that holds: the one that was handed in, if any."""
        return self.campaign.reach_plan or self.now


def plan(
    code: Annotated[
        str, typer.Argument(metavar="SỐ", help="Số chiến dịch, hoặc mã đợt như AN-7KQ2M.")
    ],
    *,
    unit: Annotated[
        str | None, typer.Option("--unit", metavar="MÃ", help="Mã đơn vị; chỉ cần khi có nhiều.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="In cho máy đọc.")] = False,
) -> None:
    """In kế hoạch tiếp cận: bao nhiêu người qua đường nào, chi phí, ai để lại và vì sao.

    Sau khi gửi thì in thêm từng kênh đã làm được gì so với kế hoạch.
    """
    settings = settings_at_hand()

    def work(tx: Tx) -> str:
        desk, own = desk_of(settings), the_unit(tx, unit)
        found = find(tx, desk, own, code)
        if not json:
            return "\n".join(told(tx, own, found, sentences()))
        if found.campaign.audience.is_narrowed:
            raise Misconfigured(
                "Chiến dịch chỉ cho một phần bà con: số nhỏ có thể làm lộ người, nên không in JSON."
            )
        return json_text.dumps(as_data(found), ensure_ascii=False, indent=2)

    say(with_database(settings, work))


def find(tx: Tx, desk: Desk, unit: Unit, code: str) -> Found:
    """Return what there is to tell of a campaign's plan.

    Raises: Misconfigured when there is no such campaign.
    """
    known = campaign_named(tx, unit, code)
    newest = runs.of_campaign(tx, known.id, _RUNS_SHOWN)
    return Found(
        campaign=known,
        now=reach_planning.of(tx, desk, known),
        runs=tuple(reach.of_run(tx, run) for run in newest),
    )


def told(tx: Tx, unit: Unit, found: Found, say_it: Say) -> list[str]:
    """Return it in words; of a part of the residents nothing that gives one of them away."""
    known = found.campaign
    teller = audiences.teller(tx, unit, known.audience, say_it)
    kept = say_it("plan.is_kept" if known.reach_plan is not None else "plan.is_now")
    lines = [
        say_it("plan.title", number=str(known.number), title=title_of(known)),
        say_it("plan.made_at", when=show_time(found.plan.made_at), state=kept),
        *plan_words.full(found.plan, say_it, teller, repeats=known.schedule is not None),
    ]
    if known.reach_plan is not None and not found.runs:
        cost = "–" if known.audience.is_narrowed else count(found.now.cost_vnd)
        people = teller(found.now.people - found.now.waiting)
        lines.append(say_it("plan.now_title", people=people, cost=cost))
    for one in found.runs:
        ran = [] if one.by_parts else one.by_channel
        if ran:
            lines += ["", say_it("plan.ran", code=one.code)]
            lines += [_path(found.plan, name, part, say_it) for name, part in ran]
        lines += article_words.lines(one, say_it)
    return lines


def as_data(found: Found) -> dict[str, Any]:
    """Return it for machines."""
    known = found.campaign
    return {
        "campaign": known.number,
        "state": known.state.value,
        "kept": known.reach_plan is not None,
        "plan": plan_json(found.plan),
        "cost_vnd": found.plan.cost_vnd,
        "most_vnd": found.plan.most_vnd,
        "now": {
            "people": found.now.people,
            "waiting": found.now.waiting,
            "cost_vnd": found.now.cost_vnd,
        },
        "runs": [
            {
                "code": one.code,
                "state": one.state.value,
                "channels": {name: asdict(part) for name, part in one.by_channel},
                "posts": asdict(one.posts),
                "articles": asdict(one.articles),
            }
            for one in found.runs
        ],
    }


def _path(planned: ReachPlan, channel: str, part: Figures, say_it: Say) -> str:
    return say_it(
        "plan.ran_path",
        channel=channel_name(channel, say_it),
        planned=count(sum(path.people for path in planned.paths if path.channel == channel)),
        taken=count(part.taken),
        targeted=count(part.targeted),
        paid=count(part.paid),
        reopened=count(part.reopened),
    )
