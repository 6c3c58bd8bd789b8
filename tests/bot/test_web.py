"""The web door: health, routes, limits, and a busy port said in a sentence."""

import asyncio
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from bot.web import Told, WebDoor, create_app
from domain.errors import Misconfigured
from storage.database import DatabaseAway

Facts = dict[str, object]


async def _well() -> Facts:
    return {"ok": True, "unsure": 0}


async def _ill() -> Facts:
    return {"ok": False}


async def _homeless() -> Facts:
    message = "canary of a path"
    raise DatabaseAway(message)


async def _echo(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


async def _ready() -> list[str]:
    return []


async def _starting() -> list[str]:
    return ["starting"]


async def _figures() -> bytes:
    return b"an_ninh_unsure 0.0\n"


async def _no_figures() -> bytes:
    message = "canary of a path"
    raise DatabaseAway(message)


def _told(
    health: Callable[[], Awaitable[Facts]] = _well,
    not_ready: Callable[[], Awaitable[list[str]]] = _ready,
    figures: Callable[[], Awaitable[bytes]] = _figures,
) -> Told:
    return Told(
        health=health,
        not_ready=not_ready,
        figures=figures,
        own_figures=lambda: b"an_ninh_database_up 0.0\n",
    )


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


@pytest.mark.parametrize(
    ("health", "status", "facts"),
    [
        (_well, 200, {"ok": True, "unsure": 0}),
        (_ill, 503, {"ok": False}),
        (_homeless, 503, {"ok": False, "database": "away"}),
    ],
)
async def test_health_is_told_by_status_and_facts(
    session: aiohttp.ClientSession,
    health: Callable[[], Awaitable[Facts]],
    status: int,
    facts: Facts,
) -> None:
    door = WebDoor(create_app([], _told(health)), "127.0.0.1", 0)
    port = await door.open()
    try:
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert answer.status == status
            assert await answer.json() == facts
    finally:
        await door.close()


async def test_who_brings_work_is_told_whether_to_and_why_not(
    session: aiohttp.ClientSession,
) -> None:
    for not_ready, status, why in ((_ready, 200, []), (_starting, 503, ["starting"])):
        door = WebDoor(create_app([], _told(not_ready=not_ready)), "127.0.0.1", 0)
        port = await door.open()
        try:
            async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                assert answer.status == status
                assert await answer.json() == {"ready": not why, "why": why}
        finally:
            await door.close()


async def test_a_process_is_alive_for_as_long_as_it_answers_whatever_is_wrong(
    session: aiohttp.ClientSession,
) -> None:
    door = WebDoor(create_app([], _told(_homeless, not_ready=_starting)), "127.0.0.1", 0)
    port = await door.open()
    try:
        async with session.get(f"http://127.0.0.1:{port}/livez") as answer:
            assert (answer.status, await answer.json()) == (200, {"alive": True})
    finally:
        await door.close()


async def test_figures_are_text_for_prometheus_and_the_process_own_without_the_database(
    session: aiohttp.ClientSession,
) -> None:
    for figures, told in (
        (_figures, "an_ninh_unsure 0.0\n"),
        (_no_figures, "an_ninh_database_up 0.0\n"),
    ):
        door = WebDoor(create_app([], _told(figures=figures)), "127.0.0.1", 0)
        port = await door.open()
        try:
            async with session.get(f"http://127.0.0.1:{port}/metrics") as answer:
                assert answer.status == 200
                assert await answer.text() == told
                assert answer.content_type == "text/plain"
        finally:
            await door.close()


async def test_a_channels_routes_are_served_with_limited_bodies(
    session: aiohttp.ClientSession,
) -> None:
    door = WebDoor(create_app([web.post("/hook", _echo)], _told()), "127.0.0.1", 0)
    url = f"http://127.0.0.1:{await door.open()}"
    try:
        async with session.post(f"{url}/hook", data=b"x" * 1000) as answer:
            assert await answer.text() == "1000"
        async with session.post(f"{url}/hook", data=io.BytesIO(b"x" * (1024 * 1024 + 1))) as answer:
            assert answer.status == 413
        async with session.get(f"{url}/anything") as answer:
            assert answer.status == 404
    finally:
        await door.close()


async def test_a_busy_port_is_told_in_a_sentence_and_leaves_the_first_alone(
    session: aiohttp.ClientSession,
) -> None:
    first = WebDoor(create_app([], _told()), "127.0.0.1", 0)
    port = await first.open()
    second = WebDoor(create_app([], _told()), "127.0.0.1", port)
    with pytest.raises(Misconfigured, match=rf"{port} \(đã có chương trình khác dùng\).*WEB_PORT"):
        await second.open()
    await second.close()
    async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
        assert answer.status == 200
    await first.close()


async def test_an_address_that_is_not_ours_is_told_as_such() -> None:
    # 192.0.2.0/24 is set aside for examples (RFC 5737): no machine has it.
    door = WebDoor(create_app([], _told()), "192.0.2.1", 0)
    with pytest.raises(Misconfigured, match="WEB_HOST"):
        await door.open()


async def test_after_closing_nobody_answers(session: aiohttp.ClientSession) -> None:
    door = WebDoor(create_app([], _told()), "127.0.0.1", 0)
    port = await door.open()
    await door.close()
    with pytest.raises(aiohttp.ClientConnectorError):
        await session.get(f"http://127.0.0.1:{port}/healthz")


async def test_who_asks_while_the_database_is_silent_is_told_so(
    session: aiohttp.ClientSession,
) -> None:
    async def silent() -> Any:
        await asyncio.Event().wait()

    told = _told(health=silent, not_ready=silent, figures=silent)
    door = WebDoor(create_app([], told, patience_s=0.01), "127.0.0.1", 0)
    port = await door.open()
    try:
        for path, status, words in (
            ("healthz", 503, "away"),
            ("readyz", 503, "database_away"),
            ("metrics", 200, "an_ninh_database_up 0.0"),
        ):
            async with session.get(f"http://127.0.0.1:{port}/{path}") as response:
                assert response.status == status, path
                assert words in await response.text()
    finally:
        await door.close()
