"""What a valuable tip helped to: asked one by one, changed, withdrawn, and never told outside."""

from datetime import timedelta

import pytest

from domain.audit import Act
from domain.delivery import DeliveryKind
from domain.errors import Refusal
from domain.roles import Role
from domain.tip import TipOutcome, ValueFigure
from storage.database import Tx
from storage.staff import audit, setting_up
from storage.tips import tip_figures, tip_values, tips
from tests.chat import Heard
from tests.handlers.tips.test_review import carded
from tests.tips.world import World, open_world
from tips.valuing import number_in


async def close(world: World, outcome: str = "Có giá trị") -> None:
    await world.reviewer.presses("Kết thúc", of=world.desk)
    await world.tick()
    await world.reviewer.presses(outcome, of=world.desk)
    await world.tick()


async def figures(world: World) -> dict[ValueFigure, int] | None:
    tip = await world.tip()
    value = await world.chat.look(lambda tx: tip_values.get(tx, tip.id))
    return dict(value.figures) if value is not None else None


async def last(world: World) -> Heard:
    """Return what was said last in the review group; a reduced card says nothing."""
    said = [heard for heard in await world.desk.heard() if heard.kind is DeliveryKind.NOTICE]
    return said[-1]


async def answer(world: World, text: str) -> Heard:
    """Reply to the last question in the review group; return what is said next."""
    asked = await last(world)
    await world.reviewer.writes(text, in_group=world.desk, reply_to=asked.message_id)
    await world.tick()
    return await last(world)


async def test_each_figure_is_asked_and_the_resident_hears_none(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.lan.news()
        await close(world)
        assert "mấy vụ" in (await last(world)).text
        await world.reviewer.presses("1", of=world.desk)
        await world.tick()
        assert "bao nhiêu đối tượng" in (await last(world)).text
        assert "bao nhiêu đồng" in (await answer(world, "4")).text
        assert "ngăn chặn được" in (await answer(world, "1.500.000 đ")).text
        await world.reviewer.presses("Bỏ qua", of=world.desk)
        await world.tick()
        assert "tìm được mấy người" in (await last(world)).text
        await world.reviewer.presses("Bỏ qua", of=world.desk)
        await world.tick()
        assert "vì sao" in (await last(world)).text
        shown = await answer(world, "Bắt quả tang nhờ biển số")
        assert shown.text.splitlines() == [
            "Tin dong-kinh-260001: có giá trị.",
            "• Số vụ: 1",
            "• Đối tượng: 4",
            "• Tài sản thu hồi: 1.500.000",
            "• Ngăn chặn: chưa ghi",
            "• Tìm được người: chưa ghi",
            "Lý do: Bắt quả tang nhờ biển số",
        ]
        assert await figures(world) == {
            ValueFigure.CASES: 1,
            ValueFigure.PERSONS: 4,
            ValueFigure.PROPERTY: 1_500_000,
        }
        (notice,) = await world.lan.news()
        await world.lan.presses("Xem")
        told = (await world.lan.last()).text
        assert "có ích" in told
        assert "1.500.000" not in told + notice.text
        log = await world.chat.look(lambda tx: list(audit.entries(tx)))
        assert [entry.act for entry in log].count(Act.TIP_VALUE_CHANGED) == 3
        assert "biển số" not in repr(log)


async def test_what_is_no_number_is_refused_and_asked_still(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        asked = await last(world)
        for text in ("hai", "-1", "1,5", "100000", "1 vụ"):
            await world.reviewer.writes(text, in_group=world.desk, reply_to=asked.message_id)
            assert "số" in (await last(world)).text.casefold()
        assert await figures(world) == {}
        await world.reviewer.writes("2", in_group=world.desk, reply_to=asked.message_id)
        assert await figures(world) == {ValueFigure.CASES: 2}


async def test_a_number_pressed_twice_is_written_once_and_can_be_changed_later(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        _, two = await world.desk.labelled("2")
        await world.reviewer.presses_at_once("2", world.reviewer, of=world.desk)
        log = await world.chat.look(lambda tx: list(audit.entries(tx)))
        assert [entry.act for entry in log].count(Act.TIP_VALUE_CHANGED) == 1
        world.chat.clock.forward(days=40)
        await world.reviewer.writes("/giatri 260001")
        await world.reviewer.presses("Sửa: Số vụ")
        await world.chat.deliver()
        asked = (await world.reviewer.heard())[-1]
        await world.reviewer.writes("3", reply_to=asked.message_id)
        assert await figures(world) == {ValueFigure.CASES: 3}
        assert two.action is not None
        (told,) = await world.chief.presses_action(two.action, of=world.desk)
        assert "đã được ghi là 3" in told.text
        assert await figures(world) == {ValueFigure.CASES: 3}
        await world.reviewer.writes("/giatri 260001")
        await world.reviewer.presses("Sửa: Số vụ")
        await world.reviewer.presses("1")
        assert await figures(world) == {ValueFigure.CASES: 1}
        await world.reviewer.writes("/giatri 260001")
        await world.reviewer.presses("Sửa: Số vụ")
        await world.chat.deliver()
        asked = (await world.reviewer.heard())[-1]
        await world.reviewer.writes("3", reply_to=asked.message_id)
        await world.reviewer.presses("Xong")
        assert "• Số vụ: 3" in (await world.reviewer.last()).text


async def test_a_confirmation_is_withdrawn_and_given_again_from_then_on(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        await world.reviewer.presses("1", of=world.desk)
        await world.reviewer.writes("/giatri 260001")
        await world.lan.news()
        await world.reviewer.presses("Rút xác nhận")
        assert (await world.tip()).outcome is TipOutcome.VALUABLE
        await world.reviewer.presses("Rút, tôi chắc chắn")
        assert (await world.tip()).outcome is TipOutcome.HANDLED
        assert await figures(world) is None
        assert await world.lan.news() == []
        (told,) = await world.reviewer.presses("Rút xác nhận")
        assert "không còn" in told.text
        (told,) = await world.reviewer.presses("3", of=world.desk)
        assert "không còn" in told.text
        await world.reviewer.writes("/giatri 260001")
        await world.reviewer.presses("Xác nhận có giá trị")
        assert (await world.tip()).outcome is TipOutcome.VALUABLE
        assert await figures(world) == {}
        assert len(await world.lan.news()) == 1
        await world.lan.presses("Xem")
        assert "có ích" in (await world.lan.last()).text
        (told,) = await world.reviewer.presses("Xác nhận có giá trị")
        assert "đã được xác nhận" in told.text
        log = await world.chat.look(lambda tx: [entry.act for entry in audit.entries(tx)])
        assert Act.TIP_VALUE_WITHDRAWN in log
        assert Act.TIP_VALUED in log


async def test_closing_otherwise_after_a_reopening_withdraws_it(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        await world.lan.writes("nhưng tối nay họ lại tụ tập")
        await world.tick(minutes=3)
        await world.reviewer.writes("/giatri 260001")
        assert "còn đang mở" in (await world.reviewer.last()).text
        assert await figures(world) == {}
        await close(world, "Đã xử lý")
        assert await figures(world) is None


async def counted(world: World) -> tuple[int, dict[TipOutcome, int]]:
    """Return how many valuable tips, and how many endings of which kind, the period has."""

    def find(tx: Tx) -> tuple[int, dict[TipOutcome, int]]:
        span = (world.chat.unit.id, tx.now - timedelta(days=90), tx.now + timedelta(days=1))
        ended = tip_figures.of_period(tx, *span, tip_figures.Division.NOTHING)[None]
        confirmed = tip_values.of_period(tx, *span).values()
        return sum(one.tips for one in confirmed), dict(ended.by_outcome)

    return await world.chat.look(find)


async def test_a_writer_who_takes_it_back_takes_its_value_from_the_figures_too(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        await world.reviewer.presses("1", of=world.desk)
        assert await counted(world) == (1, {TipOutcome.VALUABLE: 1})
        await world.lan.writes("à tôi nhầm rồi, không phải nhóm đó đâu")
        await world.tick(minutes=3)
        await world.lan.presses("Báo nhầm")
        await world.tick()
        assert await counted(world) == (0, {TipOutcome.VALUABLE: 1, TipOutcome.MISTAKEN: 1})
        assert "xác nhận có giá trị đã được rút" in (await last(world)).text
        await world.lan.presses("Xem")
        assert "có ích" not in (await world.lan.last()).text


async def test_a_notice_says_what_stands_when_it_is_opened_and_a_change_afterwards_is_told(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        await world.reviewer.writes("/giatri 260001")
        await world.reviewer.presses("Rút xác nhận")
        await world.reviewer.presses("Rút, tôi chắc chắn")
        await world.lan.presses("Xem")
        assert "việc đã được xử lý" in (await world.lan.last()).text
        await world.reviewer.writes("/giatri 260001")
        await world.reviewer.presses("Xác nhận có giá trị")
        await world.lan.presses("Xem")
        assert "có ích" in (await world.lan.last()).text
        await world.lan.news()
        await world.tick(minutes=5)
        await world.reviewer.writes("/giatri 260001")
        await world.reviewer.presses("Rút xác nhận")
        await world.reviewer.presses("Rút, tôi chắc chắn")
        (notice,) = await world.lan.news()
        assert notice.text.startswith("Bà con có tin mới")
        await world.lan.presses("Xem")
        assert "việc đã được xử lý" in (await world.lan.last()).text


@pytest.mark.parametrize("role", [Role.OFFICER, Role.DUTY_OFFICER, Role.ADMIN, Role.AUDITOR])
async def test_who_may_not_close_states_no_value(migrated_database_url: str, role: Role) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        other = await world.chat.staff("770010020055", role)
        for label in ("1", "Bỏ qua", "Xong"):
            (told,) = await other.presses(label, of=world.desk)
            assert "không có quyền" in told.text
        asked = await last(world)
        await other.writes("7", in_group=world.desk, reply_to=asked.message_id)
        assert "không có quyền" in (await last(world)).text
        await other.writes("/giatri 260001")
        assert "không có quyền" in (await other.last()).text
        assert await figures(world) == {}


async def test_an_erased_tip_takes_no_figures_and_broken_buttons_are_stale(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await close(world)
        for action in ("worth:x:cases:1", "worth", "worthask:x:y", "worthyes", "worthno:x"):
            (told,) = await world.reviewer.presses_action(action, of=world.desk)
            assert "không còn dùng được" in told.text
        tip = await world.tip()
        asked = await last(world)
        await world.chat.do(lambda tx: tips.erase(tx, tip))
        (told,) = await world.reviewer.presses("1", of=world.desk)
        assert "đã được xóa" in told.text
        await world.reviewer.writes("7", in_group=world.desk, reply_to=asked.message_id)
        assert await figures(world) == {}


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1500000", 1_500_000),
        ("1.500.000", 1_500_000),
        ("1,500,000 đồng", 1_500_000),
        ("1 500 000 VNĐ", 1_500_000),
        (" １２ ", 12),
        ("0", 0),
    ],
)
def test_money_is_read_with_and_without_groups(typed: str, number: int) -> None:
    assert number_in(typed, ValueFigure.PROPERTY) == number


@pytest.mark.parametrize(
    "typed", ["", "1.5", "1,5 triệu", "1.500,000", "12.34.567", "-5", "1e6", "9" * 40, "một"]
)
def test_what_is_not_plainly_a_sum_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        number_in(typed, ValueFigure.PROPERTY)


async def test_of_a_closed_tip_whose_holder_has_left_another_reviewer_tells_the_value(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.reviewer.presses("Nhận việc", of=world.desk)
        await close(world)
        other = await world.chat.staff("770010020019", Role.REVIEWER, name="Người Sau")
        number = (await world.tip()).case_number
        await other.writes(f"/giatri {number}")
        assert "đang giữ việc này" in (await other.last()).text
        gone = (await world.reviewer.address()).staff_id
        assert gone is not None
        await world.chat.do(
            lambda tx: setting_up.change_staff(tx, gone, "Hoàng Ví Dụ", set(), active=False)
        )
        await other.writes(f"/giatri {number}")
        assert number in (await other.last()).text
        assert "đang giữ" not in (await other.last()).text
