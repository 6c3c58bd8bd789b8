"""Updates of the pretend Zalo bot: polls without offset, webhooks, what it may hear."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.simulator.conftest import PNG, until
from tests.simulator.zalo_bot.conftest import GROUP, OFFICER, RESIDENT, REVIEWER, Platform

SECRET = "made-up-secret"


@dataclass
class Service:
    """A bot's own server, that answers as told."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.json()
        status = self.statuses.pop(0) if body and self.statuses else 200
        if body:
            self.got.append(body)
        self.secrets.append(request.headers.get("X-Bot-Api-Secret-Token", ""))
        return web.Response(status=status)

    async def wait_for(self, count: int) -> None:
        async def enough() -> bool:
            return len(self.got) >= count

        await until(enough)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    made = Service()
    app = web.Application()
    app.router.add_post("/moc", made.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}/moc"
    yield made
    await runner.cleanup()


async def test_a_poll_gives_one_update_and_the_next_poll_the_next(platform: Platform) -> None:
    await platform.say(OFFICER, "một")
    await platform.say(OFFICER, "hai")
    first = await platform.result("getUpdates", timeout="5")
    second = await platform.result("getUpdates", timeout=5)
    assert first["event_name"] == "message.text.received"
    assert first["message"]["chat"] == {"id": OFFICER, "chat_type": "PRIVATE"}
    assert [one["message"]["text"] for one in (first, second)] == ["một", "hai"]


async def test_a_poll_that_waits_is_woken_and_an_idle_one_is_408_without_a_code(
    platform: Platform,
) -> None:
    waiting = asyncio.ensure_future(platform.result("getUpdates", timeout=30))

    async def polled() -> bool:
        return platform.sim.world.zalo_bot.line.polls == 1

    await until(polled)
    await platform.say(OFFICER, "dậy đi")
    assert (await waiting)["message"]["text"] == "dậy đi"
    idle = await platform.call("getUpdates", timeout=0)
    assert idle == (408, {"ok": False, "description": "Request timeout"})
    assert (await platform.get("/sim/zalo-bot/record"))["rejected"] == []


async def test_an_update_may_come_three_times_in_all_until_the_server_forgets_it(
    platform: Platform,
) -> None:
    await platform.rule(replay_chance=1, forget_after_s=60)
    await platform.say(OFFICER, "lặp")
    ids = [one["message"]["message_id"] for one in await platform.updates()]
    assert len(ids) == 3
    assert len(set(ids)) == 1
    await platform.say(OFFICER, "quên")
    await platform.result("getUpdates", timeout=1)
    await platform.post("/sim/clock", advance=61)
    assert await platform.updates() == []
    await platform.rule(replay_chance=0)
    await platform.say(OFFICER, "theo lệnh")
    await platform.updates()
    assert await platform.post("/sim/zalo-bot/replay", count=1) == {"replayed": 1}
    assert [one["message"]["text"] for one in await platform.updates()] == ["theo lệnh"]


async def test_in_a_group_the_bot_hears_only_its_name_and_answers_to_it(
    platform: Platform,
) -> None:
    await platform.say(REVIEWER, "chuyện riêng của nhóm", group=GROUP)
    await platform.say(REVIEWER, "giúp với", group=GROUP, mention=True)
    sent = await platform.result("sendMessage", chat_id=GROUP, text="Tôi nghe")
    await platform.say(OFFICER, "trả lời bot", group=GROUP, quote=sent["message_id"])
    heard = await platform.updates()
    assert [one["message"]["text"] for one in heard] == [
        "@Bot An ninh (ví dụ) giúp với",
        "trả lời bot",
    ]
    assert {one["message"]["chat"]["chat_type"] for one in heard} == {"GROUP"}
    path = f"/phone/zalo-bot/people/{OFFICER}/groups/{GROUP}/bot"
    await platform.post(path, into=False)
    await platform.say(REVIEWER, "còn đó không", group=GROUP, mention=True)
    assert await platform.updates() == []
    assert await platform.code("sendMessage", chat_id=GROUP, text="?") == 400


async def test_pictures_sounds_and_stickers_come_as_addresses_and_files_as_unsupported(
    platform: Platform,
) -> None:
    for kind, name in (("image", "anh.png"), ("audio", "ghi-am.aac"), ("file", "don.pdf")):
        form = aiohttp.FormData()
        form.add_field("kind", kind)
        form.add_field("file", PNG, filename=name, content_type="image/png")
        path = f"{platform.sim.base_url}/phone/zalo-bot/people/{RESIDENT}/messages"
        async with platform.http.post(path, data=form) as response:
            assert response.status == 200
    await platform.post(f"/phone/zalo-bot/people/{RESIDENT}/sticker", sticker="hoa")
    image, voice, unsupported, sticker = [one["message"] for one in await platform.updates()]
    async with platform.http.get(image["photo"]) as response:
        assert await response.read() == PNG
    assert voice["voice_url"].startswith(platform.sim.base_url)
    assert set(unsupported) == {"message_id", "message_type", "date", "from", "chat"}
    assert (sticker["sticker"], sticker["url"][:4]) == ("hoa", "http")


@pytest.mark.parametrize("wrapped", [True, False])
async def test_a_webhook_gets_updates_in_order_with_the_secret_and_again_after_a_failure(
    wrapped: bool, platform: Platform, service: Service
) -> None:
    await platform.rule(wrapped=wrapped, webhook_pause_s=0, webhook_deadline_s=60)
    told = await platform.result("setWebhook", url=service.url, secret_token=SECRET)
    assert told["verification"]["outcome"] == "webhook.ok"
    assert await platform.code("getUpdates", timeout=0) == 400
    service.statuses = [503, 200]
    await platform.say(OFFICER, "một")
    await platform.say(OFFICER, "hai")
    await service.wait_for(3)
    updates = [one["result"] if wrapped else one for one in service.got]
    assert [one["message"]["text"] for one in updates] == ["một", "một", "hai"]
    assert set(service.secrets) == {SECRET}
    await platform.result("deleteWebhook")
    assert await platform.updates() == []


async def test_a_webhook_is_kept_although_nobody_answers_there_but_must_be_https_elsewhere(
    platform: Platform,
) -> None:
    missing = await platform.call("getWebhookInfo")
    assert missing == (404, {"ok": False, "description": "Not Found"})
    near = "http://127.0.0.1:9/moc"
    told = await platform.result("setWebhook", url=near, secret_token=SECRET)
    assert told["verification"]["outcome"] == "webhook.err.unreachable"
    assert (await platform.result("getWebhookInfo"))["url"] == near
    assert await platform.code("setWebhook", url=near, secret_token="short") == 400
    far = "http://chat.example.vn/moc"
    assert await platform.code("setWebhook", url=far, secret_token=SECRET) == 400
    await platform.rule(loopback_http=False)
    assert await platform.code("setWebhook", url=near, secret_token=SECRET) == 400
    await platform.rule(set_webhook_per_day=4)
    assert await platform.code("setWebhook", url=near, secret_token=SECRET) == 426
