"""The reach plan: everybody once, no more money than allowed, no faster than the pace."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.hours import ANY_TIME, BroadcastRules
from domain.reach_plan import Left, Path, ReachPlan, Standing, Way, make

NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)
OPEN = NOW + timedelta(days=30)
FIRST, SECOND = UUID(int=1), UUID(int=2)
PAYING = Way(account_id=FIRST, channel="zalo_oa", per_s=1.0, may_cost=True, price_vnd=55)


def _plan(
    counts: dict[tuple[UUID, Standing], int],
    *ways: Way,
    most_vnd: int | None = 0,
    rules: BroadcastRules = ANY_TIME,
    ends: datetime = OPEN,
) -> ReachPlan:
    return make(counts, ways, made_at=NOW, begins=NOW, ends=ends, rules=rules, most_vnd=most_vnd)


def _path(plan: ReachPlan) -> Path:
    return plan.paths[0]


_WAYS = st.builds(
    Way,
    account_id=st.just(FIRST),
    channel=st.sampled_from(("telegram", "zalo_oa", "zalo_bot")),
    per_s=st.floats(0.01, 30),
    price_vnd=st.integers(0, 300),
    allowance_left=st.integers(-5, 500),
    month_left=st.none() | st.integers(-5, 3000),
    posts=st.integers(0, 40),
)
_COUNTS = st.dictionaries(st.sampled_from(Standing), st.integers(0, 5000))


@given(
    first=_WAYS,
    second=_WAYS,
    ours=_COUNTS,
    theirs=_COUNTS,
    most_vnd=st.none() | st.integers(0, 400_000),
    rules=st.sampled_from((ANY_TIME, BroadcastRules())),
    hours=st.integers(0, 72),
)
def test_the_parts_are_everybody_and_no_more_is_spent_than_allowed(
    first: Way,
    second: Way,
    ours: dict[Standing, int],
    theirs: dict[Standing, int],
    most_vnd: int | None,
    rules: BroadcastRules,
    hours: int,
) -> None:
    counts = {(FIRST, one): number for one, number in ours.items()}
    counts |= {(SECOND, one): number for one, number in theirs.items()}
    ends = NOW + timedelta(hours=hours)
    first = replace(first, may_cost=True)
    second = replace(second, may_cost=True, account_id=SECOND)
    plan = _plan(counts, first, second, most_vnd=most_vnd, rules=rules, ends=ends)

    assert plan.everybody == sum(counts.values())
    assert plan.people + sum(plan.left.values()) == plan.everybody
    for path, way in zip(plan.paths, (first, second), strict=True):
        assert min(path.free, path.covered, path.priced, path.most_paid) >= 0
        assert path.covered + path.priced <= path.most_paid
        assert path.free <= counts.get((way.account_id, Standing.FREE), 0)
        if path.price_vnd:
            assert path.covered <= max(0, way.allowance_left)
        if way.month_left is not None:
            assert path.people <= max(0, way.month_left)
        if path.through <= ends:
            assert (
                path.people + path.posts
                <= 1 + rules.open_between(NOW, ends).total_seconds() * way.per_s
            )
    if most_vnd is not None:
        assert plan.cost_vnd <= plan.most_vnd <= most_vnd
    assert ReachPlan.has_grown(plan, plan) is False


def test_what_is_paid_for_goes_before_what_costs() -> None:
    counts = {(FIRST, Standing.FREE): 100, (FIRST, Standing.COSTS): 30}
    way = replace(PAYING, allowance_left=10)
    path = _path(_plan(counts, way, most_vnd=1000))
    assert (path.free, path.covered, path.priced) == (100, 10, 18)
    assert (path.cost_vnd, path.most_paid) == (990, 28)
    free_only = _plan(counts, way)
    assert free_only.left == {Left.ALLOWANCE: 20}
    assert (free_only.cost_vnd, free_only.paid()) == (0, {str(FIRST): 0})
    assert free_only.wanting_cost_vnd == 20 * 55


def test_an_alert_may_cost_whatever_it_takes_even_when_free_windows_close() -> None:
    counts = {(FIRST, Standing.FREE): 100, (FIRST, Standing.COSTS): 30}
    plan = _plan(counts, PAYING, most_vnd=None)
    assert (plan.people, plan.cost_vnd, plan.most_vnd) == (130, 30 * 55, 130 * 55)


def test_the_rest_of_the_money_is_there_for_who_falls_silent_meanwhile() -> None:
    plan = _plan({(FIRST, Standing.FREE): 100}, PAYING, most_vnd=560)
    assert (plan.cost_vnd, plan.paid(), plan.most_vnd) == (0, {str(FIRST): 10}, 550)


def test_quiet_hours_and_pace_say_who_comes_too_late_and_when_it_ends() -> None:
    way = Way(account_id=FIRST, channel="telegram", per_s=0.01, posts=6)
    # From 9:00; noon rests from 11:30 to 13:30: an hour a hundredth of a message is 36.
    counts = {(FIRST, Standing.FREE): 200}
    plan = _plan(counts, way, rules=BroadcastRules(), ends=NOW + timedelta(hours=6))
    assert plan.left == {Left.LATE: 200 - (4 * 36 - 6)}
    assert plan.ends == NOW + timedelta(hours=6)


def test_what_a_person_decides_is_signed_and_head_counts_are_not() -> None:
    few = _plan({(FIRST, Standing.FREE): 5, (FIRST, Standing.COSTS): 5}, PAYING, most_vnd=550)
    many = _plan({(FIRST, Standing.FREE): 9, (FIRST, Standing.COSTS): 6}, PAYING, most_vnd=550)
    assert few.signed() == many.signed()
    assert many.has_grown(few)
    other = _plan({(FIRST, Standing.FREE): 5}, PAYING, most_vnd=605)
    assert other.signed() != few.signed()


def test_nobody_is_counted_on_an_account_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        _plan({(SECOND, Standing.FREE): 1}, PAYING)
