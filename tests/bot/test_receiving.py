"""One process receives for an account that is polled; another takes over when it dies."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.receiving import Receiving
from domain.messages import ChatKind, ChatRef, Outgoing
from storage.account_lock import AccountLock
from storage.database import connect_arguments
from tests.bot.channels.telegram.pretend import (
    TOKEN,
    ListInbox,
    PretendTelegram,
    error,
    until,
)
from tests.bot.channels.telegram.updates import texts
from tests.databases import fresh_postgres
from tests.postgres import PostgresServer


@pytest.fixture(scope="module")
def url(postgres_server: PostgresServer) -> Iterator[str]:
    with fresh_postgres(postgres_server) as made:
        yield made


class Web:
    """One process that may receive."""

    def __init__(self, url: str, telegram: PretendTelegram) -> None:
        self.inbox = ListInbox()
        self.channel = TelegramChannel(TelegramSettings(token=TOKEN, api_url=telegram.url))
        self.receiving = Receiving(AccountLock(url, "7001"), self.channel, self.inbox)
        self.task: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        await self.channel.ready()
        self.task = asyncio.create_task(self.receiving.run())

    async def end(self) -> None:
        self.receiving.stop()
        if self.task is not None:
            await asyncio.wait_for(self.task, 60)
        await self.channel.stop()


def cut(url: str) -> None:
    """End every session of the database, as the death of the processes would."""
    with psycopg.connect(**connect_arguments(url), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


async def test_one_receives_the_other_sends_all_the_same_and_takes_over_when_it_ends(
    url: str, telegram: PretendTelegram
) -> None:
    first, second = Web(url, telegram), Web(url, telegram)
    await first.begin()
    await until(lambda: first.receiving.ours)
    await second.begin()
    telegram.updates = texts("một")
    await until(lambda: bool(first.inbox.items))
    await second.channel.send(ChatRef("1001", ChatKind.PRIVATE), Outgoing(text="vẫn gửi được"))
    assert not second.receiving.ours
    await first.end()
    await until(lambda: second.receiving.ours)
    telegram.updates += texts("hai", first=2)
    await until(lambda: bool(second.inbox.items))
    assert [len(web.inbox.items) for web in (first, second)] == [1, 1]
    await second.end()


async def test_who_lost_the_place_stops_to_poll_and_stands_by(
    url: str, telegram: PretendTelegram
) -> None:
    web, other = Web(url, telegram), AccountLock(url, "7001")
    await web.begin()
    await until(lambda: web.receiving.ours)
    for _ in range(50):
        cut(url)
        if await asyncio.to_thread(other.take):
            break
    await until(lambda: not web.receiving.ours)
    assert web.channel.heard_at is None
    await asyncio.to_thread(other.let_go)
    await until(lambda: web.receiving.ours)
    await web.end()


async def test_who_cannot_begin_lets_another_try(url: str, telegram: PretendTelegram) -> None:
    unlucky, other = Web(url, telegram), AccountLock(url, "7001")
    await unlucky.channel.ready()
    telegram.standing["deleteWebhook"] = error(401, "Unauthorized")
    unlucky.task = asyncio.create_task(unlucky.receiving.run())
    await until(lambda: bool(telegram.named("deleteWebhook")))

    async def free() -> bool:
        return await asyncio.to_thread(other.take)

    for _ in range(600):
        if await free():
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("it kept the place")
    await asyncio.to_thread(other.let_go)
    assert not unlucky.receiving.ours
    await unlucky.end()
