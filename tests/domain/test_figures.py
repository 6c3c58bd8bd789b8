"""Figures as people here write them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.figures import count, percent


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "0"), (999, "999"), (1000, "1.000"), (250_000, "250.000"), (1_234_567, "1.234.567")],
)
def test_dots_stand_between_thousands(number: int, written: str) -> None:
    assert count(number) == written


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (8362, 10_000, "83,62%"),
        (1, 3, "33,33%"),
        (1, 800, "0,13%"),
        (5, 5, "100,00%"),
        (0, 7, "0,00%"),
        (0, 0, "–"),
        (20_000, 1, "2.000.000,00%"),
    ],
)
def test_a_share_has_two_decimals_and_a_comma(part: int, whole: int, written: str) -> None:
    assert percent(part, whole) == written


@settings(deadline=None)
@given(st.integers(0, 10**12))
def test_a_count_reads_back(number: int) -> None:
    assert int(count(number).replace(".", "")) == number
