"""A reach plan in words: by which path how many, at what cost, who is left out and why."""

from collections.abc import Callable, Sequence
from datetime import datetime

from broadcasts.desk import Desk, Say
from domain.channel_names import channel_name
from domain.clock import local, show_day
from domain.figures import count
from domain.messages import MediaKind
from domain.reach_plan import Left, Path, Posts, ReachPlan

Told = Callable[[int], str]
"""Writes a number of people of an audience, so that it gives nobody away."""

_TOLD_ELSEWHERE = (Left.NO_CONSENT, Left.PAUSED, Left.DECLINED, Left.UNREACHABLE, Left.CAPPED)
"""What an approval's other lines say already."""


def brief(plan: ReachPlan, say: Say, told: Told = count, *, repeats: bool = False) -> list[str]:
    """Return what stands of a plan in a preview and an approval, beside the other lines of it.

    What to decide on comes first: the money, and who is left out.
    """
    paths = [path for path in plan.paths if path.people]
    lines = [*down(plan, say), *_cost(plan, say, told, repeats=repeats)]
    lines += _their_counts(plan, say, only_news=True)
    lines += [
        say(f"plan.left_{reason}", n=told(number))
        for reason, number in plan.left.items()
        if reason not in _TOLD_ELSEWHERE and number
    ]
    lines += [_path(path, say, told, timed=len(paths) > 1) for path in paths]
    lines += _in_parts(paths, say)
    lines += of_articles(plan, say)
    held = [plan.left.get(reason, 0) for reason in Left if reason not in _TOLD_ELSEWHERE]
    if any(held) and (plan.posts or plan.by_hand):
        lines.append(say("plan.public_only", n=told(plan.public_only)))
    return lines


def full(plan: ReachPlan, say: Say, told: Told = count, *, repeats: bool = False) -> list[str]:
    """Return all of a plan, as it is printed by itself."""
    lines = [
        say("plan.span", begins=_when(plan.begins, say), ends=_when(plan.ends, say)),
        say(
            "plan.total",
            everybody=told(plan.everybody),
            people=told(plan.people - plan.waiting),
            left=told(sum(plan.left.values())),
        ),
    ]
    lines += [_path(path, say, told) for path in plan.paths if path.people or path.posts]
    lines += _in_parts([path for path in plan.paths if path.people], say)
    lines += [*down(plan, say), *_cost(plan, say, told, repeats=repeats)]
    lines += _their_counts(plan, say)
    if plan.left:
        lines.append(say("plan.left_title"))
    for reason, number in plan.left.items():
        lines.append(f"  - {say(f'plan.left_{reason}', n=told(number))}")
    lines += [
        say("plan.posts", channel=channel_name(one.channel, say), n=count(one.groups))
        for one in plan.posts
    ]
    lines += of_articles(plan, say)
    if plan.public_only:
        lines.append(say("plan.public_only", n=told(plan.public_only)))
    return [*lines, *bounds(plan, say)]


def bounds(plan: ReachPlan, say: Say) -> list[str]:
    """Return how many members the groups have, as an upper bound."""
    lines = [_members(one, say) for one in plan.posts]
    if plan.by_hand is not None:
        members = count(plan.by_hand.members)
        lines.append(say("plan.by_hand", n=count(plan.by_hand.groups), members=members))
    return lines


def _path(path: Path, say: Say, told: Told, *, timed: bool = True) -> str:
    channel, n = channel_name(path.channel, say), told(path.people)
    if path.down and path.people:
        return say("plan.path_down", channel=channel, n=n)
    done = say("plan.path_done", when=_when(path.through, say)) if timed else ""
    if not path.may_cost:
        return say("plan.path_free", channel=channel, n=n, done=done)
    parts = {"free": path.free, "covered": path.covered, "priced": path.priced}
    how = [say(f"plan.how_{key}", n=told(number)) for key, number in parts.items() if number]
    return say("plan.path", channel=channel, n=n, how=", ".join(how), done=done)


def _in_parts(paths: Sequence[Path], say: Say) -> list[str]:
    """Return where a person gets several messages, each of which counts."""
    return [
        say("plan.each", channel=channel_name(path.channel, say), n=count(path.each))
        for path in paths
        if path.each > 1
    ]


def down(plan: ReachPlan, say: Say) -> list[str]:
    """Return which channels of a plan send nothing now."""
    return [
        say("plan.down", channel=channel_name(path.channel, say))
        for path in plan.paths
        if path.down and (path.people or path.posts)
    ]


def bare(desk: Desk, plan: ReachPlan, goes_with: MediaKind | None, say: Say) -> list[str]:
    """Return by which channels of a plan only words go, for they take no file of ours."""
    if goes_with is None:
        return []
    used = {path.channel for path in plan.paths if path.people or path.posts}
    able = {name: desk.outbox.able(name) for name in sorted(used)}
    return [
        say("plan.bare", channel=channel_name(name, say))
        for name, one in able.items()
        if one is not None and goes_with not in one.uploads
    ]


def _cost(plan: ReachPlan, say: Say, told: Told, *, repeats: bool) -> list[str]:
    """Say the money; what would tell of a few people of a part is told only as the most."""
    if not any(path.may_cost and path.price_vnd for path in plan.paths):
        return []
    most = count(plan.most_vnd)
    if not plan.most_vnd:
        covered = any(path.covered for path in plan.paths)
        return [say("plan.no_more" if covered else "plan.free_only")]
    each = "_each" if repeats else ""
    numbers = [path.priced for path in plan.paths if path.priced]
    if any(_digits(told(number)) != str(number) for number in numbers):
        return [say(f"plan.most{each}", most=most)]
    return [say(f"plan.cost{each}", cost=count(plan.cost_vnd), most=most)]


def _their_counts(plan: ReachPlan, say: Say, *, only_news: bool = False) -> list[str]:
    """Say what platforms count as paid for; as news only where it is not what we count."""
    lines = []
    for path in plan.paths:
        theirs = path.their_count
        if theirs is None:
            continue
        differs = theirs.left != theirs.ours
        matters = path.covered or path.priced or plan.left.get(Left.ALLOWANCE, 0)
        if only_news and not (matters and (differs or not theirs.fresh)):
            continue
        key = ("differs" if differs else "same") if theirs.fresh else "stale"
        lines.append(
            say(
                f"plan.their_count_{key}",
                channel=channel_name(path.channel, say),
                told=count(theirs.left if theirs.fresh else theirs.told),
                ours=count(theirs.ours),
                used=count(min(theirs.ours, theirs.left) if theirs.fresh else theirs.ours),
                when=_when(theirs.at, say),
            )
        )
    return lines


def _when(at: datetime, say: Say) -> str:
    return say("plan.time", hour=f"{local(at):%H:%M}", day=show_day(at))


def of_articles(plan: ReachPlan, say: Say) -> list[str]:
    """Return what is to be known of an article before it goes; nothing where there is none."""
    lines = []
    for page in plan.articles:
        channel = channel_name(page.channel, say)
        first, end = (f"{hour:02}" for hour in page.hours)
        month = count(page.month)
        lines.append(say("articles.plan", channel=channel, month=month, first=first, end=end))
        if page.today:
            lines.append(say("articles.plan_today", channel=channel, n=count(page.today)))
    return lines


def _digits(shown: str) -> str:
    return shown.replace(".", "")


def _members(posts: Posts, say: Say) -> str:
    channel = channel_name(posts.channel, say)
    if posts.unknown:
        return say(
            "plan.members_part",
            channel=channel,
            members=count(posts.members),
            unknown=count(posts.unknown),
        )
    return say("plan.members", channel=channel, members=count(posts.members))
