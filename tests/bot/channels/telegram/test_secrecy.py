"""What must be found nowhere: talk that is not ours, and the token."""

import asyncio
import logging
import traceback
from collections.abc import Awaitable
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.webhook import SECRET_HEADER
from domain.failures import SendFailure
from domain.messages import (
    ChatKind,
    ChatRef,
    MediaKind,
    MediaRef,
    Message,
    Outgoing,
    PressAnswer,
)
from tests.bot.channels.telegram.conftest import StartChannel
from tests.bot.channels.telegram.pretend import (
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
from tests.bot.channels.telegram.updates import GROUP, RESIDENT, Json, message, texts, update

CANARY = "chim-hoàng-yến-7431"
SECRET = "canary-secret-0123456789"
TOKEN_PARTS = (TOKEN, TOKEN.partition(":")[2], TOKEN.replace(":", "%3A"))
LOGGERS = ("", "aiohttp", "aiohttp.access", "aiohttp.client", "asyncio", "telegram", "bot")


def canaries() -> list[Json]:
    """Return group talk in many shapes, none of it addressed to us."""
    contents: list[Json] = [
        {"text": CANARY},
        {"caption": CANARY, "photo": [{"file_id": CANARY}]},
        {"text": CANARY, "reply_to_message": message(GROUP, RESIDENT, text=CANARY)},
        {"text": f"/baotin@khac_bot {CANARY}"},
        {"text": CANARY, "date": CANARY},
        {"text": CANARY, "entities": CANARY},
        {"contact": {"phone_number": CANARY, "first_name": CANARY}},
        {"poll": {"question": CANARY}},
        {"pinned_message": message(GROUP, RESIDENT, text=CANARY)},
        {"document": {"file_id": CANARY, "file_name": CANARY}},
        {"text": CANARY, "chat": {"id": -5, "type": CANARY}},
        {"text": CANARY, "chat": {"id": CANARY}},
    ]
    kinds = ("message", "edited_message", "channel_post", "edited_channel_post")
    found: list[Json] = [
        {kind: {**message(GROUP), **content}} for kind in kinds for content in contents
    ]
    found += [{"poll": {"question": CANARY}}, {"chat_member": {"x": CANARY}}, {CANARY: CANARY}]
    return [update(number, **fields) for number, fields in enumerate(found, 1)]


def all_logs(caplog: pytest.LogCaptureFixture) -> str:
    told = [caplog.text]
    for record in caplog.records:
        told.append(f"{record.__dict__}")
        if record.exc_info:
            told.append("".join(traceback.format_exception(*record.exc_info)))
    return "\n".join(told)


@pytest.fixture
def loud(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    for name in LOGGERS:
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


async def test_group_talk_is_found_nowhere_after_polling(
    start_channel: StartChannel,
    server: PretendTelegram,
    inbox: ListInbox,
    loud: pytest.LogCaptureFixture,
) -> None:
    asyncio.get_running_loop().set_debug(enabled=True)
    server.updates = [*canaries(), *texts("Có trộm", first=900)]
    channel = await start_channel()
    await until(lambda: bool(inbox.items))
    await channel.stop()
    (item,) = inbox.items
    assert isinstance(item.incoming, Message)
    assert item.incoming.text == "Có trộm"
    assert CANARY not in repr([item, item.incoming]) + all_logs(loud)
    assert (channel.unreadable, channel.anonymous) == (0, 0), "not even counted"


async def test_group_talk_is_found_nowhere_after_webhooks(
    start_channel: StartChannel, inbox: ListInbox, loud: pytest.LogCaptureFixture
) -> None:
    channel = await start_channel(
        mode="webhook", webhook_url="https://x.vn/tg", webhook_secret=SECRET
    )
    app = web.Application()
    app.add_routes(channel.routes())
    async with TestServer(app) as door, aiohttp.ClientSession() as telegram:
        for body in canaries():
            async with telegram.post(
                door.make_url("/tg"), json=body, headers={SECRET_HEADER: SECRET}
            ) as answer:
                assert answer.status == 200
    assert inbox.tries == 0
    logs = all_logs(loud)
    assert "POST /tg" in logs, "the access log was on"
    assert CANARY not in logs
    assert SECRET not in logs


async def failure_of(action: Awaitable[object]) -> str:
    try:
        await action
    except SendFailure as failure:
        return "".join(traceback.format_exception(failure)) + repr(failure)
    return ""


BEHAVIOURS: list[Behaviour] = [
    ok(result=True),
    cut,
    hang,
    raw(502, b"<html>"),
    raw(200, b"{"),
    raw(302, b"", {"Location": f"http://127.0.0.1/bot{TOKEN}/x"}),
    error(401, f"Unauthorized {TOKEN}"),
    error(404, "Not Found"),
    error(400, f"Bad Request: /bot{TOKEN}"),
    error(429, "Slow", {"retry_after": 1}),
    error(500, "Internal"),
]
METHODS = (
    "getMe",
    "deleteWebhook",
    "getUpdates",
    "sendMessage",
    "editMessageText",
    "getFile",
    "download",
    "getMyCommands",
    "getChatMemberCount",
    "pinChatMessage",
    "answerCallbackQuery",
)


@pytest.mark.parametrize("behaviour", BEHAVIOURS)
async def test_the_token_is_in_no_log_and_in_no_error(
    settings: TelegramSettings,
    server: PretendTelegram,
    inbox: ListInbox,
    loud: pytest.LogCaptureFixture,
    behaviour: Behaviour,
) -> None:
    asyncio.get_running_loop().set_debug(enabled=True)
    channel = TelegramChannel(replace(settings, send_timeout_s=0.3, call_timeout_s=0.3))
    for method in ("getMe", "deleteWebhook"):
        server.next(method, behaviour)
    errors = await failure_of(channel.start(inbox))
    await channel.stop()
    server.queued.clear()
    # A busy machine may need more than one short limit.
    while await failure_of(channel.start(inbox)):
        await channel.stop()
    for method in METHODS:
        server.standing[method] = behaviour
        server.queued["download"].append(behaviour)
    home = ChatRef("1001", ChatKind.PRIVATE)
    hello, photo = Outgoing(text="Chào"), MediaRef(MediaKind.PHOTO, "AgAC")
    errors += await failure_of(channel.send(home, hello))
    errors += await failure_of(channel.edit(home, "5", hello))
    errors += await failure_of(channel.pin(home, "5"))
    errors += await failure_of(channel.count_members(home))
    errors += await failure_of(channel.publish_commands({"": [("baotin", "x")]}))
    errors += await failure_of(channel.answer_press(PressAnswer("p")))
    errors += await failure_of(channel.fetch(photo))
    server.next("getFile", ok({"file_path": "a"}))
    errors += await failure_of(channel.fetch(photo))
    await channel.stop()
    errors += await failure_of(channel.send(home, hello))
    seen = errors + all_logs(loud) + repr(channel.down) + repr(vars(channel)["_settings"])
    assert "Transient" in errors
    for secret in TOKEN_PARTS:
        assert secret not in seen


async def test_a_wrong_address_shows_no_token(
    settings: TelegramSettings, server: PretendTelegram, loud: pytest.LogCaptureFixture
) -> None:
    await server.close()
    channel = TelegramChannel(settings)
    errors = await failure_of(channel.start(ListInbox()))
    assert errors
    for secret in TOKEN_PARTS:
        assert secret not in errors + all_logs(loud)


async def test_sends_leave_neither_text_nor_chat_in_the_logs(
    channel: TelegramChannel, server: PretendTelegram, loud: pytest.LogCaptureFixture
) -> None:
    server.next("getChatMemberCount", ok(5))
    chat = ChatRef("9007199254", ChatKind.PRIVATE)
    await channel.send(chat, Outgoing(text=CANARY, heading=CANARY))
    await channel.pin(chat, "5")
    await channel.count_members(chat)
    logs = all_logs(loud)
    assert CANARY not in logs
    assert "9007199254" not in logs
