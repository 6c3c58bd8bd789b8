"""What is taken and what is said in neighbourhood groups."""

from broadcasts import checking
from domain.delivery import DeliveryKind, Facet, Lane
from domain.ids import short
from domain.messages import Addressed
from domain.start_payload import Purpose, StartPayload, encode
from domain.tip import Binding
from handlers.tips.presses import TIP
from storage.database import Tx
from storage.deliveries import counters, ledger
from storage.people import dialogues
from tests.chat import GroupParty
from tests.tips.world import open_world

NEUTRAL = "Cảm ơn bà con. Việc cần giữ kín, xin bấm Báo tin riêng."


async def test_a_reply_that_tells_something_becomes_a_public_tip(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        await world.village.news()
        ba = world.chat.resident("880010010002")
        await ba.writes(
            "cuối xóm có người bán pháo", in_group=world.village, reply_to=post.message_id
        )
        tip = await world.tip()
        assert tip.public
        assert tip.bound is Binding.EXPLICIT
        assert await world.facets(post) == {Facet.REPLIED, Facet.TIPS}
        (line,) = await world.village.news()
        assert line.text == NEUTRAL
        start = encode(StartPayload(purpose=Purpose.TIP, post=post.id))
        assert [button.start for button in line.buttons] == [start]
        assert line.outgoing.reply_to == post.message_id
        (receipt,) = await ba.heard()
        assert "công khai" in receipt.text
        assert tip.case_number in receipt.text
        await world.tick(minutes=3)
        (card,) = await world.cards()
        assert "Viết công khai trong nhóm" in card.text
        assert "│ cuối xóm có người bán pháo" in card.text
        assert "khối phố Ví Dụ 2" in card.text
        assert await world.village.news() == []


async def test_a_bare_acknowledgement_is_counted_and_is_no_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        ba = world.chat.resident("880010010002")
        await ba.writes("đã đọc ạ", in_group=world.village, reply_to=post.message_id)
        assert await world.tips() == []
        assert await world.facets(post) == {Facet.REPLIED, Facet.ACKNOWLEDGED}
        assert await ba.heard() == []


async def test_replies_count_people_each_once(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        for number in (1, 2, 3, 1):
            party = world.chat.resident(f"88001001001{number}")
            await party.writes("đã đọc ạ", in_group=world.village, reply_to=post.message_id)
        teller = world.chat.resident("880010010011")
        for text in ("cuối xóm có người bán pháo", "nhà số 8"):
            await teller.writes(text, in_group=world.village, reply_to=post.message_id)

        def figures(tx: Tx) -> list[dict[str, int]]:
            row = ledger.get(tx, post.id)
            assert row is not None
            assert row.run_id is not None
            assert checking.verify(tx, row.run_id) == []
            names = ("acknowledged", "replied", "tips")
            return [{n: x.counts[n] for n in names} for x in counters.of_run(tx, row.run_id)]

        assert await world.chat.look(figures) == [{"acknowledged": 3, "replied": 3, "tips": 1}]


async def test_the_neutral_line_comes_once_per_post_in_ten_minutes(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        first = await world.campaign(post=world.village)
        second = await world.campaign(post=world.village)
        await world.village.news()
        for number in range(3):
            party = world.chat.resident(f"88001001001{number}")
            await party.writes("đã xem", in_group=world.village, reply_to=first.message_id)
        assert len(await world.village.news()) == 1
        await world.lan.writes("đã xem", in_group=world.village, reply_to=second.message_id)
        assert len(await world.village.news()) == 1
        world.chat.clock.forward(minutes=11)
        await world.lan.writes("đã xem", in_group=world.village, reply_to=first.message_id)
        assert len(await world.village.news()) == 1


async def test_a_danger_gets_the_numbers_in_the_group_and_pages(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        await world.village.news()
        await world.lan.writes(
            "nhà bà Tư cháy rồi cứu với", in_group=world.village, reply_to=post.message_id
        )
        numbers, line = await world.village.news()
        assert numbers.lane is Lane.URGENT
        assert "114" in numbers.text
        assert numbers.outgoing.reply_to is None
        assert line.text == NEUTRAL
        assert all("bà Tư" not in heard.text for heard in await world.village.heard())
        assert len(await world.duty.heard()) == 1
        assert len(await world.cards()) == 1


async def test_baotin_in_a_group_is_a_public_tip_without_a_post(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        command = Addressed.COMMAND
        await world.lan.writes("/baotin", in_group=world.village, addressed=command)
        assert await world.tips() == []
        assert [heard.text for heard in await world.village.news()] == [NEUTRAL]
        await world.lan.writes("/baotin có người lạ", in_group=world.village, addressed=command)
        assert (await world.tip()).bound is Binding.NONE
        assert await world.village.news() == []
        await world.tick(minutes=3)
        assert "│ có người lạ" in (await world.cards())[0].text


async def test_a_mention_is_taken_without_our_name(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("@Vi_Du_Bot,\ncó người bán pháo", in_group=world.village)
        await world.tick(minutes=3)
        (card,) = await world.cards()
        assert "│ có người bán pháo" in card.text
        assert "Vi_Du_Bot" not in card.text


async def test_our_name_is_dropped_wherever_it_stands_and_nobody_elses(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        message = await world.lan.writes(
            "có người lạ @vi_du_bot ở cổng @vi_du_bot_2", in_group=world.village
        )
        await world.lan.edits(message, "@vi_du_bot: có hai người lạ, nhắn lan@vi_du_bot.vn")
        await world.tick(minutes=3)
        (card,) = await world.cards()
        assert "│ có hai người lạ, nhắn lan@vi_du_bot.vn" in card.text
        ba = world.chat.resident("880010010002")
        await ba.writes("có người lạ @vi_du_bot ở cổng @vi_du_bot_2", in_group=world.village)
        await world.tick(minutes=3)
        assert "│ có người lạ ở cổng @vi_du_bot_2" in (await world.cards())[-1].text


async def test_several_replies_of_one_person_are_one_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        for text in ("cuối xóm có người bán pháo", "nhà số 8", "tối nào cũng bán"):
            await world.lan.writes(text, in_group=world.village, reply_to=post.message_id)
        assert len(await world.tips()) == 1
        assert len(await world.lan.heard()) == 1
        await world.lan.writes("còn việc khác: xe đỗ chắn lối")
        assert len(await world.tips()) == 2


async def test_a_reply_to_a_post_opens_a_tip_of_its_own_and_goes_on_with_that_one(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        first = await world.campaign(post=world.village)
        second = await world.campaign(post=world.village)
        command = Addressed.COMMAND
        await world.lan.writes("/baotin có người lạ", in_group=world.village, addressed=command)
        for text, post in (
            ("cuối xóm có người bán pháo", first),
            ("xe tải chạy ẩu lắm", second),
            ("nhà số 8", first),
            ("biển số 12C", second),
        ):
            await world.tick(minutes=3)
            await world.lan.writes(text, in_group=world.village, reply_to=post.message_id)
        unrelated, of_first, of_second = await world.tips()
        assert (unrelated.bound, unrelated.run_id) == (Binding.NONE, None)
        assert of_first.bound is of_second.bound is Binding.EXPLICIT
        assert of_first.run_id != of_second.run_id
        await world.tick(minutes=3)
        texts = ["│" in card.text and card.text for card in await world.cards()]
        later = [text for text in texts if text and "Bổ sung" in text]
        assert [of_first.case_number in later[0], of_second.case_number in later[1]] == [True] * 2
        assert "│ nhà số 8" in later[0]
        assert "│ biển số 12C" in later[1]
        world.chat.clock.forward(minutes=40)
        await world.lan.writes(
            "lại bán pháo nữa", in_group=world.village, reply_to=first.message_id
        )
        assert len(await world.tips()) == 4


async def test_staff_who_talk_in_the_group_are_no_tipsters(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        await world.village.news()
        await world.reviewer.writes(
            "Bà con nhớ đội mũ nhé", in_group=world.village, reply_to=post.message_id
        )
        assert await world.tips() == []
        assert await world.village.news() == []
        assert await world.facets(post) == set()


async def test_in_a_group_nobody_connected_nothing_is_taken(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        unknown = GroupParty(world.chat, "-990010030099")
        await world.lan.writes("/baotin có trộm", in_group=unknown, addressed=Addressed.COMMAND)
        assert await world.tips() == []
        assert await unknown.heard() == []


async def test_the_buttons_of_a_post_point_to_the_private_chat(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.campaign(post=world.village)
        for label in ("Báo tin", "Hỏi"):
            (answer,) = await world.lan.presses(label, of=world.village)
            assert answer.alert
            assert "chat riêng" in answer.text


async def test_an_edit_in_the_group_changes_the_public_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        message = await world.lan.writes(
            "cuối xóm có người bán pháo", in_group=world.village, reply_to=post.message_id
        )
        await world.lan.edits(message, "đầu xóm có người bán pháo")
        await world.tick(minutes=3)
        assert "│ đầu xóm" in (await world.cards())[0].text


async def test_a_public_tip_is_answered_in_private(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        await world.lan.writes(
            "cuối xóm có người bán pháo", in_group=world.village, reply_to=post.message_id
        )
        await world.tick(minutes=3)
        (card,) = await world.cards()
        await world.village.news()
        await world.reviewer.writes("Nhà số mấy ạ?", in_group=world.desk, reply_to=card.message_id)
        await world.lan.presses("Xem")
        assert "Nhà số mấy" in (await world.lan.last()).text
        await world.lan.writes("nhà số 8")
        assert len(await world.tips()) == 1
        assert await world.village.news() == []


async def test_a_private_tip_that_came_from_a_post_counts_on_it_and_on_ones_own_copy(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        post = await world.campaign(post=world.village)
        address = await world.lan.address()

        def write(tx: Tx) -> None:
            posted = ledger.get(tx, post.id)
            assert posted is not None
            ledger.put(
                tx,
                ledger.NewDelivery(
                    kind=DeliveryKind.CAMPAIGN,
                    lane=Lane.BULK,
                    address_id=address.id,
                    language="vi",
                    run_id=posted.run_id,
                    resident_id=address.resident_id,
                ),
            )
            # As the link under the neutral line leaves it.
            dialogues.keep(tx, address.id, TIP, {"delivery": short(post.id)})

        await world.chat.do(write)
        await world.chat.deliver()
        await world.lan.writes("cuối xóm có người bán pháo")
        tip = await world.tip()
        assert not tip.public
        assert tip.bound is Binding.EXPLICIT
        assert tip.run_id is not None
        run_id = tip.run_id
        lines = await world.chat.look(lambda tx: counters.of_run(tx, run_id))
        assert {line.key.kind: line.counts["tips"] for line in lines} == {"post": 1, "campaign": 1}
        assert await world.chat.look(lambda tx: counters.recounted(tx, run_id)) == [
            type(line)(line.key, {k: v for k, v in line.counts.items() if k != "members"})
            for line in lines
        ]
