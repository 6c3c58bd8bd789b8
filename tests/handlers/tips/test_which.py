"""Several open tips of one person are told apart: by a reply, or by being asked once."""

from domain.messages import Location
from domain.tip import Secrecy, TipEventKind, TipState
from storage.tips import tip_events
from storage.tips.tips import Tip
from tests.chat import Heard
from tests.tips.world import World, open_world

QUESTION = "Lời vừa rồi thuộc việc nào?"


async def two_open(world: World) -> list[Heard]:
    """Let Lan have two open tips whose cards are out; return the two receipts."""
    sent = await world.campaign(to=world.lan)
    await world.lan.news()
    await world.lan.writes("pháo nổ ở cuối xóm")
    await world.tick(minutes=3)
    await world.lan.writes("xe tải chạy ẩu ngoài đường", reply_to=sent.message_id)
    if len(await world.tips()) == 1:
        await world.lan.presses("Báo tin")
        await world.lan.writes("xe tải chạy ẩu ngoài đường")
    await world.tick(minutes=3)
    assert len(await world.tips()) == 2
    await world.lan.news()
    return [heard for heard in await world.lan.heard() if "Báo nhầm" in heard.labels]


async def test_words_without_a_reply_are_asked_about_once(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        first, second = await world.tips()
        before = len(await world.cards())
        await world.lan.writes("nhà số 8")
        (asked,) = await world.lan.news()
        assert asked.text.startswith(QUESTION)
        assert "số 8" not in asked.text
        assert asked.labels == [
            f"{second.case_number}, 23/11/2026, xe…",
            f"{first.case_number}, 23/11/2026, pháo…",
            "Việc khác",
        ]
        await world.lan.writes("cổng màu xanh")
        await world.lan.sends_album_photo("a1")
        await world.lan.sends_album_photo("a1")
        assert await world.lan.news() == []
        await world.tick(minutes=3)
        assert len(await world.cards()) == before
        await world.lan.presses(asked.labels[1])
        (told,) = await world.lan.news()
        assert first.case_number in told.text
        await world.tick(minutes=3)
        card = (await world.cards())[-1]
        assert len(await world.cards()) == before + 1
        assert first.case_number in card.text
        assert "│ nhà số 8\n│ cổng màu xanh" in card.text
        assert "2 ảnh" in card.text
        await world.lan.writes("vẫn nhà ấy nhé")
        assert all(QUESTION not in heard.text for heard in await world.lan.news())
        await world.tick(minutes=3)
        assert first.case_number in (await world.cards())[-1].text


async def test_without_an_answer_the_words_go_with_the_newest(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        first, second = await world.tips()
        await world.lan.writes("nhà số 8")
        (asked,) = await world.lan.news()
        await world.tick(minutes=6)
        card = (await world.cards())[-1]
        assert second.case_number in card.text
        assert "│ nhà số 8" in card.text
        (answer,) = await world.lan.presses(asked.labels[1])
        assert answer.alert
        assert "đã tới cán bộ" in answer.text
        await world.tick(minutes=6)
        assert (await world.cards())[-1].text == card.text
        assert first.state is TipState.RECEIVED


async def test_another_matter_gets_a_tip_of_its_own_and_the_key_of_it(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        message = await world.lan.writes("nghi hàng xóm bạo hành con gái")
        await world.lan.writes(location=Location(21.85, 106.76))
        await world.lan.presses("Việc khác")
        *_, third = await world.tips()
        assert len(await world.tips()) == 3
        assert third.secrecy is Secrecy.SENSITIVE
        await world.lan.edits(message, "nghi hàng xóm bạo hành con gái nhỏ")
        await world.tick(minutes=3)
        card = (await world.cards())[-1]
        assert third.case_number in card.text
        await world.chief.presses("Xem riêng", of=world.desk)
        private = (await world.chief.last()).text
        assert "│ nghi hàng xóm bạo hành con gái" in private
        assert "21.85000, 106.76000" in private


async def test_a_reply_and_an_urgent_word_are_never_asked_about(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        first, _ = await two_open(world)
        await world.lan.writes("nhà số 8", reply_to=first.message_id)
        await world.lan.writes("cháy nhà rồi, cứu với")
        await world.lan.writes("hai người kẹt trong nhà", location=Location(21.85, 106.76))
        assert "21.85000" in (await world.cards())[-1].text
        assert all(QUESTION not in heard.text for heard in await world.lan.news())


async def test_a_choice_is_theirs_alone_and_pressed_twice_moves_once(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        await world.lan.writes("nhà số 8")
        (asked,) = await world.lan.news()
        action = asked.buttons[1].action
        assert action is not None
        stranger = world.chat.resident("880010010002")
        (answer,) = await stranger.presses_action(action)
        assert "không còn dùng" in answer.text
        await world.lan.presses_action(action)
        (answer,) = await world.lan.presses_action(action)
        assert answer.alert
        for broken in ("which:x:y", "which:new", f"{action.rsplit(':', 1)[0]}:zzz"):
            (answer,) = await world.lan.presses_action(broken)
            assert answer.alert
        await world.tick(minutes=3)
        assert len([card for card in await world.cards() if "số 8" in card.text]) == 1


async def test_within_a_burst_nothing_is_asked(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await two_open(world)
        await world.lan.presses("Báo tin")
        await world.lan.writes("có nhóm tụ tập trước chợ")
        await world.lan.writes("khoảng mười người")
        assert len(await world.tips()) == 3
        assert all(QUESTION not in heard.text for heard in await world.lan.heard())


async def test_what_was_replied_elsewhere_stays_where_it_was_said(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        _, receipt = await two_open(world)
        first, second = await world.tips()
        await world.lan.writes("nhà số 8")
        (asked,) = await world.lan.news()
        await world.lan.writes("biển số xe là 000.00", reply_to=receipt.message_id)
        await world.lan.writes("cổng màu xanh")
        await world.lan.presses(asked.labels[1])
        assert first.case_number in asked.labels[1]
        assert (await pieces(world, first))[-2:] == ["nhà số 8", "cổng màu xanh"]
        assert (await pieces(world, second))[-1:] == ["biển số xe là 000.00"]
        await world.tick(minutes=6)
        shown = [card.text for card in await world.cards()]
        (told,) = [text for text in shown if "000.00" in text]
        assert second.case_number in told


async def test_an_edit_goes_where_its_piece_goes(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("pháo nổ ở cuối xóm")
        await world.tick(minutes=3)
        await world.campaign(to=world.lan)
        await world.lan.presses("Báo tin")
        old = await world.lan.writes("xe tải chạy ẩu ngoài đường")
        await world.tick(minutes=3)
        first, second = await world.tips()
        await world.lan.news()
        asked_about = await world.lan.writes("nhà số 8")
        (asked,) = await world.lan.news()
        await world.lan.edits(old, "xe tải chạy ẩu trước chợ")
        await world.lan.edits(asked_about, "nhà số 9")
        await world.lan.presses(asked.labels[1])
        assert await pieces(world, first) == ["pháo nổ ở cuối xóm", "nhà số 8", "nhà số 9"]
        assert await pieces(world, second) == [
            "xe tải chạy ẩu ngoài đường",
            "xe tải chạy ẩu trước chợ",
        ]


async def pieces(world: World, of: Tip) -> list[str | None]:
    """Return what was written in a tip, changes included, in order."""
    said = (TipEventKind.PIECE, TipEventKind.EDIT)
    events = await world.chat.look(lambda tx: tip_events.of_tip(tx, of))
    return [event.text for event in events if event.kind in said]
