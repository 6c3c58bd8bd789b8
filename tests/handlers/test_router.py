"""Who writes is known only as far as needed; without a unit nothing is swallowed."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import event, func, select

from domain.messages import ChatRef, Message, Sender
from domain.roles import Role
from handlers.router import NoUnit, Router, joined
from handlers.tips import rewording
from handlers.turn import Turn
from handlers.wiring import make_router
from storage.database import Tx
from storage.people import consents, units
from storage.people.consents import Answer
from storage.people.residents import Wish
from storage.tables import address, unit
from tests.chat import Chat, Takers, open_chat
from tests.tips.world import World, open_world


@pytest.fixture
async def chat(migrated_database_url: str) -> AsyncIterator[Chat]:
    async with open_chat(migrated_database_url, Takers()) as world:
        world.router = make_router(world.context)
        yield world


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


def test_a_verb_with_two_owners_is_refused_when_the_handlers_are_joined() -> None:
    def press(*_what: object) -> None: ...

    assert set(joined({"cry": press}, {"pause": press})) == {"cry", "pause"}
    with pytest.raises(ValueError, match="pause"):
        joined({"pause": press}, {"pause": press})


def _addresses(tx: Tx) -> int:
    count: int = tx.connection.execute(select(func.count()).select_from(address)).scalar_one()
    return count


async def test_without_a_unit_a_message_is_not_taken_as_handled(chat: Chat) -> None:
    await chat.do(lambda tx: tx.connection.execute(unit.delete()))
    lan = chat.resident("1001")
    with pytest.raises(NoUnit):
        await lan.writes("có người lạ rình trước cổng trường")
    assert await chat.look(_addresses) == 0


async def test_each_message_reads_one_unit_however_many_there_are(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    for number in range(5):
        await chat.add_unit(f"u{number}", "06001", f"Công an ví dụ {number}")
    read: list[int] = []

    def note(tx: Tx) -> None:
        message = Message(
            chat=lan.ref, sender=lan._sender, at=tx.now, message_id="m1", text="/ngonngu"
        )
        event.listen(tx.connection, "after_execute", count)
        chat.router.handle(tx, chat.account, message)
        event.remove(tx.connection, "after_execute", count)

    def count(connection: object, clause: object, *rest: object) -> None:
        if "FROM unit" in str(clause).replace("\n", ""):
            read.append("WHERE" in str(clause))

    await chat.do(note)
    assert read == [True]


async def test_a_stranger_belongs_to_the_first_unit_and_a_known_one_to_their_own(
    chat: Chat,
) -> None:
    other = await chat.add_unit("a-truoc", "06001", "Công an ví dụ")
    lan, mai = chat.resident("1001"), await chat.subscriber("1002")
    await lan.writes("xin chào")
    await mai.writes("xin chào")
    assert (await lan.record()).unit_id == other.id
    assert (await mai.record()).unit_id == chat.unit.id


async def test_small_talk_and_presses_in_a_group_leave_no_trace_of_who_it_was(
    world: World,
) -> None:
    post = await world.campaign(post=world.village)
    stranger = world.chat.resident("880010010077")
    before = await world.chat.look(_addresses)
    await stranger.writes("ok ạ", in_group=world.village, reply_to=post.message_id)
    for action in ("ack:x", "stop:x", "tip:x", "mistake:x", "take:x", "wish:stop", "nosuch"):
        [answer] = await stranger.presses_action(action, of=world.village)
        assert answer.text, action
    assert await world.chat.look(_addresses) == before


async def test_a_tip_in_a_group_makes_its_writer_known(world: World) -> None:
    stranger = world.chat.resident("880010010077")
    before = await world.chat.look(_addresses)
    await stranger.writes("đầu ngõ có người bán pháo", in_group=world.village)
    assert await world.chat.look(_addresses) == before + 1
    assert (await world.tip()).address_id == (await stranger.address()).id
    await stranger.writes("xin chào")
    assert (await stranger.record()).unit_id == world.chat.unit.id


async def test_a_block_is_a_stop_with_its_proof(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.blocks()
    person = await lan.record()
    assert person.wish is Wish.STOPPED
    assert not await lan.is_reachable()
    proof = (await chat.look(lambda tx: consents.history(tx, person.id)))[-1]
    assert (proof.answer, proof.channel) == (Answer.STOP, "telegram")
    assert await chat.look(lambda tx: consents.exact_words(tx, proof.id)) == "[đã chặn]"
    await lan.unblocks()
    await lan.writes("xin chào")
    assert (await lan.record()).wish is Wish.STOPPED
    assert await lan.is_reachable()


async def test_an_undo_of_before_a_block_brings_nothing_back(chat: Chat) -> None:
    lan = await chat.subscriber("1001")
    await lan.writes("DỪNG")
    await lan.blocks()
    await lan.presses("Nhận lại tin")
    assert (await lan.record()).wish is Wish.STOPPED
    assert "Đồng ý" in (await lan.last()).labels


async def test_a_block_by_staff_or_strangers_is_no_stop_of_anybody(chat: Chat) -> None:
    officer = await chat.staff("2001", Role.REVIEWER)
    await officer.blocks()
    assert not await officer.is_reachable()
    before = await chat.look(_addresses)
    await chat.resident("1009").blocks()
    assert await chat.look(_addresses) == before


async def test_what_no_handler_could_manage_becomes_a_tip_and_is_told_so(world: World) -> None:
    message = _unhandled(world, "nhà số 8 hay tụ tập")
    await _apologise(world, message)
    assert "đã được chuyển thành tin báo" in (await world.lan.last()).text
    await world.tick()
    (card,) = await world.cards()
    assert "│ nhà số 8 hay tụ tập" in card.text


async def test_what_cannot_become_a_tip_is_not_called_kept(world: World) -> None:
    await _apologise(world, _unhandled(world, "/khuvuc"))
    assert "chưa ai xem" in (await world.lan.last()).text
    assert await world.tips() == []


async def test_a_shortest_way_that_fails_too_is_told_truthfully(world: World) -> None:
    def fail(turn: Turn, message: Message) -> bool:
        units.get_unit(turn.tx, turn.me.id)
        return True

    world.chat.router = Router(
        world.chat.context,
        private=(),
        group=(),
        presses={},
        edited=rewording.edited,
        unhandled=fail,
    )
    await _apologise(world, _unhandled(world, "nhà số 8 hay tụ tập"))
    assert "chưa ai xem" in (await world.lan.last()).text


async def test_nothing_is_said_in_a_group_about_what_failed(world: World) -> None:
    message = _unhandled(world, "nhà số 8 hay tụ tập", world.village.ref)
    await _apologise(world, message)
    assert await world.village.heard() == []
    assert await world.lan.heard() == []


def _unhandled(world: World, text: str, chat: ChatRef | None = None) -> Message:
    return Message(
        chat=chat or world.lan.ref,
        sender=Sender(world.lan.platform_id),
        at=world.chat.clock.now(),
        message_id="m1",
        text=text,
    )


async def _apologise(world: World, message: Message) -> None:
    await world.chat.do(lambda tx: world.chat.router.apologise(tx, world.chat.account, message))
