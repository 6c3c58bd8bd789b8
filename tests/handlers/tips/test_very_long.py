"""A text longer than any chat app sends is answered, kept whole, and shown to who works on it."""

from storage.tips import tip_events
from tests.tips.world import open_world

STORY = "Có nhóm lạ tụ tập trước chợ. "


async def test_ten_thousand_characters_become_one_tip_kept_whole(
    migrated_database_url: str,
) -> None:
    text = (STORY * 400)[:10_000] + "HẾT"
    async with open_world(migrated_database_url) as world:
        await world.lan.writes(text)
        tip = await world.tip()
        assert tip.case_number in (await world.lan.last()).text
        await world.tick(minutes=3)
        pieces = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert "".join(piece.text or "" for piece in pieces) == text.strip()
        # A card goes out in parts, broken between words: none may be missing.
        shown = " ".join(card.text for card in await world.cards()).split()
        assert shown.count("tập") == text.split().count("tập")
        assert "HẾT" in "".join(shown)
