"""Broadcasts on a channel that writes a message once: everybody gets it once, whatever happens."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from delivery.couriers import Couriers
from delivery.pace import Pace
from domain.delivery import DeliveryState, Unknowable
from domain.failures import Ambiguous, Refused, Unreachable, Until
from domain.ids import short
from domain.messages import ChatRef, Outgoing, Sent
from storage.deliveries.plain import Plain, PlainRow, Taken
from tests.chat import MovingClock
from tests.delivery.post_office import QUICK, Office, PreparingPlatform, until

PEOPLE = [f"9{number:03}" for number in range(150)]
LEASE, SEND_TIMEOUT = timedelta(seconds=15), timedelta(seconds=5)


async def test_a_broadcast_is_written_now_and_then_and_reaches_everybody_once(
    office: Office,
) -> None:
    platform = PreparingPlatform()
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    sender = office.sender(platform)
    working = asyncio.create_task(sender.run())

    async def over() -> bool:
        return (await office.states(ids))[DeliveryState.ACCEPTED] == len(ids)

    await until(over)
    sender.stop()
    await working
    assert Counter(chat for chat, _ in platform.sends) == Counter(PEOPLE)
    assert set(platform.owns.values()) == {short(one) for one in ids}
    assert 0 < platform.written < len(ids) / 2
    assert sender.counts == {"accepted": len(ids)}
    assert sender.answers.up_to()[-1] == ("+Inf", len(ids))
    assert await office.open_windows() == 0


async def test_each_failure_is_the_fate_of_its_own_row(office: Office) -> None:
    failures = {
        PEOPLE[1]: Unreachable(Until.THEY_WRITE, "blocked"),
        PEOPLE[2]: Refused("content"),
        PEOPLE[3]: Ambiguous("network: reset"),
        PEOPLE[4]: RuntimeError("a fault of ours"),
    }

    async def answer(chat: ChatRef, _: Outgoing) -> Sent | None:
        if chat.chat_id in failures:
            raise failures[chat.chat_id]
        return None

    ids = await office.broadcast(PEOPLE[:8], "Đội mũ")
    sender = office.sender(PreparingPlatform(script=answer))
    working = asyncio.create_task(sender.run())

    async def over() -> bool:
        return not (await office.states(ids))[DeliveryState.PENDING]

    await until(over)
    sender.stop()
    await working
    states = [await office.state(one) for one in ids]
    assert states == ["accepted", "unreachable", "refused", "unsure", "unsure", *["accepted"] * 3]


async def test_what_has_not_begun_when_told_to_stop_goes_back_untouched(office: Office) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: ChatRef, __: Outgoing) -> Sent | None:
        begun.set()
        await go_on.wait()
        return None

    platform = PreparingPlatform(script=slow)
    ids = await office.broadcast(PEOPLE, "Đội mũ")
    sender = office.sender(platform)
    working = asyncio.create_task(sender.run())
    await begun.wait()
    sender.stop()
    # From here on none begins, though their windows were opened, and most have their slots.
    on_their_way = len(platform.sends)
    go_on.set()
    await working
    assert len(platform.sends) == on_their_way < len(ids)
    states = await office.states(ids)
    assert states[DeliveryState.ACCEPTED] == len(platform.sends)
    assert states[DeliveryState.PENDING] == len(ids) - len(platform.sends)
    assert await office.open_windows() == 0


class Crew:
    """One courier on a clock that only the test moves, with four rows to carry."""

    def __init__(self) -> None:
        self.clock = MovingClock()
        self.stopping = asyncio.Event()
        self.platform = PreparingPlatform(script=self._answer)
        self._meanwhile: Callable[[], object] = self.clock.now

    async def _answer(self, chat: ChatRef, _: Outgoing) -> Sent | None:
        if chat.chat_id == "1":
            self._meanwhile()
        return None

    async def carry(self, lease: timedelta, meanwhile: Callable[[], object]) -> Taken:
        """Carry the rows; something comes to pass while the second is on its way."""
        self._meanwhile = meanwhile
        couriers = Couriers(
            self.platform,
            self.clock,
            most=1,
            pace=Pace(QUICK),
            send_timeout=SEND_TIMEOUT,
            stopping=self.stopping,
            outcome=lambda _: Unknowable("network"),
            heard=lambda _, __: None,
        )
        rows = [(_row(number), None) for number in range(4)]
        words = {"vi": Outgoing(text="Đội mũ")}
        plain = Plain(UUID(int=90), UUID(int=91), rows, words)
        taken, others = await couriers.carry(plain, self.clock.now() + lease)
        assert not others
        return taken


def _row(number: int) -> PlainRow:
    one = UUID(int=number).hex
    return PlainRow(one, one, one, "vi", str(number), None)


@pytest.mark.parametrize(
    ("passes", "begun"),
    [
        (LEASE - SEND_TIMEOUT, 4),
        (LEASE - SEND_TIMEOUT + timedelta(microseconds=1), 2),
        (LEASE, 2),
        (2 * LEASE, 2),
    ],
    ids=["time enough", "too late to be over in time", "at its end", "long over"],
)
async def test_nothing_begins_that_could_outlive_the_lease(passes: timedelta, begun: int) -> None:
    crew = Crew()
    taken = await crew.carry(LEASE, lambda: crew.clock.forward(seconds=passes.total_seconds()))
    everybody = [str(number) for number in range(4)]
    assert [chat for chat, _ in crew.platform.sends] == everybody[:begun]
    assert [row.chat_id for row, _ in taken.rows] == everybody[:begun]
    assert [row.chat_id for row in taken.back] == everybody[begun:]
    assert taken.reason == ("lease" if begun < 4 else "")


async def test_nothing_begins_once_told_to_stop_and_what_is_on_its_way_arrives() -> None:
    crew = Crew()
    taken = await crew.carry(LEASE, crew.stopping.set)
    assert [chat for chat, _ in crew.platform.sends] == ["0", "1"]
    assert [row.chat_id for row, _ in taken.rows] == ["0", "1"]
    assert [row.chat_id for row in taken.back] == ["2", "3"]
    assert taken.reason == "shutdown"
