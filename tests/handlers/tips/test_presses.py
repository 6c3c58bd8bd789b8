"""The buttons residents press about tips."""

from domain.delivery import Facet
from domain.ids import short
from domain.tip import Binding, Secrecy, TipEventKind, TipKind, TipOutcome, TipState
from storage.tips import tip_events, tips
from tests.tips.world import open_world


async def test_the_button_bao_tin_binds_what_is_written_next(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        first = await world.campaign(to=world.lan)
        second = await world.campaign(to=world.lan)
        await world.lan.presses("Báo tin")
        assert "ở đâu, lúc nào" in (await world.lan.last()).text
        await world.lan.writes("tối nào cũng có đua xe")
        assert (await world.tip()).bound is Binding.EXPLICIT
        assert await world.facets(second) == {Facet.PRESSED, Facet.REPLIED, Facet.TIPS}
        assert await world.facets(first) == set()


async def test_a_question_waits_for_a_human_and_is_counted_as_a_reply_only(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        sent = await world.campaign(to=world.lan)
        await world.lan.presses("Hỏi")
        await world.lan.writes("mức phạt không đội mũ là bao nhiêu ạ")
        tip = await world.tip()
        assert tip.kind is TipKind.QUESTION
        assert "câu hỏi" in (await world.lan.last()).text
        assert await world.facets(sent) == {Facet.PRESSED, Facet.REPLIED}
        await world.tick(minutes=3)
        assert (await world.cards())[0].text.startswith("Câu hỏi dong-kinh-260001")


async def test_bao_nham_closes_with_thanks_and_the_card_says_so(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("hình như có trộm ở nhà bên")
        await world.lan.presses("Báo nhầm")
        tip = await world.tip()
        assert (tip.state, tip.outcome) == (TipState.CLOSED, TipOutcome.MISTAKEN)
        assert "không sao" in (await world.lan.last()).text
        (answer,) = await world.lan.presses("Báo nhầm")
        assert answer.alert
        await world.tick(minutes=3)
        assert "báo nhầm" in (await world.cards())[0].text
        await world.lan.writes("có xe đổ ở dốc, không phải việc trước đâu")
        assert len(await world.tips()) == 2


async def test_after_bao_nham_no_other_button_of_the_receipt_acts(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("hình như có trộm ở nhà bên")
        await world.lan.presses("Báo nhầm")
        (answer,) = await world.lan.presses("Chỉ chỉ huy xem")
        assert answer.alert
        assert "không còn dùng được" in answer.text
        assert (await world.tip()).secrecy is Secrecy.ORDINARY
        await world.chat.deliver()
        receipt = (await world.lan.heard())[0]
        await world.lan.writes("không nhầm đâu ạ", reply_to=receipt.message_id)
        assert (await world.tip()).state is TipState.RECEIVED
        await world.lan.presses("Chỉ chỉ huy xem")
        assert (await world.tip()).secrecy is Secrecy.CHIEF


async def test_bao_nham_after_the_card_is_told_in_a_line(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("hình như có trộm ở nhà bên")
        await world.tick(minutes=3)
        await world.lan.presses("Báo nhầm")
        await world.chat.deliver()
        assert "báo nhầm" in (await world.desk.last()).text


async def test_another_person_cannot_press_the_buttons_of_a_tip(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("hình như có trộm ở nhà bên")
        _, button = await world.lan.labelled("Báo nhầm")
        stranger = world.chat.resident("880010010002")
        assert button.action is not None
        (answer,) = await stranger.presses_action(button.action)
        assert "không mở được" in answer.text
        (answer,) = await stranger.presses_action("mistake:xyz")
        assert "không còn dùng" in answer.text
        assert (await world.tip()).state is TipState.RECEIVED


async def test_chief_only_hides_the_content_from_the_card(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("tôi sợ người trong xóm biết: nhà số 5 bán hàng trắng")
        await world.lan.presses("Chỉ chỉ huy xem")
        assert "chỉ chỉ huy" in (await world.lan.last()).text
        await world.tick(minutes=3)
        (card,) = await world.cards()
        assert "hàng trắng" not in card.text
        assert "Xem riêng" in card.labels
        (answer,) = await world.reviewer.presses("Xem riêng", of=world.desk)
        assert "chỉ chỉ huy" in answer.text
        await world.chief.presses("Xem riêng", of=world.desk)
        assert "hàng trắng" in (await world.chief.last()).text


async def test_chief_only_after_the_card_is_honest(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("nhà số 5 bán hàng trắng")
        await world.tick(minutes=3)
        await world.lan.presses("Chỉ chỉ huy xem")
        assert "có thể đã thấy" in (await world.lan.last()).text
        (again,) = await world.lan.presses("Chỉ chỉ huy xem")
        assert not again.alert
        assert (await world.tip()).secrecy is Secrecy.CHIEF


async def test_an_erased_tip_keeps_nothing_but_its_count(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        message = await world.lan.writes("xe đỗ chắn lối")
        tip = await world.tip()
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        tip = await world.tip()
        assert tip.state is TipState.ERASED
        assert tip.address_id is None
        events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
        assert [event.text for event in events] == [None] * len(events)
        assert events[-1].kind is TipEventKind.ERASED
        await world.tick(minutes=3)
        assert await world.cards() == []
        assert all("dong-kinh" not in heard.text for heard in await world.lan.heard())
        await world.lan.edits(message, "xe đỗ chắn lối đi nhà tôi")
        (answer,) = await world.lan.presses_action(f"mistake:{short(tip.id)}")
        assert "đã được xóa" in answer.text
