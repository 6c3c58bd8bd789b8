"""A closed tip's cards are reduced to a line, and come again whole when it opens again."""

from sqlalchemy import select

from domain.delivery import Accepted, DeliveryKind, DeliveryState, Lane, TurnedDown
from domain.ids import short
from domain.messages import Outgoing
from domain.tip import TipState
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.settling import Settled, settle
from storage.deliveries.taking_over import take_over
from storage.deliveries.windows import Claim, open_window
from storage.tables import delivery
from storage.tips import tip_rows, tips
from tests.chat import Heard
from tests.storage.ledger_world import LEASE
from tests.tips.world import CARD_BUTTONS, World, open_world
from tips import cards


async def stubs(world: World) -> list[Heard]:
    return [heard for heard in await world.chat.said() if heard.kind is DeliveryKind.STUB]


async def closed(world: World) -> Heard:
    """Write a tip, show it, close it; return the card."""
    await world.lan.writes("cuối xóm có người bán pháo")
    await world.tick(minutes=3)
    (card,) = await world.cards()
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.reviewer.presses("Đã xử lý", of=world.desk)
    return card


async def test_a_closed_card_keeps_neither_words_nor_buttons(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await closed(world)
        await world.tick(seconds=1)
        (stub,) = await stubs(world)
        assert stub.outgoing == Outgoing(
            text="Tin dong-kinh-260001: đã kết thúc, Đã xử lý (09:03 ngày 23/11/2026).",
            edits=card.message_id,
        )
        for hours in (1, 30, 60):
            await world.tick(hours=hours)
        assert len(await stubs(world)) == 1


async def test_every_card_is_reduced_also_the_private_ones(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("chồng em đánh em")
        await world.tick(minutes=3)
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await world.reviewer.presses("Xem riêng", of=world.desk)
        await world.lan.writes("tối nay lại thế")
        await world.tick(minutes=3)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses("Đã xử lý", of=world.desk)
        await world.tick()
        shown = [heard for heard in await world.chat.said() if heard.kind is DeliveryKind.CARD]
        assert len(shown) == 3
        assert {stub.outgoing.edits for stub in await stubs(world)} == {
            card.message_id for card in shown
        }


async def test_what_breaks_off_is_done_again_and_only_once(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await closed(world)
        tip = await world.tip()
        # Rung twice before anything is sent, as by two processes, or after one was killed.
        for _ in range(2):
            await world.chat.do(lambda tx: tip_rows.put_stubs_off(tx, tip, tx.now))
            await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        await world.tick()
        assert len(await stubs(world)) == 1


async def test_a_card_that_came_with_the_closing_stays_a_day(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await closed(world)
        await world.tick()
        await world.lan.writes("nhưng hôm nay lại bán")
        tip = await world.tip()
        assert tip.state is TipState.RECEIVED
        await world.reviewer.presses_action(f"done:{short(tip.id)}:handled", of=world.desk)
        await world.tick(minutes=3)
        late = (await world.cards())[-1]
        assert "lại bán" in late.text
        assert len(await stubs(world)) == 1
        await world.tick(hours=25)
        assert {stub.outgoing.edits for stub in await stubs(world)} >= {late.message_id}


async def test_when_it_opens_again_all_its_words_stand_on_the_new_card(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await closed(world)
        await world.tick()
        await world.lan.writes("hôm nay họ lại bán")
        await world.tick(minutes=3)
        card = (await world.cards())[-1]
        assert "│ cuối xóm có người bán pháo\n│ hôm nay họ lại bán" in card.text
        assert card.labels == CARD_BUTTONS
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses("Trùng, nhầm", of=world.desk)
        await world.tick()
        assert len(await stubs(world)) == 2


async def test_opened_again_at_once_no_card_is_reduced(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await closed(world)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        await world.lan.writes("hôm nay họ lại bán")
        await world.tick(minutes=3)
        rows = await stubs(world)
        assert [row.message_id for row in rows] == []
        added = (await world.cards())[-1]
        assert "│ hôm nay họ lại bán" in added.text
        await world.reviewer.presses("Kết thúc", of=world.desk)
        await world.reviewer.presses("Có giá trị", of=world.desk)
        await world.tick()
        sent = [row for row in await stubs(world) if row.message_id is not None]
        assert len(sent) == 2


async def test_what_its_writer_takes_back_stays_readable_for_a_day(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("hình như có trộm ở nhà bên")
        await world.tick(minutes=3)
        await world.lan.presses("Báo nhầm")
        await world.tick(hours=1)
        assert await stubs(world) == []
        await world.tick(hours=24)
        assert len(await stubs(world)) == 1


async def test_erasing_reduces_the_card_too(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cuối xóm có người bán pháo")
        await world.tick(minutes=3)
        tip = await world.tip()
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        await world.tick()
        (stub,) = await stubs(world)
        assert "đã được xóa" in stub.text


async def test_erasing_reduces_the_card_whose_edit_was_still_waiting(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await closed(world)
        await world.chat.deliver()
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        tip = await world.tip()
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        await world.tick()
        (stub,) = [row for row in await stubs(world) if row.message_id is not None]
        assert "đã được xóa" in stub.text


async def test_a_refused_edit_moves_no_card_elsewhere(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await closed(world)
        await world.chat.deliver()

        def refuse(tx: Tx) -> None:
            cards.send_due(tx, world.chat.context)
            claim = Claim(world.chat.account.id, "tests", LEASE)
            window = open_window(tx, claim, tuple(Lane), 50)
            assert window is not None
            settle(
                tx,
                window.id,
                [
                    Settled(send.delivery_id, send.attempt_id, TurnedDown("gone"))
                    for send in window.sends
                ],
            )
            cards.mend_failures(tx, world.chat.context)

        await world.chat.do(refuse)
        ba = world.chat.resident("880010010002")
        await ba.writes("xe đỗ chắn lối")
        await world.tick(minutes=3)
        assert "xe đỗ chắn lối" in (await world.cards())[-1].text
        (stub,) = [one for one in await _rows(world) if one.kind is DeliveryKind.STUB]
        assert stub.state is DeliveryState.REFUSED


async def test_a_card_that_stands_twice_is_reduced_in_both_places(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cuối xóm có người bán pháo")
        await world.chat.deliver()
        world.chat.clock.forward(minutes=3)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        windows = []
        for worker in ("a", "b"):
            claim = Claim(world.chat.account.id, worker, LEASE)
            window = await world.chat.do(
                lambda tx, claim=claim: open_window(  # type: ignore[misc]
                    tx, claim, tuple(Lane), 50
                )
            )
            assert window is not None
            windows.append(window)
            if worker == "a":
                world.chat.clock.forward(minutes=2)
                await world.chat.do(lambda tx: take_over(tx, world.chat.account.id))
        for window, message_id in zip(windows, ("999", "1000"), strict=True):
            results = [
                Settled(
                    one.delivery_id, one.attempt_id, Accepted(message_id, world.chat.clock.now())
                )
                for one in window.sends
            ]
            await world.chat.do(
                lambda tx, window=window, results=results: settle(  # type: ignore[misc]
                    tx, window.id, results
                )
            )
        tip = await world.tip()
        await world.reviewer.presses_action(f"done:{short(tip.id)}:handled", of=world.desk)
        await world.tick(hours=25)
        await world.tick(hours=25)
        assert sorted(stub.outgoing.edits or "" for stub in await stubs(world)) == ["1000", "999"]


async def test_a_new_card_goes_before_the_edits_of_old_ones(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await closed(world)
        await world.chat.deliver()
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        ba = world.chat.resident("880010010002")
        await ba.writes("xe đỗ chắn lối")
        world.chat.clock.forward(minutes=3)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))
        kinds = []
        for _each in range(9):
            claim = Claim(world.chat.account.id, "tests", LEASE)
            window = await world.chat.do(
                lambda tx, claim=claim: open_window(  # type: ignore[misc]
                    tx, claim, tuple(Lane), 50
                )
            )
            if window is None:
                break
            kinds += [send.kind for send in window.sends]
            results = [
                Settled(one.delivery_id, one.attempt_id, Accepted("5", world.chat.clock.now()))
                for one in window.sends
            ]
            await world.chat.do(
                lambda tx, window=window, results=results: settle(  # type: ignore[misc]
                    tx, window.id, results
                )
            )
        told = [kind for kind in kinds if kind in (DeliveryKind.CARD, DeliveryKind.STUB)]
        assert told == [DeliveryKind.CARD, DeliveryKind.STUB]


async def _rows(world: World) -> list[ledger.Delivery]:
    def find(tx: Tx) -> list[ledger.Delivery]:
        return [ledger.as_delivery(row) for row in tx.connection.execute(select(delivery))]

    return await world.chat.look(find)
