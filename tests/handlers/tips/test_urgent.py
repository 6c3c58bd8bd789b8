"""Urgent tips are quick without flooding whoever reads them."""

from domain.delivery import DeliveryKind, Lane
from domain.messages import Location
from tests.tips.world import URGENT_BUTTONS, open_world


async def test_an_urgent_album_is_two_cards_and_not_ten(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà", album="a1")
        for _ in range(9):
            await world.lan.sends_photo()
        first = await world.cards()
        assert len(first) == 1
        assert "│ cháy nhà" in first[0].text
        await world.tick(seconds=20)
        _, rest = await world.cards()
        assert "9 ảnh" in rest.text
        assert rest.lane is Lane.URGENT


async def test_a_new_cry_and_a_place_go_at_once(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà")
        await world.lan.sends_photo()
        await world.lan.writes("cứu với")
        assert len(await world.cards()) == 2
        await world.lan.writes(location=Location(21.85, 106.76))
        *_, place = await world.cards()
        assert "21.85000" in place.text


async def test_the_receipt_of_an_urgent_tip_speaks_of_no_working_hours(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cháy nhà")
        tip = await world.tip()
        numbers, receipt = [
            heard for heard in await world.lan.heard() if heard.kind is DeliveryKind.REPLY
        ]
        assert "114" in numbers.text
        assert "giờ làm việc" not in receipt.text
        assert tip.case_number in receipt.text
        assert receipt.labels == URGENT_BUTTONS
