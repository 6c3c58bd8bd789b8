"""A denunciation of an official is shown its own way, and nothing of it is kept."""

import pytest
from sqlalchemy import func, select

from domain.language import Language
from domain.tip import Binding, TipKind
from storage.database import Tx
from storage.people import addresses
from storage.tables import attachment, tip_event
from storage.tips import tip_events
from tests.tips.world import World, open_world

WORDS = "công an xã nhận hối lộ"


async def pieces(world: World) -> int:
    def count(tx: Tx) -> int:
        tables = (tip_event, attachment)
        counts = (select(func.count()).select_from(table) for table in tables)
        return sum(tx.connection.execute(query).scalar_one() for query in counts)

    return await world.chat.look(count)


async def test_it_is_shown_where_to_go_and_nothing_is_kept(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(WORDS)
        (told,) = await world.lan.news()
        assert "không nhận tố cáo" in told.text
        assert told.labels == ["Địa chỉ tiếp công dân", "Tôi báo việc khác"]
        assert await world.tips() == []
        assert await pieces(world) == 0
        await world.lan.presses("Địa chỉ tiếp công dân")
        assert "Thanh tra Công an tỉnh" in (await world.lan.last()).text
        for typed in ("TIẾP CÔNG DÂN", "tiep cong dan"):
            await world.lan.writes(typed)
            assert "Viện kiểm sát" in (await world.lan.last()).text
        assert await world.tips() == []
        await world.tick(minutes=5)
        assert await world.cards() == []


async def test_who_wants_a_neighbour_watched_for_a_faith_is_told_what_the_channel_is_for(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("Ông hàng xóm nhà tôi theo đạo lạ, các anh theo dõi ông ấy đi")
        (told,) = await world.lan.news()
        assert "không lập danh sách người" in told.text
        assert told.labels == ["Tôi báo việc khác"]
        await world.lan.writes("ghi danh lai di")
        assert "không lập danh sách người" in (await world.lan.last()).text
        assert (await world.tips(), await pieces(world)) == ([], 0)
        await world.lan.presses("Tôi báo việc khác")
        await world.lan.writes("Ông hàng xóm theo đạo lạ, các anh theo dõi: ông ấy trộm chó")
        # In the middle of a tip the same wish is part of what is told.
        await world.lan.writes("theo dõi ông ấy đi")
        tip = await world.tip()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert "theo dõi ông ấy đi" in [event.text for event in events]


@pytest.mark.parametrize(
    ("language", "text", "words"),
    [
        (Language.EN, "police officer asked for a bribe", "does not take complaints"),
        (Language.ZH, "派出所民警受贿", "不受理"),
    ],
)
async def test_it_is_answered_in_the_persons_language(
    migrated_database_url: str, language: Language, text: str, words: str
) -> None:
    async with open_world(migrated_database_url) as world:
        guest = await world.chat.subscriber("880010010030", language=language)
        await guest.writes(text)
        assert words in (await guest.last()).text
        assert await world.tips() == []


async def test_who_meant_something_else_writes_it_again(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(WORDS)
        await world.lan.presses("Tôi báo việc khác")
        assert "viết lại" in (await world.lan.last()).text
        assert await pieces(world) == 0
        await world.lan.writes(WORDS)
        assert len(await world.tips()) == 1


async def test_an_open_tip_an_edit_and_an_album_take_none_of_it(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        first = await world.lan.writes("cuối xóm có người bán pháo")
        before = await pieces(world)
        await world.lan.writes(WORDS)
        await world.lan.edits(first, WORDS)
        await world.lan.writes(WORDS, reply_to=(await world.lan.heard())[0].message_id)
        assert await pieces(world) == before
        ba = await world.chat.subscriber("880010010031")
        for text in (WORDS, "", ""):
            await ba.sends_album_photo("a1", text)
        assert await pieces(world) == before
        assert len(await ba.heard()) == 1
        await ba.sends_photo()
        assert len(await world.tips()) == 2


async def test_a_false_policeman_is_a_tip_and_a_danger_is_served(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("có người giả danh công an đòi tiền")
        assert len(await world.tips()) == 1
        ba = world.chat.resident("880010010032")
        await ba.writes("cứu với, công an xã đánh tôi chảy máu")
        assert "113" in (await ba.heard())[0].text
        assert len(await world.tips()) == 2


async def test_under_a_post_it_is_answered_in_private_alone(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        await world.village.news()
        await world.lan.writes(WORDS, in_group=world.village, reply_to=post.message_id)
        assert await world.tips() == []
        assert "không nhận tố cáo" in (await world.lan.last()).text
        assert all("tố cáo" not in heard.text for heard in await world.village.news())
        assert await world.facets(post) == set()


async def test_a_stranger_in_a_group_stays_unknown(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        await world.village.news()
        ba = world.chat.resident("880010010033")
        await ba.writes(WORDS, in_group=world.village, reply_to=post.message_id)
        account_id = world.chat.account.id
        found = await world.chat.look(lambda tx: addresses.find(tx, account_id, ba.platform_id))
        assert found is None
        assert len(await world.village.news()) == 1
        assert await world.tips() == []


@pytest.mark.parametrize("album", [None, "a1"])
async def test_who_meant_something_else_still_answers_the_broadcast(
    migrated_database_url: str, album: str | None
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.campaign(to=world.lan)
        await world.lan.presses("Hỏi")
        if album is None:
            await world.lan.writes(WORDS)
        else:
            await world.lan.sends_album_photo(album, WORDS)
            await world.lan.sends_album_photo(album)
        assert await world.tips() == []
        await world.lan.presses("Tôi báo việc khác")
        await world.lan.writes(WORDS)
        tip = await world.tip()
        assert (tip.kind, tip.bound) == (TipKind.QUESTION, Binding.EXPLICIT)


async def test_an_invitation_that_is_long_over_is_not_renewed(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.campaign(to=world.lan)
        await world.lan.presses("Báo tin")
        world.chat.clock.forward(days=3)
        await world.lan.writes(WORDS)
        await world.lan.presses("Tôi báo việc khác")
        await world.lan.writes(WORDS)
        assert (await world.tip()).bound is Binding.NONE
