"""`/chuyentin`: one message of a resident becomes a tip; nobody keeps who wrote it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from sqlalchemy import func, select

from domain.audit import Act
from domain.delivery import DeliveryKind
from domain.messages import Addressed, MediaKind, MediaRef, Message, Quoted, Sender
from domain.roles import Role
from domain.tip import Binding
from handlers.groups import passing_on, talk
from handlers.tips import review
from storage.database import Tx
from storage.staff import audit
from storage.tables import address, tip
from storage.tips import tips
from storage.tips.tips import Tip
from tests.chat import Chat, GroupParty, Heard, Party, Takers, open_chat
from tips import cards

WORDS = "cuối xóm có người bán pháo"


@dataclass(slots=True)
class World:
    """A neighbourhood, a review group, an officer."""

    chat: Chat
    village: GroupParty
    desk: GroupParty
    officer: Party

    async def passes_on(
        self,
        quoted: Quoted | None,
        *,
        by: Party | None = None,
        of: str | None = "77",
        more: str = "",
    ) -> None:
        who = by or self.officer
        await self.chat.handle(
            Message(
                chat=self.village.ref,
                sender=Sender(who.platform_id),
                at=self.chat.clock.now(),
                message_id=self.chat.next_id(),
                text=f"/chuyentin{more}",
                addressed=Addressed.COMMAND,
                reply_to=of,
                quoted=quoted,
            )
        )

    async def tips(self) -> list[Tip]:
        def find(tx: Tx) -> list[Tip]:
            ids = tx.connection.execute(select(tip.c.id).order_by(tip.c.id)).scalars().all()
            return [found for tip_id in ids if (found := tips.get(tx, tip_id))]

        return await self.chat.look(find)

    async def card(self) -> Heard:
        self.chat.clock.forward(minutes=3)
        await self.chat.do(lambda tx: cards.send_due(tx, self.chat.context))
        await self.chat.deliver()
        found = [heard for heard in await self.desk.heard() if heard.kind is DeliveryKind.CARD]
        return found[-1]

    async def addresses(self) -> int:
        def count(tx: Tx) -> int:
            query = select(func.count()).select_from(address)
            return int(tx.connection.execute(query).scalar_one())

        return await self.chat.look(count)


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    takers = Takers(group=(review.take, passing_on.take, talk.take), presses=dict(review.PRESSES))
    async with open_chat(migrated_database_url, takers) as chat:
        yield World(
            chat,
            await chat.group("-5001"),
            await chat.group("-5002", purpose="review", area="05977", label="Tổ tiếp nhận"),
            await chat.staff("2001", Role.OFFICER),
        )


async def test_the_message_becomes_a_public_tip_of_the_groups_area_that_is_nobodys(
    world: World,
) -> None:
    before = await world.addresses()
    await world.passes_on(Quoted(WORDS, (MediaRef(MediaKind.PHOTO, "file-1"),)))
    (found,) = await world.tips()
    assert found.public
    assert found.area_code == "05977-kp-vi-du-2"
    assert found.address_id is None
    assert found.resident_id is None
    assert found.bound is Binding.NONE
    assert await world.addresses() == before
    told = (await world.officer.last()).text
    assert found.case_number in told
    assert WORDS not in told
    (line,) = await world.village.heard()
    assert "Báo tin riêng" in line.text
    card = await world.card()
    assert f"│ {WORDS}" in card.text
    assert "Do cán bộ chuyển từ nhóm" in card.text
    assert "1 ảnh" in card.text
    entries = await world.chat.look(
        lambda tx: [(one.act, one.thing_id) for one in audit.entries(tx)]
    )
    assert (Act.TIP_PASSED_ON, found.id) in entries


async def test_a_message_is_taken_once(world: World) -> None:
    other = await world.chat.staff("2003", Role.CHIEF)
    await world.passes_on(Quoted(WORDS))
    await world.passes_on(Quoted(WORDS))
    await world.passes_on(Quoted(WORDS), by=other)
    (found,) = await world.tips()
    for party in (world.officer, other):
        assert f"đã được nhận rồi, mã {found.case_number}" in (await party.last()).text
    assert len(await world.village.heard()) == 1


async def test_what_was_said_to_us_is_not_taken_a_second_time(world: World) -> None:
    lan = await world.chat.subscriber("3001")
    await lan.writes(WORDS, in_group=world.village, message_id="77")
    (found,) = await world.tips()
    await world.passes_on(Quoted(WORDS))
    assert len(await world.tips()) == 1
    assert found.case_number in (await world.officer.last()).text


async def test_without_a_message_or_with_nothing_in_it_it_is_said_how(world: World) -> None:
    await world.passes_on(None)
    told = (await world.officer.last()).text
    assert "trả lời (reply) đúng tin" in told
    # Where a platform does not tell what was answered, the other way is named.
    assert "/nhaptin" in told
    await world.passes_on(None, of=None)
    await world.passes_on(Quoted(WORDS), of=None)
    for empty in (Quoted(), Quoted("   "), Quoted("vâng ạ")):
        await world.passes_on(empty)
        assert "không có nội dung" in (await world.officer.last()).text
    assert await world.tips() == []
    assert await world.village.heard() == []


@pytest.mark.parametrize("who", ["resident", "unknown"])
async def test_from_others_it_means_nothing_and_makes_nobody_known(world: World, who: str) -> None:
    other = (
        await world.chat.subscriber("3001") if who == "resident" else world.chat.resident("3999")
    )
    before = await world.addresses()
    await world.passes_on(Quoted(WORDS), by=other)
    assert await world.tips() == []
    assert await world.chat.said() == []
    assert await world.addresses() == before


@pytest.mark.parametrize("role", [Role.ADMIN, Role.AUDITOR, Role.DEPUTY])
async def test_who_may_not_enter_tips_is_told_so_in_private(world: World, role: Role) -> None:
    other = await world.chat.staff("2004", role)
    await world.passes_on(Quoted(WORDS), by=other)
    assert len(await other.heard()) == 1
    assert await world.tips() == []


async def test_staff_of_another_unit_take_nothing_out_of_our_group(world: World) -> None:
    await world.chat.add_unit("tam-thanh", "05986", "Công an phường Tam Thanh")
    other = await world.chat.staff("2010", Role.CHIEF, at="tam-thanh")
    await world.passes_on(Quoted(WORDS), by=other)
    assert await world.tips() == []
    assert len(await other.heard()) == 1


async def test_a_danger_in_it_gets_the_numbers_in_the_group_and_is_urgent(world: World) -> None:
    await world.passes_on(Quoted("cứu với có cháy nhà ở đầu ngõ"))
    (found,) = await world.tips()
    assert found.urgent
    assert any("114" in heard.text for heard in await world.village.heard())


async def test_a_denunciation_of_an_official_is_not_kept(world: World) -> None:
    await world.passes_on(Quoted("tôi tố cáo đồng chí trưởng công an phường nhận hối lộ"))
    assert await world.tips() == []
    (told,) = await world.officer.heard()
    assert "Chưa chuyển gì" in told.text
    assert "xin cho họ biết" in told.text
    assert told.buttons == ()
    assert await world.village.heard() == []


async def test_nobody_can_be_answered_and_closing_tells_nobody(world: World) -> None:
    reviewer = await world.chat.staff("2005", Role.REVIEWER)
    await world.passes_on(Quoted(WORDS))
    card = await world.card()
    assert card.message_id is not None
    before = len(await world.officer.heard())
    await reviewer.presses("Nhận việc", of=world.desk)
    await reviewer.writes("Cảm ơn bà con", in_group=world.desk, reply_to=card.message_id)
    assert "không có ai để trả lời" in (await world.desk.last()).text
    await reviewer.presses("Kết thúc", of=world.desk)
    label = next(
        name for name in (await world.desk.last()).labels if name not in {"Nhận việc", "Kết thúc"}
    )
    await reviewer.presses(label, of=world.desk)
    (found,) = await world.tips()
    assert not found.state.is_open
    assert len(await world.officer.heard()) == before
    assert len(await world.village.heard()) == 1
