"""An account that was refused comes back by itself, and is not asked too often."""

from collections.abc import AsyncIterator

import pytest

from bot.revival import Revival
from delivery.bell import Bell
from domain.failures import AccountDown, SendFailure, Transient
from storage.people import addresses
from storage.tables import account
from tests.chat import Chat, Takers, open_chat

MARK = "token: Unauthorized"


class Questions:
    """A channel that counts how often it is asked, and answers as told."""

    def __init__(self) -> None:
        self.count = 0
        self.failure: SendFailure | None = None
        self.down: AccountDown | None = None

    async def check(self) -> None:
        self.count += 1
        if self.failure is not None:
            raise self.failure
        self.down = None


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


class Ward:
    """An account, what it is asked, and who asks."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.asked = Questions()
        self.bell = Bell()
        self.revival = Revival(chat.db, chat.account.id, self.asked, self.bell, chat.clock)

    async def mark(self) -> None:
        await self.chat.do(
            lambda tx: tx.connection.execute(account.update().values(down_reason=MARK))
        )

    async def reason(self) -> str | None:
        return await self.chat.look(lambda tx: addresses.down_reason(tx, self.chat.account.id))

    async def minutes(self, minutes: float) -> int:
        """Let time go by in steps of five seconds; return how often the platform was asked."""
        before = self.asked.count
        for _ in range(int(minutes * 12)):
            await self.revival.look()
            self.chat.clock.forward(seconds=5)
        return self.asked.count - before


@pytest.fixture
def ward(chat: Chat) -> Ward:
    return Ward(chat)


async def test_an_account_in_order_is_not_asked_about(ward: Ward) -> None:
    assert await ward.minutes(1) == 0
    assert ward.bell.rings == 0


async def test_one_stray_refusal_is_over_at_the_next_look(ward: Ward) -> None:
    await ward.mark()
    await ward.revival.look()
    assert await ward.reason() is None
    assert (ward.asked.count, ward.bell.rings) == (1, 1)


@pytest.mark.parametrize("failure", [AccountDown(MARK), Transient("network: refused")])
async def test_while_the_platform_refuses_it_is_asked_ever_more_rarely(
    ward: Ward, failure: SendFailure
) -> None:
    await ward.mark()
    ward.asked.failure = failure
    assert 3 <= await ward.minutes(2) <= 6
    assert await ward.minutes(60) <= 14
    assert await ward.reason() == MARK
    assert ward.bell.rings == 0
    ward.asked.failure = None
    await ward.minutes(6)
    assert await ward.reason() is None


async def test_sends_that_are_refused_again_and_again_do_not_make_it_flap(ward: Ward) -> None:
    asked = 0
    for _ in range(60):
        await ward.mark()
        asked += await ward.minutes(1)
    assert asked <= 20


async def test_after_a_good_while_the_first_question_comes_soon_again(ward: Ward) -> None:
    for _ in range(6):
        await ward.mark()
        await ward.minutes(5)
    await ward.minutes(15)
    await ward.mark()
    await ward.revival.look()
    assert await ward.reason() is None


async def test_what_only_the_process_knows_of_is_cleared_too(ward: Ward) -> None:
    ward.asked.down = AccountDown(MARK)
    assert await ward.minutes(1) == 1
    assert ward.asked.down is None
    assert ward.bell.rings == 0
