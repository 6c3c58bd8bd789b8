"""Durations are counted once each, in the class whose limit they keep."""

from hypothesis import given
from hypothesis import strategies as st

from domain.durations import LIMITS_S, Durations


@given(st.lists(st.floats(min_value=0, max_value=100)))
def test_each_class_holds_all_that_took_no_longer_than_its_limit(took: list[float]) -> None:
    counted = Durations()
    for one in took:
        counted.note(one)
    *limited, (name, all_of_them) = counted.up_to()
    assert limited == [(str(most), sum(one <= most for one in took)) for most in LIMITS_S]
    assert (name, all_of_them) == ("+Inf", len(took))
    assert counted.total_s == sum(took)
