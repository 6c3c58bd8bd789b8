"""What is pressed or written under a broadcast counts on it: a stop, a reading, by each person."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.delivery import DeliveryKind, Lane
from domain.ids import short
from domain.messages import Button, Outgoing
from storage.codec import write_outgoing
from storage.database import Tx
from storage.deliveries import ledger
from storage.people.residents import Wish
from storage.tables import campaign, delivery, run
from tests.chat import Chat, GroupParty, Party, add_staff
from tests.handlers.residents.world import World, open_world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        yield opened


BROADCAST = Outgoing(
    text="Đội mũ bảo hiểm.",
    buttons=((Button("Đã đọc", "ack:{d}"), Button("Dừng", "stop:{d}")),),
)


async def broadcast(chat: Chat, to: Party | GroupParty) -> UUID:
    """Write a run with one delivery to a person or a group; return the delivery."""
    target = await to.address()

    def write(tx: Tx) -> UUID:
        run_id, campaign_id = tx.new_id(), tx.new_id()
        author = add_staff(tx, chat.unit.id, "Cán bộ Ví Dụ")
        tx.connection.execute(
            campaign.insert().values(
                id=campaign_id,
                unit_id=chat.unit.id,
                number=1,
                subject="traffic",
                author_id=author,
                state="approved",
                lane=Lane.BULK.name,
                content={},
                audience={},
                created_at=tx.now,
                occurrence=1,
            )
        )
        tx.connection.execute(
            run.insert().values(
                id=run_id,
                campaign_id=campaign_id,
                occurrence=1,
                unit_id=chat.unit.id,
                code="ABCD",
                lane=Lane.BULK.name,
                state="sending",
                content=dict.fromkeys(("vi", "post"), write_outgoing(BROADCAST)),
                audience={},
                due_at=tx.now,
                not_after=tx.now + timedelta(days=2),
                created_at=tx.now,
            )
        )
        private = target.resident_id is not None
        new = ledger.NewDelivery(
            kind=DeliveryKind.CAMPAIGN if private else DeliveryKind.POST,
            lane=Lane.BULK,
            address_id=target.id,
            language="vi",
            run_id=run_id,
            resident_id=target.resident_id,
            group_id=target.group_id,
        )
        made = ledger.put(tx, new)
        assert made is not None
        return made

    return await chat.do(write)


async def facets(chat: Chat, delivery_id: UUID) -> set[str]:
    """Return what was noted on a delivery."""
    columns = {"acknowledged": delivery.c.acknowledged_at, "stopped": delivery.c.stopped_at}

    def read(tx: Tx) -> set[str]:
        query = delivery.select().where(delivery.c.id == delivery_id)
        row = tx.connection.execute(query).one()
        return {name for name, column in columns.items() if row._mapping[column] is not None}

    return await chat.look(read)


async def test_stop_under_a_broadcast_counts_and_can_be_undone(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    sent = await broadcast(world.chat, lan)
    [toast] = await lan.presses("Dừng")
    assert toast.text == "Đã dừng gửi tin cho bà con."
    assert (await lan.record()).wish is Wish.STOPPED
    assert await facets(world.chat, sent) == {"stopped"}
    count = len(await lan.heard())
    await lan.presses("Dừng")
    assert len(await lan.heard()) == count
    await lan.presses("Nhận lại tin")
    assert (await lan.record()).wish is Wish.YES
    [answer] = await lan.presses("Nhận lại tin")
    assert "đang nhận tin rồi" in answer.text
    assert await world.answers(lan) == ["yes", "stop", "resume"]


async def test_an_old_undo_asks_for_consent_instead(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.writes("STOP")
    world.chat.clock.forward(hours=30)
    await lan.presses("Nhận lại tin")
    assert (await lan.record()).wish is Wish.STOPPED
    assert "Đồng ý" in (await lan.last()).labels


async def test_stop_under_a_forgotten_broadcast_still_stops(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    await lan.presses_action(f"stop:{short(uuid4())}")
    assert (await lan.record()).wish is Wish.STOPPED


async def test_stop_under_somebody_elses_broadcast_stops_only_the_presser(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    mai = await world.chat.subscriber("1002")
    sent = await broadcast(world.chat, lan)
    await mai.presses_action(f"stop:{short(sent)}")
    assert (await lan.record()).wish is Wish.YES
    assert (await mai.record()).wish is Wish.STOPPED
    assert await facets(world.chat, sent) == set()


async def test_a_stop_in_reply_to_a_broadcast_is_counted_on_it(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    sent = await broadcast(world.chat, lan)
    [brought] = await world.chat.deliver()
    await lan.writes("dừng", reply_to=brought.message_id)
    assert (await lan.record()).wish is Wish.STOPPED
    assert await facets(world.chat, sent) == {"stopped"}


async def test_read_is_thanked_each_time_and_counted_once(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    sent = await broadcast(world.chat, lan)
    for _ in range(2):
        [toast] = await lan.presses("Đã đọc")
        assert toast.text == "Cảm ơn bà con, đã ghi nhận."
    assert await facets(world.chat, sent) == {"acknowledged"}
    assert len(await lan.heard()) == 1


async def test_nobody_acknowledges_for_another(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    mai = await world.chat.subscriber("1002")
    sent = await broadcast(world.chat, lan)
    [toast] = await mai.presses_action(f"ack:{short(sent)}")
    assert "không còn dùng được" in toast.text
    assert await facets(world.chat, sent) == set()
    for action in ("ack", "ack:xyz", f"ack:{short(uuid4())}"):
        [toast] = await mai.presses_action(action)
        assert "không còn dùng được" in toast.text


async def test_each_member_of_the_group_acknowledges_its_post_once(world: World) -> None:
    group = await world.chat.group("-100")
    other = await world.chat.group("-200", label="Nhóm khác")
    sent = await broadcast(world.chat, group)
    lan, mai = world.party("1"), world.party("2")
    [toast] = await lan.presses_action(f"ack:{short(sent)}", of=other)
    assert "không còn dùng được" in toast.text
    for member in (lan, mai):
        [toast] = await member.presses("Đã đọc", of=group)
        await member.presses("Đã đọc", of=group)
        assert toast.text == "Cảm ơn bà con, đã ghi nhận."
    assert await facets(world.chat, sent) == {"acknowledged"}


async def test_a_group_is_not_stopped_by_one_member(world: World) -> None:
    group = await world.chat.group("-100")
    sent = await broadcast(world.chat, group)
    lan = await world.chat.subscriber("1001")
    [toast] = await lan.presses("Dừng", of=group)
    assert "Trong nhóm" in toast.text
    assert (await lan.record()).wish is Wish.YES
    assert await facets(world.chat, sent) == set()


async def test_a_paused_resident_gets_no_broadcast(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    sent = await broadcast(world.chat, lan)
    await lan.writes("dung")
    await world.chat.deliver()
    row = await world.chat.look(lambda tx: ledger.get(tx, sent))
    assert row is not None
    assert row.reason == "paused"
