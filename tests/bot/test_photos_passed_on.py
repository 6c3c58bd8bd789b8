"""A tip passed on from a group, with its photo, and closed tips: the way to the words stays."""

from datetime import timedelta
from pathlib import Path

from domain.messages import Addressed, MediaKind, MediaRef, Message, Quoted, Sender
from handlers.wiring import make_router
from storage.groups import group_links
from storage.tips import media, tip_figures
from storage.tips.media import FileState
from tests.bot.studio import Studio, open_studio
from tests.pictures import jpeg
from tests.tips.world import World

WORDS = "cuối xóm có người bán pháo"


async def passes_on(studio: Studio) -> None:
    world = studio.world
    studio.shop.files["from-the-group"] = jpeg()
    world.chat.router = make_router(world.chat.context)
    await world.chat.handle(
        Message(
            chat=world.village.ref,
            sender=Sender(world.reviewer.platform_id),
            at=world.chat.clock.now(),
            message_id=world.chat.next_id(),
            text="/chuyentin",
            addressed=Addressed.COMMAND,
            reply_to="77",
            quoted=Quoted(WORDS, (MediaRef(MediaKind.PHOTO, "from-the-group"),)),
        )
    )


async def let_go(world: World) -> None:
    address = await world.village.address()
    group_id = address.group_id
    assert group_id is not None
    assert await world.chat.do(lambda tx: group_links.disconnect(tx, group_id))


async def channels(world: World) -> dict[str | None, int]:
    day = timedelta(days=1)
    found = await world.chat.look(
        lambda tx: tip_figures.of_period(
            tx, world.chat.unit.id, tx.now - day, tx.now + day, tip_figures.Division.CHANNEL
        )
    )
    return {channel: figures.new for channel, figures in found.items()}


async def test_what_was_passed_on_is_read_with_its_photo_though_its_group_was_let_go(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world = studio.world
        await passes_on(studio)
        await let_go(world)
        assert await studio.rounds.fetch_due() == 1
        card = await studio.carded()
        assert f"│ {WORDS}" in card.text
        await world.reviewer.presses("Xem ảnh", of=world.desk)
        await world.tick()
        assert len(await studio.shown()) == 1
        assert await channels(world) == {"telegram": 1}


async def test_a_photo_of_a_tip_closed_before_it_was_fetched_is_kept_all_the_same(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        await studio.sends(jpeg())
        await studio.carded()
        await studio.world.reviewer.presses("Kết thúc", of=studio.world.desk)
        await studio.world.tick()
        await studio.world.reviewer.presses("Có giá trị", of=studio.world.desk)
        assert await studio.rounds.fetch_due() == 1
        (kept,) = await studio.pictures()
        assert kept.state is FileState.CLEAN
        assert await studio.world.chat.look(lambda tx: media.original(tx, kept.id))
