"""The states of a tip and the steps between them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.tip import IllegalStep, Step, TipState, after

_GIVEN = (Step.ASSIGN, Step.RELEASE)
"""By these a tip goes from hand to hand without being opened again."""


def walk(steps: list[Step]) -> list[TipState]:
    """Return the states that a tip goes through, illegal steps left out."""
    states = [TipState.RECEIVED]
    for step in steps:
        try:
            states.append(after(states[-1], step))
        except IllegalStep:
            continue
    return states


@given(st.lists(st.sampled_from(Step)))
def test_an_erased_tip_stays_erased(steps: list[Step]) -> None:
    states = walk(steps)
    if TipState.ERASED in states:
        assert states[-1] is TipState.ERASED
        assert states.count(TipState.ERASED) == 1


@given(st.lists(st.sampled_from(Step)))
def test_every_living_tip_can_be_closed_or_opened_again(steps: list[Step]) -> None:
    last = walk(steps)[-1]
    if last.is_open:
        assert after(last, Step.CLOSE) is TipState.CLOSED
    elif last is TipState.CLOSED:
        assert after(last, Step.REOPEN) is TipState.RECEIVED


@given(st.lists(st.sampled_from([step for step in Step if step not in _GIVEN])))
def test_nobody_takes_a_tip_twice_without_a_reopening_between(steps: list[Step]) -> None:
    states = walk(steps)
    taken = [at for at, state in enumerate(states) if state is TipState.TAKEN]
    for first, second in pairwise(taken):
        assert TipState.CLOSED in states[first:second]


@pytest.mark.parametrize("step", [Step.TAKE, Step.CLOSE])
def test_a_closed_tip_is_neither_taken_nor_closed(step: Step) -> None:
    with pytest.raises(IllegalStep):
        after(TipState.CLOSED, step)
