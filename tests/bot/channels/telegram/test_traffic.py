"""What is on its way, and what just left."""

import asyncio

import pytest

from bot.channels.in_flight import InFlight
from bot.channels.telegram.traffic import RecentSends
from domain.failures import Transient


async def test_closing_waits_for_what_is_on_its_way() -> None:
    traffic = InFlight()
    traffic.open()
    with traffic.one():
        closing = asyncio.ensure_future(traffic.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        with pytest.raises(Transient), traffic.one():
            pass
    await closing


async def test_before_it_is_opened_nothing_leaves() -> None:
    with pytest.raises(Transient), InFlight().one():
        pass


def recent(sends: list[tuple[float, str]], now: float) -> RecentSends:
    at = [0.0]
    made = RecentSends(25, 1, lambda: at[0])
    for instant, chat in sends:
        at[0] = instant
        made.add(chat)
    at[0] = now
    return made


@pytest.mark.parametrize(
    ("sends", "now", "expected"),
    [
        ([(0, "a")], 0.5, False),
        ([(0, "a"), (0.2, "a")], 0.5, True),
        ([(0, "a"), (0.2, "a")], 1.1, False),
        ([(0, "a"), (0.2, "a"), (0.3, "b")], 0.5, True),
        ([(0, "a"), (0.2, "a"), *[(0.3, str(n)) for n in range(12)]], 0.5, False),
        ([(0, "b"), (0.2, "b")], 0.5, False),
    ],
)
def test_a_chat_is_over_alone_only_while_the_account_is_well_below(
    sends: list[tuple[float, str]], now: float, expected: bool
) -> None:
    assert recent(sends, now).only_chat_over("a") is expected
