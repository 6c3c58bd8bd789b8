"""Which messages of a chat are ours."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import update

from domain.messages import ChatKind, ChatRef
from storage.accounts.ours import SentByUs
from storage.database import Database, Tx
from storage.people import addresses
from storage.sealing import fresh_keyring
from storage.tables import attempt, delivery
from tests.chat import MovingClock

HERE, ELSEWHERE = ChatRef("g:1", ChatKind.GROUP), ChatRef("g:2", ChatKind.GROUP)


@pytest.fixture
async def database(migrated_database_url: str) -> AsyncIterator[Database]:
    made = Database(migrated_database_url, fresh_keyring(), MovingClock())
    yield made
    await made.close()


def _write(tx: Tx) -> addresses.Account:
    account = addresses.register_account(tx, "zalo_oa", "3886132808", "")
    for chat, message_id in ((HERE, "m1"), (HERE, None), (ELSEWHERE, "m2")):
        _send(tx, account, chat, message_id, state="accepted")
    return account


def _send(
    tx: Tx,
    account: addresses.Account,
    chat: ChatRef,
    message_id: str | None,
    **values: object,
) -> UUID:
    address = addresses.ensure(tx, account.id, ChatKind.GROUP, chat.chat_id)
    sent = tx.new_id()
    tx.connection.execute(
        delivery.insert().values(
            id=sent,
            kind="reply",
            lane=1,
            account_id=account.id,
            address_id=address.id,
            area_code="",
            channel="zalo_oa",
            language="vi",
            created_at=tx.now,
            **values,
        )
    )
    tx.connection.execute(
        attempt.insert().values(
            id=tx.new_id(),
            delivery_id=sent,
            address_id=address.id,
            window_id=tx.new_id(),
            opened_at=tx.now,
            message_id=message_id,
        )
    )
    return sent


async def test_a_message_is_ours_in_the_chat_to_which_we_sent_it(database: Database) -> None:
    account = await database.write(_write)
    ours = SentByUs(database, account.id)
    assert await ours.are_ours(HERE, ["m1", "m2", "theirs"]) == {"m1"}
    assert await ours.are_ours(ELSEWHERE, ["m1", "m2"]) == {"m2"}
    assert await ours.are_ours(HERE, []) == frozenset()
    assert await ours.are_ours(ChatRef("g:unknown", ChatKind.GROUP), ["m1"]) == frozenset()


async def test_what_is_just_being_sent_is_waited_for_and_not_for_long(database: Database) -> None:
    account = await database.write(_write)
    ours = SentByUs(database, account.id)

    def begin(tx: Tx) -> UUID:
        return _send(tx, account, HERE, None, state="pending", window_id=tx.new_id())

    sent = await database.write(begin)
    assert await ours.are_ours(HERE, ["m1"]) == {"m1"}
    assert await ours.are_ours(HERE, ["theirs"]) == frozenset()

    def settle(tx: Tx) -> None:
        tx.connection.execute(
            update(attempt).where(attempt.c.delivery_id == sent).values(message_id="m3")
        )
        over = {"state": "accepted", "window_id": None}
        tx.connection.execute(update(delivery).where(delivery.c.id == sent).values(**over))

    asked = asyncio.create_task(ours.are_ours(HERE, ["m3"]))
    # It has looked for the first time by then, or else finds it at once.
    await asyncio.sleep(0.05)
    await database.write(settle)
    assert await asked == {"m3"}
