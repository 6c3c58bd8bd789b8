"""The log of acts in words: who did what and why, long after they have left."""

from bot.commands.auditing import shown
from domain.roles import Role
from storage.staff import setting_up
from tests.chat import open_chat
from tests.handlers.campaigns.world import TAKERS


async def test_the_log_names_whoever_has_left_and_tells_why(migrated_database_url: str) -> None:
    async with open_chat(migrated_database_url, TAKERS) as chat:
        officer = await chat.staff("2001", Role.OFFICER, name="Lê Cán Bộ")
        chief = await chat.staff("2002", Role.CHIEF, name="Trần Chỉ Huy")
        await chat.subscriber("3001")
        await officer.writes("/khan Nước suối Ví Dụ đang dâng nhanh, lên nhà văn hóa ngay")
        await chief.presses("Duyệt: lý do khác (gõ)")
        await chief.writes("Thủy điện báo\nxả nước")
        gone = (await chief.address()).staff_id
        assert gone is not None
        await chat.do(
            lambda tx: setting_up.change_staff(tx, gone, "Trần Chỉ Huy", {Role.CHIEF}, active=False)
        )

        lines = await chat.look(lambda tx: shown(tx, 10))
        (approved,) = [line for line in lines if "campaign_approved" in line]
        assert "Trần Chỉ Huy (đã nghỉ)" in approved
        assert approved.endswith("lý do: Thủy điện báo xả nước")
        assert any("Lê Cán Bộ  campaign_submitted" in line for line in lines)
