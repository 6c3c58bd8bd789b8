"""A review group that is let go: what stands in it is taken from there, and the chief knows it."""

from pathlib import Path

from domain.delivery import DeliveryKind
from domain.messages import EffectKind
from handlers.wiring import make_router
from tests.bot.studio import open_studio
from tests.pictures import jpeg
from tests.tips.world import LAN
from tips import cards


async def test_words_and_photos_are_taken_from_a_review_group_before_it_is_left(
    migrated_database_url: str, tmp_path: Path
) -> None:
    async with open_studio(migrated_database_url, tmp_path) as studio:
        world, chief = studio.world, studio.world.chief
        world.chat.router = make_router(world.chat.context)
        await studio.sends(jpeg())
        await studio.rounds.fetch_due()
        card = await studio.carded()
        await world.reviewer.presses("Xem ảnh", of=world.desk)
        await world.tick()
        (photo,) = await studio.shown()
        # Another comes while the chief thinks, and its card is not on its way yet.
        ba = await world.chat.subscriber(LAN.replace("1", "2"))
        await ba.writes("xe lạ đỗ trước trường học từ sáng sớm")
        world.chat.clock.forward(minutes=3)
        await world.chat.do(lambda tx: cards.send_due(tx, world.chat.context))

        await chief.writes("/ngatketnoi")
        await chief.presses("Tiếp nhận")
        asked = (await chief.last()).text
        assert "Trong đó có 1 thẻ còn lời tin" in asked
        assert "tới chat riêng của từng cán bộ được đọc tin" in asked
        await chief.presses("Ngắt nhóm này")
        before = len(await world.desk.heard())
        brought = await world.tick()

        left = [one for one in brought if one in (await world.desk.heard())[-before:]]
        effects = [one.outgoing.effect for one in left if one.outgoing.effect is not None]
        assert [one.kind for one in effects] == [EffectKind.WITHDRAW, EffectKind.LEAVE]
        assert effects[0].message_id == photo.message_id
        (stub,) = [one for one in left if one.kind is DeliveryKind.STUB]
        assert stub.outgoing.edits == card.message_id
        assert "nội dung đã rút khỏi đây" in stub.text
        goodbye = [one.text for one in left if "không còn tiếp nhận tin báo" in one.text]
        assert len(goodbye) == 1
        assert "xe lạ" not in "".join(one.text for one in left)
        assert any("xe lạ" in one.text for one in await chief.heard())
        assert await studio.end() == 0
