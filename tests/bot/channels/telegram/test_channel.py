"""The channel as the house knows it, over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.webhook import SECRET_HEADER
from domain.channel import AnswersPresses, Channel, Files, Members
from domain.failures import (
    AccountDown,
    SendFailure,
    Throttled,
    Transient,
)
from domain.messages import (
    ChatKind,
    ChatRef,
    MediaKind,
    MediaRef,
    Outgoing,
    Sent,
)
from tests.bot.channels.telegram.conftest import StartChannel
from tests.bot.channels.telegram.pretend import (
    HANGS_S,
    TOKEN,
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
from tests.bot.channels.telegram.updates import texts

HOME = ChatRef("1001", ChatKind.PRIVATE)
HELLO = Outgoing(text="Chào bà con")
PHOTO = MediaRef(MediaKind.PHOTO, "AgAC")
SECRET = "canary-secret-0123456789"


def test_it_is_a_channel_with_all_it_can_do(settings: TelegramSettings) -> None:
    channel: Channel = TelegramChannel(settings)
    assert channel.name == "telegram"
    assert isinstance(channel, AnswersPresses)
    assert isinstance(channel, Files)
    assert isinstance(channel, Members)
    assert channel.capabilities.text_limit == 4096


async def test_after_start_the_account_has_a_name(channel: TelegramChannel) -> None:
    assert channel.username == "anninh_demo_bot"
    assert channel.down is None


async def test_start_keeps_what_waits_at_telegram(
    channel: TelegramChannel, server: PretendTelegram, inbox: ListInbox
) -> None:
    (params,) = server.named("deleteWebhook")
    assert params.get("drop_pending_updates") in {None, "false", False}
    server.updates = texts("một")
    await until(lambda: len(inbox.items) == 1)


async def test_before_start_and_after_stop_nothing_is_sent(settings: TelegramSettings) -> None:
    channel = TelegramChannel(settings)
    with pytest.raises(Transient):
        await channel.send(HOME, HELLO)


async def test_stop_waits_for_the_sends_in_flight(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    channel = await start_channel()
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return await ok({"message_id": 5})(request)

    server.next("sendMessage", slow)
    sending = asyncio.ensure_future(channel.send(HOME, HELLO))
    await until(lambda: bool(server.named("sendMessage")))
    stopping = asyncio.ensure_future(channel.stop())

    async def send_on() -> None:
        # What leaves before the poll is broken off still goes.
        while True:
            await channel.send(HOME, HELLO)

    with pytest.raises(Transient):
        await asyncio.wait_for(send_on(), 60)
    assert not stopping.done()
    release.set()
    assert await sending == Sent("5")
    await stopping


async def test_stop_is_prompt_while_polling(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    server.standing["getUpdates"] = hang
    channel = await start_channel()
    await until(lambda: bool(server.named("getUpdates")))
    async with asyncio.timeout(HANGS_S - 1):
        await channel.stop()


async def test_a_cancelled_send_is_cancelled_and_does_not_hold_up_the_stop(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    channel = await start_channel(send_timeout_s=20)
    server.next("sendMessage", hang)
    sending = asyncio.ensure_future(channel.send(HOME, HELLO))
    await until(lambda: bool(server.named("sendMessage")))
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    async with asyncio.timeout(19):
        await channel.stop()


async def test_a_channel_can_be_started_again(settings: TelegramSettings, inbox: ListInbox) -> None:
    channel = TelegramChannel(settings)
    for _ in range(2):
        await channel.start(inbox)
        await channel.send(HOME, HELLO)
        await channel.stop()


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (error(401, "Unauthorized"), AccountDown),
        (error(404, "Not Found"), AccountDown),
        (raw(502, b"<html>"), Transient),
        (error(429, "Slow", {"retry_after": 5}), Transient),
        (cut, Transient),
        (hang, Transient),
        (ok({"id": 5}), Transient),
        (ok("nonsense"), Transient),
    ],
)
@pytest.mark.parametrize("method", ["getMe"])
async def test_a_start_that_fails_says_whether_the_account_or_the_way_is_to_blame(
    settings: TelegramSettings,
    server: PretendTelegram,
    inbox: ListInbox,
    behaviour: Behaviour,
    kind: type[SendFailure],
    method: str,
) -> None:
    server.next(method, behaviour)
    channel = TelegramChannel(settings)
    with pytest.raises(kind) as caught:
        await channel.start(inbox)
    assert TOKEN not in str(caught.value)


async def test_start_without_a_server_is_transient(
    settings: TelegramSettings, server: PretendTelegram, inbox: ListInbox
) -> None:
    await server.close()
    with pytest.raises(Transient):
        await TelegramChannel(settings).start(inbox)


async def test_a_wrong_token_takes_the_account_down_at_start(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    with pytest.raises(AccountDown):
        await start_channel(token="700000001:wrong")


async def test_a_poll_that_is_refused_takes_the_account_down(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.standing["getUpdates"] = error(401, "Unauthorized")
    await until(lambda: channel.down is not None)
    await channel.send(HOME, HELLO)
    assert channel.down is not None, "a send that works does not make it hear again"


async def test_in_webhook_mode_telegram_calls_the_route(
    start_channel: StartChannel, server: PretendTelegram, inbox: ListInbox
) -> None:
    channel = await start_channel(
        mode="webhook",
        webhook_url="https://bot.example.vn/hook/tg",
        webhook_secret=SECRET,
        webhook_max_connections=7,
    )
    (params,) = server.named("setWebhook")
    assert params["url"] == "https://bot.example.vn/hook/tg"
    assert params["secret_token"] == SECRET
    assert params["max_connections"] == "7"
    assert "my_chat_member" in str(params["allowed_updates"])
    assert params.get("drop_pending_updates") in {None, "false"}
    app = web.Application()
    app.add_routes(channel.routes())
    async with TestServer(app) as door, aiohttp.ClientSession() as telegram:
        url = door.make_url("/hook/tg")
        async with telegram.post(
            url, json=texts("một")[0], headers={SECRET_HEADER: SECRET}
        ) as answer:
            assert answer.status == 200
        await channel.stop()
        async with telegram.post(
            url, json=texts("một")[0], headers={SECRET_HEADER: SECRET}
        ) as answer:
            assert answer.status == 503
    assert len(inbox.items) == 1
    assert server.named("getUpdates") == []


async def test_polling_needs_no_route(channel: TelegramChannel) -> None:
    assert channel.routes() == []


async def test_commands_are_published_only_where_they_differ(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    known = [{"command": "baotin", "description": "Báo tin"}]
    server.next("getMyCommands", ok(known), ok([]))
    await channel.publish_commands({"vi": [("baotin", "Báo tin")], "": [("baotin", "Send a tip")]})
    (params,) = server.named("setMyCommands")
    assert "Send a tip" in str(params["commands"])
    assert "language_code" not in params
    server.next("getMyCommands", error(429, "Slow", {"retry_after": 5}))
    with pytest.raises(Throttled):
        await channel.publish_commands({"vi": []})


SOMETHING: list[Callable[[TelegramChannel], Awaitable[object]]] = [
    lambda channel: channel.send(HOME, HELLO),
    lambda channel: channel.edit(HOME, "5", HELLO),
    lambda channel: channel.withdraw(HOME, "5"),
    lambda channel: channel.pin(HOME, "5"),
    lambda channel: channel.count_members(HOME),
    lambda channel: channel.fetch(PHOTO),
    lambda channel: channel.publish_commands({"": []}),
]


@pytest.mark.parametrize("act", SOMETHING)
async def test_after_the_stop_everything_certainly_did_not_happen(
    channel: TelegramChannel, act: Callable[[TelegramChannel], Awaitable[object]]
) -> None:
    await channel.stop()
    with pytest.raises(Transient):
        await act(channel)
