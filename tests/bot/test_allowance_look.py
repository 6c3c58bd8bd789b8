"""What an account has left is asked of its platform now and then, and nobody waits for it."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from bot.allowance_look import AllowanceLook
from domain.channel import Allowance, Capabilities
from domain.failures import SendFailure, Transient
from storage.accounts import told_left
from storage.accounts.told_left import ToldLeft
from tests.chat import Chat, Takers, open_chat
from tests.delivery.post_office import Platform
from tests.storage.deliveries.two_channels import ASKING


class Counting(Platform):
    """A platform that says what is left, or fails."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.left: int | SendFailure = 7
        self.costs = True

    @property
    def capabilities(self) -> Capabilities:
        free = ASKING.free_window if self.costs else None
        return replace(super().capabilities, free_window=free)

    async def allowances(self) -> Sequence[Allowance]:
        self.asked += 1
        if isinstance(self.left, SendFailure):
            raise self.left
        return [
            Allowance(name="sub_quota", total=500, remaining=self.left),
            Allowance(name="reward_quota", total=None, remaining=None),
        ]


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


async def known(chat: Chat) -> ToldLeft | None:
    return await chat.look(lambda tx: told_left.of(tx, chat.account.id, 0))


async def test_it_is_asked_rarely_and_kept_when_the_platform_does_not_answer(chat: Chat) -> None:
    platform = Counting()
    look = AllowanceLook(chat.db, chat.account.id, platform, chat.clock)
    for _ in range(3):
        await look.look()
    assert platform.asked == 1
    first = await known(chat)
    assert first is not None
    assert (first.left, first.fresh) == (7, True)
    platform.left = Transient("network")
    for _ in range(4):
        chat.clock.forward(hours=1)
        await look.look()
    assert platform.asked == 5
    later = await known(chat)
    assert later is not None
    assert (later.told, later.at, later.fresh) == (7, first.at, False)


@pytest.mark.parametrize("rubbish", [-1, 10**30])
async def test_what_can_be_no_count_is_none(chat: Chat, rubbish: int) -> None:
    platform = Counting()
    look = AllowanceLook(chat.db, chat.account.id, platform, chat.clock)
    await look.look()
    platform.left = rubbish
    chat.clock.forward(hours=1)
    await look.look()
    assert platform.asked == 2
    left = await known(chat)
    assert left is not None
    assert left.left == 7


async def test_where_nothing_ever_costs_nobody_is_asked(chat: Chat) -> None:
    platform = Counting()
    platform.costs = False
    await AllowanceLook(chat.db, chat.account.id, platform, chat.clock).look()
    assert platform.asked == 0
