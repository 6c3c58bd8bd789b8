"""Addresses: found by a keyed hash, their platform ids readable by nobody."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import inspect, select, text

from domain.delivery import DeliveryKind, Lane
from domain.failures import Until
from domain.language import Language
from domain.messages import ChatKind, ChatRef, Outgoing
from domain.roles import Role
from storage.database import Database, Tx
from storage.deliveries import ledger
from storage.people import addresses, residents
from storage.sealing import KeysUnusable, fresh_keyring, rotated
from storage.staff import setting_up
from storage.tables import address as address_table
from storage.tables import attempt
from tests.cellar import COMMUNE, Cellar, furnished
from tests.chat import MovingClock

CANARY = "900987654321"


@pytest.fixture
async def cellar(migrated_database_url: str) -> AsyncIterator[Cellar]:
    async with furnished(migrated_database_url) as made:
        yield made


def _column(tx: Tx, address_id: UUID, name: str) -> Any:
    query = select(address_table.c[name]).where(address_table.c.id == address_id)
    return tx.connection.execute(query).scalar_one()


async def test_a_platform_id_gets_one_address_and_keeps_it(cellar: Cellar) -> None:
    first = await cellar.private("1001")
    assert await cellar.private("1001") == first
    assert (first.channel, first.kind, first.unreachable) == ("telegram", ChatKind.PRIVATE, None)
    assert await cellar.look(lambda tx: addresses.get(tx, first.id)) == first
    assert await cellar.look(lambda tx: addresses.find(tx, cellar.account_id, "1002")) is None


async def test_the_same_platform_id_in_two_accounts_is_two_addresses(cellar: Cellar) -> None:
    ours = await cellar.private("1001")
    other = await cellar.do(lambda tx: addresses.register_account(tx, "telegram", "7002", "hai"))
    theirs = await cellar.do(lambda tx: addresses.ensure(tx, other.id, ChatKind.PRIVATE, "1001"))
    assert theirs.id != ours.id
    assert await cellar.look(lambda tx: _column(tx, ours.id, "lookup")) != await cellar.look(
        lambda tx: _column(tx, theirs.id, "lookup")
    )


async def test_somebody_met_by_many_transactions_at_once_gets_one_address(cellar: Cellar) -> None:
    met = await asyncio.gather(*(cellar.private("1001") for _ in range(12)))
    assert len({address.id for address in met}) == 1


async def test_an_address_made_before_the_keys_were_rotated_is_still_found(
    cellar: Cellar,
) -> None:
    before = await cellar.private("1001")
    newer = Database(cellar.url, rotated(cellar.keys), MovingClock())
    try:
        account = cellar.account_id
        found = await newer.read(lambda tx: addresses.find(tx, account, "1001"))
        assert found == before
        kind = ChatKind.PRIVATE
        assert await newer.write(lambda tx: addresses.ensure(tx, account, kind, "1001")) == before
        chat = await newer.read(lambda tx: addresses.chat_of(tx, before.id))
        assert chat == ChatRef("1001", ChatKind.PRIVATE)
        fresh = await newer.write(lambda tx: addresses.ensure(tx, account, kind, "1002"))
        # Who has the old keys alone neither finds nor reads what came after.
        assert await cellar.look(lambda tx: addresses.find(tx, account, "1002")) is None
        with pytest.raises(KeysUnusable):
            await cellar.look(lambda tx: addresses.chat_of(tx, fresh.id))
    finally:
        await newer.close()


async def test_other_keys_find_nobody(cellar: Cellar) -> None:
    await cellar.private("1001")
    stranger = Database(cellar.url, fresh_keyring(), MovingClock())
    try:
        account = cellar.account_id
        assert await stranger.read(lambda tx: addresses.find(tx, account, "1001")) is None
    finally:
        await stranger.close()


async def test_a_sealed_platform_id_moved_to_another_row_does_not_open(cellar: Cellar) -> None:
    lan, minh = await cellar.private("1001"), await cellar.private("1002")

    def swap(tx: Tx) -> None:
        stolen = _column(tx, lan.id, "platform_id")
        tx.connection.execute(
            address_table.update().where(address_table.c.id == minh.id).values(platform_id=stolen)
        )

    await cellar.do(swap)
    with pytest.raises(KeysUnusable):
        await cellar.look(lambda tx: addresses.chat_of(tx, minh.id))


async def _live(cellar: Cellar) -> UUID:
    """Let one person's address go through everything an address can go through."""
    address = await cellar.private(CANARY)

    def work(tx: Tx) -> None:
        person = residents.create(tx, cellar.unit_id, Language.VI)
        addresses.link_resident(tx, address.id, person.id)
        addresses.mark_unreachable(tx, address.id, Until.THEY_WRITE)
        addresses.mark_reachable(tx, address.id)
        addresses.relocate(tx, address.id, f"{CANARY}9")
        addresses.relocate(tx, address.id, CANARY)

    await cellar.do(work)
    return address.id


def _everything(tx: Tx) -> bytes:
    """Return every value of every column of every table, as bytes."""
    found = []
    for table in inspect(tx.connection).get_table_names():
        for row in tx.connection.execute(text(f'SELECT * FROM "{table}"')):
            found += [bytes(v) if isinstance(v, bytes) else str(v).encode() for v in row]
    return b"\n".join(found)


async def test_no_column_holds_a_platform_id_in_clear(cellar: Cellar) -> None:
    address_id = await _live(cellar)
    everything = await cellar.look(_everything)
    assert len(everything) > 200
    for written in (CANARY, CANARY[::-1], f"{int(CANARY):x}"):
        assert written.encode() not in everything
    assert (await cellar.look(lambda tx: addresses.chat_of(tx, address_id))).chat_id == CANARY


@pytest.mark.parametrize("database_kind", ["sqlite"])
async def test_the_database_file_and_its_journal_hold_no_platform_id_in_clear(
    cellar: Cellar, tmp_path: Path
) -> None:
    await _live(cellar)
    files = list(_files(tmp_path))
    assert any(name.endswith("-wal") for name, _ in files)
    assert all(CANARY.encode() not in content for _, content in files)


def _files(folder: Path) -> list[tuple[str, bytes]]:
    return [(file.name, file.read_bytes()) for file in folder.glob("x.db*")]


async def test_a_chat_that_moved_is_found_under_its_new_id_alone(cellar: Cellar) -> None:
    group = await cellar.do(
        lambda tx: addresses.ensure(tx, cellar.account_id, ChatKind.GROUP, "-55")
    )
    await cellar.do(lambda tx: addresses.relocate(tx, group.id, "-10055"))
    account = cellar.account_id
    assert await cellar.look(lambda tx: addresses.find(tx, account, "-55")) is None
    assert await cellar.look(lambda tx: addresses.find(tx, account, "-10055")) == group
    chat = await cellar.look(lambda tx: addresses.chat_of(tx, group.id))
    assert chat == ChatRef("-10055", ChatKind.GROUP)


async def test_the_older_address_wins_when_the_new_chat_wrote_before_the_move_was_known(
    cellar: Cellar,
) -> None:
    account = cellar.account_id

    def meet(tx: Tx) -> tuple[UUID, UUID]:
        old = addresses.ensure(tx, account, ChatKind.GROUP, "-55")
        group = setting_up.create_group(tx, cellar.unit_id, COMMUNE, "review", "Tổ tiếp nhận")
        addresses.link_group(tx, old.id, group.id)
        return old.id, addresses.ensure(tx, account, ChatKind.GROUP, "-10055").id

    old_id, new_id = await cellar.do(meet)
    for _ in range(2):  # the platform may tell of a move more than once
        await cellar.do(lambda tx: addresses.relocate(tx, old_id, "-10055"))
    found = await cellar.look(lambda tx: addresses.find(tx, account, "-10055"))
    assert found is not None
    assert found.id == old_id
    assert found.group_id is not None
    spare = await cellar.look(lambda tx: addresses.get(tx, new_id))
    assert spare.unreachable is Until.FOREVER


async def test_unreachable_and_back(cellar: Cellar) -> None:
    lan = await cellar.private("1001")
    await cellar.do(lambda tx: addresses.mark_unreachable(tx, lan.id, Until.THEY_WRITE))
    assert (await cellar.private("1001")).unreachable is Until.THEY_WRITE
    assert (
        await cellar.look(lambda tx: _column(tx, lan.id, "unreachable_at")) == MovingClock().now()
    )
    await cellar.do(lambda tx: addresses.mark_reachable(tx, lan.id))
    assert (await cellar.private("1001")).unreachable is None
    assert await cellar.look(lambda tx: _column(tx, lan.id, "unreachable_at")) is None


async def test_a_hold_is_kept_as_an_instant(cellar: Cellar) -> None:
    lan = await cellar.private("1001")
    until = MovingClock().now() + timedelta(seconds=31)
    await cellar.do(lambda tx: addresses.hold_until(tx, lan.id, until))
    assert await cellar.look(lambda tx: _column(tx, lan.id, "not_before")) == until


async def test_whose_address_it_is_is_found_from_both_ends(cellar: Cellar) -> None:
    lan, binh, group = [await cellar.private(name) for name in ("1001", "2001", "-55")]

    def link(tx: Tx) -> tuple[UUID, UUID, UUID]:
        person = residents.create(tx, cellar.unit_id, Language.VI)
        officer = setting_up.create_staff(tx, cellar.unit_id, "Cán bộ Ví Dụ", [Role.OFFICER])
        review = setting_up.create_group(tx, cellar.unit_id, COMMUNE, "review", "Tổ")
        addresses.link_resident(tx, lan.id, person.id)
        addresses.link_staff(tx, binh.id, officer.id)
        addresses.link_group(tx, group.id, review.id)
        return person.id, officer.id, review.id

    person_id, staff_id, group_id = await cellar.do(link)

    def found(tx: Tx) -> list[UUID | None]:
        ends = (
            addresses.of_resident(tx, person_id),
            addresses.of_staff(tx, staff_id),
            addresses.of_group(tx, group_id),
            addresses.of_staff(tx, person_id),
        )
        return [end.id if end else None for end in ends]

    assert await cellar.look(found) == [lan.id, binh.id, group.id, None]


async def test_registering_an_account_again_keeps_it_and_clears_its_fault(cellar: Cellar) -> None:
    await cellar.do(
        lambda tx: tx.connection.execute(text("UPDATE account SET down_reason = 'token'"))
    )
    assert (await cellar.look(addresses.accounts))[0].down_reason == "token"
    again = await cellar.do(
        lambda tx: addresses.register_account(tx, "telegram", "7001", "ten_moi_bot")
    )
    assert again.id == cellar.account_id
    assert again.unit_id == cellar.unit_id
    (known,) = await cellar.look(addresses.accounts)
    assert known == again
    assert (known.username, known.down_reason) == ("ten_moi_bot", None)


async def test_a_chat_that_moved_forgets_the_ids_of_its_old_messages_once(
    cellar: Cellar,
) -> None:
    def ids(tx: Tx) -> list[str | None]:
        return list(tx.connection.execute(select(attempt.c.message_id)).scalars())

    def sent(tx: Tx, chat_id: UUID, message_id: str) -> None:
        row = ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.REPLY,
                lane=Lane.TALK,
                address_id=chat_id,
                language="vi",
                outgoing=Outgoing(text="x"),
            ),
        )
        tx.connection.execute(
            attempt.insert().values(
                id=tx.new_id(),
                delivery_id=row,
                address_id=chat_id,
                window_id=tx.new_id(),
                opened_at=tx.now,
                message_id=message_id,
            )
        )

    def move(tx: Tx) -> None:
        chat = addresses.ensure(tx, cellar.account_id, ChatKind.GROUP, "-1")
        other = addresses.ensure(tx, cellar.account_id, ChatKind.GROUP, "-2")
        sent(tx, chat.id, "41")
        sent(tx, other.id, "42")
        addresses.relocate(tx, chat.id, "-1001")
        assert sorted(ids(tx), key=str) == ["42", None]
        sent(tx, chat.id, "43")
        addresses.relocate(tx, chat.id, "-1001")
        assert sorted(ids(tx), key=str) == ["42", "43", None]

    await cellar.do(move)
