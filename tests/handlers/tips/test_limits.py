"""One sender asks too much: tips join, floods are answered once, and the chief may mute."""

from domain.audit import Act
from domain.delivery import Lane
from domain.tip import TipState
from handlers.tips import limits
from storage.staff import audit
from tests.tips.world import World, open_world


async def _opens(world: World, number: int, text: str = "cuối xóm có người bán pháo") -> None:
    """Open a tip as somebody does who presses the button each time."""
    await world.lan.presses("Báo tin")
    await world.lan.writes(f"{text} lần {number}")
    await world.tick(minutes=2, seconds=2)


async def test_the_twenty_first_tip_within_an_hour_joins_the_last_and_an_emergency_does_not(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.campaign(to=world.lan)
        for number in range(limits.MOST_TIPS + 2):
            await _opens(world, number)
        opened = await world.tips()
        assert len(opened) == limits.MOST_TIPS
        assert "lần 21" in (await world.cards())[-1].text
        # What a group sees joins no private tip, and the other way round.
        for words in ("đầu chợ có người bán pháo", "cổng trường có người bán thuốc lá lậu"):
            await world.lan.writes(words, in_group=world.village)
            await world.tick(minutes=2, seconds=2)
        *_, public = await world.tips()
        assert len(await world.tips()) == limits.MOST_TIPS + 1
        assert public.public
        await _opens(world, 50)
        assert "lần 50" in (await world.cards())[-1].text
        assert len(await world.tips()) == limits.MOST_TIPS + 1
        await world.lan.presses("Báo tin")
        await world.lan.writes("cháy nhà rồi cứu với")
        assert len(await world.tips()) == limits.MOST_TIPS + 2
        world.chat.clock.forward(hours=2)
        await _opens(world, 99)
        assert len(await world.tips()) == limits.MOST_TIPS + 3


async def test_a_flood_is_kept_but_answered_once_and_its_emergencies_always(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        for _ in range(30):
            await world.lan.writes("cảm ơn")
        said = [one.text for one in await world.lan.heard()]
        assert len(said) == limits.MOST_ANSWERS + 1
        assert "không trả lời từng lời nữa" in said[-1]
        await world.lan.writes("cuối xóm có người bán pháo")
        assert len(await world.lan.heard()) == limits.MOST_ANSWERS + 1
        assert (await world.tip()).state is TipState.RECEIVED
        await world.lan.writes("cháy nhà rồi cứu với")
        urgent = [one for one in await world.lan.heard() if one.lane is Lane.URGENT]
        assert len(urgent) == 1
        world.chat.clock.forward(minutes=11)
        await world.lan.writes("cảm ơn")
        assert "Cảm ơn bà con" in (await world.lan.last()).text


async def test_a_muted_sender_is_told_once_a_day_and_a_danger_is_still_taken(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        first = await world.lan.writes("cuối xóm có người bán pháo")
        await world.tick(minutes=3)
        number = (await world.tip()).case_number
        await world.reviewer.writes(f"/ngungnhan {number} 7 phá rối")
        assert "không có quyền" in (await world.reviewer.last()).text
        for wrong in ("", " 31 phá rối", " 0 phá rối", " 7"):
            await world.chief.writes(f"/ngungnhan {number}{wrong}")
            assert "lý do bắt buộc" in (await world.chief.last()).text
        await world.chief.writes(f"/ngungnhan {number} 7 phá rối, đã nhắc ba lần")
        assert f"Bỏ: /nhanlai {number}" in (await world.chief.last()).text
        assert (await world.lan.last()).text.startswith("Bà con có tin mới từ")
        await world.lan.presses("Xem")
        opened = (await world.lan.last()).text
        assert "tạm không nhận tin từ tài khoản này tới" in opened
        assert "gọi 113" in opened
        world.chat.clock.forward(hours=1)
        await world.lan.writes("lại có người bán pháo ở ngõ 4")
        assert (await world.lan.last()).text == opened
        before = len(await world.lan.heard())
        await world.lan.writes("ở ngõ 4 đó")
        assert len(await world.lan.heard()) == before
        world.chat.clock.forward(days=1)
        await world.lan.writes("lại có người bán pháo ở ngõ 4")
        await world.lan.writes("sao không trả lời")
        await world.tick(minutes=3)
        await world.lan.edits(first, "sửa lại để quấy rối")
        await world.tick(minutes=3)
        assert len(await world.cards()) == 1
        assert len(await world.lan.heard()) == before + 1
        assert len(await world.tips()) == 1
        await world.lan.writes("cháy nhà rồi cứu với")
        assert (await world.tips())[-1].urgent
        assert any(one.lane is Lane.URGENT for one in await world.lan.heard())
        world.chat.clock.forward(days=6)
        await world.lan.writes("ngõ 5 có đám đánh bạc")
        assert len(await world.tips()) == 3


async def test_a_mute_is_undone_and_every_step_is_in_the_log_of_acts(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cuối xóm có người bán pháo")
        await world.tick(minutes=3)
        number = (await world.tip()).case_number
        await world.chief.writes(f"/ngungnhan {number} phá rối")
        await world.chief.writes(f"/nhanlai {number}")
        await world.lan.presses("Xem")
        assert "đã nhận tin từ tài khoản này trở lại" in (await world.lan.last()).text
        await world.chief.writes(f"/nhanlai {number}")
        assert "Không có lệnh ngừng nhận" in (await world.chief.last()).text
        world.chat.clock.forward(hours=30)
        await world.lan.writes("ngõ 5 có đám đánh bạc")
        assert len(await world.tips()) == 2
        acts = await world.chat.look(lambda tx: list(audit.entries(tx)))
        muted = next(one for one in acts if one.act is Act.SENDER_MUTED)
        assert (muted.reason, muted.facts["days"]) == ("phá rối", 7)
        assert Act.SENDER_UNMUTED in {one.act for one in acts}


async def test_no_mute_tells_that_two_tips_have_one_writer(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        other = world.chat.resident("992001")
        for writer in (world.lan, world.lan, other):
            await writer.writes("cuối xóm có người bán pháo")
            await world.tick(minutes=3)
            world.chat.clock.forward(days=3)
        first, second, others = [tip.case_number for tip in await world.tips()]
        heard = []
        for number in (first, second, others):
            await world.chief.writes(f"/ngungnhan {first} phá rối")
            if number != first:
                await world.chief.writes(f"/nhanlai {number}")
                heard.append((await world.chief.last()).text.replace(number, "MÃ"))
        assert "Không có lệnh ngừng nhận" in heard[0]
        assert heard[0] == heard[1]
        # Both of hers: each is undone by itself, and she hears it when none holds any more.
        await world.chief.writes(f"/ngungnhan {second} 3 phá rối")
        await world.chief.writes(f"/nhanlai {first}")
        await world.lan.writes("ngõ 5 có đám đánh bạc")
        assert len(await world.tips()) == 3
        assert "trở lại" not in (await world.lan.last()).text
        await world.chief.writes(f"/nhanlai {second}")
        await world.lan.presses("Xem")
        assert "trở lại" in (await world.lan.last()).text
        await world.lan.writes("ngõ 6 có đám đánh bạc")
        assert len(await world.tips()) == 4


async def test_the_chiefs_question_is_still_answered_by_who_is_muted(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("cuối xóm có người bán pháo")
        await world.tick(minutes=3)
        (card,) = await world.cards()
        number = (await world.tip()).case_number
        await world.chief.writes(f"/ngungnhan {number} phá rối")
        await world.chief.writes("Nhà số mấy vậy?", in_group=world.desk, reply_to=card.message_id)
        await world.lan.writes("nhà số 5")
        await world.tick(minutes=3)
        assert "nhà số 5" in (await world.cards())[-1].text
