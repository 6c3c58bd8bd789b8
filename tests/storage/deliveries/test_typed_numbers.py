"""A number typed privately is the press of our newest message that has choices, and of no other."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update

from domain.delivery import Accepted, DeliveryKind, DeliveryState, Lane, TurnedDown, Unknowable
from domain.ids import short
from domain.messages import Button, ChatKind, ChatRef, Message, Outgoing, Press, Sender
from domain.typed_number import typed_number
from storage.codec import write_outgoing
from storage.deliveries import ledger, taking_over, typed_numbers
from storage.deliveries.ledger import NewDelivery
from storage.deliveries.typed_numbers import Unclear
from storage.people import addresses, erasing
from storage.tables import run as run_table
from storage.tables import typed_choice
from tests.storage.deliveries.two_channels import OA, TELEGRAM, Two, heard_at, two_channels
from tests.storage.ledger_world import ledger_world

CHOICES = ("ack:{d}", "tip:{d}")


@pytest.fixture
async def two(migrated_database_url: str) -> AsyncIterator[Two]:
    async with ledger_world(migrated_database_url) as world:
        yield await two_channels(world)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1", 1),
        (" 2. ", 2),
        ("3)", 3),
        ("số 2", 2),
        ("SO 2", 2),
        ("\uff12", 2),
        ("\uff11\uff12\u3002", None),
        ("0912345678", None),
        ("2 người lạ", None),
        ("1,5", None),
        ("hai", None),
        ("", None),
    ],
)
def test_only_a_bare_number_is_one(text: str, number: int | None) -> None:
    assert typed_number(text) == number


async def meant(
    two: Two, resident_id: UUID, text: str = "2", ago: timedelta = timedelta(0)
) -> Press | None:
    found = await meant_by(two, resident_id, text, ago)
    assert not isinstance(found, Unclear)
    return found


async def meant_by(
    two: Two, resident_id: UUID, text: str = "2", ago: timedelta = timedelta(0)
) -> Press | Unclear | None:
    message = Message(
        chat=ChatRef(f"{OA} {resident_id}", ChatKind.PRIVATE),
        sender=Sender(f"{OA} {resident_id}"),
        at=two.world.clock.now() - ago,
        message_id="t1",
        text=text,
    )
    account_id = two.accounts[OA].id
    return await two.world.do(lambda tx: typed_numbers.as_press(tx, account_id, message))


async def say(two: Two, resident_id: UUID) -> UUID:
    return await two.world.reply(await two.chat(resident_id), "Bà con chọn")


async def test_a_number_is_the_press_of_the_newest_message_until_one_comes_without_choices(
    two: Two,
) -> None:
    one = await two.resident()
    assert await meant(two, one) is None
    row = await say(two, one)
    await two.settle(await two.opened(), choices=("ack:x", "tip:x"))
    press = await meant(two, one, "số 2")
    assert press is not None
    assert (press.action, press.message_id, press.press_id) == ("tip:x", f"m{row}", "")
    assert await meant(two, one, "3") is None
    assert await meant(two, one, "0") is None
    await say(two, one)
    await two.settle(await two.opened(), TurnedDown("content"), choices=())
    assert await meant(two, one) is not None, "what was refused changes nothing"
    await say(two, one)
    await two.settle(await two.opened(), choices=())
    assert await meant(two, one) is None


async def test_choices_of_a_message_that_may_have_arrived_count(two: Two) -> None:
    one = await two.resident()
    await two.run([(one, OA)])
    await two.settle(await two.opened(), Unknowable("read_timeout"), choices=("ack:x", "tip:x"))
    press = await meant(two, one)
    assert press is not None
    assert (press.action, press.message_id) == ("tip:x", "")


async def test_choices_count_while_the_message_is_being_sent(two: Two) -> None:
    one = await two.resident()
    run = await two.run([(one, OA)])
    buttons = ((Button("Đã đọc", action="ack:{d}"), Button("Báo tin", action="tip:{d}")),)
    words = write_outgoing(Outgoing(text="Đội mũ", buttons=buttons))
    content = {"vi": words, "post": words}
    await two.world.do(
        lambda tx: tx.connection.execute(
            update(run_table).where(run_table.c.id == run).values(content=content)
        )
    )
    assert await meant(two, one) is None
    await say(two, one)
    await two.settle(await two.opened(), choices=("ack:x", "tip:x"))
    two.world.clock.forward(seconds=30)
    window = await two.opened()
    new = f"tip:{short(window.sends[0].delivery_id)}"
    found = await meant_by(two, one)
    assert isinstance(found, Unclear), "nobody answered the one that stood there"
    assert (found.earlier.action, found.later.action) == ("tip:x", new)
    found = await meant_by(two, one, ago=timedelta(seconds=2))
    assert isinstance(found, Unclear), "the platform's clock may be behind ours"
    press = await meant(two, one, ago=timedelta(seconds=12))
    assert press is not None
    assert press.action == "tip:x", "what was typed before is about the one that stood there"
    chat = await two.chat(one)
    await two.world.do(lambda tx: heard_at(tx, chat, tx.now - timedelta(seconds=20)))
    press = await meant(two, one)
    assert press is not None
    assert press.action == new, "the one before was answered"


@pytest.mark.parametrize(
    ("typed_after", "spoke", "means"),
    [(0, False, None), (1, False, None), (2, False, "tip:new"), (0, True, "tip:new")],
)
async def test_a_number_typed_just_when_another_message_came_is_asked_about(
    two: Two, typed_after: int, means: str | None, *, spoke: bool
) -> None:
    one = await two.resident()
    await say(two, one)
    await two.settle(await two.opened(), choices=("ack:old", "tip:old"))
    two.world.clock.forward(minutes=3)
    if spoke:
        chat = await two.chat(one)
        await two.world.do(lambda tx: heard_at(tx, chat, tx.now))
    two.world.clock.forward(minutes=3)
    await say(two, one)
    window = await two.opened()
    two.world.clock.forward(seconds=1)
    await two.settle(window, choices=("ack:new", "tip:new", "more:new"))
    two.world.clock.forward(seconds=typed_after)
    found = await meant_by(two, one)
    if means is None:
        assert isinstance(found, Unclear)
        assert (found.earlier.action, found.later.action) == ("tip:old", "tip:new")
        # A number that only one of them has is about that one.
        press = await meant(two, one, "3")
        assert press is not None
        assert press.action == "more:new"
        press = await meant(two, one, ago=timedelta(seconds=typed_after + 12))
        assert press is not None
        assert press.action == "tip:old"
    else:
        assert isinstance(found, Press)
        assert found.action == means


async def test_in_a_group_a_number_that_answers_a_post_presses_its_button(two: Two) -> None:
    group_id, address_id = await two.world.group()
    run = await two.world.run([], [(group_id, address_id)])
    words = write_outgoing(Outgoing(text="Đội mũ", choices=CHOICES))
    await two.world.do(
        lambda tx: tx.connection.execute(
            update(run_table).where(run_table.c.id == run).values(content={"post": words})
        )
    )
    await two.settle(await two.opened(TELEGRAM), channel=TELEGRAM)
    [post] = await two.world.rows(run)
    chat_id = await two.world.do(lambda tx: addresses.chat_of(tx, address_id))

    async def answered(reply_to: str | None) -> Press | Unclear | None:
        message = Message(
            chat=chat_id,
            sender=Sender("9"),
            at=two.world.clock.now(),
            message_id="t1",
            text="1",
            reply_to=reply_to,
        )
        account_id = two.accounts[TELEGRAM].id
        return await two.world.do(lambda tx: typed_numbers.as_press(tx, account_id, message))

    card = await two.world.do(
        lambda tx: ledger.put(
            tx,
            NewDelivery(
                kind=DeliveryKind.CARD,
                lane=Lane.TALK,
                address_id=address_id,
                language="vi",
                outgoing=Outgoing(text="Tin"),
                group_id=group_id,
            ),
        )
    )
    await two.settle(await two.opened(TELEGRAM), choices=("take:x",), channel=TELEGRAM)
    press = await answered(f"m{card}")
    assert isinstance(press, Press)
    assert press.action == "take:x"
    press = await answered(f"m{post.id}")
    assert isinstance(press, Press)
    assert (press.action, press.message_id) == (f"ack:{short(post.id)}", f"m{post.id}")
    assert await answered(None) is None
    assert await answered("another") is None


async def test_erasing_a_resident_forgets_what_numbers_stood_for(two: Two) -> None:
    one = await two.resident()
    await say(two, one)
    await two.settle(await two.opened(), choices=("ack:x",))
    await two.world.do(lambda tx: erasing.erase(tx, one))
    count = select(func.count()).select_from(typed_choice)
    assert await two.world.do(lambda tx: tx.connection.execute(count).scalar_one()) == 0


async def test_a_reply_put_with_choices_has_them_filled_while_it_is_sent(two: Two) -> None:
    one = await two.resident()
    chat = await two.chat(one)
    new = NewDelivery(
        kind=DeliveryKind.REPLY,
        lane=Lane.TALK,
        address_id=chat,
        language="vi",
        outgoing=Outgoing(text="1. Đã đọc\n2. Báo tin", choices=CHOICES),
    )
    row = await two.world.do(lambda tx: ledger.put(tx, new))
    assert row is not None
    window = await two.opened()
    press = await meant(two, one)
    assert press is not None
    assert press.action == f"tip:{short(row)}"
    await two.settle(window, Accepted("m1", two.world.clock.now()), choices=())
    assert (await two.world.row(row)).state is DeliveryState.ACCEPTED


async def test_numbers_under_what_a_killed_worker_left_unsure_are_kept(two: Two) -> None:
    one = await two.resident()
    run = await two.run([(one, OA)])
    said = write_outgoing(Outgoing(text="Đội mũ", choices=CHOICES))
    await two.world.do(
        lambda tx: tx.connection.execute(update(run_table).values(content={"vi": said}))
    )
    window = await two.opened()
    two.world.clock.forward(minutes=2)
    account_id, door = two.accounts[OA].id, two.doors[OA]
    asks = replace(door, typed_choices=True)

    assert await two.world.do(lambda tx: taking_over.take_over(tx, account_id, asks)) == 1

    row = await two.row_of(run, one)
    assert row.state is DeliveryState.UNSURE
    press = await meant(two, one)
    assert press is not None
    assert press.action == f"tip:{short(window.sends[0].delivery_id)}"
