"""The running service on both databases: well when it hears, told when it does not."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from pydantic import SecretStr

from bot.assembly import build
from bot.inbox_worker import InboxWorker
from bot.opening import open_database
from bot.service import Service
from bot.settings import Settings
from domain.clock import SystemClock
from domain.errors import Misconfigured
from handlers.wiring import make_router
from storage.people import addresses
from storage.people.addresses import Account
from tests.bot.channels.telegram.pretend import USERNAME, PretendTelegram, error, until


class NotingWorker(InboxWorker):
    """A worker that notes what it is told of its account."""

    known: tuple[Account, ...] = ()

    def know(self, account: Account) -> None:
        self.known = (*self.known, account)
        super().know(account)


class Running:
    """A service of this process, and its health."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.task: asyncio.Task[None] | None = None
        self.warned: list[str] = []

    async def begin(self) -> None:
        house = await build(self.settings, demo=True)
        service = Service(house)
        self.task = asyncio.create_task(service.run(self.port.set_result, self.warned.append))

    async def start(self) -> None:
        await self.begin()
        await asyncio.wait_for(asyncio.shield(self.port), 90)

    async def health(self) -> dict[str, Any]:
        url = f"http://127.0.0.1:{self.port.result()}/healthz"
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            facts: dict[str, Any] = await answer.json()
            assert (answer.status == 200) == facts["ok"]
            return facts


@pytest.fixture
async def running(settings: Settings) -> AsyncIterator[Running]:
    made = Running(settings)
    await made.start()
    yield made
    if made.task is not None and not made.task.done():
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait_for(made.task, 90)


async def test_a_service_that_hears_and_ticks_is_well(running: Running) -> None:
    facts = await running.health()
    assert facts["problems"] == []
    assert facts["accounts"]["Telegram"]["poll_age_s"] < 60
    assert {"fire", "expand", "cards", "expire", "revive", "photos"} <= facts["ticks_age_s"].keys()
    assert {"silence", "addresses", "forget", "pages", "rings", "leavers"} <= facts[
        "ticks_age_s"
    ].keys()


async def test_one_stray_refusal_of_a_poll_is_told_and_does_not_end_the_service(
    running: Running, telegram: PretendTelegram
) -> None:
    telegram.next("getUpdates", error(401, "Unauthorized"))
    for _ in range(1800):
        if "account_down" in (await running.health())["problems"]:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("never told")
    assert running.task is not None
    assert not running.task.done()


async def test_a_platform_that_is_away_is_told_once_and_the_name_when_it_answers(
    settings: Settings, telegram: PretendTelegram
) -> None:
    telegram.standing["getMe"] = error(502, "Bad Gateway")
    running = Running(settings)
    await running.begin()
    await until(lambda: len(telegram.named("getMe")) > 1, 30)
    assert len(running.warned) == 1
    assert running.warned[0].startswith("Chưa liên lạc được với Telegram: ")
    assert running.warned[0].endswith("Dịch vụ vẫn tiếp tục thử lại.")
    assert not running.port.done()
    del telegram.standing["getMe"]
    await asyncio.wait_for(asyncio.shield(running.port), 90)
    assert await _name(settings) == USERNAME
    await _end(running)


async def test_a_service_stopped_before_the_platform_answered_announces_nothing(
    settings: Settings, telegram: PretendTelegram
) -> None:
    telegram.standing["getMe"] = error(502, "Bad Gateway")
    running = Running(settings)
    await running.begin()
    await until(lambda: bool(running.warned), 30)
    await _end(running)
    assert not running.port.done()
    assert await _name(settings) == ""


@pytest.mark.parametrize("code", [401, 404])
async def test_a_refused_token_is_one_vietnamese_sentence_with_its_setting(
    settings: Settings, telegram: PretendTelegram, code: int
) -> None:
    telegram.standing["getMe"] = error(code, "Not Found")
    with pytest.raises(Misconfigured, match=r"^TELEGRAM_TOKEN: ") as caught:
        await Service(await build(settings, demo=True)).run(lambda _: None)
    assert "Not Found" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        "Bad Request: bad webhook: HTTPS URL must be provided for webhook",
        "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        "Bad Request: invalid webhook URL specified",
    ],
)
async def test_a_refused_webhook_address_is_one_vietnamese_sentence_with_its_setting(
    settings: Settings, telegram: PretendTelegram, said: str
) -> None:
    telegram.standing["setWebhook"] = error(400, said)
    house = await build(_hooked(settings), demo=True)
    with pytest.raises(Misconfigured, match=r"^TELEGRAM_WEBHOOK_URL: ") as caught:
        await Service(house).run(lambda _: None)
    assert "ebhook URL" not in str(caught.value)
    assert "HTTPS" not in str(caught.value)


async def test_a_webhook_whose_name_is_not_found_yet_is_tried_again(
    settings: Settings, telegram: PretendTelegram
) -> None:
    said = "Bad Request: bad webhook: Failed to resolve host: Name or service not known"
    telegram.next("setWebhook", error(400, said))
    running = Running(_hooked(settings))
    await running.start()
    (sentence,) = running.warned
    assert "TELEGRAM_WEBHOOK_URL" in sentence
    assert "resolve" not in sentence
    await _end(running)


async def test_messages_are_handled_under_the_name_that_the_platform_told(
    settings: Settings, telegram: PretendTelegram
) -> None:
    """On a first start nobody knew the name yet when the house was put together."""
    house = await build(settings, demo=True)
    (line,) = house.lines
    assert line.account.username == ""
    worker = NotingWorker(
        house.database,
        make_router(house.context),
        {line.account.id: (line.account, line.channel)},
        house.inbox_bell,
        house.outbox_bell,
    )
    running = Running(settings)
    service = Service(replace(house, worker=worker))
    running.task = asyncio.create_task(service.run(running.port.set_result))
    await asyncio.wait_for(asyncio.shield(running.port), 90)
    assert [(one.id, one.username) for one in worker.known] == [(line.account.id, USERNAME)]
    assert worker.known[0].link == f"https://t.me/{USERNAME}?start={{payload}}"
    assert worker.known[0].unit_id is not None
    await _end(running)


def _hooked(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "telegram_mode": "webhook",
            "telegram_webhook_url": "https://vi-du.example/hook",
            "telegram_webhook_secret": SecretStr("s" * 20),
        }
    )


async def _name(settings: Settings) -> str:
    database = open_database(settings, SystemClock(), bring_up_to_date=False)
    try:
        (account,) = await database.read(addresses.accounts)
    finally:
        await database.close()
    return account.username


async def _end(running: Running) -> None:
    assert running.task is not None
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.wait_for(running.task, 90)
