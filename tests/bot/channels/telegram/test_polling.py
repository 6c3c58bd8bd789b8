"""Long polling: nothing is confirmed before it is committed, nothing is lost."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.channels.long_polling import Poller
from bot.channels.telegram.group_filter import Me
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.polling import ALLOWED_UPDATES, TelegramUpdates
from bot.channels.telegram.transport import Transport
from domain.clock import SystemClock
from domain.failures import AccountDown
from tests.bot.channels.telegram.pretend import (
    BOT_ID,
    HANGS_S,
    USERNAME,
    Behaviour,
    ListInbox,
    PretendTelegram,
    cut,
    error,
    hang,
    ok,
    raw,
    until,
)
from tests.bot.channels.telegram.updates import GROUP, message, texts, update
from tests.chat import MovingClock


class Polling:
    """A poller with its account's state."""

    def __init__(
        self, transport: Transport, inbox: ListInbox, refused_pause_s: float = 0.1
    ) -> None:
        self.down: list[AccountDown | None] = []
        self.clock = MovingClock()
        me = Me(BOT_ID, USERNAME, frozenset())
        self.poller = Poller(
            TelegramUpdates(transport, poll_timeout_s=1),
            Intake(me, inbox, SystemClock(), b"s"),
            backoff_cap_s=0.05,
            on_down=self.down.append,
            clock=self.clock,
            refused_pause_s=refused_pause_s,
        )


@pytest.fixture
async def polling(transport: Transport, inbox: ListInbox) -> AsyncIterator[Polling]:
    made = Polling(transport, inbox)
    yield made
    await made.poller.stop()


def offsets(server: PretendTelegram) -> list[object]:
    return [params.get("offset") for params in server.named("getUpdates")]


async def test_the_offset_moves_only_after_the_commit(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    server.updates = texts("một", "hai", first=41)
    inbox.open.clear()
    polling.poller.start()
    await until(lambda: inbox.tries == 1)
    await asyncio.sleep(0.1)
    assert offsets(server) == [None]
    inbox.open.set()
    await until(lambda: len(offsets(server)) >= 2)
    assert len(inbox.items) == 2
    assert offsets(server)[1] == 43


async def test_nothing_is_lost_when_the_inbox_fails_twice(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    server.updates = texts("một", "hai", "ba", first=7)
    inbox.failures = 2
    polling.poller.start()
    await until(lambda: len(inbox.items) == 3)
    assert inbox.tries == 3
    await until(lambda: 10 in offsets(server))
    assert offsets(server).count(None) == 1, "an uncommitted batch is kept, not asked for anew"
    assert [item.key for item in inbox.items] == ["u7", "u8", "u9"]


async def test_the_call_names_its_kinds_of_updates(
    polling: Polling, server: PretendTelegram
) -> None:
    polling.poller.start()
    await until(lambda: bool(server.calls))
    params = server.named("getUpdates")[0]
    assert params == {"timeout": 1, "limit": 100, "allowed_updates": list(ALLOWED_UPDATES)}


@pytest.mark.parametrize(
    "fault",
    [
        cut,
        raw(502, b"<html>"),
        raw(200, b"{"),
        error(500, "Internal Server Error"),
        error(400, "Bad Request: something new"),
        ok({"not": "a list"}),
    ],
)
async def test_trouble_is_outlived(
    polling: Polling, server: PretendTelegram, inbox: ListInbox, fault: Behaviour
) -> None:
    server.next("getUpdates", fault, fault)
    server.updates = texts("một")
    polling.poller.start()
    await until(lambda: len(inbox.items) == 1)


async def test_a_throttled_poll_waits_as_told(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    server.next("getUpdates", error(429, "Too Many Requests", {"retry_after": 1}))
    server.updates = texts("một")
    began = time.monotonic()
    polling.poller.start()
    await until(lambda: len(inbox.items) == 1)
    assert time.monotonic() - began >= 1


async def test_a_second_poller_is_told_of_once_and_outlived(
    polling: Polling,
    server: PretendTelegram,
    inbox: ListInbox,
    caplog: pytest.LogCaptureFixture,
) -> None:
    conflict = error(409, "Conflict: terminated by other getUpdates request")
    server.next("getUpdates", conflict, conflict, conflict)
    server.updates = texts("một")
    with caplog.at_level(logging.DEBUG):
        polling.poller.start()
        await until(lambda: len(inbox.items) == 1)
    assert caplog.text.count("another poller") == 1
    assert caplog.text.count("polling again") == 1


@pytest.mark.parametrize("code", [401, 404])
async def test_a_refused_token_is_told_once_asked_again_slowly_and_healed(
    polling: Polling, server: PretendTelegram, inbox: ListInbox, code: int
) -> None:
    refused = error(code, "Unauthorized")
    server.next("getUpdates", refused, refused, refused)
    server.updates = texts("một")
    began = time.monotonic()
    polling.poller.start()
    await until(lambda: bool(polling.down))
    assert isinstance(polling.down[0], AccountDown)
    await until(lambda: len(inbox.items) == 1)
    assert time.monotonic() - began >= 3 * 0.08
    assert len(polling.down) == 2
    assert polling.down[1] is None


async def test_stopping_does_not_wait_for_the_next_try_of_a_refused_token(
    transport: Transport, server: PretendTelegram, inbox: ListInbox
) -> None:
    polling = Polling(transport, inbox, refused_pause_s=60)
    server.standing["getUpdates"] = error(401, "Unauthorized")
    polling.poller.start()
    await until(lambda: bool(polling.down))
    async with asyncio.timeout(59):
        await polling.poller.stop()


async def test_the_instant_of_the_last_answer_is_known(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    began = polling.clock.now()
    server.standing["getUpdates"] = error(409, "Conflict: terminated by other getUpdates request")
    polling.poller.start()
    await until(lambda: len(server.calls) >= 3)
    polling.clock.forward(minutes=5)
    assert polling.poller.heard_at == began
    del server.standing["getUpdates"]
    server.updates = texts("một")
    await until(lambda: len(inbox.items) == 1)
    assert polling.poller.heard_at == began + timedelta(minutes=5)


async def test_stop_leaves_a_long_poll_at_once(polling: Polling, server: PretendTelegram) -> None:
    server.standing["getUpdates"] = hang
    polling.poller.start()
    await until(lambda: bool(server.calls))
    async with asyncio.timeout(HANGS_S - 1):
        await polling.poller.stop()


async def test_stop_lets_a_commit_finish_and_confirms_nothing_more(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    server.updates = texts("một")
    inbox.open.clear()
    polling.poller.start()
    await until(lambda: inbox.tries == 1)
    stopping = asyncio.create_task(polling.poller.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    inbox.open.set()
    await stopping
    assert len(inbox.items) == 1
    assert offsets(server) == [None]


async def test_stop_does_not_confirm_what_the_inbox_never_took(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    server.updates = texts("một")
    inbox.failures = 10_000
    polling.poller.start()
    await until(lambda: inbox.tries >= 2)
    await polling.poller.stop()
    assert set(offsets(server)) == {None}
    assert inbox.items == []


async def test_talk_that_is_not_ours_is_confirmed_without_the_inbox(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    server.updates = texts("chuyện của xóm", chat=GROUP, first=3)
    polling.poller.start()
    await until(lambda: 4 in offsets(server))
    assert inbox.tries == 0


async def test_a_bad_update_neither_stops_the_batch_nor_comes_again(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    bad = update(2, message=message(text="hai", date="?"))
    group_bad = update(3, message=message(GROUP, text="/baotin@anninh_demo_bot", date="?"))
    server.updates = [*texts("một"), bad, group_bad, *texts("bốn", first=4)]
    polling.poller.start()
    await until(lambda: 5 in offsets(server))
    assert [item.key for item in inbox.items] == ["u1", "u2", "u4"]


async def test_an_update_without_number_does_not_make_it_spin(
    polling: Polling, server: PretendTelegram, inbox: ListInbox
) -> None:
    server.standing["getUpdates"] = ok([{"message": message(text="một")}])
    polling.poller.start()
    await until(lambda: len(inbox.items) == 1)
    await asyncio.sleep(0.2)
    assert len(server.calls) == 1
