"""Tips in the database: numbers, sealing, steps, cards due, erasing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from domain.delivery import DeliveryKind, DeliveryState, Lane
from domain.language import Language
from domain.messages import ChatKind, Location, MediaKind, MediaRef, Outgoing
from domain.tip import (
    Binding,
    IllegalStep,
    Secrecy,
    TipEventKind,
    TipKind,
    TipOutcome,
    TipState,
)
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses
from storage.sealing import KeysUnusable
from storage.tables import attachment, delivery, tip, tip_event
from storage.tips import card_times, tip_events, tip_work, tips
from tests.chat import Chat, Takers, add_staff, open_chat


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    """A unit and nobody in it."""
    async with open_chat(migrated_database_url, Takers()) as world:
        yield world


def opened(
    tx: Tx, chat: Chat, *, who: str = "1001", due: float = 60, urgent: bool = False
) -> tips.Tip:
    """Open a tip of somebody."""
    address = addresses.ensure(tx, chat.account.id, ChatKind.PRIVATE, who)
    return tips.create(
        tx,
        tips.NewTip(
            unit_id=chat.unit.id,
            unit_code=chat.unit.code,
            area_code=None,
            address_id=address.id,
            resident_id=None,
            group_id=None,
            run_id=None,
            bound=Binding.NONE,
            kind=TipKind.TIP,
            urgent=urgent,
            secrecy=Secrecy.ORDINARY,
            language=Language.VI,
            card_due_at=tx.now + timedelta(seconds=due),
        ),
    )


async def test_case_numbers_count_per_unit_and_local_year(chat: Chat) -> None:
    first = await chat.do(lambda tx: [opened(tx, chat).case_number for _ in range(2)])
    assert first == ["dong-kinh-260001", "dong-kinh-260002"]
    # 17:30 UTC on the last day of the year is already New Year in Viet Nam.
    chat.clock.forward(days=38, hours=15.5)
    assert (await chat.do(lambda tx: opened(tx, chat))).case_number == "dong-kinh-270001"


async def test_words_files_and_places_open_with_the_tips_own_key_only(chat: Chat) -> None:
    def write(tx: Tx) -> tuple[tips.Tip, tips.Tip]:
        mine, other = opened(tx, chat), opened(tx, chat)
        event_id = tip_events.add(tx, mine, TipEventKind.PIECE, text="bí mật", shown=False)
        tip_events.attach_file(
            tx, mine, event_id, MediaRef(MediaKind.PHOTO, "ref-1", size=7, name="IMG.jpg")
        )
        tip_events.attach_place(tx, mine, event_id, Location(21.8, 106.7))
        return mine, other

    mine, other = await chat.do(write)
    (event,) = await chat.look(lambda tx: tip_events.of_tip(tx, mine))
    assert (event.text, event.attachments) == ("bí mật", ("photo", "location"))
    assert await chat.look(lambda tx: tip_events.places_of(tx, mine, [event.id])) == [
        Location(21.8, 106.7)
    ]
    held = await chat.look(
        lambda tx: tx.connection.execute(
            select(attachment.c.id, attachment.c.size).order_by(attachment.c.id)
        ).all()
    )
    assert held[0].size == 7
    reference = await chat.look(lambda tx: tip_events.file_of(tx, mine, held[0].id))
    assert reference["ref"] == "ref-1"
    await chat.do(
        lambda tx: tx.connection.execute(
            tip.update().where(tip.c.id == mine.id).values(data_key=other.sealed_key)
        )
    )
    swapped = await chat.look(lambda tx: tips.get(tx, mine.id))
    assert swapped is not None
    with pytest.raises(KeysUnusable):
        await chat.look(lambda tx: tip_events.of_tip(tx, swapped))


async def test_a_message_is_found_by_its_chat_and_id_alone(chat: Chat) -> None:
    def write(tx: Tx) -> tuple[UUID, UUID]:
        mine = opened(tx, chat)
        assert mine.address_id is not None
        lookup = tip_events.lookup(tx, mine.address_id, "m1")
        return mine.address_id, tip_events.add(
            tx, mine, TipEventKind.PIECE, text="x", lookup=lookup
        )

    address_id, event_id = await chat.do(write)
    found = await chat.look(lambda tx: tip_events.by_message(tx, address_id, "m1"))
    assert found is not None
    assert found.id == event_id
    assert await chat.look(lambda tx: tip_events.by_message(tx, address_id, "m2")) is None
    assert await chat.look(lambda tx: tip_events.by_message(tx, event_id, "m1")) is None


async def test_steps_go_their_legal_ways_only(chat: Chat) -> None:
    def walk(tx: Tx) -> tips.Tip:
        staff_id = add_staff(tx, chat.unit.id, "Ví Dụ")
        known = tips.take(tx, opened(tx, chat), staff_id)
        assert (known.state, known.taken_by) == (TipState.TAKEN, staff_id)
        with pytest.raises(IllegalStep):
            tips.take(tx, known, staff_id)
        known = tips.close(tx, known, TipOutcome.VALUABLE, staff_id)
        assert (known.outcome, known.closed_at) == (TipOutcome.VALUABLE, tx.now)
        with pytest.raises(IllegalStep):
            tips.close(tx, known, TipOutcome.HANDLED, staff_id)
        return tips.reopen(tx, known)

    known = await chat.do(walk)
    assert known.state is TipState.RECEIVED
    assert (known.taken_by, known.outcome, known.closed_at, known.carded_at) == (None,) * 4


async def test_urgent_cards_are_due_first_and_each_once(chat: Chat) -> None:
    def write(tx: Tx) -> list[str]:
        return [
            opened(tx, chat, due=0).case_number,
            opened(tx, chat, due=5).case_number,
            opened(tx, chat, due=0, urgent=True).case_number,
        ]

    calm, later, urgent = await chat.do(write)

    def show(tx: Tx) -> list[str]:
        found = card_times.due(tx, 10)
        for one in found:
            card_times.note_carded(tx, one)
        return [one.case_number for one in found]

    assert await chat.do(show) == [urgent, calm]
    assert await chat.do(show) == []
    chat.clock.forward(seconds=6)
    assert await chat.do(show) == [later]


async def test_erasing_leaves_a_counted_tombstone(chat: Chat) -> None:
    def write(tx: Tx) -> tips.Tip:
        mine = opened(tx, chat)
        assert mine.address_id is not None
        lookup = tip_events.lookup(tx, mine.address_id, "m1")
        event_id = tip_events.add(tx, mine, TipEventKind.PIECE, text="bí mật", lookup=lookup)
        tip_events.attach_file(tx, mine, event_id, MediaRef(MediaKind.PHOTO, "ref-1"))
        ledger.put(
            tx,
            ledger.NewDelivery(
                kind=DeliveryKind.CARD,
                lane=Lane.TALK,
                address_id=mine.address_id,
                language="vi",
                outgoing=Outgoing(text="bí mật"),
                tip_id=mine.id,
            ),
        )
        return mine

    mine = await chat.do(write)
    await chat.do(lambda tx: tips.erase(tx, mine))
    gone = await chat.look(lambda tx: tips.get(tx, mine.id))
    assert gone is not None
    assert (gone.state, gone.sealed_key, gone.address_id) == (TipState.ERASED, None, None)
    assert gone.case_number == mine.case_number

    def rest(tx: Tx) -> list[object]:
        return [
            *tx.connection.execute(select(tip_event.c.body)).scalars(),
            *tx.connection.execute(select(tip_event.c.message_lookup)).scalars(),
            *tx.connection.execute(select(attachment.c.reference)).scalars(),
            *tx.connection.execute(select(delivery.c.payload)).scalars(),
        ]

    assert set(await chat.look(rest)) == {None}
    states = await chat.look(
        lambda tx: tx.connection.execute(select(delivery.c.state)).scalars().all()
    )
    assert states == [DeliveryState.SKIPPED.value]
    with pytest.raises(IllegalStep):
        await chat.do(lambda tx: tips.erase(tx, gone))


async def test_recent_tips_are_those_in_which_something_was_said(chat: Chat) -> None:
    old = await chat.do(lambda tx: opened(tx, chat))
    chat.clock.forward(hours=30)
    new = await chat.do(lambda tx: opened(tx, chat))
    await chat.do(lambda tx: opened(tx, chat, who="1002"))
    since = chat.clock.now() - timedelta(hours=24)
    assert new.address_id is not None
    address_id = new.address_id
    found = await chat.do(lambda tx: tips.recent_of(tx, address_id, since))
    assert [one.id for one in found] == [new.id]
    await chat.do(lambda tx: tip_work.note_answer(tx, old))
    found = await chat.do(lambda tx: tips.recent_of(tx, address_id, since))
    assert [one.id for one in found] == [new.id, old.id]


async def test_tips_opened_at_once_get_different_numbers(chat: Chat) -> None:
    import asyncio

    found = await asyncio.gather(*(chat.do(lambda tx: opened(tx, chat)) for _ in range(8)))
    assert len({one.case_number for one in found}) == 8
