"""A holder who has left, or may not read tips any more, counts as nobody."""

from domain.ids import short
from domain.roles import Role
from domain.tip import TipEventKind, TipState
from storage.database import Tx
from storage.people import units
from storage.staff import setting_up, staff_links
from storage.tables import staff
from storage.tables import tip as tips_table
from storage.tips import tip_events
from tests.chat import Party
from tests.tips.world import CARD_BUTTONS, World, open_world
from tips import paging

OTHER = "770010020009"


async def taken(world: World) -> None:
    """Let the reviewer take a tip."""
    await world.lan.writes("cuối xóm có người bán pháo")
    await world.tick(minutes=3)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    await world.tick(minutes=3)


async def changed(world: World, *roles: Role, active: bool = True) -> int:
    """Give the reviewer other roles; return how many tips went back."""
    address = await world.reviewer.address()

    def change(tx: Tx) -> int:
        who = units.get_staff(tx, address.staff_id) if address.staff_id is not None else None
        assert who is not None
        if not active:
            staff_links.unlink(tx, who)
        return setting_up.change_staff(tx, who.id, who.name, roles, active=active)

    return await world.chat.do(change)


async def colleague(world: World) -> Party:
    return await world.chat.staff(OTHER, Role.REVIEWER, name="Sơn Ví Dụ")


async def test_who_retires_leaves_their_tips_to_others_who_are_shown_them(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await taken(world)
        before = len(await world.cards())
        given = tips_table.update().values(given=True)
        await world.chat.do(lambda tx: tx.connection.execute(given))
        assert await changed(world, Role.REVIEWER, active=False) == 1
        tip = await world.tip()
        assert (tip.state, tip.taken_by, tip.given) == (TipState.RECEIVED, None, False)
        await world.tick()
        card = (await world.cards())[-1]
        assert len(await world.cards()) == before + 1
        assert card.text.startswith(f"Tin {tip.case_number} cần người nhận tiếp")
        assert "│ cuối xóm có người bán pháo" in card.text
        assert card.labels == CARD_BUTTONS
        other = await colleague(world)
        await other.presses("Nhận việc", of=world.desk)
        await other.presses_action(f"done:{short(tip.id)}:handled", of=world.desk)
        assert (await world.tip()).state is TipState.CLOSED
        await world.tick(hours=1)
        assert len(await world.cards()) == before + 1


async def test_an_urgent_tip_that_nobody_has_any_more_is_an_alarm_again(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("có người bị đâm ở chợ, chảy nhiều máu")
        await world.tick(seconds=5)
        await world.duty.presses("Đã nhận")
        await world.reviewer.presses("Nhận việc", of=world.desk)
        world.chat.clock.forward(hours=2)
        assert await changed(world, Role.REVIEWER, active=False) == 1
        rules = paging.PageRules()
        for _ in range(2):
            await world.chat.do(lambda tx: paging.escalate_due(tx, world.chat.context, rules))
        paged = [one for one in await world.duty.heard() if "Đã nhận" in one.labels]
        assert len(paged) == 2
        world.chat.clock.forward(minutes=6)
        await world.chat.do(lambda tx: paging.escalate_due(tx, world.chat.context, rules))
        assert "Đã nhận" in (await world.chief.last()).labels


async def test_who_may_not_read_tips_any_more_leaves_them_too(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await taken(world)
        assert await changed(world, Role.REVIEWER, Role.OFFICER) == 0
        assert (await world.tip()).state is TipState.TAKEN
        assert await changed(world, Role.OFFICER) == 1
        assert await changed(world, Role.OFFICER) == 0
        assert (await world.tip()).state is TipState.RECEIVED


async def test_a_closed_tip_stays_as_it_is(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await taken(world)
        tip = await world.tip()
        await world.reviewer.presses_action(f"done:{short(tip.id)}:handled", of=world.desk)
        assert await changed(world, active=False) == 0
        assert (await world.tip()).state is TipState.CLOSED


async def test_a_holder_who_left_unnoticed_counts_as_nobody(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await taken(world)
        tip = await world.tip()
        gone = staff.update().where(staff.c.id == tip.taken_by).values(active=False)
        await world.chat.do(lambda tx: tx.connection.execute(gone))
        other = await colleague(world)
        await other.presses_action(f"take:{short(tip.id)}", of=world.desk)
        who = (await other.address()).staff_id
        now = await world.tip()
        assert (now.state, now.taken_by) == (TipState.TAKEN, who)
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, now))
        kinds = [event.kind for event in events]
        assert kinds[-2:] == [TipEventKind.RELEASED, TipEventKind.TAKEN]


async def test_a_released_tip_that_is_opened_again_says_so(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await taken(world)
        await changed(world, active=False)
        await world.tick()
        tip = await world.tip()
        other = await colleague(world)
        await other.presses_action(f"done:{short(tip.id)}:handled", of=world.desk)
        await world.tick()
        await world.lan.writes("hôm nay họ lại bán")
        await world.tick(minutes=3)
        assert (await world.cards())[-1].text.startswith("Mở lại tin")
