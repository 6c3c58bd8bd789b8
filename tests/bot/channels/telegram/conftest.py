"""A pretend Telegram on a free port, and a channel that talks to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.telegram.transport import Transport
from tests.bot.channels.telegram.pretend import TOKEN, ListInbox, PretendTelegram, hang

StartChannel = Callable[..., Awaitable[TelegramChannel]]


@pytest.fixture
def server(telegram: PretendTelegram) -> PretendTelegram:
    return telegram


@pytest.fixture
def patience_s(request: pytest.FixtureRequest) -> float:
    """How long an answer may take: hardly where none comes, else all that a busy machine needs."""
    hangs = "behaviour" in request.fixturenames and request.getfixturevalue("behaviour") is hang
    return 1 if hangs else 20


@pytest.fixture
def settings(server: PretendTelegram, patience_s: float) -> TelegramSettings:
    return TelegramSettings(
        token=TOKEN,
        api_url=server.url,
        connect_timeout_s=20,
        send_timeout_s=patience_s,
        call_timeout_s=patience_s,
        poll_timeout_s=1,
        backoff_cap_s=0.05,
    )


@pytest.fixture
def inbox() -> ListInbox:
    return ListInbox()


@pytest.fixture
async def transport(server: PretendTelegram, patience_s: float) -> AsyncIterator[Transport]:
    made = Transport(server.url, TOKEN, connect_timeout_s=20, read_timeout_s=patience_s)
    made.open()
    yield made
    await made.close()


@pytest.fixture
async def start_channel(
    settings: TelegramSettings, inbox: ListInbox
) -> AsyncIterator[StartChannel]:
    """Start channels with changed settings; all are stopped at the end."""
    started: list[TelegramChannel] = []

    async def start(**changes: object) -> TelegramChannel:
        channel = TelegramChannel(replace(settings, **changes))  # type: ignore[arg-type]
        await channel.start(inbox)
        started.append(channel)
        return channel

    yield start
    for channel in started:
        await channel.stop()


@pytest.fixture
async def channel(start_channel: StartChannel) -> TelegramChannel:
    return await start_channel()
