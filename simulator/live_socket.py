"""Live events over a WebSocket: first what was missed or a snapshot, then all that comes."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from aiohttp import WSMsgType, web

from simulator.live import Live

HEARTBEAT_S = 20


async def serve_live(
    request: web.Request, live: Live, snapshot: Callable[[], dict[str, Any]]
) -> web.StreamResponse:
    """Send events until the listener goes or the simulator ends; `?since=SEQ` replays."""
    socket = web.WebSocketResponse(heartbeat=HEARTBEAT_S)
    await socket.prepare(request)
    queue = live.listen()
    since = request.query.get("since", "")
    missed = live.missed(int(since)) if since.isdigit() else None
    opening = missed if missed is not None else [{"type": "snapshot", **snapshot()}]
    reader = asyncio.ensure_future(_until_closed(socket))
    try:
        for event in opening:
            await _tell(socket, event)
        while not socket.closed:
            getter = asyncio.ensure_future(queue.get())
            done, _ = await asyncio.wait({getter, reader}, return_when=asyncio.FIRST_COMPLETED)
            if getter not in done:
                getter.cancel()
                break
            told = getter.result()
            if told is None:
                break
            await _tell(socket, told)
    except ConnectionError:
        pass
    finally:
        live.leave(queue)
        reader.cancel()
        with suppress(ConnectionError):
            await socket.close()
    return socket


async def _tell(socket: web.WebSocketResponse, event: dict[str, Any]) -> None:
    await socket.send_str(orjson.dumps(event).decode())


async def _until_closed(socket: web.WebSocketResponse) -> None:
    async for message in socket:
        if message.type in {WSMsgType.CLOSE, WSMsgType.ERROR}:
            return
