"""Turns of duty: read as people type them, shown, and laid upon the week."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.roster import DutyTurn, end_of_turn, read_turns, show_turns

MONDAY = datetime(2026, 11, 23, tzinfo=UTC) - timedelta(hours=7)
"""Midnight in Hanoi."""
TURNS = st.builds(
    DutyTurn,
    weekday=st.integers(0, 6),
    begins=st.integers(0, 1439),
    ends=st.integers(1, 1440),
)


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("T2-T6 7h-17h", "T2-T6 07:00–17:00"),
        ("t7, cn 17h30-7h", "T7, CN 17:30–07:00"),
        ("thứ 2 - thứ 4 7:00 đến 11:30; chủ nhật 0h-24h", "T2-T4 07:00–11:30; CN 00:00–24:00"),
        ("Hằng ngày 20h–22h", "T2-CN 20:00–22:00"),
        ("thu 6-t2 8 giờ tới 9 giờ", "T2, T6-CN 08:00–09:00"),
    ],
)
def test_turns_are_read_as_they_are_typed(typed: str, shown: str) -> None:
    assert show_turns(read_turns(typed)) == shown


@pytest.mark.parametrize(
    "typed", ["", "7h-17h", "T2-T6", "T8 7h-17h", "T2 7h-25h", "T2 7h-17h mai", "mai T2 7h-8h", "x"]
)
def test_what_is_no_turn_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_turns(typed)


@given(st.lists(TURNS, min_size=1, max_size=8, unique_by=lambda turn: (turn.weekday, turn.begins)))
def test_what_is_shown_is_read_back(turns: list[DutyTurn]) -> None:
    assert sorted(turns) == list(read_turns(show_turns(turns)))


@given(TURNS, st.integers(0, 7 * 1440 - 1))
def test_a_turn_covers_just_its_minutes_of_the_week(turn: DutyTurn, minute: int) -> None:
    begin = turn.weekday * 1440 + turn.begins
    covered = (minute - begin) % (7 * 1440) < turn.minutes
    instant = MONDAY + timedelta(minutes=minute)
    end = turn.end_at(instant)
    assert (end is not None) == covered
    if end is not None:
        assert instant < end <= instant + timedelta(days=1)
        assert turn.end_at(end) is None or turn.minutes == 1440


def test_turns_that_follow_on_each_other_end_together() -> None:
    turns = read_turns("T2 7h-17h; T2 17h-7h; T3 7h-9h; T5 7h-9h")
    assert end_of_turn(turns, MONDAY + timedelta(hours=8)) == MONDAY + timedelta(days=1, hours=9)
    assert end_of_turn(turns, MONDAY) is None
