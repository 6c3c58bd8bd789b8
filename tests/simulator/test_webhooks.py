"""Webhooks: order, secrets, retries, answers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from simulator import Running
from tests.simulator.conftest import NEIGHBOUR, RESIDENT, Phones, Raw, polled, until


@dataclass
class Service:
    """A bot's own server, that answers as told."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    answer: dict[str, Any] | None = None
    hold: asyncio.Event | None = None
    headers: dict[str, str] = field(default_factory=dict)

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(await request.json())
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        if self.hold is not None and self.got[-1]["message"]["chat"]["id"] == RESIDENT:
            await self.hold.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200 and self.answer is not None:
            return web.json_response(self.answer)
        return web.Response(status=status, headers=self.headers if status != 200 else {})

    async def wait_for(self, count: int) -> list[dict[str, Any]]:
        async def enough() -> bool:
            return len(self.got) >= count

        await until(enough)
        return self.got


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_post("/moc", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/moc"
    yield made
    await runner.cleanup()


async def test_updates_are_pushed_in_order_with_the_secret(
    service: Service, phones: Phones, raw: Raw
) -> None:
    await phones.start(RESIDENT)
    assert await raw.result("setWebhook", url=service.url, secret_token="bi-mat_1")
    for text in ("một", "hai"):
        await phones.say(RESIDENT, RESIDENT, text)
    got = await service.wait_for(3)
    assert [update["message"]["text"] for update in got] == ["/start", "một", "hai"]
    assert set(service.secrets) == {"bi-mat_1"}

    async def emptied() -> bool:
        info = await raw.result("getWebhookInfo")
        return bool(info["pending_update_count"] == 0)

    await until(emptied)


async def test_a_failure_is_repeated_and_reported(
    service: Service, phones: Phones, raw: Raw
) -> None:
    service.statuses = [500]
    await raw.result("setWebhook", url=service.url, max_connections=3)
    await phones.start(RESIDENT)
    first, second = await service.wait_for(2)
    assert first == second
    info = await raw.result("getWebhookInfo")
    assert info["last_error_message"].startswith("Wrong response from the webhook: 500")
    assert info["max_connections"] == 3


async def test_retry_after_is_honoured(service: Service, phones: Phones, raw: Raw) -> None:
    service.statuses = [503]
    service.headers = {"Retry-After": "3600"}
    await raw.result("setWebhook", url=service.url)
    await phones.start(RESIDENT)
    await service.wait_for(1)
    await asyncio.sleep(0.2)
    assert len(service.got) == 1


async def test_one_slow_chat_holds_up_no_other(service: Service, phones: Phones, raw: Raw) -> None:
    service.hold = asyncio.Event()
    await raw.result("setWebhook", url=service.url)
    await phones.start(RESIDENT)
    await phones.say(RESIDENT, RESIDENT, "chờ")
    await phones.start(NEIGHBOUR)
    got = await service.wait_for(2)
    assert {update["message"]["chat"]["id"] for update in got} == {RESIDENT, NEIGHBOUR}
    service.hold.set()
    assert (await service.wait_for(3))[2]["message"]["text"] == "chờ"


async def test_the_answer_may_carry_a_call(service: Service, phones: Phones, raw: Raw) -> None:
    service.answer = {"method": "sendMessage", "chat_id": RESIDENT, "text": "Đã nhận"}
    await raw.result("setWebhook", url=service.url)
    await phones.start(RESIDENT)

    async def sends() -> list[dict[str, Any]]:
        record = await phones.get("/sim/record")
        return list(record["sends"])

    await until(sends)
    assert (await sends())[0]["text"] == "Đã nhận"


async def test_polling_and_a_webhook_exclude_each_other(
    sim: Running, service: Service, raw: Raw
) -> None:
    poll = asyncio.ensure_future(raw.refusal("getUpdates", timeout=20))
    await polled(sim)
    await raw.result("setWebhook", url=service.url)
    assert await asyncio.wait_for(poll, 60) == ("409 Conflict: terminated by setWebhook request")
    assert (await raw.refusal("getUpdates")).startswith("409 Conflict: can't use getUpdates")
    assert await raw.result("deleteWebhook") is True
    assert await raw.result("getUpdates") == []
    assert (await raw.result("getWebhookInfo"))["url"] == ""


async def test_pending_updates_can_be_dropped(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await raw.result("deleteWebhook", drop_pending_updates=True)
    assert await raw.result("getUpdates") == []


@pytest.mark.parametrize(
    ("url", "secret", "refusal"),
    [
        ("ftp://vi.du", "", "invalid webhook URL specified"),
        ("https://vi.du", "a" * 257, "secret token is too long"),
        ("https://vi.du", "bí mật", "secret token contains unallowed characters"),
    ],
)
async def test_bad_webhooks_are_refused(raw: Raw, url: str, secret: str, refusal: str) -> None:
    said = await raw.refusal("setWebhook", url=url, secret_token=secret)
    assert said == f"400 Bad Request: {refusal}"
