"""Who says that they are a child is enrolled by a parent or not at all, and can tip meanwhile."""

import pytest

from storage.people.residents import Wish
from tests.handlers.residents.world import open_world


@pytest.mark.parametrize("typed", [False, True], ids=["button", "typed"])
async def test_a_child_is_enrolled_by_a_parent_alone(
    migrated_database_url: str, typed: bool
) -> None:
    async with open_world(migrated_database_url) as world:
        lan = world.party()
        await lan.starts()
        assert "từ 16 tuổi, hoặc có bố mẹ đồng ý" in (await lan.last()).text
        await lan.writes("dong y nhung chau moi 12 tuoi a")
        asked = await lan.last()
        assert "bố hoặc mẹ đồng ý" in asked.text
        assert asked.labels == ["Bố/mẹ đồng ý", "Tôi từ 16 tuổi", "Không"]
        assert (await lan.record()).wish is Wish.NO
        # Neither the old button nor the word enrols.
        await lan.presses("Đồng ý")
        await lan.writes("ĐỒNG Ý")
        assert (await lan.record()).wish is Wish.NO
        await lan.writes("có chú lạ hay đứng ở cổng trường cháu buổi chiều")
        assert len(world.tips) == 1
        # A stop in between makes nobody older.
        await lan.writes("STOP")
        await lan.writes("ĐĂNG KÝ")
        await lan.presses("Đồng ý")
        assert (await lan.last()).labels == asked.labels
        if typed:
            await lan.writes("mẹ cháu đồng ý rồi ạ")
        else:
            await lan.presses("Bố/mẹ đồng ý")
        assert (await lan.record()).wish is Wish.YES
        assert await world.answers(lan) == ["no", "stop", "yes"]
        assert "ồng ý" in await world.last_words(lan)


async def test_who_is_sixteen_says_so_with_one_press(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        lan = world.party()
        await lan.starts()
        await lan.writes("học sinh lớp 9A2")
        await lan.presses("Tôi từ 16 tuổi")
        assert (await lan.record()).wish is Wish.YES
