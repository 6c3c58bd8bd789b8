"""Blocks, and coming back from them; groups that are left and joined again."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, update

from domain.delivery import DeliveryState
from domain.failures import Until
from domain.messages import Membership, MembershipChange, Sender
from handlers.wiring import make_router
from storage.database import Tx
from storage.people import addresses, consents
from storage.people.residents import Wish
from storage.tables import consent, delivery, resident
from tests.chat import DONG_KINH, GroupParty, Heard, Party
from tests.tips.world import World, open_world

STORY = "tối qua có kẻ lạ vào trộm gà nhà bên"


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def meets_the_block(world: World, party: Party) -> None:
    """Let whatever waits for somebody meet their block, as the sender would find it."""
    address = await party.address()

    def refuse(tx: Tx) -> None:
        tx.connection.execute(
            delivery.update()
            .where(delivery.c.address_id == address.id, delivery.c.state == "pending")
            .values(state=DeliveryState.UNREACHABLE.value, payload=None, settled_at=tx.now)
        )
        addresses.mark_unreachable(tx, address.id, Until.THEY_WRITE)

    await world.chat.do(refuse)
    await party.news()


async def blocked_after_a_tip(world: World) -> Party:
    """Return a subscriber who told something, and blocked us before the receipt went out."""
    await world.lan.writes(STORY)
    await world.lan.blocks()
    await meets_the_block(world, world.lan)
    world.chat.clock.forward(hours=2)
    return world.lan


def receipts(said: list[Heard], case_number: str) -> list[Heard]:
    """Return the receipts of a tip."""
    return [heard for heard in said if case_number in heard.text and "Báo nhầm" in heard.labels]


async def test_a_receipt_that_met_a_block_is_given_once_they_write(world: World) -> None:
    lan = await blocked_after_a_tip(world)
    tip = await world.tip()
    await lan.unblocks()
    assert await lan.news() == []
    await lan.writes("chào")
    said = await lan.news()
    assert len(receipts(said, tip.case_number)) == 1
    stopped = [heard for heard in said if "ĐĂNG KÝ" in heard.text]
    assert len(stopped) == 1
    assert "đã dừng gửi tin" in stopped[0].text
    assert (await lan.record()).wish is Wish.STOPPED
    await world.chat.deliver()
    await lan.writes("chào")
    assert not receipts(await lan.news(), tip.case_number)


async def test_blocking_twice_is_told_of_once(world: World) -> None:
    lan = await blocked_after_a_tip(world)
    await lan.writes("chào")
    await world.chat.deliver()
    await lan.news()
    world.chat.clock.forward(hours=2)
    await lan.blocks()
    await lan.blocks()
    await lan.unblocks()
    await lan.writes("chào")
    assert not [heard for heard in await lan.news() if "đã dừng gửi tin" in heard.text]
    person = await lan.record()
    proofs = await world.chat.look(lambda tx: consents.history(tx, person.id))
    assert [proof.answer.value for proof in proofs] == ["yes", "stop"]


async def test_who_subscribes_again_on_coming_back_is_only_asked(world: World) -> None:
    lan = await blocked_after_a_tip(world)
    await lan.writes("ĐĂNG KÝ")
    said = await lan.news()
    assert not [heard for heard in said if "đã chặn" in heard.text]
    await lan.presses("Đồng ý")
    assert (await lan.record()).wish is Wish.YES


async def test_the_question_asked_on_coming_back_can_be_answered_by_one_word(world: World) -> None:
    lan = await blocked_after_a_tip(world)
    await lan.starts()
    await lan.writes("không")
    assert (await lan.record()).wish is Wish.NO


async def test_an_emergency_on_coming_back_gets_the_numbers_first(world: World) -> None:
    lan = await blocked_after_a_tip(world)
    await lan.writes("cháy nhà, cứu với")
    brought = await world.chat.deliver()
    own = [heard for heard in brought if heard.id in {said.id for said in await lan.heard()}]
    assert "114" in own[0].text
    assert (await lan.record()).wish is Wish.STOPPED


async def test_who_had_agreed_to_nothing_is_told_of_no_stop(world: World) -> None:
    hoa = world.chat.resident("880010010055")
    await hoa.writes(STORY)
    await hoa.blocks()
    await meets_the_block(world, hoa)
    world.chat.clock.forward(hours=1)
    await hoa.writes("chào")
    said = await hoa.news()
    assert len(receipts(said, (await world.tip()).case_number)) == 1
    assert not [heard for heard in said if "đã chặn" in heard.text]


async def test_a_receipt_that_arrived_is_not_given_again(world: World) -> None:
    await world.lan.writes(STORY)
    await world.chat.deliver()
    await world.lan.blocks()
    world.chat.clock.forward(hours=2)
    await world.lan.news()
    await world.lan.writes("chào")
    assert not receipts(await world.lan.news(), (await world.tip()).case_number)


async def changes(world: World, group: GroupParty, change: MembershipChange) -> None:
    """Let somebody add or remove us."""
    await world.chat.handle(
        Membership(
            chat=group.ref, sender=Sender("880010010066"), at=world.chat.clock.now(), change=change
        )
    )


@pytest.mark.parametrize("which", ["desk", "village"])
async def test_a_group_that_has_us_back_hears_us_again(world: World, which: str) -> None:
    group: GroupParty = getattr(world, which)
    address = await group.address()
    await changes(world, group, MembershipChange.REMOVED)
    await world.chat.do(lambda tx: addresses.mark_unreachable(tx, address.id, Until.FOREVER))
    await changes(world, group, MembershipChange.ADDED)
    assert (await group.address()).unreachable is None
    await world.lan.writes(STORY)
    await world.tick(minutes=3)
    assert len(await world.cards()) == 1
    post = await world.campaign(post=world.village)
    states = await world.chat.look(
        lambda tx: tx.connection.execute(
            select(delivery.c.state).where(delivery.c.id == post.id)
        ).scalar_one()
    )
    assert states == "accepted"


async def test_a_fault_on_coming_back_loses_nothing_of_what_they_write(world: World) -> None:
    lan = await blocked_after_a_tip(world)
    person = await lan.record()

    def spoil(tx: Tx) -> None:
        tx.connection.execute(
            consent.update().where(consent.c.resident_id == person.id).values(exact_words=b"x")
        )

    await world.chat.do(spoil)
    await lan.writes("cháy nhà, cứu với")
    said = await lan.news()
    assert "114" in said[0].text
    assert (await lan.address()).unreachable is None


async def test_starting_again_says_where_they_stand_and_asks_nothing(world: World) -> None:
    lan = await world.chat.subscriber("1001")
    # They live elsewhere than the poster said by which they came.
    invited = update(resident).values(invited_by=f"{DONG_KINH}-kp-vi-du-5")
    await world.chat.do(lambda tx: tx.connection.execute(invited))
    for said, stands, labels in (
        ("xin chào", "đang nhận", []),
        ("tạm ngưng 1 tuần", "đang tạm ngưng theo ý bà con, tới", []),
        ("DỪNG", "đã dừng", ["Nhận tin an toàn"]),
    ):
        await lan.writes(said)
        await lan.news()
        await lan.starts()
        [back] = await lan.news()
        assert "Nơi ở: Khối phố Ví Dụ 2" in back.text
        assert stands in back.text
        assert back.labels == labels
