"""No button of staff does anything for who may not: others, other units, roles taken meanwhile."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.ids import short
from domain.roles import Role
from handlers.wiring import make_router
from storage.database import Tx
from storage.staff import audit, setting_up
from storage.tables import campaign, tip
from tests.chat import Listener, Party
from tests.handlers.campaigns.world import write
from tests.tips.world import World, open_world

_MOST = 3
"""So many buttons of one verb are pressed: they differ in whom or what they name."""
_NOT_TIPS = ("tip_", "sender_")
_NOT_BROADCASTS = ("campaign_", "run_", "text_", "group_")
FORBIDDEN = {
    Role.AUDITOR: (*_NOT_TIPS, *_NOT_BROADCASTS, "staff_", "duty_", "turns_"),
    Role.ADMIN: (*_NOT_TIPS, *_NOT_BROADCASTS, "duty_", "turns_"),
    Role.DEPUTY: (*_NOT_TIPS, "run_", "campaign_handed_over", "duty_", "turns_"),
    Role.OFFICER: (
        *("tip_taken", "tip_read", "tip_answered", "tip_closed", "tip_assigned", "sender_"),
        *("campaign_approved", "text_signed", "group_connected", "group_refused", "group_left"),
    ),
    Role.DUTY_OFFICER: ("tip_closed", "tip_writer", "tip_contact", "sender_", *_NOT_BROADCASTS),
    Role.REVIEWER: ("tip_writer_revealed", "sender_", *_NOT_BROADCASTS),
}
"""How the acts begin that none of a role's presses may ever lead to, by the product's table."""


async def _at_work(world: World) -> tuple[list[Party], list[tuple[str, Listener]]]:
    """Let staff be shown buttons of every kind; return them, and the actions with their chats."""
    chat = world.chat
    officer = await chat.staff("770010020005", Role.OFFICER, name="Lê Cán Bộ")
    deputy = await chat.staff("770010020006", Role.DEPUTY, name="Phó Ví Dụ")
    await write(officer)
    await officer.presses("Gửi duyệt")
    await officer.writes("/khan Nước suối Ví Dụ đang dâng nhanh, lên nhà văn hóa ngay")
    await world.lan.writes("có người cầm dao đánh nhau trước chợ")
    await chat.resident("880010010055").writes("nhà cuối xóm bán pháo, tối nào cũng có")
    await world.tick(minutes=3)
    await world.reviewer.presses("Nhận việc", of=world.desk)
    for label in ("Giao cho…", "Kết thúc", "Trạng thái", "Chủ đề"):
        await world.reviewer.presses(label, of=world.desk)
    number = (await world.tips())[0].case_number
    for who, typed in (
        (officer, ("/huy 1", "/thuvien", "/goidang", "/ketnoi", "/bangiao", "/cacdot")),
        (world.chief, (f"/danhtinh {number} xác minh vụ việc", "/ngatketnoi", "/kyduyet")),
        (world.chief, ("/bangiao", "/nhatky", "/tindoi", f"/tin {number}")),
        (world.reviewer, ("/bangiao", f"/tin {number}", "/nhaptin")),
    ):
        for one in typed:
            await who.writes(one)
    staff = [officer, deputy, world.reviewer, world.duty, world.chief]
    found: dict[str, list[tuple[str, Listener]]] = {}
    for where in (*staff, world.desk):
        for heard in await where.heard():
            for button in heard.buttons:
                if button.action is None:
                    continue
                verb = button.action.partition(":")[0]
                action = button.action.replace("{d}", short(heard.id))
                known = found.setdefault(verb, [])
                if len(known) < _MOST and action not in [one for one, _ in known]:
                    known.append((action, where))
    return staff, [one for known in found.values() for one in known]


async def _state(world: World) -> list[object]:
    """Return what presses could change in the unit: acts in its log, tips and campaigns."""

    def look(tx: Tx) -> list[object]:
        tips = select(tip.c.id, tip.c.state, tip.c.taken_by, tip.c.subject, tip.c.status)
        runs = select(campaign.c.id, campaign.c.state, campaign.c.keeper_id)
        rows = [*tx.connection.execute(tips.order_by(tip.c.id))]
        rows += [*tx.connection.execute(runs.order_by(campaign.c.id))]
        ours = [one for one in audit.entries(tx) if one.unit_id == world.chat.unit.id]
        return [len(ours), *(tuple(row) for row in rows)]

    return await world.chat.look(look)


async def _presses(who: Party, actions: Sequence[tuple[str, Listener]], world: World) -> None:
    for action, where in actions:
        of = world.desk if where is world.desk else None
        await who.presses_action(action, of=of)


async def _becomes_admin(world: World, who: Party) -> None:
    staff_id = (await who.address()).staff_id
    assert staff_id is not None
    await world.chat.do(
        lambda tx: setting_up.change_staff(tx, staff_id, "Đổi Việc", {Role.ADMIN}, active=True)
    )


async def _acts_of(world: World, staff_id: UUID) -> set[str]:
    entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
    return {one.act.value for one in entries if one.staff_id == staff_id}


async def test_no_button_of_staff_does_anything_for_who_may_not(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        chat = world.chat
        chat.router = make_router(chat.context)
        staff, actions = await _at_work(world)
        verbs = {action.partition(":")[0] for action, _ in actions}
        assert verbs >= {"take", "close", "assign", "give", "approve", "alarm", "handof", "reveal"}
        await chat.add_unit("ky-lua", "06187", "Công an phường Kỳ Lừa")
        others = await chat.staff("770010020091", *Role, name="Cán bộ nơi khác", at="ky-lua")
        stranger = chat.resident("880010010077")
        await stranger.writes("chào")
        before = await _state(world)
        for who in (stranger, others, world.lan):
            await _presses(who, actions, world)
            assert await _state(world) == before

        # Each role alone: nothing of what the table denies it.
        for place, (role, never) in enumerate(FORBIDDEN.items()):
            who = await chat.staff(f"77001002010{place}", role, name=f"Cán bộ {place}")
            await _presses(who, actions, world)
            staff_id = (await who.address()).staff_id
            assert staff_id is not None
            wrong = {act for act in await _acts_of(world, staff_id) if act.startswith(never)}
            assert wrong == set(), role

        # Roles taken between the button and the press.
        for who in staff:
            await _becomes_admin(world, who)
        before = await _state(world)
        for who in staff:
            await _presses(who, actions, world)
        assert await _state(world) == before
