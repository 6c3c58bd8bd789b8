"""A notice is pinned once it stands, by a row of its own; what cannot be done is refused."""

from uuid import UUID

import pytest
from sqlalchemy import select

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.failures import Ambiguous, Refused
from domain.messages import ChatKind, ChatRef, Outgoing
from storage.database import Tx
from storage.deliveries import effects, ledger
from storage.deliveries.ledger import Delivery, as_delivery
from storage.people import addresses
from storage.staff import setting_up
from storage.tables import delivery
from tests.cellar import VILLAGE
from tests.delivery.post_office import Office, Platform, at_work, in_state, until

CHAT = "-100501"


class Fading(Platform):
    """A platform that deletes what is young, and can change what is old."""

    def __init__(self, *, old: bool) -> None:
        super().__init__()
        self.deleted: list[str] = []
        self.changed: list[tuple[str, str]] = []
        self._old = old

    async def withdraw(self, chat: ChatRef, message_id: str) -> None:
        del chat
        if self._old:
            reason = "gone: message can't be deleted for everyone"
            raise Refused(reason)
        self.deleted.append(message_id)

    async def edit(self, chat: ChatRef, message_id: str, outgoing: Outgoing) -> None:
        assert outgoing.effect is None
        del chat
        self.changed.append((message_id, outgoing.text))


class Wall(Platform):
    """A platform that pins and lets itself be shown the door."""

    def __init__(self, *failures: Exception) -> None:
        super().__init__()
        self.pins: list[tuple[str, str]] = []
        self.left: list[str] = []
        self._failures = list(failures)

    async def pin(self, chat: ChatRef, message_id: str) -> None:
        self.pins.append((chat.chat_id, message_id))
        if self._failures:
            raise self._failures.pop(0)

    async def leave(self, chat: ChatRef) -> None:
        self.left.append(chat.chat_id)


async def notice(office: Office) -> Delivery:
    def write(tx: Tx) -> Delivery:
        chat = addresses.ensure(tx, office.cellar.account_id, ChatKind.GROUP, CHAT)
        group = setting_up.create_group(
            tx, office.cellar.unit_id, VILLAGE, "neighbourhood", "Nhóm Ví Dụ"
        )
        addresses.link_group(tx, chat.id, group.id)
        made = ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.PINNED,
                lane=Lane.TALK,
                address_id=chat.id,
                language="vi",
                outgoing=Outgoing(text="Máy đọc gì"),
                group_id=group.id,
            ),
        )
        assert made is not None
        row = ledger.get(tx, made)
        assert row is not None
        return row

    row = await office.cellar.do(write)
    office.bell.ring()
    return row


async def pin_of(office: Office, of: Delivery) -> Delivery:
    async def there() -> bool:
        return await office.cellar.look(lambda tx: effects.of(tx, of.id)) is not None

    await until(there)
    found = await office.cellar.look(lambda tx: effects.of(tx, of.id))
    assert found is not None
    return found


async def test_a_notice_is_sent_once_and_then_pinned(office: Office) -> None:
    row = await notice(office)
    platform = Wall()
    async with at_work(office.sender(platform)):
        await in_state(office, row.id, DeliveryState.ACCEPTED)
        await in_state(office, (await pin_of(office, row)).id, DeliveryState.ACCEPTED)
    assert platform.sends == [(CHAT, "Máy đọc gì")]
    assert platform.pins == [(CHAT, "m1")]


async def test_a_crash_between_post_and_pin_pins_later_and_posts_no_second_time(
    office: Office,
) -> None:
    row = await notice(office)
    unpinning = Platform()

    async def script(_chat: ChatRef, _outgoing: Outgoing) -> None:
        first.stop()

    unpinning.script = script
    first = office.sender(unpinning)
    async with at_work(first):
        await in_state(office, row.id, DeliveryState.ACCEPTED)
    waiting = await pin_of(office, row)
    assert waiting.state is DeliveryState.PENDING

    platform = Wall()
    async with at_work(office.sender(platform, worker="w2")):
        await in_state(office, waiting.id, DeliveryState.ACCEPTED)
    assert platform.pins == [(CHAT, "m1")]
    assert platform.sends == []


async def test_a_pin_of_unknown_fate_is_tried_again_without_a_word(office: Office) -> None:
    row = await notice(office)
    platform = Wall(Ambiguous("reset"))
    async with at_work(office.sender(platform)):
        pin = await pin_of(office, row)

        async def waits() -> bool:
            return (await office.row(pin.id)).again

        await until(waits)
        office.clock.forward(seconds=6)
        await in_state(office, pin.id, DeliveryState.ACCEPTED)
    assert platform.pins == [(CHAT, "m1")] * 2
    assert len(platform.sends) == 1


@pytest.mark.parametrize("able", [True, False])
async def test_without_the_right_or_the_means_the_notice_stands_unpinned(
    office: Office, *, able: bool
) -> None:
    row = await notice(office)
    platform = Wall(Refused("rights: not enough")) if able else Platform()
    async with at_work(office.sender(platform)):
        await in_state(office, (await pin_of(office, row)).id, DeliveryState.REFUSED)
    assert await office.state(row.id) is DeliveryState.ACCEPTED


async def test_a_pin_is_written_once_and_is_no_message(office: Office) -> None:
    row = await notice(office)
    platform = Wall()
    async with at_work(office.sender(platform)):
        await in_state(office, (await pin_of(office, row)).id, DeliveryState.ACCEPTED)

    def look(tx: Tx) -> tuple[object, int, object]:
        again = effects.pin(tx, row, "m1")
        rows = tx.connection.execute(
            select(delivery).where(delivery.c.kind == DeliveryKind.EFFECT.value)
        )
        answered = ledger.by_message(tx, row.address_id, "m1")
        return again, len([as_delivery(one) for one in rows]), answered and answered.id

    assert await office.cellar.do(look) == (None, 1, row.id)


@pytest.mark.parametrize(
    ("old", "said", "state"),
    [
        (False, "Đã rút", DeliveryState.ACCEPTED),
        (True, "Đã rút", DeliveryState.ACCEPTED),
        (True, "", DeliveryState.REFUSED),
    ],
)
async def test_a_post_is_deleted_or_when_it_is_too_old_changed(
    office: Office, *, old: bool, said: str, state: DeliveryState
) -> None:
    row = await notice(office)

    def write(tx: Tx) -> UUID:
        made = effects.withdraw(tx, row, "77", Outgoing(text=said))
        assert made is not None
        assert effects.withdraw(tx, row, "77", Outgoing(text=said)) is None
        return made

    withdrawing = await office.cellar.do(write)
    platform = Fading(old=old)
    async with at_work(office.sender(platform)):
        await in_state(office, withdrawing, state)
    assert platform.deleted == ([] if old else ["77"])
    assert platform.changed == ([("77", said)] if old and said else [])


async def test_a_group_is_left_after_what_waits_for_it(office: Office) -> None:
    row = await notice(office)

    def write(tx: Tx) -> None:
        assert row.group_id is not None
        effects.leave(tx, row.address_id, row.group_id, "vi")

    await office.cellar.do(write)
    platform = Wall()
    async with at_work(office.sender(platform)):
        await until(lambda: platform.left == [CHAT])
    assert len(platform.sends) == 1
