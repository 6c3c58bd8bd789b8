"""A ring wakes whoever waits; none is missed between looking and waiting."""

import asyncio
import time

from delivery.bell import Bell


async def test_a_ring_wakes_everybody_who_waits() -> None:
    bell = Bell()
    waiting = [asyncio.create_task(bell.wait(bell.rings, 30)) for _ in range(5)]
    await asyncio.sleep(0)
    bell.ring()
    await asyncio.wait_for(asyncio.gather(*waiting), 20)


async def test_a_ring_between_looking_and_waiting_is_not_missed() -> None:
    bell = Bell()
    heard = bell.rings
    bell.ring()
    await asyncio.wait_for(bell.wait(heard, 90), 60)


async def test_without_a_ring_the_wait_ends_at_its_time_out() -> None:
    bell = Bell()
    start = time.monotonic()
    await asyncio.wait_for(bell.wait(bell.rings, 0.05), 60)
    assert time.monotonic() - start >= 0.04


async def test_an_old_ring_does_not_shorten_the_next_wait() -> None:
    bell = Bell()
    bell.ring()
    start = time.monotonic()
    await bell.wait(bell.rings, 0.05)
    assert time.monotonic() - start >= 0.04


async def test_who_stopped_waiting_is_forgotten() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(bell.rings, 30))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    bell.ring()
    assert bell.rings == 1
    assert waiting.cancelled()
