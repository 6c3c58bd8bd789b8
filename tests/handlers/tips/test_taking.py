"""What residents write in private, and what they are told."""

from datetime import timedelta

from domain.delivery import DeliveryState, Facet, Lane
from domain.messages import MediaKind, MediaRef
from domain.tip import Binding
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.counters import Moves
from storage.tips import tip_events
from tests.tips.world import CARD_BUTTONS, RECEIPT_BUTTONS, open_world


async def test_the_first_piece_is_answered_at_once_and_the_rest_joins_silently(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("Đầu ngõ có người bán pháo nổ")
        (receipt,) = await world.lan.news()
        tip = await world.tip()
        assert tip.case_number == "dong-kinh-260001"
        assert tip.case_number in receipt.text
        assert "113" in receipt.text
        assert receipt.labels == RECEIPT_BUTTONS
        await world.lan.writes("ở nhà số 8")
        await world.lan.sends_photo()
        assert await world.lan.news() == []
        assert await world.cards() == []
        await world.tick(minutes=2)
        (card,) = await world.cards()
        assert "│ Đầu ngõ có người bán pháo nổ\n│ ở nhà số 8" in card.text
        assert "1 ảnh (đang giữ kín)" in card.text
        assert card.labels == [*CARD_BUTTONS, "Xem ảnh"]
        assert card.outgoing.protected


async def test_each_piece_pushes_the_card_on_but_not_for_ever(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        for minute in range(14):
            await world.lan.writes(f"xe tải đỗ chắn đường, lần {minute}")
            await world.tick(seconds=59)
            if minute < 9:
                assert await world.cards() == []
        assert await world.cards() != []
        assert len(await world.tips()) == 1


async def test_small_talk_is_thanked_and_is_no_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("👍")
        await world.lan.writes("cảm ơn ạ")
        await world.lan.writes(media=(MediaRef(MediaKind.STICKER, "sticker-1"),))
        assert await world.tips() == []
        assert all("113" in heard.text for heard in await world.lan.heard())


async def test_a_vang_after_an_officers_question_is_an_answer(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("có nhóm tụ tập trước chợ")
        await world.tick(minutes=3)
        (card,) = await world.cards()
        await world.reviewer.writes(
            "Còn tụ tập không ạ?", in_group=world.desk, reply_to=card.message_id
        )
        await world.tick()
        await world.lan.writes("vâng")
        await world.tick(minutes=3)
        assert "│ vâng" in (await world.cards())[-1].text


async def test_a_reply_to_a_campaign_is_bound_explicitly_and_counted(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        sent = await world.campaign(to=world.lan)
        await world.lan.writes("đầu xóm có đám đi xe không mũ", reply_to=sent.message_id)
        tip = await world.tip()
        assert tip.bound is Binding.EXPLICIT
        assert await world.facets(sent) == {Facet.REPLIED, Facet.TIPS}
        await world.tick(minutes=3)
        assert "Trả lời bài" in (await world.cards())[0].text


async def test_a_bare_acknowledgement_of_a_campaign_is_counted_as_such(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        sent = await world.campaign(to=world.lan)
        await world.lan.writes("đã đọc ạ", reply_to=sent.message_id)
        assert await world.tips() == []
        assert await world.facets(sent) == {Facet.REPLIED, Facet.ACKNOWLEDGED}


async def test_the_first_message_after_a_campaign_is_bound_by_assumption_the_second_is_not(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        sent = await world.campaign(to=world.lan)
        world.chat.clock.forward(hours=5)
        await world.lan.writes("có xe chở quá tải trên đường làng")
        assert (await world.tip()).bound is Binding.ASSUMED
        assert await world.facets(sent) == {Facet.TIPS}
        await world.tick(minutes=3)
        assert "Có thể về bài" in (await world.cards())[0].text
        world.chat.clock.forward(hours=5)
        await world.lan.writes("nhà bên hát to quá")
        assert [tip.bound for tip in await world.tips()] == [Binding.ASSUMED, Binding.NONE]


async def test_an_assumed_tie_does_not_prove_that_the_campaign_arrived(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        sent = await world.campaign(to=world.lan)

        def doubt(tx: Tx) -> None:
            row = ledger.get(tx, sent.id)
            assert row is not None
            moves = Moves()
            ledger.move(tx, row, DeliveryState.UNSURE, moves)
            moves.apply(tx)

        await world.chat.do(doubt)
        await world.lan.writes("có xe chở quá tải trên đường làng")
        assert (await world.tip()).bound is Binding.ASSUMED
        assert await world.facets(sent) == {Facet.TIPS}
        row = await world.chat.look(lambda tx: ledger.get(tx, sent.id))
        assert row is not None
        assert row.state is DeliveryState.UNSURE


async def test_two_days_after_a_campaign_nothing_is_assumed(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        sent = await world.campaign(to=world.lan)
        world.chat.clock.forward(hours=49)
        await world.lan.writes("có xe chở quá tải trên đường làng")
        assert (await world.tip()).bound is Binding.NONE
        assert await world.facets(sent) == set()


async def test_a_reply_to_another_campaign_opens_a_tip_of_its_own(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        first = await world.campaign(to=world.lan)
        second = await world.campaign(to=world.lan)
        await world.lan.writes("việc thứ nhất ở đầu làng", reply_to=first.message_id)
        await world.lan.writes("việc thứ hai ở cuối làng", reply_to=second.message_id)
        await world.lan.writes("thêm về việc thứ nhất", reply_to=first.message_id)
        assert len({tip.run_id for tip in await world.tips()}) == 2
        assert len(await world.tips()) == 2


async def test_a_later_reply_to_the_same_campaign_goes_on_with_its_tip(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        heard = await world.campaign(to=world.lan)
        other = await world.campaign(to=world.lan)
        await world.lan.writes("cuối xóm có người bán pháo", reply_to=heard.message_id)
        await world.tick(minutes=5)
        await world.lan.writes("xe tải chạy ẩu", reply_to=other.message_id)
        await world.tick(minutes=5)
        await world.lan.writes("nhà số 8", reply_to=heard.message_id)
        assert len(await world.tips()) == 2
        await world.tick(minutes=5)
        added = (await world.cards())[-1].text
        assert "│ nhà số 8" in added
        assert (await world.tips())[0].case_number in added


async def test_a_reply_makes_an_assumed_tie_an_explicit_one(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        heard = await world.campaign(to=world.lan)
        await world.lan.writes("cuối xóm có người bán pháo")
        assert (await world.tip()).bound is Binding.ASSUMED
        await world.lan.writes("nhà số 8", reply_to=heard.message_id)
        assert (await world.tip()).bound is Binding.EXPLICIT
        assert await world.facets(heard) == {Facet.TIPS, Facet.REPLIED}


async def test_an_emergency_shows_the_numbers_first_and_pages_at_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("chay nha roi cuu voi")
        numbers, receipt = await world.lan.news()
        assert numbers.lane is Lane.URGENT
        assert "114" in numbers.text
        assert "dong-kinh-260001" in receipt.text
        brought = await world.tick()
        (card,) = await world.cards()
        assert "KHẨN CẤP" in card.text
        assert card.lane is Lane.URGENT
        assert brought.index(next(heard for heard in brought if heard.id == numbers.id)) == 0
        (page,) = await world.duty.heard()
        assert page.labels == ["Đã nhận", "Xem riêng"]
        assert "dong-kinh-260001" in page.text
        assert "chay" not in page.text
        assert await world.chief.heard() == await world.reviewer.heard() == []


async def test_a_cry_in_chinese_or_english_is_answered_in_it(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("救命！着火了")
        numbers, receipt = await world.lan.news()
        assert "如有危险" in numbers.text
        assert "编号" in receipt.text
        ming = world.chat.resident("880010010009")
        await ming.writes("Please help, my house is on fire")
        assert "If you are in danger" in (await ming.heard())[0].text


async def test_a_danger_in_an_open_tip_raises_it_and_a_second_cry_does_not_page_again(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("nhà hàng xóm cãi nhau to")
        await world.lan.writes("họ đang cầm dao đuổi nhau, cứu với")
        await world.lan.writes("cứu với, có người bị chém")
        tip = await world.tip()
        assert tip.urgent
        assert len([h for h in await world.lan.heard() if h.lane is Lane.URGENT]) == 2
        assert len(await world.duty.heard()) == 1
        assert len(await world.cards()) == 2


async def test_with_nobody_on_duty_whoever_may_read_is_paged(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        for officer in (world.duty, world.chief):
            await officer.blocks()
        await world.lan.writes("cháy nhà rồi, cứu với")
        assert "dong-kinh-260001" in (await world.reviewer.last()).text


async def test_an_edit_keeps_both_versions_and_the_card_shows_the_new_one(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        message = await world.lan.writes("xe biển số 12A ở chợ")
        await world.lan.edits(message, "xe biển số 12B ở chợ")
        await world.tick(minutes=3)
        (card,) = await world.cards()
        assert "12B" in card.text
        assert "12A" not in card.text
        assert "đã sửa" in card.text
        tip = await world.tip()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert [event.text for event in events if event.text] == [
            "xe biển số 12A ở chợ",
            "xe biển số 12B ở chợ",
        ]
        await world.lan.edits(message, "xe biển số 12C ở chợ")
        await world.tick()
        assert "Người báo sửa lại thành:\n│ xe biển số 12C" in (await world.cards())[-1].text


async def test_an_edit_into_a_cry_rings(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        message = await world.lan.writes("có khói ở nhà bên")
        await world.lan.edits(message, "nhà bên cháy rồi, cứu với")
        assert (await world.lan.last()).lane is Lane.URGENT
        assert len(await world.duty.heard()) == 1
        assert (await world.tip()).urgent


async def test_small_talk_edited_into_a_story_becomes_a_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        message = await world.lan.writes("vâng")
        await world.lan.edits(message, "vâng ạ")
        assert await world.tips() == []
        # What may be an answer of theirs, or none, is asked about.
        await world.lan.edits(message, "đồng ý nhé cảm ơn các anh")
        assert (await world.lan.last()).labels == ["Đây là tin báo"]
        assert await world.tips() == []
        await world.lan.edits(message, "vâng, đầu ngõ có người bán pháo nổ")
        assert len(await world.tips()) == 1


async def test_a_message_without_anything_readable_is_answered(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("")
        assert "chưa đọc được" in (await world.lan.last()).text
        await world.lan.writes("/baotin")
        assert "ở đâu, lúc nào" in (await world.lan.last()).text
        await world.lan.writes("/baotin có người bán pháo")
        await world.tick(minutes=3)
        assert "│ có người bán pháo" in (await world.cards())[0].text


async def test_a_very_long_text_is_kept_whole_and_its_card_is_split(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        story = " ".join(f"câu{number}" for number in range(2600))
        await world.lan.writes(story)
        await world.tick(minutes=3)
        parts = await world.cards()
        assert len(parts) > 1
        assert [bool(part.labels) for part in parts] == [False] * (len(parts) - 1) + [True]
        tip = await world.tip()
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert events[0].text == story
        shown = " ".join(part.outgoing.text for part in parts)
        assert all(f"câu{number}" in shown for number in range(0, 2600, 100))


async def test_what_comes_an_hour_later_is_a_story_of_its_own(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("xe đỗ chắn lối")
        await world.tick(minutes=10)
        await world.lan.writes("vẫn đỗ đó")
        assert "Đã ghi thêm" in (await world.lan.last()).text
        await world.tick(minutes=60)
        await world.lan.writes("chó nhà bên cắn người đi đường hôm nọ")
        assert len(await world.tips()) == 2
        assert len(await world.cards()) == 2


async def test_a_reply_to_the_receipt_goes_on_with_that_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("xe đỗ chắn lối")
        await world.tick(minutes=3)
        receipt = await world.lan.last()
        world.chat.clock.forward(hours=30)
        await world.lan.writes("xe đó lại đỗ hôm nay", reply_to=receipt.message_id)
        assert len(await world.tips()) == 1


async def test_an_urgent_tip_of_a_person_without_consent_is_served(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        stranger = world.chat.resident("880010010005")
        await stranger.writes("đuối nước ở hồ, cứu với")
        assert len(await stranger.heard()) == 2
        assert len(await world.tips()) == 1
        world.chat.clock.forward(seconds=timedelta(minutes=1).total_seconds())
