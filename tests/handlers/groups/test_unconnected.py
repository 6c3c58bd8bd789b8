"""In a group that is nobody's, only a danger is answered, and nothing of it is kept."""

from sqlalchemy import func, select

from domain.delivery import Lane
from domain.messages import ChatKind
from storage.database import Tx
from storage.people import addresses
from storage.tables import address, tip_event
from tests.chat import GroupParty
from tests.tips.world import World, open_world


async def addresses_known(world: World) -> int:
    def count(tx: Tx) -> int:
        found: int = tx.connection.execute(select(func.count()).select_from(address)).scalar_one()
        return found

    return await world.chat.look(count)


async def test_a_danger_gets_the_numbers_once_and_becomes_no_tip(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        before = await addresses_known(world)
        strangers = GroupParty(world.chat, "-990010039999")
        ba = world.chat.resident("880010010002")
        await ba.writes("@vi_du_bot cháy nhà rồi cứu với", in_group=strangers)
        await ba.writes("@vi_du_bot cứu với", in_group=strangers)
        (numbers,) = await strangers.heard()
        assert "114" in numbers.text
        assert numbers.lane is Lane.URGENT
        assert numbers.outgoing.reply_to is None
        assert await world.tips() == []
        assert await ba.heard() == []
        # The group itself must be known to be written to; who cried is not.
        assert await addresses_known(world) == before + 1
        world.chat.clock.forward(minutes=1)
        await ba.writes("@vi_du_bot cứu với", in_group=strangers)
        assert len(await strangers.heard()) == 2


async def test_anything_else_leaves_no_trace(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        before = await addresses_known(world)
        strangers = GroupParty(world.chat, "-990010039999")
        ba = world.chat.resident("880010010002")
        await ba.writes("@vi_du_bot cuối xóm có người bán pháo", in_group=strangers)
        await ba.writes("@vi_du_bot chào", in_group=strangers)
        assert await addresses_known(world) == before

        def events(tx: Tx) -> int:
            found: int = tx.connection.execute(
                select(func.count()).select_from(tip_event)
            ).scalar_one()
            return found

        assert await world.chat.look(events) == 0


async def test_a_group_known_but_not_connected_is_no_different(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        account_id = world.chat.account.id
        await world.chat.do(
            lambda tx: addresses.ensure(tx, account_id, ChatKind.GROUP, "-990010039999")
        )
        strangers = GroupParty(world.chat, "-990010039999")
        await world.lan.writes("@vi_du_bot cháy nhà rồi cứu với", in_group=strangers)
        assert len(await strangers.heard()) == 1
        assert await world.tips() == []
