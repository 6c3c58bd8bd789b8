"""Cards, pages and answers that do not arrive are never lost in silence."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from domain.delivery import (
    Accepted,
    DeliveryState,
    GoneAway,
    Lane,
    Outcome,
    TurnedDown,
    Unknowable,
)
from domain.failures import Until
from domain.tip import TipState
from storage.database import Tx
from storage.deliveries.settling import Settled, settle
from storage.deliveries.windows import Claim, Send, open_window
from storage.people import addresses
from storage.tables import tip_event
from storage.tips import tip_rows
from tests.chat import Listener
from tests.tips.world import CARD_BUTTONS, World, open_world
from tips import cards

STORY = "có nhóm tụ tập trước chợ"
REFUSED = TurnedDown("not enough rights")


async def fails(
    world: World, where: Listener, outcome: Outcome, *, only: Callable[[Send], bool] | None = None
) -> int:
    """Let what is due come to an outcome in one chat and arrive elsewhere; return how many did."""
    address = await where.address()

    def bring(tx: Tx) -> list[bool] | None:
        claim = Claim(world.chat.account.id, "tests", timedelta(minutes=1))
        window = open_window(tx, claim, list(Lane), 50)
        if window is None:
            return None
        hit = [
            send.address_id == address.id and (only is None or only(send)) for send in window.sends
        ]
        results = [
            Settled(
                send.delivery_id,
                send.attempt_id,
                outcome if mine else Accepted(world.chat.next_id(), tx.now),
            )
            for send, mine in zip(window.sends, hit, strict=True)
        ]
        settle(tx, window.id, results)
        return hit

    failed = 0
    while True:
        found = await world.chat.do(bring)
        if found is None:
            return failed
        failed += sum(found)
        world.chat.clock.forward(seconds=10)


async def due(world: World, **by: float) -> None:
    """Let time pass and the clock ring, and bring nothing."""
    world.chat.clock.forward(**by)
    await world.chat.do(lambda tx: cards.mend_failures(tx, world.chat.context))
    await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))


async def block(world: World, party: Listener) -> None:
    """Let somebody be out of reach."""
    known = await party.address()
    await world.chat.do(lambda tx: addresses.mark_unreachable(tx, known.id, Until.THEY_WRITE))


@pytest.mark.parametrize(
    "outcome",
    [REFUSED, GoneAway(Until.FOREVER, "kicked"), Unknowable("timeout")],
    ids=["refused", "gone", "unsure"],
)
async def test_a_card_the_review_group_does_not_take_goes_to_who_may_read(
    migrated_database_url: str, outcome: Outcome
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        await due(world, minutes=3)
        assert await fails(world, world.desk, outcome) >= 1
        with capture_logs() as logs:
            await due(world)
        assert "card_missed" in {line["event"] for line in logs}
        assert (await world.tip()).carded_at is None
        await world.tick(minutes=2)
        for reader in (world.reviewer, world.chief):
            card = await reader.last()
            assert f"│ {STORY}" in card.text
            assert card.labels == CARD_BUTTONS
        await world.reviewer.presses("Nhận việc")
        assert (await world.tip()).state is TipState.TAKEN


async def test_the_group_is_tried_again_after_a_while(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        await due(world, minutes=3)
        await fails(world, world.desk, REFUSED)
        await due(world)
        await world.tick(minutes=20)
        assert f"│ {STORY}" in (await world.desk.last()).text
        assert await world.chat.look(lambda tx: tip_rows.unseen(tx, timedelta(minutes=1))) == 0


async def test_with_nobody_else_the_group_is_tried_with_growing_patience(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        for party in (world.reviewer, world.chief, world.duty):
            await block(world, party)
        await world.lan.writes(STORY)
        await due(world, minutes=3)
        tries = 0
        for _ in range(60):
            tries += await fails(world, world.desk, REFUSED)
            await due(world, minutes=2)
        assert 8 <= tries <= 40
        assert await world.chat.look(lambda tx: tip_rows.unseen(tx, timedelta(minutes=1))) == 1
        await world.tick(minutes=11)
        assert f"│ {STORY}" in (await world.desk.last()).text


async def test_what_an_earlier_card_showed_is_not_shown_again(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        await world.tick(minutes=3)
        await world.lan.writes("bây giờ có thêm ba xe")
        await due(world, minutes=3)
        await fails(world, world.desk, REFUSED)
        await due(world)
        await world.tick(minutes=20)
        card = await world.desk.last()
        assert card.text.startswith("Bổ sung")
        assert "ba xe" in card.text
        assert STORY not in card.text


async def test_one_private_reader_who_gets_nothing_sends_nothing_to_the_others_again(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url, review_group=False) as world:
        await world.lan.writes(STORY)
        await due(world, minutes=3)
        assert await fails(world, world.chief, REFUSED) == 1
        await due(world, minutes=1)
        await world.tick(minutes=20)
        tip = await world.tip()
        rows = await world.chat.look(lambda tx: tip_rows.cards(tx, tip.id))
        assert [row.state for row in rows].count(DeliveryState.ACCEPTED) == 1
        assert len(rows) == 2


async def test_a_page_that_nobody_got_goes_to_others_who_may_read(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà rồi, cứu với")
        await block(world, world.chief)
        await fails(world, world.duty, GoneAway(Until.THEY_WRITE, "blocked"))
        await due(world)
        await world.tick()
        assert any("báo động" in heard.text for heard in await world.desk.heard())


async def test_the_readers_learn_that_the_resident_did_not_get_the_answer(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        await world.tick(minutes=3)
        (card,) = await world.cards()
        await world.reviewer.writes("Mấy người ạ?", in_group=world.desk, reply_to=card.message_id)
        await fails(world, world.lan, GoneAway(Until.THEY_WRITE, "blocked"))
        await due(world)
        await world.tick()
        line = await world.desk.last()
        assert "chưa tới được người báo" in line.text
        assert line.outgoing.reply_to == card.message_id
        before = len(await world.desk.heard())
        await due(world, minutes=5)
        assert len(await world.desk.heard()) == before


async def test_the_readers_learn_that_nobody_knows_whether_the_answer_came(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        await world.tick(minutes=3)
        (card,) = await world.cards()
        await world.reviewer.writes("Mấy người ạ?", in_group=world.desk, reply_to=card.message_id)
        assert await fails(world, world.lan, Unknowable("timeout")) >= 2
        await due(world)
        assert "không rõ" in (await world.desk.last()).text


async def test_a_receipt_that_does_not_arrive_is_no_news_for_the_readers(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        await fails(world, world.lan, REFUSED)
        await due(world)
        assert await world.desk.heard() == []


async def test_one_unreadable_tip_does_not_stop_the_others(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        spoiled = await world.tip()

        def spoil(tx: Tx) -> None:
            tx.connection.execute(
                update(tip_event).where(tip_event.c.tip_id == spoiled.id).values(body=b"spoiled")
            )

        await world.chat.do(spoil)
        ba = await world.chat.subscriber("880010010002")
        await ba.writes("xe tải đỗ chắn đường")
        with capture_logs() as logs:
            await world.tick(minutes=3)
        (card,) = await world.cards()
        assert "chắn đường" in card.text
        assert [line["tip"] for line in logs if line["event"] == "card_fault"] == [str(spoiled.id)]
        waiting = next(tip for tip in await world.tips() if tip.id == spoiled.id)
        assert waiting.card_due_at is not None
        assert waiting.card_due_at > world.chat.clock.now()


async def test_chief_only_takes_back_a_card_that_is_not_on_its_way(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("nhà số 5 bán hàng trắng")
        await due(world, minutes=3)
        await world.lan.presses("Chỉ chỉ huy xem")
        assert "có thể đã thấy" not in (await world.lan.last()).text
        await world.tick()
        brought = [heard for heard in await world.cards() if heard.message_id is not None]
        (card,) = brought
        assert "hàng trắng" not in card.text
        assert "Nhận việc" in card.labels
        tip = await world.tip()
        rows = await world.chat.look(lambda tx: tip_rows.cards(tx, tip.id))
        # One in the group, one where the chief reads alone.
        came = [DeliveryState.ACCEPTED, DeliveryState.ACCEPTED]
        assert [row.state for row in rows] == [DeliveryState.SKIPPED, *came]


async def test_a_review_group_that_speaks_again_gets_the_cards_again(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(STORY)
        await due(world, minutes=3)
        await fails(world, world.desk, GoneAway(Until.FOREVER, "kicked"))
        await due(world)
        assert (await world.desk.address()).unreachable is Until.FOREVER
        await world.reviewer.writes("bot đâu rồi", in_group=world.desk)
        assert (await world.desk.address()).unreachable is None
