"""The line of updates, whatever comes when: nothing is lost, order holds, repeats are few."""

import random

from hypothesis import given
from hypothesis import strategies as st

from simulator.clock import Clock
from simulator.zalo_bot.rules import Rules
from simulator.zalo_bot.updates import MOST_REPEATS, UpdateLine

STEPS = st.lists(st.sampled_from(["push", "take", "wait"]), max_size=60)


@given(steps=STEPS, seed=st.integers(), chance=st.floats(0, 1))
def test_every_update_is_given_in_order_and_repeated_at_most_twice(
    steps: list[str], seed: int, chance: float
) -> None:
    clock = Clock()
    rules = Rules(replay_chance=chance)
    line = UpdateLine(clock, rules, random.Random(seed))
    pushed, given_to_bot = 0, []
    for step in steps:
        if step == "push":
            line.push({"number": pushed})
            pushed += 1
        elif step == "wait":
            clock.advance(rules.forget_after_s + 1)
        elif (update := line.take()) is not None:
            given_to_bot.append(update["number"])
    while (update := line.take()) is not None:
        given_to_bot.append(update["number"])
    assert list(dict.fromkeys(given_to_bot)) == list(range(pushed))
    assert max(map(given_to_bot.count, given_to_bot), default=0) <= 1 + MOST_REPEATS
