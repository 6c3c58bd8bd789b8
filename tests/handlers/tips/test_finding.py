"""A tip is found and worked on from a private chat, wherever its card may be."""

from sqlalchemy import update

from domain.tip import TipOutcome, TipState
from storage.tables import unit as unit_table
from tests.handlers.tips.test_review import carded
from tests.tips.world import open_world


async def test_a_tip_is_read_taken_and_closed_by_its_number_without_its_card(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        await carded(world)
        await world.reviewer.writes("/tin 260001")
        shown = await world.reviewer.last()
        assert shown.labels == ["Xem riêng", "Nhận việc", "Kết thúc", "Giao cho…"]
        await world.reviewer.presses("Xem riêng")
        await world.tick()
        assert "│" in (await world.reviewer.last()).text
        await world.reviewer.presses("Nhận việc")
        assert (await world.tip()).state is TipState.TAKEN
        await world.reviewer.presses("Kết thúc")
        await world.tick()
        await world.reviewer.presses("Đã xử lý")
        assert (await world.tip()).outcome is TipOutcome.HANDLED
        await world.reviewer.writes("/tin 260001")
        assert (await world.reviewer.last()).labels == ["Xem riêng"]
        await world.lan.writes("/tin 260001")
        assert "Xem riêng" not in (await world.lan.last()).labels


async def test_who_is_paged_reads_the_tip_where_the_page_is(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        await world.lan.writes("có người bị đâm ở chợ, chảy nhiều máu")
        assert (await world.duty.last()).labels == ["Đã nhận", "Xem riêng"]
        await world.duty.presses("Xem riêng")
        assert "│ có người bị đâm ở chợ" in (await world.duty.last()).text


async def test_a_note_typed_in_private_is_told_under_the_card(migrated_database_url: str) -> None:
    async with open_world(migrated_database_url) as world:
        card = await carded(world)
        await world.reviewer.writes("/ghichu 260001 gọi trưởng thôn lúc 9 giờ")
        line = await world.desk.last()
        assert line.text == "Tin dong-kinh-260001: Hoàng Ví Dụ vừa thêm một ghi chú nội bộ."
        assert line.outgoing.reply_to == card
        await world.tick()
        await world.chief.presses("Xem riêng", of=world.desk)
        assert "│ gọi trưởng thôn lúc 9 giờ" in (await world.chief.last()).text
        before = len(await world.desk.heard())
        await world.reviewer.writes("gc: đã gọi", in_group=world.desk, reply_to=card)
        assert len(await world.desk.heard()) == before + 1


async def test_the_number_on_the_card_is_known_however_its_unit_is_written(
    migrated_database_url: str,
) -> None:
    async with open_world(migrated_database_url) as world:
        rename = update(unit_table).values(code="VD")
        await world.chat.do(lambda tx: tx.connection.execute(rename))
        card = await carded(world)
        for typed in ("VD-260001", "vd-260001", "260001", "VD-260001."):
            await world.reviewer.writes(f"/tin {typed}")
            assert "VD-260001" in (await world.reviewer.last()).text, typed
        await world.reviewer.writes("/ghichu VD-260001 đã gọi", in_group=world.desk, reply_to=card)
        assert "vào tin VD-260001" in (await world.desk.last()).text
