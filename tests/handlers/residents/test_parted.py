"""Chats of one person parted again: each takes what came by it."""

from datetime import timedelta

from domain.roles import Role
from storage.database import Tx
from storage.people import mutes, units
from storage.people.residents import Wish
from storage.staff import staff_links
from storage.tips import tips
from tests.chat_furniture import add_staff
from tests.handlers.residents.channels import open_two
from tests.handlers.residents.test_linked import _linked, _open_tip, _tips


async def test_parting_gives_each_chat_what_came_by_it(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        told = await _open_tip(other, "Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
        two.here.clock.forward(days=2)
        older = await _open_tip(one, "Có nhóm đánh bạc ở nhà văn hóa tối qua")
        two.here.clock.forward(days=2)
        await other.writes("/tincuatoi")
        assert len(await _tips(other)) == 2
        await other.writes("BỎ LIÊN KẾT")
        assert "kênh này từ nay riêng" in (await other.last()).text
        assert "Đã bỏ liên kết với kênh Zalo OA" in (await one.last()).text
        assert [tip.id for tip in await _tips(one)] == [older.id]
        assert [tip.id for tip in await _tips(other)] == [told.id]
        alone = await other.record()
        assert (alone.wish, alone.linked) == (Wish.NONE, False)
        assert not (await one.record()).linked
        await other.writes("bỏ liên kết")
        assert "mới dùng một kênh" in (await other.last()).text


async def test_the_first_chat_parts_whoever_was_linked_to_it(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        told = await _open_tip(one, "Có nhóm đánh bạc ở nhà văn hóa tối qua")
        await one.presses("Bỏ liên kết")
        assert [tip.id for tip in await _tips(one)] == [told.id]
        assert await _tips(other) == []
        assert (await one.record()).wish is Wish.YES


async def test_a_mute_holds_in_both_chats(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        told = await _open_tip(one, "Có nhóm đánh bạc ở nhà văn hóa tối qua")
        until = two.here.clock.now() + timedelta(days=1)
        await two.here.do(lambda tx: mutes.put(tx, told, until))
        await other.writes("Mất xe máy ở chợ Ví Dụ lúc trưa nay")
        assert len(await _tips(other)) == 1
        # Parting works all the same, and the mute stays with the chat that told.
        await other.writes("BỎ LIÊN KẾT")
        assert await _tips(other) == []
        await other.writes("Mất xe máy ở chợ Ví Dụ lúc trưa nay")
        await one.writes("Mất xe máy ở chợ Ví Dụ lúc trưa nay")
        assert (len(await _tips(other)), len(await _tips(one))) == (1, 1)


async def test_a_chat_that_becomes_an_officers_is_parted_first(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        told = await _open_tip(other, "Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
        await one.writes("/tincuatoi")
        chat = await one.address()
        unit_id = two.here.unit.id

        def link(tx: Tx) -> None:
            who = add_staff(tx, unit_id, "Cán bộ Hai Vai", Role.REVIEWER)
            found = units.get_staff(tx, who)
            assert found is not None
            staff_links.link(tx, chat, found)

        await two.here.do(link)
        assert [tip.id for tip in await _tips(other)] == [told.id]
        assert await _tips(one) == []
        assert (await one.address()).resident_id != (await other.address()).resident_id


async def test_what_both_told_goes_with_who_parts(migrated_database_url: str) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        told = await _open_tip(one, "Có nhóm đánh bạc ở nhà văn hóa tối qua")
        await other.writes("Bổ sung: khoảng mười người, xe máy màu đỏ")
        await other.writes("BỎ LIÊN KẾT")
        again = await two.here.look(lambda tx: tips.get(tx, told.id))
        assert again is not None
        assert again.crossed
        assert [tip.id for tip in await _tips(other)] == [told.id]
        assert await _tips(one) == []


async def test_the_chief_sees_by_which_chat_a_tip_came_and_where_they_write_now(
    migrated_database_url: str,
) -> None:
    async with open_two(migrated_database_url) as two:
        one, other = await _linked(two)
        told = await _open_tip(other, "Có người bán pháo lậu ở chợ Ví Dụ sáng nay")
        await one.writes("/tincuatoi")
        chief = await two.there.staff("z-5", Role.CHIEF)
        await chief.writes(f"/danhtinh {told.case_number} Cần xác minh nguồn tin khẩn")
        await chief.presses((await chief.last()).labels[0])
        shown = (await chief.last()).text
        assert "đến từ Zalo OA, mã tài khoản z-1" in shown
        assert "Nay người đó nhắn từ Telegram, mã tài khoản 1001" in shown
