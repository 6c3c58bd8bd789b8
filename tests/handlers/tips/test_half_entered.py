"""A tip half entered is lost to nothing that an officer may type or press meanwhile."""

from collections.abc import AsyncIterator

import pytest

from domain.ids import short
from domain.roles import Role
from handlers.residents.commands import OTHERS_COMMANDS
from handlers.staff.commands import COMMANDS
from handlers.wiring import make_router
from storage.people import dialogues
from tests.handlers.tips.test_entering import tell
from tests.tips.world import World, open_world

WORDS = "Có người bán pháo ở đầu ngõ, tối nào cũng có"
OPENERS = ("pack:add", "complaint:other", "tip", "ask", "danger:tip", "wish:stop", "pack:add")


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def test_a_tip_half_entered_is_wiped_by_no_command_and_no_button(world: World) -> None:
    officer = await world.chat.staff("770010020077", *Role, name="Cán bộ Hai")
    await tell(officer, WORDS)
    await officer.presses("Không khẩn")
    address = await officer.address()

    async def is_kept() -> bool:
        known = await world.chat.look(lambda tx: dialogues.current(tx, address.id))
        below = known.below if known is not None else None
        return any(one is not None and one.data.get("what") == WORDS for one in (known, below))

    lost = []
    for name in (*COMMANDS, *OTHERS_COMMANDS):
        await officer.writes(f"/{name}")
        lost += [] if await is_kept() else [name]
    for action in OPENERS:
        await officer.presses_action(action)
        lost += [] if await is_kept() else [action]
    assert lost == []
    (told,) = await officer.presses_action("pack:add")
    assert "chưa được ghi" in told.text
    # A tip of their own was laid over it; the other goes on where it was.
    await officer.writes("Xe tải đỗ chắn cổng trường mầm non sáng nay")
    await officer.presses_action("danger:tip")
    await officer.writes("/nhaptin")
    await officer.presses("Không có liên hệ")
    await officer.presses("Ghi tin")
    assert [tip.heard is not None for tip in await world.tips()] == [False, True]
    (opened,) = await officer.presses_action("pack:add")
    assert opened.text == ""


async def test_a_cry_of_staff_who_are_residents_too_is_undone_for_nothing(world: World) -> None:
    officer = await world.chat.staff("770010020077", *Role, name="Cán bộ Hai")
    await officer.starts()
    await officer.writes("/baotin có nhóm tụ tập trước chợ")
    (tip,) = await world.tips()
    await tell(officer, WORDS)
    await officer.presses("Không khẩn")
    await officer.presses_action(f"cry:{short(tip.id)}")
    (tip,) = await world.tips()
    assert tip.urgent
    address = await officer.address()
    known = await world.chat.look(lambda tx: dialogues.current(tx, address.id))
    assert known is not None
    assert known.below is not None
    assert known.below.data["what"] == WORDS


async def test_a_correction_by_editing_counts_before_anything_is_saved(world: World) -> None:
    await world.duty.writes("/nhaptin")
    await world.duty.presses("Qua điện thoại")
    await world.duty.writes("vi du 2")
    typed = await world.duty.writes("Có người bán pháo ở nhà số 8, tối nào cũng có")
    await world.duty.presses("Không khẩn")
    contact = await world.duty.writes("Bà Ví Dụ 0900 000 001")
    await world.duty.edits(typed, "Có người bán pháo ở nhà số 18, tối nào cũng có")
    await world.duty.edits(contact, "Bà Ví Dụ 0900 000 002")
    summary = (await world.duty.last()).text
    assert "nhà số 18" in summary
    assert "0900 000 002" in summary
    await world.duty.presses("Ghi tin")
    slip = await world.reviewer.writes("Xe tải đỗ chắn cổng trường số 8 sáng nay")
    await world.reviewer.writes("xe màu trắng, chở gỗ")
    await world.reviewer.edits(slip, "Xe tải đỗ chắn cổng trường số 18 sáng nay")
    await world.reviewer.presses("Có, gửi tin báo")
    await world.tick(minutes=5)
    said = "\n".join(card.text for card in await world.cards())
    assert "nhà số 18" in said
    assert "trường số 18" in said
    assert "chở gỗ" in said
    assert "số 8" not in said
