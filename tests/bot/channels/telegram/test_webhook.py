"""The door for Telegram's calls, over real HTTP."""

import io
import logging
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.telegram.group_filter import Me
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.webhook import SECRET_HEADER, Webhook
from bot.channels.webhook_body import BODY_LIMIT
from domain.clock import SystemClock
from tests.bot.channels.telegram.pretend import BOT_ID, USERNAME, ListInbox
from tests.bot.channels.telegram.updates import GROUP, message, texts, update

SECRET = "canary-secret-0123456789"
RIGHT = {SECRET_HEADER: SECRET}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
def webhook(inbox: ListInbox) -> Webhook:
    made = Webhook("/tg", SECRET)
    made.open(Intake(Me(BOT_ID, USERNAME, frozenset()), inbox, SystemClock(), b"s"))
    return made


@pytest.fixture
async def client(webhook: Webhook) -> AsyncIterator[Client]:
    app = web.Application()
    app.add_routes(webhook.routes())
    async with TestClient(TestServer(app)) as made:
        yield made


async def test_an_update_is_committed_and_then_acknowledged(
    client: Client, inbox: ListInbox
) -> None:
    answer = await client.post("/tg", json=texts("một")[0], headers=RIGHT)
    assert answer.status == 200
    assert await answer.read() == b""
    assert [item.key for item in inbox.items] == ["u1"]


async def test_the_same_update_twice_is_kept_once(client: Client, inbox: ListInbox) -> None:
    for _ in range(2):
        answer = await client.post("/tg", json=texts("một")[0], headers=RIGHT)
        assert answer.status == 200
    assert len(inbox.items) == 1


@pytest.mark.parametrize(
    "headers",
    [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: SECRET[:-1]}, {SECRET_HEADER: "bí mật"}],
)
async def test_without_the_secret_nothing_is_read(
    client: Client, inbox: ListInbox, headers: dict[str, str]
) -> None:
    answer = await client.post("/tg", json=texts("một")[0], headers=headers)
    assert answer.status == 401
    assert inbox.tries == 0


async def test_without_the_secret_a_body_that_never_ends_is_turned_away(client: Client) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536

    try:
        answer = await client.post("/tg", data=endless(), headers={SECRET_HEADER: "wrong"})
    except aiohttp.ClientConnectionError:
        return  # the connection was closed while we still wrote: turned away as well
    assert answer.status == 401


async def test_an_empty_secret_opens_nothing(inbox: ListInbox) -> None:
    app = web.Application()
    app.add_routes(Webhook("/tg", "").routes())
    async with TestClient(TestServer(app)) as made:
        answer = await made.post("/tg", json=texts("một")[0], headers={SECRET_HEADER: ""})
        assert answer.status == 401


@pytest.mark.parametrize("told", [True, False])
async def test_a_huge_body_is_refused_with_and_without_its_length(
    client: Client, inbox: ListInbox, told: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(BODY_LIMIT // 65536 + 1):
            yield b" " * 65536

    body = io.BytesIO(b" " * (BODY_LIMIT + 1)) if told else pieces()
    answer = await client.post("/tg", data=body, headers=RIGHT)
    assert answer.status == 413
    assert inbox.tries == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"5", b'"x"', b"\xff", b"[" * 50_000])
async def test_what_is_no_json_object_is_refused(client: Client, body: bytes) -> None:
    answer = await client.post("/tg", data=body, headers=RIGHT)
    assert answer.status == 400


async def test_an_inbox_in_trouble_asks_telegram_to_come_again(
    client: Client, inbox: ListInbox, caplog: pytest.LogCaptureFixture
) -> None:
    inbox.failures = 1
    with caplog.at_level(logging.DEBUG):
        answer = await client.post("/tg", json=texts("bí mật")[0], headers=RIGHT)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert "bí mật" not in caplog.text
    answer = await client.post("/tg", json=texts("bí mật")[0], headers=RIGHT)
    assert answer.status == 200
    assert len(inbox.items) == 1


async def test_a_closed_webhook_turns_calls_away(client: Client, webhook: Webhook) -> None:
    webhook.close()
    answer = await client.post("/tg", json=texts("một")[0], headers=RIGHT)
    assert answer.status == 503


async def test_what_is_missing_or_not_ours_does_not_make_telegram_repeat(
    client: Client, inbox: ListInbox
) -> None:
    for body in (
        {},
        {"message": message(text="không số")},
        update(2, message={}),
        update(3, message=message(GROUP, text="chuyện của xóm")),
        update(4, poll={"id": "1"}),
    ):
        answer = await client.post("/tg", json=body, headers=RIGHT)
        assert answer.status == 200
    assert len(inbox.items) == 1


async def test_only_post_is_a_call(client: Client) -> None:
    answer = await client.get("/tg", headers=RIGHT)
    assert answer.status == 405
