"""What is kept about a person: shown, copied, and erased for good, with every handler at work."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from domain.audit import Act
from domain.delivery import DeliveryState
from domain.language import Language
from domain.tip import TipEventKind
from handlers.wiring import make_router
from storage.database import Tx
from storage.deliveries import counters, ledger
from storage.people import addresses, consents, erasing, residents
from storage.people.residents import Resident, Wish
from storage.staff import audit
from storage.tables import address, delivery, dialogue, resident, run, tip, tip_event
from storage.tips import tip_events
from tests.chat import Party
from tests.tips.world import LAN, World, open_world
from tips import talk

STORY = "tối qua có kẻ lạ vào trộm gà nhà bên"


@pytest.fixture
async def world(migrated_database_url: str) -> AsyncIterator[World]:
    async with open_world(migrated_database_url) as opened:
        opened.chat.router = make_router(opened.chat.context)
        yield opened


async def erase(party: Party) -> None:
    """Ask for everything to be erased, and confirm it."""
    await party.writes("XÓA DỮ LIỆU")
    await party.presses("Xóa hẳn")


async def tombstone(world: World, before: Resident) -> Resident:
    """Return what is left of a resident."""
    return await world.chat.look(lambda tx: residents.get(tx, before.id))


def ids_kept(world: World, tx: Tx) -> list[str]:
    """Return every chat id that can still be opened."""
    rows = tx.connection.execute(select(address.c.id)).scalars().all()
    return [addresses.chat_of(tx, address_id).chat_id for address_id in rows]


async def test_what_is_kept_is_shown_without_the_words_of_tips(world: World) -> None:
    lan = world.lan
    await lan.writes(STORY)
    await lan.writes("/dulieu")
    last = await lan.last()
    for kept in ("Khối phố Ví Dụ 2", "tiếng Việt", "đang nhận", "đồng ý nhận tin", "bản lời tests"):
        assert kept in last.text
    assert "Tin báo: 1" in last.text
    assert "trộm gà" not in last.text
    assert last.labels == ["Tải bản sao", "Xóa dữ liệu", "Tạm ngưng", "Mã dừng qua điện thoại"]


async def test_the_copy_has_every_answer_with_its_words_and_wording(world: World) -> None:
    lan = world.lan
    for _ in range(8):
        await lan.writes("STOP")
        await lan.presses("Nhận lại tin")
    await lan.writes("/dulieu")
    await lan.presses("Tải bản sao")
    copy = (await lan.last()).text
    assert copy.count("“STOP”") == 8
    assert "“ĐỒNG Ý” (vi, telegram)" in copy
    assert LAN not in copy


@pytest.mark.parametrize(
    "said",
    ["XÓA DỮ LIỆU", "XOA DU LIEU", "Delete my data", "DELETE MY DATA", "删除数据", "xóa dữ liệu ạ"],
)
async def test_the_words_ask_once_and_erase_nothing_yet(world: World, said: str) -> None:
    await world.lan.writes("tiếng Việt")
    await world.lan.news()
    before = await world.lan.record()
    await world.lan.writes(said)
    [question] = await world.lan.news()
    assert question.labels == ["Xóa hẳn", "Không xóa"]
    assert "không trả lời được nữa" in question.text
    assert "24 tháng" in question.text
    assert await world.lan.record() == before
    await world.lan.presses("Không xóa")
    assert "Không có gì bị xóa" in (await world.lan.last()).text
    assert await world.tips() == []


async def test_everything_that_tells_of_them_is_gone(world: World) -> None:
    lan = world.lan
    before, old = await lan.record(), await lan.address()
    await lan.writes("/khuvuc")
    await erase(lan)
    left = await tombstone(world, before)
    assert (left.area_code, left.invited_by, left.language_chosen) == (None, None, False)
    assert left.wish is Wish.STOPPED
    assert left.erased_at is not None
    proofs = await world.chat.look(lambda tx: consents.history(tx, before.id))
    assert [proof.answer.value for proof in proofs] == ["yes", "stop"]
    assert not await world.chat.look(
        lambda tx: tx.connection.execute(
            select(dialogue).where(dialogue.c.address_id == old.id)
        ).all()
    )
    account = world.chat.account.id
    assert await world.chat.look(lambda tx: addresses.find(tx, account, LAN)) is None


async def test_the_receipt_has_a_date_and_then_the_chat_id_is_destroyed(world: World) -> None:
    await erase(world.lan)
    assert LAN in await world.chat.look(lambda tx: ids_kept(world, tx))
    assert await world.chat.do(erasing.forget_addresses) == 0
    brought = await world.chat.deliver()
    assert "Biên nhận" in brought[-1].text
    assert "23/11/2026" in brought[-1].text
    assert await world.chat.do(erasing.forget_addresses) == 1
    assert await world.chat.do(erasing.forget_addresses) == 0
    assert LAN not in await world.chat.look(lambda tx: ids_kept(world, tx))


async def test_what_was_said_to_them_is_dropped_and_broadcasts_stay_counted(world: World) -> None:
    lan = world.lan
    old = await lan.address()
    await world.campaign(to=lan)
    await lan.writes(STORY)
    await world.chat.deliver()
    await erase(lan)
    await world.chat.deliver()
    await world.chat.do(erasing.forget_addresses)

    def left(tx: Tx) -> list[bool]:
        query = select(delivery.c.run_id).where(delivery.c.address_id == old.id)
        return [run_id is not None for run_id in tx.connection.execute(query).scalars()]

    assert await world.chat.look(left) == [True]


async def test_a_receipt_that_cannot_go_out_keeps_the_chat_id_a_day_at_most(world: World) -> None:
    await erase(world.lan)
    world.chat.clock.forward(hours=25)
    assert await world.chat.do(erasing.forget_addresses) == 1
    assert LAN not in await world.chat.look(lambda tx: ids_kept(world, tx))
    assert await world.chat.deliver() == []


async def test_who_writes_again_is_a_stranger(world: World) -> None:
    lan = world.lan
    before = await lan.record()
    await lan.writes(STORY)
    await erase(lan)
    await lan.writes("tối nay lại có kẻ lạ rình cổng trường")
    after = await lan.record()
    assert after.id != before.id
    assert (after.wish, after.area_code) == (Wish.NONE, None)
    assert len(await world.tips()) == 2
    assert await world.chat.look(lambda tx: erasing.tips_of(tx, after.id)) == 1
    await lan.starts()
    await lan.presses("Đồng ý")
    assert (await lan.record()).wish is Wish.YES


async def test_tips_stay_to_be_read_and_lead_to_nobody(world: World) -> None:
    lan = world.lan
    old = await lan.address()
    await lan.writes(STORY)
    world.chat.clock.forward(hours=2)
    await lan.writes("hôm nay có hai xe lạ bỏ ở cuối ngõ")
    await world.chat.deliver()
    before = await lan.record()
    await erase(lan)
    first, second = await world.tips()
    assert None not in (first.address_id, second.address_id)
    assert len({first.address_id, second.address_id, old.id}) == 3
    assert (first.resident_id, second.resident_id) == (None, None)

    def leads(tx: Tx) -> int:
        told = select(delivery.c.id).where(
            delivery.c.address_id == old.id, delivery.c.tip_id.is_not(None)
        )
        ways = select(tip_event.c.id).where(tip_event.c.message_lookup.is_not(None))
        own = select(tip.c.id).where(tip.c.resident_id == before.id)
        return sum(len(tx.connection.execute(query).all()) for query in (told, ways, own))

    assert await world.chat.look(leads) == 0
    await world.tick(minutes=3)
    assert any("trộm gà nhà bên" in card.text for card in await world.cards())


async def test_nobody_can_answer_an_erased_person(world: World) -> None:
    lan = world.lan
    await lan.writes(STORY)
    await world.tick(minutes=3)
    card = (await world.cards())[0]
    await erase(lan)
    await world.tick(minutes=1)
    await world.chat.do(erasing.forget_addresses)
    await lan.news()
    await world.reviewer.writes("Xin cho biết giờ", in_group=world.desk, reply_to=card.message_id)
    assert "không nhắn được cho người báo" in (await world.desk.last()).text
    known = await world.tip()
    before = len(await world.chat.said())
    await world.chat.do(lambda tx: talk.notify(tx, world.chat.context, known, known.id))
    assert len(await world.chat.said()) == before


async def test_what_waited_for_them_is_skipped_and_the_figures_agree(world: World) -> None:
    lan = world.lan
    old = await lan.address()
    sent = await world.campaign(to=lan)
    second = await world.campaign(to=lan)

    def wait_again(tx: Tx) -> None:
        row, moves = ledger.get(tx, second.id), counters.Moves()
        assert row is not None
        ledger.move(tx, row, DeliveryState.PENDING, moves)
        moves.apply(tx)

    await world.chat.do(wait_again)
    await erase(lan)

    def states(tx: Tx) -> dict[str, tuple[str, str | None]]:
        rows = tx.connection.execute(
            select(delivery).where(delivery.c.address_id == old.id, delivery.c.run_id.is_not(None))
        )
        return {str(row.id): (row.state, row.reason) for row in rows}

    found = await world.chat.look(states)
    assert found[str(sent.id)][0] == DeliveryState.ACCEPTED.value
    assert found[str(second.id)] == ("skipped", "opted_out")

    def compared(tx: Tx) -> list[tuple[int, int]]:
        runs = tx.connection.execute(select(run.c.id)).scalars().all()
        return [
            (counted.counts[name], value)
            for one in runs
            for counted, again in zip(
                counters.of_run(tx, one), counters.recounted(tx, one), strict=True
            )
            for name, value in again.counts.items()
        ]

    figures = await world.chat.look(compared)
    assert figures
    assert all(counted == again for counted, again in figures)


async def test_pressing_twice_erases_once_and_begins_nothing(world: World) -> None:
    lan = world.lan
    await lan.writes("XÓA DỮ LIỆU")
    question, button = await lan.labelled("Xóa hẳn")
    assert button.action is not None
    await lan.presses_action(button.action)

    def people(tx: Tx) -> int:
        return len(tx.connection.execute(select(resident.c.id)).all())

    count = await world.chat.look(people)
    [answer] = await lan.presses_action(button.action)
    assert "đã được xóa rồi" in answer.text
    assert await world.chat.look(people) == count
    account = world.chat.account.id
    assert await world.chat.look(lambda tx: addresses.find(tx, account, LAN)) is None
    assert question.labels == ["Xóa hẳn", "Không xóa"]


@pytest.mark.parametrize("tail", ["zz", "-1", "1", "7fffffffffffffffff", ""])
async def test_a_question_of_another_day_or_another_person_erases_nothing(
    world: World, tail: str
) -> None:
    lan = world.lan
    before = await lan.record()
    await lan.writes("XÓA DỮ LIỆU")
    action = (await lan.last()).buttons[0].action
    assert action is not None
    [answer] = await lan.presses_action(f"{action.rpartition(':')[0]}:{tail}")
    assert "Chưa có gì bị xóa" in answer.text
    hoa = await world.chat.subscriber("880010010044")
    [answer] = await hoa.presses_action(action)
    assert "Chưa có gì bị xóa" in answer.text
    world.chat.clock.forward(hours=25)
    [answer] = await lan.presses_action(action)
    assert "Chưa có gì bị xóa" in answer.text
    assert await lan.record() == before


async def test_the_audit_log_tells_of_it_without_telling_of_them(world: World) -> None:
    before = await world.lan.record()
    await world.lan.writes(STORY)
    await erase(world.lan)
    entries = await world.chat.look(lambda tx: list(audit.entries(tx)))
    [entry] = [entry for entry in entries if entry.act is Act.RESIDENT_ERASED]
    assert (entry.thing_id, entry.staff_id, entry.facts) == (before.id, None, {})
    assert entry.reason is None
    assert (await world.chat.look(audit.verify)).sound


async def test_erasing_speaks_the_persons_language(world: World) -> None:
    hoa = await world.chat.subscriber("880010010045", language=Language.EN)
    await hoa.writes("delete my data")
    await hoa.presses("Erase for good")
    brought = await world.chat.deliver()
    assert "Receipt: at" in brought[-1].text


async def test_an_officer_has_nothing_of_a_residents_to_erase(world: World) -> None:
    [answer] = await world.reviewer.presses_action("data:ask")
    assert "tài khoản cán bộ" in answer.text


async def test_who_asks_in_own_words_sees_their_data_and_may_say_that_it_was_a_tip(
    world: World,
) -> None:
    lan = world.lan
    for said, seen in (
        ("cho toi xem cac anh dang luu du lieu gi ve toi", "Khối phố Ví Dụ 2"),
        ("Tôi muốn xóa thông tin cá nhân của tôi ạ", "Sẽ xóa"),
    ):
        await lan.writes(said)
        last = await lan.last()
        assert seen in last.text
        assert last.labels[-1] == "Tôi báo việc khác"
    assert await world.tips() == []
    await lan.presses("Tôi báo việc khác")
    tip = await world.tip()
    # In reply to what was said about a tip it is for who reads the tip.
    await world.chat.deliver()
    receipt = await lan.last()
    await lan.writes("cho tôi xem thông tin của tôi", reply_to=receipt.message_id)
    events = await world.chat.look(lambda tx: tip_events.of_tip(tx, tip))
    assert [event.text for event in events if event.kind is TipEventKind.PIECE] == [
        "Tôi muốn xóa thông tin cá nhân của tôi ạ",
        "cho tôi xem thông tin của tôi",
    ]
