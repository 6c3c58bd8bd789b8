"""Chats of one person parted again: each takes what came by it."""

from datetime import timedelta

from storage.people import mutes
from storage.people.residents import Wish
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
