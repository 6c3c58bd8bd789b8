"""A small figure is neither told nor to be worked out from the total and what is told."""

from itertools import product

from hypothesis import assume, given
from hypothesis import strategies as st

from domain.few import Kept, covered, total_tells
from domain.part import FEW


@given(st.dictionaries(st.integers(), st.integers(0, 9), max_size=5))
def test_what_is_hidden_may_always_be_at_least_two_figures(figures: dict[int, int]) -> None:
    told = covered(figures)
    assert all(not 0 < figures[key] < FEW for key in told if told[key] == figures[key])
    hidden = [key for key in told if isinstance(told[key], Kept)]
    assume(not total_tells(figures))
    rest = sum(figures[key] for key in hidden)
    ranges = [range(1, FEW) if told[key] is Kept.FEW else range(FEW, 100) for key in hidden]
    fitting = [one for one in product(*ranges) if sum(one) == rest]
    for index, key in enumerate(hidden):
        if told[key] is Kept.FEW:
            assert len({one[index] for one in fitting}) > 1


def test_nothing_small_hides_nothing_and_the_only_figure_is_the_total_itself() -> None:
    assert covered({"a": 5, "b": 0}) == {"a": 5, "b": 0}
    assert covered({"a": 3}) == {"a": Kept.FEW}
    assert covered({"a": 3, "b": 8, "c": 7}) == {"a": Kept.FEW, "b": Kept.HELD, "c": 7}


@given(st.lists(st.integers(FEW, 200), min_size=2, max_size=4), st.integers(1, FEW - 1))
def test_which_figure_is_held_beside_a_small_one_tells_nothing_of_its_size(
    others: list[int], small: int
) -> None:
    assume(small + others[0] > 1 + FEW)
    told = covered(dict(enumerate((small, *others))))
    assert [key for key in told if told[key] is Kept.HELD] == [1]


def test_where_a_small_figure_would_follow_all_the_same_the_total_is_not_told() -> None:
    for given_away in ((3,), (1, 1), (1, 5), (5, 1), (1, 1, 6), (4, 4), (1, 5, 5)):
        assert total_tells(dict(enumerate(given_away))), given_away
    for kept in ((), (0, 5), (5, 6), (1, 7, 8), (1, 1, 6, 7), (4, 4, 9, 9)):
        assert not total_tells(dict(enumerate(kept))), kept
