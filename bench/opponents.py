"""Loops that only send, to compare with: `python -m bench.opponents plain|ptb|aiogram`.

Each is what a careful person writes with that library and nothing behind it: no ledger, no pace,
nothing survives a crash. It prints one JSON line. aiogram may live in an environment of its own,
so nothing of this house is imported here.
"""

import argparse
import asyncio
import gc
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from importlib import import_module

import uvloop

TEXT = "Đây là tin đo tốc độ gửi. Xin bà con khóa cửa cẩn thận khi ra khỏi nhà."
FIRST_CHAT = 500_000_001
Sends = Callable[[int], Awaitable[object]]


async def _all(count: int, in_flight: int, send: Sends) -> tuple[float, float]:
    """Send to so many chats, so many at a time; return wall seconds and seconds of CPU."""
    chats: Iterator[int] = iter(range(FIRST_CHAT, FIRST_CHAT + count))

    async def one_after_the_other() -> None:
        for chat in chats:
            await send(chat)

    await send(FIRST_CHAT)
    gc.collect()
    began, used = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one_after_the_other() for _ in range(in_flight)))
    return time.perf_counter() - began, time.process_time() - used


async def plain(url: str, token: str, count: int, in_flight: int) -> tuple[float, float]:
    """Send with aiohttp on uvloop, JSON by orjson."""
    import aiohttp  # noqa: PLC0415 - each opponent's own
    import orjson  # noqa: PLC0415

    address = f"{url}/bot{token}/sendMessage"
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=256)) as session:

        async def send(chat: int) -> object:
            body = orjson.dumps({"chat_id": chat, "text": TEXT})
            async with session.post(address, data=body, headers=headers) as response:
                answer = orjson.loads(await response.read())
            assert answer["ok"], answer
            return answer["result"]["message_id"]

        return await _all(count, in_flight, send)


async def ptb(url: str, token: str, count: int, in_flight: int) -> tuple[float, float]:
    """Send with python-telegram-bot's own `send_message`."""
    from telegram import Bot  # noqa: PLC0415
    from telegram.request import HTTPXRequest  # noqa: PLC0415

    request = HTTPXRequest(connection_pool_size=in_flight, pool_timeout=60)
    async with Bot(token, base_url=f"{url}/bot", request=request) as bot:
        return await _all(count, in_flight, lambda chat: bot.send_message(chat, TEXT))


async def by_aiogram(url: str, token: str, count: int, in_flight: int) -> tuple[float, float]:
    """Send with aiogram's `send_message`."""
    # No package of ours: it lives in an environment of its own, and may be missing.
    aiogram = import_module("aiogram")
    sessions = import_module("aiogram.client.session.aiohttp")
    servers = import_module("aiogram.client.telegram")
    session = sessions.AiohttpSession(api=servers.TelegramAPIServer.from_base(url), limit=256)
    async with aiogram.Bot(token, session=session) as bot:
        return await _all(count, in_flight, lambda chat: bot.send_message(chat, TEXT))


def main() -> None:
    """Read the words, send, print the figures."""
    words = argparse.ArgumentParser(prog="python -m bench.opponents", description=__doc__)
    words.add_argument("who", choices=["plain", "ptb", "aiogram"])
    words.add_argument("--api", required=True)
    words.add_argument("--token", required=True)
    words.add_argument("--count", type=int, required=True)
    words.add_argument("--in-flight", type=int, required=True)
    given = words.parse_args()
    sends = {"plain": plain, "ptb": ptb, "aiogram": by_aiogram}[given.who]
    wall, cpu = uvloop.run(sends(given.api, given.token, given.count, given.in_flight))
    sys.stdout.write(json.dumps({"count": given.count, "seconds": wall, "cpu_s": cpu}) + "\n")


if __name__ == "__main__":
    main()
