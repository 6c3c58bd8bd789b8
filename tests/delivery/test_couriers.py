"""Broadcasts on a channel that writes a message once: everybody gets it once, whatever happens."""

import asyncio
from collections import Counter

from domain.delivery import DeliveryState
from domain.failures import Ambiguous, Refused, Unreachable, Until
from domain.ids import short
from domain.messages import ChatRef, Outgoing, Sent
from tests.delivery.post_office import Office, PreparingPlatform, until

PEOPLE = [f"9{number:03}" for number in range(150)]


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
    go_on.set()
    await working
    states = await office.states(ids)
    assert states[DeliveryState.ACCEPTED] == len(platform.sends)
    assert states[DeliveryState.PENDING] == len(ids) - len(platform.sends)
    assert await office.open_windows() == 0
