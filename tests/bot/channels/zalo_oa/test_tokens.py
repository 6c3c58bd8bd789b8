"""Tokens: one refresher, kept before use, and what is done when an answer is lost."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.channels.exchange import Exchange
from bot.channels.zalo_oa.oauth import Grants
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.tokens import Tokens
from domain.failures import AccountDown, Transient
from tests.bot.channels.telegram.pretend import cut, raw
from tests.bot.channels.zalo_oa.pretend import FIRST, REFRESH_PATH, MemoryShelf, PretendZalo
from tests.chat import MovingClock


class _Door:
    """Makes refreshers on one shelf, as processes that share a database."""

    def __init__(self, settings: ZaloOaSettings, shelf: MemoryShelf, clock: MovingClock) -> None:
        self.settings, self.shelf, self.clock = settings, shelf, clock
        # Nothing here waits for them to run out: a busy machine has all the time it needs.
        self.exchange = Exchange(connect_timeout_s=60, read_timeout_s=60)
        self.exchange.open()

    def tokens(self, first: str = FIRST, **changes: Any) -> Tokens:
        grants = Grants(replace(self.settings, **changes), self.exchange)
        return Tokens(self.shelf, grants, self.clock, first, timedelta(seconds=30))


@pytest.fixture
async def door(
    settings: ZaloOaSettings, shelf: MemoryShelf, clock: MovingClock
) -> AsyncIterator[_Door]:
    made = _Door(settings, shelf, clock)
    yield made
    await made.exchange.close()


async def lost(pretend: PretendZalo) -> None:
    """Rotate the tokens and tell nobody."""

    async def answer(request: object) -> object:
        pretend.rotate()
        return await cut(request)  # type: ignore[arg-type]

    pretend.next(REFRESH_PATH, answer)  # type: ignore[arg-type]


async def test_nobody_waits_for_a_server_of_tokens_that_hangs_while_theirs_is_good(
    door: _Door, zalo: PretendZalo, clock: MovingClock
) -> None:
    tokens = door.tokens()
    await tokens.access()
    clock.forward(hours=20, minutes=1)
    let_go = asyncio.Event()

    async def hang(request: web.Request) -> web.StreamResponse:
        await let_go.wait()
        return web.Response(status=504)

    zalo.next(REFRESH_PATH, hang, hang)
    assert await tokens.access() == "canary-access-1"
    # It is still being asked, and nobody waits again: there is an answer without a pause.
    again = asyncio.create_task(tokens.access())
    await asyncio.sleep(0)
    assert again.done()
    assert again.result() == "canary-access-1"
    let_go.set()
    await tokens.close()
    clock.forward(hours=5)
    assert await tokens.access() == "canary-access-2"


async def test_the_first_pair_comes_from_the_setting_and_is_used_until_twenty_hours_passed(
    door: _Door, zalo: PretendZalo, clock: MovingClock
) -> None:
    tokens = door.tokens()
    assert await tokens.access() == "canary-access-1"
    clock.forward(hours=19, minutes=59)
    assert await tokens.access() == "canary-access-1"
    clock.forward(minutes=2)
    assert await tokens.access() == "canary-access-2"
    assert zalo.refreshes == 2


async def test_many_who_ask_at_once_in_two_processes_refresh_once(
    door: _Door, zalo: PretendZalo, clock: MovingClock
) -> None:
    here, there = door.tokens(), door.tokens()
    asked = [tokens.access() for _ in range(20) for tokens in (here, there)]
    assert set(await asyncio.gather(*asked)) == {"canary-access-1"}
    clock.forward(minutes=6)
    refused = [tokens.instead_of("canary-access-1") for _ in range(9) for tokens in (here, there)]
    assert set(await asyncio.gather(*refused)) == {"canary-access-2"}
    assert zalo.refreshes == 2


async def test_a_pair_is_kept_before_it_is_used_and_is_not_dropped_when_it_cannot_be(
    door: _Door, zalo: PretendZalo, shelf: MemoryShelf
) -> None:
    tokens = door.tokens()
    shelf.broken = 2
    for _ in range(2):
        with pytest.raises(Transient):
            await tokens.access()
    assert await tokens.access() == "canary-access-1"
    assert zalo.refreshes == 1
    assert shelf.held is not None
    assert shelf.held.pair.refresh == "canary-refresh-1"


async def test_a_pair_that_could_not_be_kept_is_kept_before_the_end(
    door: _Door, shelf: MemoryShelf
) -> None:
    tokens = door.tokens()
    shelf.broken = 2
    with pytest.raises(Transient):
        await tokens.access()
    await tokens.close()
    assert shelf.held is not None
    assert shelf.held.pair.refresh == "canary-refresh-1"


async def test_a_wrong_secret_costs_no_token(
    door: _Door, zalo: PretendZalo, shelf: MemoryShelf
) -> None:
    with pytest.raises(AccountDown, match=r"^app: .*ZALO_OA_APP_SECRET"):
        await door.tokens(app_secret="mistyped").access()
    assert shelf.held is not None
    assert shelf.held.refused is None
    # Told as a refused token, it is tried again as soon as the secret is another one.
    zalo.wrong_secret = -14014
    for _ in range(2):
        with pytest.raises(AccountDown, match="consent"):
            await door.tokens(app_secret="mistyped").access()
    assert len(zalo.at(REFRESH_PATH)) == 2
    assert await door.tokens().access() == "canary-access-1"


async def test_a_refused_pair_is_tried_again_after_an_hour(
    door: _Door, zalo: PretendZalo, clock: MovingClock
) -> None:
    tokens = door.tokens()
    zalo.next(REFRESH_PATH, raw(200, b'{"error": -14014}'))
    for _ in range(2):
        with pytest.raises(AccountDown):
            await tokens.access()
    assert len(zalo.at(REFRESH_PATH)) == 1
    clock.forward(minutes=61)
    assert await tokens.access() == "canary-access-1"


async def test_a_token_that_is_refused_when_it_is_new_is_not_refreshed(
    door: _Door, zalo: PretendZalo, clock: MovingClock
) -> None:
    tokens = door.tokens()
    stale = await tokens.access()
    with pytest.raises(AccountDown, match="just refreshed"):
        await tokens.instead_of(stale)
    assert zalo.refreshes == 1
    clock.forward(minutes=6)
    assert await tokens.instead_of(stale) == "canary-access-2"


async def test_a_pair_that_was_made_when_our_clock_was_wrong_locks_nobody_out(
    door: _Door, clock: MovingClock
) -> None:
    clock.forward(hours=24 * 30)
    stale = await door.tokens().access()
    clock.forward(hours=-24 * 30)
    tokens = door.tokens()
    assert await tokens.access() == stale
    assert await tokens.instead_of(stale) == "canary-access-2"


async def test_who_gives_up_waiting_does_not_end_the_exchange(
    door: _Door, zalo: PretendZalo, shelf: MemoryShelf
) -> None:
    tokens = door.tokens()
    waiting = asyncio.create_task(tokens.access())
    while not shelf.by:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await tokens.close()
    assert shelf.held is not None
    assert shelf.held.pair.access == zalo.access == "canary-access-1"


async def test_a_lost_answer_is_asked_for_once_more_and_then_somebody_must_consent(
    door: _Door, zalo: PretendZalo, shelf: MemoryShelf
) -> None:
    tokens = door.tokens()
    await lost(zalo)
    with pytest.raises(AccountDown, match="zalo consent") as down:
        await tokens.access()
    assert "lost" in down.value.reason
    assert "canary" not in repr(down.value)
    state = await shelf.state()
    assert state is not None
    assert state.refused == down.value.reason
    calls = len(zalo.calls)
    with pytest.raises(AccountDown):
        await door.tokens().access()
    assert len(zalo.calls) == calls


async def test_an_answer_lost_before_the_rotation_costs_nothing(
    door: _Door, zalo: PretendZalo
) -> None:
    zalo.next(REFRESH_PATH, cut)
    assert await door.tokens().access() == "canary-access-1"


async def test_a_server_that_is_away_refuses_nobody_and_is_left_alone_for_a_minute(
    door: _Door, zalo: PretendZalo, shelf: MemoryShelf, clock: MovingClock
) -> None:
    tokens = door.tokens()
    await tokens.access()
    clock.forward(hours=21)
    zalo.next(REFRESH_PATH, raw(502, b"<html>"), raw(500, b""))
    assert await tokens.access() == "canary-access-1"
    calls = len(zalo.calls)
    assert await tokens.access() == "canary-access-1"
    assert len(zalo.calls) == calls
    clock.forward(minutes=2)
    assert await tokens.access() == "canary-access-2"
    assert shelf.by is None


async def test_a_rate_limit_on_refreshing_refuses_nobody(
    door: _Door, zalo: PretendZalo, clock: MovingClock
) -> None:
    tokens = door.tokens()
    zalo.next(REFRESH_PATH, raw(200, b'{"error": -32}'))
    with pytest.raises(Transient):
        await tokens.access()
    clock.forward(minutes=2)
    assert await tokens.access() == "canary-access-1"


async def test_a_shelf_that_is_away_is_a_passing_trouble(door: _Door, shelf: MemoryShelf) -> None:
    shelf.away = True
    with pytest.raises(Transient, match="OSError") as away:
        await door.tokens().access()
    assert "canary" not in away.value.reason


async def test_a_changed_setting_after_a_refusal_begins_anew(
    door: _Door, zalo: PretendZalo
) -> None:
    zalo.refresh = "another"
    with pytest.raises(AccountDown):
        await door.tokens().access()
    assert await door.tokens("another").access() == "canary-access-1"
    zalo.refresh = "third"
    assert await door.tokens("third").access() == "canary-access-1"


async def test_without_any_token_somebody_must_consent(door: _Door) -> None:
    with pytest.raises(AccountDown, match="consent"):
        await door.tokens("").access()


async def test_a_refresh_token_that_grows_old_is_told_once_a_day(
    door: _Door, zalo: PretendZalo, clock: MovingClock, caplog: pytest.LogCaptureFixture
) -> None:
    tokens = door.tokens()
    await tokens.look_after()
    clock.forward(days=76)
    shelf = door.shelf
    assert shelf.held is not None
    # Somebody else made only the access token new, as far as the shelf knows.
    await shelf.put(shelf.held.pair, clock.now() + timedelta(hours=25))
    shelf.since = clock.now() - timedelta(days=76)
    tokens.forget()
    with caplog.at_level(logging.WARNING):
        await tokens.look_after()
        await tokens.look_after()
    assert [record.args for record in caplog.records] == [(76,)]
    assert "canary" not in caplog.text
