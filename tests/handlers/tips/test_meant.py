"""Which tip a command is about: a number that no tip has is never taken for a reason."""

from domain.audit import Act
from storage.staff import audit
from storage.tips import dockets
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world


async def replies(world: World, card: str, text: str) -> str:
    """Let the chief answer a card; return what is said to it."""
    await world.chief.writes(text, in_group=world.desk, reply_to=card)
    return (await world.desk.last()).text


async def test_a_mistyped_number_in_a_reply_does_nothing_to_the_tip_of_the_card(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        tip = await world.tip()
        unit = tip.case_number.rpartition("-")[0]
        before = await world.chat.look(lambda tx: list(audit.entries(tx)))
        for typed in (
            f"/ngungnhan {unit}-269999 7 nhắn rác",
            "/ngungnhan 269999 7 nhắn rác",
            "/vuviec 269998 HS-12/2026",
            "/giatri 26999",
            "/ghichu 269999 đã gọi trưởng thôn",
        ):
            assert "Không có tin nào mang mã" in await replies(world, card, typed), typed
        assert await world.chat.look(lambda tx: list(audit.entries(tx))) == before
        assert await world.chat.look(lambda tx: dockets.of(tx, tip.id)) is None

        await replies(world, card, "/ghichu 0200000113 là số của tổ")
        await replies(world, card, "/vuviec 120026")
        assert await world.chat.look(lambda tx: dockets.of(tx, tip.id)) == "120026"
        acts = [one.act for one in await world.chat.look(lambda tx: list(audit.entries(tx)))]
        assert {Act.TIP_NOTED, Act.TIP_DOCKETED} <= set(acts)
