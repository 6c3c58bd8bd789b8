"""Turning away on one platform: a block stops on all, a demand to forget erases at once."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, func, select

from delivery.outbox import Outbox
from domain.audit import Act
from domain.messages import Addressed, Message, Sender
from domain.roles import Role
from handlers.wiring import make_router
from storage.people import addresses, forgotten
from storage.people.residents import Wish
from storage.staff import audit
from storage.tables import address, delivery, resident, tip
from tests.chat import pretend_capabilities
from tests.handlers.residents.channels import Two, open_two
from tests.handlers.residents.test_linked import _linked, _open_tip


async def _count(two: Two, query: Select[Any]) -> int:
    return await two.here.look(lambda tx: tx.connection.execute(query).scalar_one())


async def test_who_has_the_platform_tell_us_to_forget_is_erased_without_a_word(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        lan = await two.there.subscriber("z-1")
        told = await _open_tip(lan, "Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
        before = await lan.address()
        await lan.has_us_forget()
        nobody = await two.here.look(lambda tx: addresses.find(tx, before.account_id, "z-1"))
        assert nobody is None
        chat = await two.here.look(lambda tx: addresses.chat_of(tx, before.id))
        assert chat.chat_id == "erased"
        waiting = select(func.count()).where(
            delivery.c.address_id == before.id, delivery.c.state == "pending"
        )
        assert await _count(two, waiting) == 0
        cut = select(func.count()).where(tip.c.id == told.id, tip.c.resident_id.is_(None))
        assert await _count(two, cut) == 1
        gone = select(func.count()).where(resident.c.erased_at.is_not(None))
        assert await _count(two, gone) == 1
        acts = await two.here.look(lambda tx: list(audit.entries(tx)))
        assert [(e.act, e.facts) for e in acts] == [(Act.RESIDENT_ERASED, {"withdrawn": True})]
        # Told a second time: there is nobody any more.
        await lan.has_us_forget()
        assert len(await two.here.look(lambda tx: list(audit.entries(tx)))) == 1
        await lan.writes("xin chào")
        assert (await lan.record()).wish is Wish.NONE


async def test_the_chats_of_the_same_person_elsewhere_are_erased_and_told(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        where = (await one.address()).id
        await other.has_us_forget()
        said = await two.here.said(where)
        assert "đã xóa dữ liệu của bà con ở mọi kênh đã liên kết" in said[-1].text
        mine = select(func.count()).select_from(address).where(address.c.resident_id.is_not(None))
        assert await _count(two, mine) == 0


async def test_who_erases_all_in_one_chat_is_told_in_the_other_what_that_means(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        where = (await one.address()).id
        await other.writes("XÓA DỮ LIỆU")
        await other.presses("Xóa hẳn")
        last = (await two.here.said(where))[-1].text
        assert "Zalo OA" in last
        assert "kênh này cũng không nhận tin nữa" in last
        assert "ĐĂNG KÝ" in last


async def test_a_chat_of_staff_goes_on_when_they_write_again(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        officer = await two.there.staff("z-9", Role.OFFICER)
        await officer.has_us_forget()
        assert not await officer.is_reachable()
        await officer.writes("/trogiup")
        assert await officer.is_reachable()
        assert (await officer.address()).staff_id is not None


async def test_a_block_on_one_platform_stops_on_all_and_is_told_on_the_other(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        await other.blocks()
        assert (await one.record()).wish is Wish.STOPPED
        said = await one.last()
        assert "bỏ quan tâm kênh Zalo OA" in said.text
        await one.blocks()
        assert (await one.last()).id == said.id
        assert (await other.last()).id != said.id


def _asking(two: Two) -> None:
    """Let Zalo ask when people last wrote."""
    asks = replace(pretend_capabilities(), reply_window=timedelta(days=7))
    doors = {"telegram": pretend_capabilities(), "zalo_oa": asks}
    two.there.context = replace(two.there.context, outbox=Outbox(doors))
    two.there.router = make_router(two.there.context)


async def test_a_message_from_before_they_had_us_forget_them_brings_nobody_back(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        _asking(two)
        lan = await two.there.subscriber("z-1")
        early = await lan.writes("xin chào")
        account_id = (await lan.address()).account_id
        two.here.clock.forward(minutes=1)
        await lan.has_us_forget()
        await two.there.handle(replace(early, message_id="late", text="tin cũ"))
        assert await two.here.look(lambda tx: addresses.find(tx, account_id, "z-1")) is None
        two.here.clock.forward(minutes=1)
        await lan.writes("xin chào")
        assert (await lan.record()).wish is Wish.NONE
        two.here.clock.forward(hours=2)
        assert await two.here.do(forgotten.forget_old) == 0
        two.here.clock.forward(hours=2)
        assert await two.here.do(forgotten.forget_old) == 1


async def test_what_a_stranger_wrote_before_they_had_us_forget_them_is_not_kept_when_it_comes_late(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        _asking(two)
        group = await two.there.group("g:1")
        minh = two.on_zalo("z-5")
        before = two.here.clock.now()
        two.here.clock.forward(minutes=5)
        await minh.has_us_forget()
        await minh.has_us_forget(ago=timedelta(minutes=10))
        words = "Có người bán pháo lậu ở chợ Ví Dụ"
        late = Message(
            chat=minh.ref, sender=Sender("z-5"), at=before, message_id="late", text=words
        )
        await two.there.handle(late)
        shown = replace(late, chat=group.ref, message_id="there", addressed=Addressed.MENTION)
        await two.there.handle(shown)
        account = two.there.account.id
        assert await two.here.look(lambda tx: addresses.find(tx, account, "z-5")) is None
        assert await _count(two, select(func.count()).select_from(tip)) == 0
        two.here.clock.forward(minutes=1)
        await minh.writes(words)
        assert await _count(two, select(func.count()).select_from(tip)) == 1


async def test_a_block_from_before_they_wrote_last_stops_nothing_when_it_comes_late(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        _asking(two)
        lan = await two.there.subscriber("z-1")
        await lan.writes("xin chào")
        await lan.blocks(ago=timedelta(minutes=1))
        assert await lan.is_reachable()
        assert (await lan.record()).wish is Wish.YES
        two.here.clock.forward(hours=1)
        await lan.blocks()
        assert not await lan.is_reachable()
        assert (await lan.record()).wish is Wish.STOPPED


async def test_a_demand_to_forget_from_before_they_agreed_anew_erases_nobody_when_it_comes_late(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        _asking(two)
        lan = await two.there.subscriber("z-1", wish=Wish.STOPPED)
        for words in ("ĐĂNG KÝ", "Đồng ý"):
            await lan.writes(words)
        two.here.clock.forward(minutes=10)
        await lan.has_us_forget(ago=timedelta(minutes=20))
        assert (await lan.record()).wish is Wish.YES
        await lan.has_us_forget(ago=timedelta(minutes=1))
        erased = select(func.count()).where(resident.c.erased_at.is_not(None))
        assert await _count(two, erased) == 1


async def test_a_demand_to_forget_counts_although_the_yes_before_it_was_handled_late(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        _asking(two)
        lan = await two.there.subscriber("z-1", wish=Wish.STOPPED)
        await lan.writes("ĐĂNG KÝ")
        yes = await lan.writes("đồng hồ chạy đúng")
        two.here.clock.forward(minutes=10)
        await two.there.handle(replace(yes, message_id="late-yes", text="Đồng ý"))
        assert (await lan.record()).wish is Wish.YES
        await lan.has_us_forget(ago=timedelta(minutes=5))
        erased = select(func.count()).where(resident.c.erased_at.is_not(None))
        assert await _count(two, erased) == 1


async def test_who_stopped_and_writes_that_they_want_messages_is_asked_for_consent(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        lan = await two.there.subscriber("z-1", wish=Wish.STOPPED)
        await lan.writes("nhận tin")
        assert await _count(two, select(func.count()).select_from(tip)) == 0
        await lan.writes("Đồng ý")
        assert (await lan.record()).wish is Wish.YES


async def test_by_message_as_the_answer_about_a_tip_is_no_wish_to_receive(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        lan = await two.there.subscriber("z-1")
        await _open_tip(lan, "Có kẻ dọa đòi nợ thuê ở chợ Ví Dụ sáng nay")
        before = len(await lan.heard())
        await lan.writes("nhan tin")
        assert not any("đang nhận tin rồi" in said.text for said in (await lan.heard())[before:])
