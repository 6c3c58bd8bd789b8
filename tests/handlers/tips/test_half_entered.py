"""A tip half entered is lost to nothing that an officer may type or press meanwhile."""

from collections.abc import AsyncIterator

import pytest

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
