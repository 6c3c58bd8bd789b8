"""The reach plan: whom a campaign will reach by which path, at what cost, and who is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from domain.hours import BroadcastRules

_GROWN = 10
"""By how many percent a plan may grow before its approver is told."""


class Standing(StrEnum):
    """How one person of an audience stands before anything is sent; each has exactly one."""

    NO_CONSENT = "no_consent"
    """They never said yes, or stopped."""
    PAUSED = "paused"
    """They want nothing for a while, or were asked whether to stop."""
    DECLINED = "declined"
    """They want nothing of this subject."""
    UNREACHABLE = "unreachable"
    WINDOW = "window"
    """They wrote too long ago to be written to."""
    CAPPED = "capped"
    """They will have had enough broadcasts."""
    FREE = "free"
    COSTS = "costs"
    """They wrote too long ago for a free message."""


class Left(StrEnum):
    """Why somebody of an audience is left out; the first of several reasons counts."""

    NO_CONSENT = "no_consent"
    PAUSED = "paused"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    WINDOW = "window"
    CAPPED = "capped"
    QUOTA = "quota"
    """The account may send no more in that month."""
    ALLOWANCE = "allowance"
    """It would cost more than the author allows."""
    LATE = "late"
    """At the allowed pace, quiet hours kept, their turn would come after it is over."""


PUBLIC_ONLY = (Left.UNREACHABLE, Left.WINDOW, Left.QUOTA, Left.ALLOWANCE, Left.LATE)
"""Who of those left out wants our messages, and may still see them in a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TheirCount:
    """What a platform says that an account has paid for already, beside our own count."""

    at: datetime
    """When it said so."""
    told: int
    left: int
    """What of it was left when the plan was made, by our count since."""
    ours: int
    """What our own count alone says."""
    fresh: bool
    """Whether it was young enough to be counted on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One account and what it may do in the month in which a campaign begins."""

    account_id: UUID
    channel: str
    per_s: float
    """Broadcast messages a second at most."""
    may_cost: bool = False
    """Whether a message may cost at all: then what is allowed is counted."""
    price_vnd: int = 0
    allowance_left: int = 0
    """How many messages beyond the free ones are paid for already."""
    month_left: int | None = None
    """How many messages of any kind it may still send; None: no limit is known."""
    posts: int = 0
    """Posts of the same campaign that go out by it."""
    each: int = 1
    """How many messages one person's are; all else here counts people."""
    down: bool = False
    """Whether it sends nothing now; what is meant for it waits."""
    their_count: TheirCount | None = None
    """What the platform says of `allowance_left`, where it says anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """What one account carries of a campaign, privately; its posts only take time."""

    account_id: UUID
    channel: str
    free: int
    covered: int
    """Beyond the free ones, out of what is paid for already."""
    priced: int
    price_vnd: int
    allowance_left: int
    may_cost: bool
    most_paid: int
    """How many messages beyond the free ones may go at most."""
    posts: int
    through: datetime
    """When the last of it would go at its pace, were it not over before."""
    each: int = 1
    """How many messages one person's are: what costs is counted by people all the same."""
    down: bool = False
    """Whether its account sent nothing when this was planned."""
    their_count: TheirCount | None = None

    @property
    def people(self) -> int:
        """Everybody who is written to privately by it."""
        return self.free + self.covered + self.priced

    @property
    def cost_vnd(self) -> int:
        """What its messages are expected to cost."""
        return self.priced * self.price_vnd

    @property
    def most_priced(self) -> int:
        """How many messages may go at most beyond what is paid for already."""
        return max(0, self.most_paid - self.allowance_left)

    @property
    def most_vnd(self) -> int:
        """What its messages may cost at most, whoever writes or falls silent meanwhile."""
        return self.most_priced * self.price_vnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Posts:
    """Groups of one channel, or of those where people post by hand.

    Members are an upper bound of who may see it, never added to people.
    """

    channel: str
    groups: int
    members: int
    unknown: int
    """In how many of the groups nobody knows how many members there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An account whose followers get it as an article: nobody knows how many, or who."""

    account_id: UUID
    channel: str
    month: int
    """How many articles the account has sent in that month before it."""
    today: int
    """How many it has sent on that day: its followers get no second one."""
    hours: tuple[int, int] = (0, 24)
    """From which full hour to which it goes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachPlan:
    """The plan of one firing, as far as is known when it is made.

    The people of its paths and those left out are everybody of its audience, each counted once.
    """

    made_at: datetime
    begins: datetime
    over: datetime
    """From when on nothing of it goes any more."""
    everybody: int
    paths: tuple[Path, ...]
    left: Mapping[Left, int] = field(default_factory=dict)
    posts: tuple[Posts, ...] = ()
    by_hand: Posts | None = None
    articles: tuple[Page, ...] = ()

    @property
    def people(self) -> int:
        """Everybody who is written to privately."""
        return sum(path.people for path in self.paths)

    @property
    def waiting(self) -> int:
        """How many of them wait for an account that sends nothing now."""
        return sum(path.people for path in self.paths if path.down)

    @property
    def ends(self) -> datetime:
        """About when the last message of it goes."""
        return min(self.through, max(self.over, self.begins))

    @property
    def through(self) -> datetime:
        """When the last of it would go at its pace, were it not over before."""
        return max((path.through for path in self.paths), default=self.begins)

    @property
    def cost_vnd(self) -> int:
        """What it is expected to cost."""
        return sum(path.cost_vnd for path in self.paths)

    @property
    def most_vnd(self) -> int:
        """What it may cost at most."""
        return sum(path.most_vnd for path in self.paths)

    @property
    def public_only(self) -> int:
        """How many want it, but could see it in a group, or posted by hand, alone."""
        return sum(self.left.get(reason, 0) for reason in PUBLIC_ONLY)

    @property
    def wanting_cost_vnd(self) -> int:
        """What it would cost, beyond what is paid for already, to leave nobody out for money."""
        prices = [path.price_vnd for path in self.paths if path.may_cost and path.price_vnd]
        return self.cost_vnd + self.left.get(Left.ALLOWANCE, 0) * max(prices, default=0)

    def paid(self) -> dict[str, int]:
        """Return by account how many messages may go beyond what is paid for already."""
        return {str(path.account_id): path.most_priced for path in self.paths if path.may_cost}

    def signed(self) -> dict[str, object]:
        """Return what a person decides of it, in one canonical form; no head counts."""
        return {
            "paths": sorted(f"{path.channel}:{path.account_id}" for path in self.paths),
            "paid": {
                account: [most, self._price(account)]
                for account, most in sorted(self.paid().items())
            },
        }

    def has_grown(self, since: "ReachPlan") -> bool:
        """Tell whether it reaches notably more people than an earlier one."""
        return self.people * 100 > since.people * (100 + _GROWN)

    def _price(self, account: str) -> int:
        return next(path.price_vnd for path in self.paths if str(path.account_id) == account)


def make(
    counts: Mapping[tuple[UUID, Standing], int],
    ways: Sequence[Way],
    *,
    made_at: datetime,
    begins: datetime,
    ends: datetime,
    rules: BroadcastRules,
    most_vnd: int | None,
    posts: Sequence[Posts] = (),
    by_hand: Posts | None = None,
    articles: Sequence[Page] = (),
) -> ReachPlan:
    """Make a plan of how many stand how on which account.

    `ends`: when the campaign is over; `rules`: the quiet hours it keeps. `most_vnd`: what it may
    cost, beyond what the accounts have paid for; None: whatever it takes. What is dearer than that
    is left out, on the accounts in their order.

    Raises: KeyError where somebody is counted on an account that is none of the ways.
    """
    strange = {account_id for account_id, _ in counts} - {way.account_id for way in ways}
    if strange:
        raise KeyError(strange)
    left = dict.fromkeys(Left, 0)
    for (_, standing), number in counts.items():
        if standing not in (Standing.FREE, Standing.COSTS):
            left[Left(standing.value)] += number
    room = rules.open_between(begins, ends)
    budget = most_vnd
    paths = []
    for way in ways:
        free = counts.get((way.account_id, Standing.FREE), 0)
        costs = counts.get((way.account_id, Standing.COSTS), 0)
        path, out = _path(way, free, costs, budget, room, begins, rules)
        for reason, number in out.items():
            left[reason] += number
        if budget is not None:
            budget -= path.most_vnd
        paths.append(path)
    return ReachPlan(
        made_at=made_at,
        begins=begins,
        over=ends,
        everybody=sum(counts.values()),
        paths=_with_the_rest(paths, budget),
        left={reason: number for reason, number in left.items() if number},
        posts=tuple(posts),
        by_hand=by_hand,
        articles=tuple(articles),
    )


def _path(
    way: Way,
    free: int,
    costs: int,
    budget: int | None,
    room: timedelta,
    begins: datetime,
    rules: BroadcastRules,
) -> tuple[Path, dict[Left, int]]:
    """Return what one account carries, and how many it leaves out."""
    month = free + costs if way.month_left is None else max(0, way.month_left - way.posts)
    frees = min(free, month)
    wanted = min(costs, month - frees)
    covered = wanted if not way.price_vnd else min(wanted, max(0, way.allowance_left))
    priced = wanted - covered
    if budget is not None and way.price_vnd:
        priced = min(priced, budget // way.price_vnd)
    sent = frees + covered + priced
    late = max(0, sent + way.posts - int(room.total_seconds() * way.per_s))
    late = min(late, sent)
    # Nobody knows whose turn comes too late: as if it were the free ones, the cost stays a bound.
    late_free = min(late, frees)
    late_covered = min(late - late_free, covered)
    out = {
        Left.QUOTA: free - frees + costs - wanted,
        Left.ALLOWANCE: wanted - covered - priced,
        Left.LATE: late,
    }
    most = free + costs
    if budget is not None and way.price_vnd:
        most = max(0, way.allowance_left) + priced
    needs = timedelta(seconds=(sent + way.posts) / way.per_s)
    return Path(
        account_id=way.account_id,
        channel=way.channel,
        free=frees - late_free,
        covered=covered - late_covered,
        priced=priced - (late - late_free - late_covered),
        price_vnd=way.price_vnd,
        allowance_left=max(0, way.allowance_left),
        may_cost=way.may_cost,
        most_paid=most if way.may_cost else 0,
        posts=way.posts,
        through=rules.after_open(begins, needs),
        each=way.each,
        down=way.down,
        their_count=way.their_count,
    ), out


def _with_the_rest(paths: Sequence[Path], budget: int | None) -> tuple[Path, ...]:
    """Give what nobody needs yet of the budget to the first path that may cost.

    Who can be written to for nothing now may have fallen silent by then.
    """
    given = list(paths)
    for at, path in enumerate(given):
        if budget and path.may_cost and path.price_vnd and budget >= path.price_vnd:
            more = budget // path.price_vnd
            given[at] = replace(path, most_paid=path.most_paid + more)
            budget -= more * path.price_vnd
    return tuple(given)
