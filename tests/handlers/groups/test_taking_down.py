"""Words in a group are taken down at their writer's wish, or by a reviewer's one press."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from domain.audit import Act
from domain.delivery import Outcome, Relocated, TurnedDown
from domain.messages import Addressed, ChatKind, ChatMoved, ChatRef, EffectKind, Quoted
from domain.roles import Role
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries.windows import Send
from storage.groups import group_links, public_words
from storage.people import units
from storage.staff import audit
from storage.tables import delivery
from storage.tables import public_words as kept
from tests.chat import Heard, Party
from tests.handlers.groups.joining import Answer
from tests.tips.world import RECEIPT_BUTTONS, World, open_world
from tips import taking_down

ACCUSED = "ông Bảy nhà số 8 bán ma túy đấy"
UNSAY = "Xin gỡ lời của tôi"
REMOVE = "Gỡ khỏi nhóm"


def no_right(send: Send) -> Outcome | None:
    """Answer as Telegram does to a bot without the right to delete."""
    if send.outgoing.effect is None:
        return None
    return TurnedDown("gone: Bad Request: message can't be deleted")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[World]:
    async with open_world(url) as world:
        world.chat.router = make_router(world.chat.context)
        yield world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with opened(migrated_database_url) as made:
        yield made


async def accuse(world: World, by: Party | None = None, text: str = ACCUSED) -> str:
    """Let somebody accuse a neighbour under our post; return their message's id."""
    post = await world.campaign(post=world.village)
    said = await (by or world.lan).writes(text, in_group=world.village, reply_to=post.message_id)
    return said.message_id


async def platform(world: World, answer: Answer | None = None) -> list[Heard]:
    """Let the platform answer all that is due, the rounds tell it, and bring what they say."""
    brought = await world.chat.deliver(answer)
    await world.chat.do(lambda tx: taking_down.tell_due(tx, world.chat.context))
    return brought + await world.chat.deliver()


def removed(brought: list[Heard]) -> list[str | None]:
    """Return which messages were deleted, or tried to be."""
    effects = [heard.outgoing.effect for heard in brought]
    return [one.message_id for one in effects if one and one.kind is EffectKind.REMOVE]


async def last_acts(world: World) -> set[Act]:
    return {entry.act for entry in await world.chat.look(lambda tx: list(audit.entries(tx)))}


async def ids_kept(world: World) -> int:
    query = select(func.count()).select_from(kept)
    return await world.chat.look(lambda tx: tx.connection.execute(query).scalar_one())


async def said_in(world: World, party: Party) -> str:
    return "\n".join(heard.text for heard in await party.heard())


async def last_line(world: World) -> str:
    return (await world.desk.last()).text


async def test_a_writer_takes_their_words_down_with_the_button_of_the_receipt(
    world: World,
) -> None:
    message_id = await accuse(world)
    await world.tick(minutes=3)
    assert (await world.lan.labelled(UNSAY))[0].labels == [
        *(label for label in RECEIPT_BUTTONS if "chỉ huy" not in label),
        UNSAY,
    ]
    group_before = len(await world.village.heard())
    await world.lan.presses(UNSAY)
    assert "Đang gỡ" in (await world.lan.last()).text
    assert removed(await platform(world)) == [message_id]
    notice = await world.lan.last()
    assert (notice.text, notice.labels) == (
        "Bà con có tin mới từ Công an phường Đông Kinh.",
        ["Xem"],
    )
    await world.lan.presses("Xem")
    assert "Đã gỡ lời của bà con" in (await world.lan.last()).text
    assert "do người viết xin" in await last_line(world)
    assert len(await world.village.heard()) == group_before + 1, "one effect, not a word"
    assert await ids_kept(world) == 0
    tip = await world.tip()
    assert tip.state.is_open, "the tip itself stays"
    (answer,) = await world.lan.presses(UNSAY)
    assert "gỡ khỏi nhóm rồi" in answer.text


async def test_all_pieces_of_a_tip_go_and_two_presses_at_once_are_one(world: World) -> None:
    first = await accuse(world)
    second = await world.lan.writes(
        "tối nào cũng bán", in_group=world.village, addressed=Addressed.MENTION
    )
    await world.tick(minutes=3)
    answers = await world.lan.presses_at_once(UNSAY, world.lan)
    assert sorted("đang gỡ" in one.text for (one,) in answers) == [False, True]
    assert sorted(filter(None, removed(await platform(world)))) == sorted(
        [first, second.message_id]
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Xin gỡ lời của tôi", "không còn lời nào"),
        ("go loi cua toi trong nhom", "không còn lời nào"),
        ("please remove my message in the group", "nothing of yours"),
        ("请撤下我的话", "没有我们还能撤下"),
    ],
)
async def test_words_in_private_ask_for_it_too(
    migrated_database_url: str, text: str, told: str
) -> None:
    async with opened(migrated_database_url) as world:
        message_id = await accuse(world)
        await world.tick(minutes=3)
        await world.lan.writes(text)
        assert removed(await platform(world)) == [message_id]
        assert len(await world.tips()) == 1
        await world.lan.writes(text)
        assert told in (await world.lan.last()).text


async def test_the_wish_said_in_the_group_is_no_tip_and_is_answered_in_private(
    world: World,
) -> None:
    message_id = await accuse(world)
    await world.tick(minutes=3)
    await world.village.news()
    for told in ("Đang gỡ", "đang gỡ"):
        await world.lan.writes("xin gỡ lời của tôi", in_group=world.village)
        assert told in (await world.lan.last()).text
    stranger = world.chat.resident("880010010099")
    await stranger.writes("xin gỡ lời của tôi", in_group=world.village)
    assert await stranger.heard() == []
    assert [heard.text for heard in await world.village.news()] == [""], "one effect, no word"
    assert removed(await platform(world)) == [message_id]
    assert len(await world.tips()) == 1


async def test_of_several_tips_the_writer_chooses(world: World) -> None:
    await accuse(world)
    second = await accuse(world, text="cuối xóm có người bán pháo")
    await world.tick(minutes=3)
    await world.lan.writes("xin gỡ lời của tôi trong nhóm")
    newest, _older = await world.lan.last(), None
    assert len(newest.labels) == 2
    await world.lan.presses(newest.labels[0])
    assert removed(await platform(world)) == [second]


async def test_the_wish_said_in_the_group_takes_down_what_it_answers_or_asks_which(
    world: World,
) -> None:
    post = await world.campaign(post=world.village)
    first = await world.lan.writes(ACCUSED, in_group=world.village, reply_to=post.message_id)
    world.chat.clock.forward(hours=2)
    await accuse(world, text="đèn đường hỏng ở ngã ba, tối quá")
    await platform(world)
    await world.lan.writes(UNSAY, in_group=world.village)
    assert "Đang gỡ" not in (await world.lan.last()).text
    assert len((await world.lan.last()).labels) == 2
    await world.lan.writes(UNSAY, in_group=world.village, reply_to=post.message_id)
    assert "Đang gỡ" in (await world.lan.last()).text
    assert removed(await platform(world)) == [first.message_id]


async def test_a_neighbour_accused_under_our_post_is_protected_with_one_press(
    world: World,
) -> None:
    message_id = await accuse(world)
    await world.tick(minutes=3)
    (card,) = await world.cards()
    assert REMOVE in card.labels
    group_before = [heard.text for heard in await world.village.heard()]
    (answer,) = await world.reviewer.presses(REMOVE, of=world.desk)
    assert "đang gỡ" in answer.text
    assert removed(await platform(world)) == [message_id]
    assert "Hoàng Ví Dụ đã gỡ" in await last_line(world)
    assert [heard.text for heard in await world.village.heard()][
        : len(group_before)
    ] == group_before
    assert all("Bảy" not in heard.text for heard in await world.village.heard())
    notice = await world.lan.last()
    assert "gỡ" not in notice.text, "the notice itself tells nothing"
    await world.lan.presses("Xem")
    told = (await world.lan.last()).text
    assert "không có lỗi gì" in told
    assert "Bảy" not in told
    assert Act.TIP_TAKEN_DOWN in await last_acts(world)


async def test_who_may_not_read_tips_removes_nothing(world: World) -> None:
    await accuse(world)
    await world.tick(minutes=3)
    officer = await world.chat.staff("770010020009", Role.OFFICER)
    stranger = world.chat.resident("880010010009")
    for party in (officer, stranger, world.lan):
        (answer,) = await party.presses(REMOVE, of=world.desk)
        assert answer.alert
    assert removed(await platform(world)) == []


async def test_without_the_right_people_are_asked_and_it_can_be_tried_again(
    world: World,
) -> None:
    message_id = await accuse(world)
    await world.tick(minutes=3)
    await world.reviewer.presses(REMOVE, of=world.desk)
    assert removed(await platform(world, no_right)) == [message_id]
    assert "thiếu quyền" in await last_line(world)
    asked: Heard = await world.chief.last()
    assert "bằng tay" in asked.text
    spot = next(button.spot for button in asked.buttons if button.spot is not None)
    assert (spot.chat_id, spot.message_id) == (world.village.platform_id, message_id)
    assert "Bảy" not in asked.text
    assert Act.TIP_LEFT_BY_HAND in await last_acts(world)
    before = len(await world.chief.heard())
    await world.reviewer.presses(REMOVE, of=world.desk)
    await platform(world, no_right)
    assert len(await world.chief.heard()) == before, "asked once an hour at most"
    await world.chief.presses("Thử gỡ lại")
    assert removed(await platform(world)) == [message_id]
    assert await ids_kept(world) == 0


async def test_a_writer_whose_words_cannot_be_removed_is_told_how_to(world: World) -> None:
    await accuse(world)
    await world.tick(minutes=3)
    await world.lan.presses(UNSAY)
    await platform(world, no_right)
    await world.lan.presses("Xem")
    assert "tự gỡ được" in (await world.lan.last()).text
    assert "bằng tay" in (await world.chief.last()).text


async def test_after_two_days_nothing_is_known_and_nothing_is_done(world: World) -> None:
    await accuse(world)
    await world.tick(minutes=3)
    world.chat.clock.forward(hours=48)
    (answer,) = await world.lan.presses(UNSAY)
    assert "48 giờ" in answer.text
    assert await world.chat.do(public_words.forget_old) == 1
    assert await ids_kept(world) == 0
    (answer,) = await world.reviewer.presses(REMOVE, of=world.desk)
    assert "48 giờ" in answer.text
    assert removed(await platform(world)) == []


async def test_what_waited_for_two_days_is_let_be_and_forgotten(world: World) -> None:
    await accuse(world)
    await world.tick(minutes=3)
    await world.lan.presses(UNSAY)
    world.chat.clock.forward(hours=49)
    assert removed(await platform(world)) == []
    await world.lan.presses("Xem")
    assert "tự gỡ được" in await said_in(world, world.lan)
    await world.chat.do(public_words.forget_old)
    assert await ids_kept(world) == 0


async def test_in_a_group_that_was_let_go_people_are_asked_at_once(world: World) -> None:
    await accuse(world)
    await world.tick(minutes=3)

    def leave(tx: Tx) -> None:
        (group,) = units.groups_of(tx, world.chat.unit.id, "neighbourhood")
        group_links.disconnect(tx, group.id)

    await world.chat.do(leave)
    await world.lan.presses(UNSAY)
    assert "tự gỡ được" in (await world.lan.last()).text
    assert "bằng tay" in (await world.chief.last()).text
    (answer,) = await world.lan.presses(UNSAY)
    assert "nhờ người phụ trách" in answer.text
    assert removed(await platform(world)) == []


async def test_in_a_group_that_moves_no_message_of_somebody_else_is_deleted(
    world: World,
) -> None:
    await accuse(world)
    await world.tick(minutes=3)
    await world.lan.presses(UNSAY)
    moved = ChatMoved(
        chat=ChatRef(world.village.platform_id, ChatKind.GROUP),
        at=world.chat.clock.now(),
        new_chat_id="-1009990000077",
    )
    await world.chat.handle(moved)
    assert removed(await platform(world)) == []
    await world.lan.presses("Xem")
    assert "tự gỡ được" in (await world.lan.last()).text
    asked = await world.chief.last()
    assert [button.spot for button in asked.buttons if button.spot] == []


async def test_a_removal_that_meets_the_move_itself_is_not_done_in_the_new_group(
    world: World,
) -> None:
    await accuse(world)
    await world.tick(minutes=3)
    await world.lan.presses(UNSAY)

    def moved(send: Send) -> Outcome | None:
        old = send.chat.chat_id == world.village.platform_id
        return Relocated("-1009990000077") if send.outgoing.effect and old else None

    assert len(removed(await platform(world, moved))) == 1, "tried in the old group alone"
    assert removed(await platform(world)) == []
    await world.lan.presses("Xem")
    assert "tự gỡ được" in (await world.lan.last()).text


async def test_who_is_erased_leaves_no_way_to_their_message(world: World) -> None:
    await accuse(world)
    await world.tick(minutes=3)
    await world.lan.writes("/dulieu")
    await world.lan.presses("Xóa dữ liệu")
    await world.lan.presses("Xóa hẳn")
    assert await ids_kept(world) == 0
    (answer,) = await world.reviewer.presses(REMOVE, of=world.desk)
    assert "không gỡ được nữa" in answer.text


async def test_what_an_officer_passed_on_can_be_removed_though_nobody_is_told(
    world: World,
) -> None:
    officer = await world.chat.staff("770010020008", Role.OFFICER)
    ref = world.village.ref
    message = await officer.writes("đã xem", in_group=world.village)
    await world.chat.handle(
        replace(
            message,
            message_id="m900",
            text="/chuyentin",
            addressed=Addressed.COMMAND,
            reply_to="m899",
            quoted=Quoted(text=ACCUSED),
        )
    )
    assert ref.chat_id == world.village.platform_id
    await world.tick(minutes=3)
    await world.reviewer.presses(REMOVE, of=world.desk)
    assert removed(await platform(world)) == ["m899"]
    assert "Chưa nhắn riêng được" in await last_line(world)


async def test_the_ids_are_sealed_and_leave_the_ledger_with_the_deed(world: World) -> None:
    message_id = await accuse(world)
    await world.tick(minutes=3)
    rows = await world.chat.look(lambda tx: list(tx.connection.execute(select(kept.c.message_id))))
    assert message_id.encode() not in b"".join(bytes(row[0]) for row in rows)
    await world.lan.presses(UNSAY)
    await platform(world)
    left = select(delivery.c.payload).where(delivery.c.kind == "effect")
    payloads = await world.chat.look(lambda tx: list(tx.connection.execute(left).scalars()))
    assert payloads == [None]
