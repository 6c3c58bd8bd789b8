"""The second path: a phone is rung once per step, without a word of the tip; or people hear."""

from uuid import UUID

import pytest
from sqlalchemy import select, update

from bot.pager import WebhookPager, ring_due
from domain.audit import Act
from domain.pager import PagerFailure, Ring, read_phone, show_phone
from domain.roles import Role
from domain.roster import read_turns
from domain.tip import TipEventKind
from handlers.wiring import make_router
from storage.database import Tx
from storage.people import units
from storage.staff import audit, duty, phones, roster, setting_up
from storage.tables import phone_call, staff
from tests.bot.gateway import Gateway, open_gateway
from tests.chat_furniture import add_staff
from tests.tips.world import World, open_world
from tips import on_call, paging, second_path
from tips.paging import PageRules

SECRET = "bi-mat-cua-cong-goi"
DUTY, CHIEF = "0900 000 111", "0900 000 222"
RING = Ring(id=UUID(int=1), unit="dong-kinh", case_number="x-1", level="duty", phone="+84900000111")


@pytest.mark.parametrize(
    ("typed", "number", "shown"),
    [
        ("0900 000 111", "+84900000111", "0900 000 111"),
        (" 0205.3812.345 ", "+842053812345", "0205 381 2345"),
        ("+84 900-000-111", "+84900000111", "0900 000 111"),
        ("00852 1234 5678", "+85212345678", "+85212345678"),
    ],
)
def test_a_number_is_read_however_it_is_typed(typed: str, number: str, shown: str) -> None:
    assert read_phone(typed) == number
    assert show_phone(number) == shown


@pytest.mark.parametrize("typed", ["", "113", "trực ban", "12345678", "0900 000 111 x", "0" * 19])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_phone(typed) is None


@pytest.mark.parametrize(
    ("status", "final"), [(500, False), (503, False), (429, False), (401, True), (302, True)]
)
async def test_a_gateway_that_refuses_is_asked_again_only_where_that_helps(
    status: int, final: bool
) -> None:
    async with open_gateway() as gateway:
        gateway.answers = [status]
        with pytest.raises(PagerFailure) as failure:
            await WebhookPager(gateway.url, SECRET).ring(RING)
    assert (failure.value.reason, failure.value.final) == (f"http_{status}", final)


async def test_a_gateway_that_hangs_or_is_not_there_is_tried_again() -> None:
    async with open_gateway() as gateway:
        gateway.hangs = True
        with pytest.raises(PagerFailure, match="timeout") as failure:
            await WebhookPager(gateway.url, SECRET, timeout_s=0.2).ring(RING)
        assert not failure.value.final
        closed = gateway.url
    with pytest.raises(PagerFailure) as gone:
        await WebhookPager(closed, SECRET).ring(RING)
    assert not gone.value.final
    assert SECRET not in repr(WebhookPager(closed, SECRET))


async def _rings(world: World, gateway: Gateway) -> list[tuple[str, str]]:
    """Let the service make the calls that are due; return level and phone of each."""
    before = len(gateway.asked)
    pager = WebhookPager(gateway.url, SECRET)
    await ring_due(world.chat.db, pager, world.chat.context)
    return sorted((one["level"], one["phone"]) for one in gateway.asked[before:])


async def _escalates(world: World) -> None:
    world.chat.clock.forward(minutes=5)
    await world.chat.do(lambda tx: paging.escalate_due(tx, world.chat.context, PageRules()))
    await world.tick()


async def test_the_duty_officer_is_rung_then_the_chief_who_is_told_whom_to_call(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world, open_gateway() as gateway:
        world.chat.router = make_router(world.chat.context)
        await world.duty.writes(f"/sotruc {DUTY}")
        await world.chief.writes(f"/sotruc {CHIEF}")
        await world.reviewer.writes("/sotruc Nông Chỉ Huy: 0900 000 999")
        assert "Chỉ chỉ huy" in (await world.reviewer.last()).text
        await world.duty.writes("/sotruc mai báo")
        assert "Chưa hiểu số máy" in (await world.duty.last()).text
        kept = await world.chat.look(
            lambda tx: [row.phone for row in tx.connection.execute(select(staff)) if row.phone]
        )
        assert len(kept) == 2
        assert not any(b"0900" in one or b"84900" in one for one in kept)

        # One call for one cry, with nothing in it but the number of the tip; a dead worker's call
        # is made by the next one, under the same id.
        await world.lan.writes("cháy nhà số 8 rồi, cứu với")
        await world.tick()
        (lost,) = await world.chat.do(second_path.claim)
        assert await _rings(world, gateway) == []
        world.chat.clock.forward(seconds=second_path.LEASE.total_seconds() + 1)
        assert await _rings(world, gateway) == [("duty", "+84900000111")]
        assert await _rings(world, gateway) == []
        assert gateway.asked == [
            {
                "id": str(lost.ring.id),
                "unit": "dong-kinh",
                "case": (await world.tip()).case_number,
                "level": "duty",
                "phone": "+84900000111",
            }
        ]
        assert gateway.headers[0]["Authorization"] == f"Bearer {SECRET}"

        await _the_chief_is_next(world, gateway)
        await _who_cried_is_asked_whether_they_called(world)
        assert await _rings(world, gateway) == [], "the reviewer gave no number"
        acts = await world.chat.look(lambda tx: [one.act for one in audit.entries(tx)])
        assert acts.count(Act.STAFF_PHONE_SET) == 2


async def _the_chief_is_next(world: World, gateway: Gateway) -> None:
    """They are told whom to call, and rung; nobody else sees the number."""
    await world.chief.news()
    await world.lan.news()
    await _escalates(world)
    (page,) = [one for one in await world.chief.news() if "khẩn cấp" in one.text]
    assert page.text.endswith(f"Chưa ai nhận. Gọi cho Trực Ban Ví Dụ: {DUTY}")
    for other in (world.reviewer, world.desk, world.lan):
        assert not any(DUTY in one.text for one in await other.heard())
    gateway.answers = [503]
    assert await _rings(world, gateway) == [("chief", "+84900000222")]
    assert await _rings(world, gateway) == [], "not before its time"
    world.chat.clock.forward(seconds=11)
    assert await _rings(world, gateway) == [("chief", "+84900000222")]
    assert gateway.asked[-1]["id"] == gateway.asked[-2]["id"]


async def _who_cried_is_asked_whether_they_called(world: World) -> None:
    """Behind a neutral line; once they say something no more."""
    (asked,) = await world.lan.news()
    assert (asked.text, asked.labels) == (
        "Bà con có tin mới từ Công an phường Đông Kinh.",
        ["Xem"],
    )
    await world.lan.presses("Xem")
    assert "đã gọi 113, 114 hoặc 115 chưa?" in (await world.lan.last()).text
    await world.lan.writes("tôi gọi 114 rồi, họ đang tới")
    await world.lan.news()
    await _escalates(world)
    assert await world.lan.news() == []
    page = await world.reviewer.last()
    assert f"Gọi cho Nông Chỉ Huy: {CHIEF}" in page.text
    assert page.outgoing.protected
    await world.reviewer.presses("Đã nhận")


async def test_who_comes_on_duty_is_paged_with_what_waits_and_a_failing_path_is_told(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world, open_gateway() as gateway:
        world.chat.router = make_router(world.chat.context)
        await world.lan.writes("cháy nhà số 8 rồi, cứu với")
        await world.tick()
        gateway.answers = [403]
        assert await _rings(world, gateway) == [("duty", "+842050000001")], "the unit's own phone"
        told = (await world.chief.last()).text
        assert "không gọi được điện thoại của trực ban đơn vị" in told
        assert told.endswith("0205 000 0001")

        await world.reviewer.writes("/sotruc 0900 000 333")
        await world.reviewer.news()
        await world.reviewer.writes("/truc")
        page, said = sorted(await world.reviewer.news(), key=lambda one: one.lane)
        assert page.labels == ["Đã nhận", "Xem riêng"]
        assert "Có 1 tin khẩn cấp chưa ai bấm" in said.text
        assert await _rings(world, gateway) == [("duty", "+84900000333")]
        await world.reviewer.presses("Đã nhận")
        await world.duty.writes("/truc")
        assert "chưa ai bấm" not in (await world.duty.last()).text

        await world.reviewer.writes("/hettruc Trực Ban")
        assert "Chỉ chỉ huy" in (await world.reviewer.last()).text
        await world.chief.writes("/hettruc Trực Ban")
        assert "Đang trực: Hoàng Ví Dụ." in (await world.chief.last()).text
        assert "đã cho anh/chị hết ca trực" in (await world.duty.last()).text

        await _whose_turn_begins_is_paged_and_who_retires_has_no_number(world)
        world.chat.clock.forward(days=2)
        assert await world.chat.do(second_path.claim) == []


async def _whose_turn_begins_is_paged_and_who_retires_has_no_number(world: World) -> None:
    await world.duty.writes("/truc T2 9h10-17h")
    await world.chat.resident("880010010066").writes("có người cầm dao đánh nhau trước chợ")
    world.chat.clock.forward(minutes=4)
    await world.duty.news()
    await world.chat.do(lambda tx: paging.escalate_due(tx, world.chat.context, PageRules()))
    assert await world.duty.news() == []
    ends = [TipEventKind.PAGE_SEEN]
    newest = await world.chat.look(lambda tx: duty.watched(tx, world.chat.unit.id, ends, limit=1))
    assert newest == [(await world.tips())[-1].id], "an older one that was seen is in nobody's way"
    mute = await world.chat.do(lambda tx: _who_has_no_chat(tx, world))
    world.chat.clock.forward(minutes=10)
    whose = (await world.duty.address()).staff_id
    unreadable = update(staff).where(staff.c.id == whose).values(phone=b"\x01k999" + bytes(40))
    await world.chat.do(lambda tx: tx.connection.execute(unreadable))
    for pages in (1, 0):
        await world.chat.do(lambda tx: paging.escalate_due(tx, world.chat.context, PageRules()))
        paged = [one for one in await world.duty.news() if "khẩn cấp" in one.text]
        assert len(paged) == pages
        assert await world.chat.look(lambda tx: _calls_of(tx, mute)) == [on_call.DUTY]
    gone = (await world.reviewer.address()).staff_id
    assert gone is not None
    await world.chat.do(
        lambda tx: setting_up.change_staff(tx, gone, "Hoàng Ví Dụ", set(), active=False)
    )
    assert await world.chat.look(lambda tx: phones.of(tx, gone)) is None


def _who_has_no_chat(tx: Tx, world: World) -> UUID:
    """Return somebody whose turn begins soon and who can only be rung."""
    staff_id = add_staff(tx, world.chat.unit.id, "Không Chat Ví Dụ", Role.DUTY_OFFICER)
    own = units.get_staff(tx, staff_id)
    assert own is not None
    phones.keep(tx, own, "+84900000777", None)
    turns = read_turns("T2 9h10-17h")
    roster.keep(tx, world.chat.unit.id, staff_id, turns, staff_id)
    return staff_id


def _calls_of(tx: Tx, staff_id: UUID) -> list[int]:
    mine = select(phone_call.c.step).where(phone_call.c.staff_id == staff_id)
    return list(tx.connection.execute(mine).scalars())
