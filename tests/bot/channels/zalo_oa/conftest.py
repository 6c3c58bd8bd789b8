"""A pretend Zalo on a free port, and a channel that talks to it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.channels.zalo_oa.settings import ZaloOaSettings
from tests.bot.channels.telegram.pretend import ListInbox
from tests.bot.channels.zalo_oa.pretend import (
    APP_ID,
    APP_SECRET,
    FIRST,
    OA_ID,
    KnownMessages,
    MemoryShelf,
    PretendZalo,
)
from tests.chat import MovingClock

StartChannel = Callable[..., Awaitable[ZaloOaChannel]]


@pytest.fixture
async def zalo() -> AsyncIterator[PretendZalo]:
    pretend = PretendZalo()
    await pretend.open()
    yield pretend
    await pretend.close()


@pytest.fixture
def settings(zalo: PretendZalo) -> ZaloOaSettings:
    return ZaloOaSettings(
        app_id=APP_ID,
        app_secret=APP_SECRET,
        oa_id=OA_ID,
        admin="9001",
        refresh_token=FIRST,
        redirect_url="https://xa.example/zalo",
        api_url=zalo.url,
        oauth_url=zalo.url,
        mention="Công an xã ví dụ",
        connect_timeout_s=20,
        send_timeout_s=20,
        article_hours=(0, 24),
    )


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
def shelf(clock: MovingClock) -> MemoryShelf:
    return MemoryShelf(clock)


@pytest.fixture
def inbox() -> ListInbox:
    return ListInbox()


@pytest.fixture
def ours() -> KnownMessages:
    return KnownMessages(frozenset({"ours-1"}))


@pytest.fixture
async def start_channel(
    settings: ZaloOaSettings,
    clock: MovingClock,
    shelf: MemoryShelf,
    ours: KnownMessages,
    inbox: ListInbox,
) -> AsyncIterator[StartChannel]:
    """Start channels with changed settings; all are stopped at the end."""
    started: list[ZaloOaChannel] = []

    async def start(**changes: object) -> ZaloOaChannel:
        made = replace(settings, **changes)  # type: ignore[arg-type]
        channel = ZaloOaChannel(made, clock, shelf, ours)
        started.append(channel)
        await channel.start(inbox)
        return channel

    yield start
    for channel in started:
        await channel.stop()


@pytest.fixture
async def channel(start_channel: StartChannel) -> ZaloOaChannel:
    return await start_channel()
