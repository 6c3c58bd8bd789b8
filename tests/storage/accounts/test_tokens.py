"""Tokens of an account: sealed, renewed by one at a time, never overwritten by a latecomer."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.account_tokens import TokenPair
from storage.accounts import tokens
from storage.accounts.tokens import SealedTokens
from storage.database import Database, Tx
from storage.people import addresses
from storage.sealing import fresh_keyring
from storage.tables import account_token, account_trait
from tests.chat import MovingClock

LEASE = timedelta(minutes=1)
FIRST = "canary-first-token"
SECOND = TokenPair("canary-access", "canary-refresh")


@pytest.fixture
def clock() -> MovingClock:
    return MovingClock()


@pytest.fixture
async def database(migrated_database_url: str, clock: MovingClock) -> AsyncIterator[Database]:
    made = Database(migrated_database_url, fresh_keyring(), clock)
    yield made
    await made.close()


@pytest.fixture
async def account_id(database: Database) -> UUID:
    def work(tx: Tx) -> UUID:
        return addresses.register_account(tx, "zalo_oa", "3886132808", "").id

    return await database.write(work)


@pytest.fixture
def shelf(database: Database, account_id: UUID) -> SealedTokens:
    return SealedTokens(database, account_id)


async def test_a_first_pair_begins_once_and_is_sealed(
    shelf: SealedTokens, database: Database, clock: MovingClock
) -> None:
    assert await shelf.read() is None
    assert await shelf.state() is None
    await shelf.begin(FIRST)
    held = await shelf.read()
    assert held is not None
    assert (held.pair, held.access_until) == (TokenPair("", FIRST), clock.now())
    await shelf.keep(held.version, SECOND, clock.now() + timedelta(hours=25))
    await shelf.begin("another")
    held = await shelf.read()
    assert held is not None
    assert held.pair == SECOND
    rows = await database.read(lambda tx: tx.connection.execute(select(account_token)).all())
    assert "canary" not in str(rows)
    assert "canary" not in f"{held!r}{shelf!r}"


async def test_of_many_who_want_to_renew_one_may_until_the_lease_ends(
    shelf: SealedTokens, clock: MovingClock
) -> None:
    await shelf.begin(FIRST)
    claims = [shelf.claim(1, f"worker-{number}", LEASE) for number in range(6)]
    won = await asyncio.gather(*claims)
    assert sum(won) == 1
    winner = f"worker-{won.index(True)}"
    assert await shelf.claim(1, winner, LEASE)
    clock.forward(seconds=61)
    assert await shelf.claim(1, "heir", LEASE)
    assert not await shelf.claim(1, winner, LEASE)
    assert not await shelf.claim(2, "heir", LEASE)


async def test_the_right_of_a_dead_process_is_free_for_whoever_knows_that_it_is_dead(
    shelf: SealedTokens, database: Database, account_id: UUID
) -> None:
    await shelf.begin(FIRST)
    assert await shelf.claim(1, "dead", LEASE)
    assert not await shelf.claim(1, "heir", LEASE)
    await database.write(lambda tx: tokens.let_go(tx, account_id))
    assert await shelf.claim(1, "heir", LEASE)
    assert not await shelf.claim(1, "dead", LEASE)


async def test_what_was_taken_or_refused_when_our_clock_was_wrong_holds_nobody_back(
    shelf: SealedTokens, clock: MovingClock
) -> None:
    await shelf.begin(FIRST)
    clock.forward(hours=24 * 30)
    assert await shelf.claim(1, "dead", LEASE)
    clock.forward(hours=-24 * 30)
    assert await shelf.claim(1, "heir", LEASE)
    clock.forward(hours=24 * 30)
    await shelf.release(1, "heir", refused="no", app="app")
    clock.forward(hours=-24 * 30)
    assert await shelf.forgive(1, "app", timedelta(hours=1))


async def test_a_pair_that_comes_late_is_kept_unless_another_came_before(
    shelf: SealedTokens, clock: MovingClock
) -> None:
    await shelf.begin(FIRST)
    assert await shelf.claim(1, "slow", LEASE)
    clock.forward(minutes=2)
    assert await shelf.claim(1, "heir", LEASE)
    until = clock.now() + timedelta(hours=25)
    assert await shelf.keep(1, SECOND, until)
    assert not await shelf.keep(1, TokenPair("x", "y"), until)
    held = await shelf.read()
    assert held is not None
    assert (held.pair, held.version, held.access_until) == (SECOND, 2, until)
    state = await shelf.state()
    assert state is not None
    assert (state.refresh_since, state.refused) == (clock.now(), None)


async def test_a_refused_pair_is_given_up_until_another_token_or_a_consent_comes(
    shelf: SealedTokens, clock: MovingClock
) -> None:
    await shelf.begin(FIRST)
    await shelf.claim(1, "me", LEASE)
    await shelf.release(1, "somebody else", refused="no")
    await shelf.release(1, "me", refused="consent: again")
    state = await shelf.state()
    assert state is not None
    assert (state.refused, state.refused_at) == ("consent: again", clock.now())
    assert not await shelf.claim(1, "me", LEASE)
    await shelf.begin(FIRST)
    held = await shelf.read()
    assert held is not None
    assert held.refused == "consent: again"
    await shelf.begin("another")
    held = await shelf.read()
    assert held is not None
    assert (held.pair.refresh, held.refused, held.version) == ("another", None, 2)
    await shelf.put(SECOND, clock.now() + timedelta(hours=25))
    held = await shelf.read()
    assert held is not None
    assert (held.pair, held.version) == (SECOND, 3)


async def test_who_gives_the_right_back_lets_others_renew(shelf: SealedTokens) -> None:
    await shelf.begin(FIRST)
    await shelf.claim(1, "me", LEASE)
    await shelf.release(1, "me")
    assert await shelf.claim(1, "other", LEASE)


async def test_the_way_of_sending_is_remembered(shelf: SealedTokens) -> None:
    assert await shelf.pinned() is None
    await shelf.pin("v2_message")
    await shelf.pin("v2_message")
    assert await shelf.pinned() == "v2_message"


async def test_a_refusal_is_taken_back_for_another_app_or_after_a_while(
    shelf: SealedTokens, clock: MovingClock, database: Database
) -> None:
    await shelf.begin(FIRST)
    hour = timedelta(hours=1)

    async def refused() -> int:
        held = await shelf.read()
        assert held is not None
        assert await shelf.claim(held.version, "a", LEASE)
        await shelf.release(held.version, "a", "refused", "7 canary-secret")
        return held.version

    version = await refused()
    assert await shelf.forgive(version, "7 canary-secret", hour) is False
    assert await shelf.forgive(version + 1, "7 another", hour) is False
    assert await shelf.forgive(version, "7 another", hour) is True
    held = await shelf.read()
    assert held is not None
    assert held.refused is None
    assert await shelf.forgive(await refused(), "7 canary-secret", hour) is False
    clock.forward(minutes=61)
    assert await shelf.forgive(version, "7 canary-secret", hour) is True
    traits = await database.read(lambda tx: tx.connection.execute(select(account_trait)).all())
    assert traits
    assert "canary" not in repr(traits)
