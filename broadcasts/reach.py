"""The reach of a run: what happened, what nobody can know, and why the rest was left out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from broadcasts import answers, standstill
from broadcasts.answers import Pledges
from broadcasts.standstill import Hindrance
from domain.campaign import RunState
from domain.delivery import DeliveryKind
from domain.language import Language
from domain.part import FEW
from domain.place import reading_order
from domain.reach_plan import ReachPlan
from domain.tip import Binding
from storage.campaigns import campaign_plans, packs, reached, runs
from storage.campaigns.packs import Posted
from storage.campaigns.runs import Run
from storage.database import Tx
from storage.deliveries import counters, hours
from storage.deliveries.counters import Line
from storage.people import units


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Counts of deliveries. The seven states always sum to `targeted`; the rest are beside them.

    `delivered` and `seen` are None where no channel tells of them: not known is not nought. They
    count only what channels that tell have told.
    """

    targeted: int
    pending: int
    accepted: int
    delivered: int | None
    seen: int | None
    untold: int
    """Taken by channels that never tell whether it arrived."""
    unreachable: int
    refused: int
    unsure: int
    skipped: int
    acknowledged: int
    pressed: int
    replied: int
    with_tip: int
    """Deliveries that at least one tip is tied to."""
    stopped: int
    safe: int
    """They told that they are safe."""
    paid: int = 0
    """They went outside the window in which messages cost nothing."""
    reopened: int = 0
    """Their people wrote after it, so that what we write next is free again."""
    newcomers: int = 0
    """They joined the audience after it had been written down, and got it by a decision."""

    @property
    def taken(self) -> int:
        """Deliveries that the platform took, whether or not it told more."""
        return self.accepted + (self.delivered or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The reach of one run; posts stand apart and are never added to what was private.

    Facets of posts count people, each once under each post.
    """

    code: str
    state: RunState
    due_at: datetime
    rests_until: datetime | None
    """Until when quiet hours keep what waits."""
    private: Figures
    posts: Figures
    articles: Figures
    """Articles; nobody knows who saw them, and they are added to nothing."""
    by_page: tuple[tuple[str, Figures], ...] = ()
    """The articles by channel."""
    article_reasons: Mapping[tuple[str, str], int] = field(default_factory=dict)
    members: int
    """Members of the groups when the posts went out: an upper bound, not readers."""
    reasons: Mapping[tuple[str, str], int]
    """How often each (state, reason) occurs among private deliveries."""
    by_area: tuple[tuple[str, Figures], ...]
    by_language: tuple[tuple[str, Figures], ...]
    by_channel: tuple[tuple[str, Figures], ...] = ()
    plan: ReachPlan | None = None
    """Whom it was to reach by which path, as its approval saw it; None where there was no plan."""
    by_hour: tuple[tuple[datetime, int], ...] = ()
    """Private messages that the platform took, by local hour; empty where it was not asked for."""
    tips_explicit: int
    tips_assumed: int
    """Tips that its private messages brought."""
    tips_by_post: int
    """Tips that its posts brought, written in the group or by the link under a post."""
    groups_left: tuple[str, ...] = ()
    """Groups that got no post, for they were let go or left since it was approved."""
    groups_refused: tuple[str, ...] = ()
    """Groups into which the platform did not let its post."""
    hindrances: tuple[Hindrance, ...] = ()
    """What keeps what waits from going now."""
    posts_only: bool = False
    """It went into groups and channels alone: nobody was meant privately."""
    by_parts: bool = False
    """It went only to those who said they have some part: small figures give somebody away."""

    @property
    def is_hidden(self) -> bool:
        """True when nothing of its private part may be told: it went to a handful of a part."""
        return self.by_parts and 0 < self.private.targeted < FEW

    tips_by_hand: int
    by_hand: Posted
    """Posted by people where no machine reaches; its members are told by hand."""
    pledges: Pledges | None = None
    """What was signed, privately or by way of a post; None where it asks for no pledge."""


def in_full(tx: Tx, run: Run, receipts: Collection[str] | None = None) -> Reach:
    """Return a run's reach with the hours at which its messages were taken."""
    return replace(of_run(tx, run, receipts), by_hour=hours.taken(tx, run.id))


def of_run(tx: Tx, run: Run, receipts: Collection[str] | None = None) -> Reach:
    """Return a run's reach; `receipts` names the channels that tell of delivery.

    Without it they are those that ever told of any.
    """
    if receipts is None:
        receipts = counters.telling(tx)
    lines = counters.of_run(tx, run.id)
    private = [line for line in lines if line.key.kind == DeliveryKind.CAMPAIGN.value]
    posts = [line for line in lines if line.key.kind == DeliveryKind.POST.value]
    pages = [line for line in lines if line.key.kind == DeliveryKind.ARTICLE.value]
    tips = runs.tips_by_binding(tx, run.id, by_post=False)
    by_hand = runs.tips_by_hand(tx, run.id)
    areas = sorted({line.key.area_code for line in private}, key=reading_order)
    names = units.area_names(tx, areas)
    languages = sorted({line.key.language for line in private}, key=_language_order)
    return Reach(
        code=run.code,
        state=run.state,
        due_at=run.due_at,
        rests_until=_rests_until(tx, run),
        private=_sum(private, receipts),
        posts=_sum(posts, receipts),
        articles=_sum(pages, ()),
        by_page=_by_channel(pages, ()),
        article_reasons=counters.reasons(tx, run.id, DeliveryKind.ARTICLE) if pages else {},
        members=sum(line.counts["members"] for line in posts),
        reasons=counters.reasons(tx, run.id, DeliveryKind.CAMPAIGN),
        by_area=tuple(
            (
                names[code],
                _sum((line for line in private if line.key.area_code == code), receipts),
            )
            for code in areas
        ),
        by_language=tuple(
            (
                language,
                _sum((line for line in private if line.key.language == language), receipts),
            )
            for language in languages
        ),
        by_channel=_by_channel(private, receipts),
        plan=campaign_plans.plan_of(tx, run.campaign_id),
        tips_explicit=tips.get(Binding.EXPLICIT, 0),
        tips_assumed=tips.get(Binding.ASSUMED, 0),
        tips_by_post=sum(runs.tips_by_binding(tx, run.id, by_post=True).values()) - by_hand,
        tips_by_hand=by_hand,
        groups_left=tuple(reached.groups_left(tx, run.id)),
        groups_refused=tuple(reached.groups_refused(tx, run.id)),
        hindrances=_hindrances(tx, run, lines),
        posts_only=run.audience.posts_only,
        by_parts=bool(run.audience.parts),
        by_hand=packs.posted_of_run(tx, run.id),
        pledges=answers.pledges_of(tx, run),
    )


def _by_channel(
    lines: Sequence[Line], receipts: Collection[str]
) -> tuple[tuple[str, Figures], ...]:
    return tuple(
        (channel, _sum((line for line in lines if line.key.channel == channel), receipts))
        for channel in sorted({line.key.channel for line in lines})
    )


def _hindrances(tx: Tx, run: Run, lines: Sequence[Line]) -> tuple[Hindrance, ...]:
    if run.state.is_over or run.state is RunState.PAUSED or _rests_until(tx, run) is not None:
        return ()
    return standstill.of(tx, {line.key.channel for line in lines if line.counts["pending"]})


def _rests_until(tx: Tx, run: Run) -> datetime | None:
    rests = run.open_from is not None and run.open_from > tx.now and not run.state.is_over
    return run.open_from if rests and run.state is not RunState.PAUSED else None


def find_run(tx: Tx, typed: str) -> Run | None:
    """Return the run of a code as people type it: any case, with or without prefix and dash."""
    return runs.find_run(tx, typed)


def _sum(lines: Iterable[Line], receipts: Collection[str]) -> Figures:
    total: Counter[str] = Counter()
    tells = False
    delivered = seen = untold = 0
    for line in lines:
        for name, number in line.counts.items():
            if number:
                total[name] += number
        if line.key.channel in receipts:
            tells = True
            delivered += line.counts["delivered"]
            seen += line.counts["seen"]
        else:
            untold += line.counts["accepted"] + line.counts["delivered"]
    return Figures(
        targeted=total["targeted"],
        pending=total["pending"],
        accepted=total["accepted"] + total["delivered"] - delivered,
        delivered=delivered if tells else None,
        seen=seen if tells else None,
        untold=untold,
        unreachable=total["unreachable"],
        refused=total["refused"],
        unsure=total["unsure"],
        skipped=total["skipped"],
        acknowledged=total["acknowledged"],
        pressed=total["pressed"],
        replied=total["replied"],
        with_tip=total["tips"],
        stopped=total["stopped"],
        safe=total["safe"],
        paid=total["paid"],
        reopened=total["reopened"],
        newcomers=total["newcomers"],
    )


def _language_order(language: str) -> int:
    return [one.value for one in Language].index(language)
