"""The log of acts in chat: to whom it is open, page by page, and without what must not be in it."""

from collections.abc import Mapping
from uuid import UUID

from domain.audit import Act, Thing
from domain.language import Language
from domain.roles import Role
from domain.texts.catalogue import catalogue
from handlers.wiring import make_router
from storage.database import Tx
from storage.staff import audit
from tests.chat import Chat, Takers, open_chat

NOT_ALLOWED = "Anh/chị không có quyền làm việc này."
STALE = "Nút này không còn dùng được nữa."


def test_every_act_can_be_said_in_every_language() -> None:
    for language in Language:
        said = [catalogue().say(language, f"diary.act_{act}") for act in Act]
        assert all(said)


Written = tuple[Act, UUID, UUID | None, Mapping[str, str | int]]


async def write(chat: Chat, *acts: Written) -> None:
    """Write acts down; those of which something is known besides have a reason, too."""

    def work(tx: Tx) -> None:
        for act, unit_id, staff_id, facts in acts:
            reason = "bà Ví Dụ hỏi" if "DK" in str(facts) or "AN" in str(facts) else ""
            ids = {"unit_id": unit_id, "staff_id": staff_id}
            audit.append(tx, act, Thing.UNIT, None, **ids, reason=reason, **facts)  # type: ignore[arg-type]

    await chat.do(work)


async def test_the_chief_and_auditor_turn_the_units_pages_and_the_admin_their_own(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        chat.router = make_router(chat.context)
        chief = await chat.staff("2001", Role.CHIEF, name="Trần Chỉ Huy")
        admin = await chat.staff("2002", Role.ADMIN, name="Lý Quản Trị")
        auditor = await chat.staff("2003", Role.AUDITOR)
        other = await chat.add_unit("tam-thanh", "06211", "Công an phường Tam Thanh")
        theirs = await chat.staff("2004", Role.AUDITOR, at="tam-thanh")
        await admin.writes("/nhatky")
        assert "Chưa có việc nào của anh/chị" in (await admin.last()).text

        chief_id, admin_id = [(await who.address()).staff_id for who in (chief, admin)]
        ours = chat.unit.id
        await write(
            chat,
            *((Act.CAMPAIGN_APPROVED, ours, chief_id, {"number": n}) for n in range(1, 21)),
            (Act.STAFF_MADE, ours, admin_id, {}),
            (Act.TIP_WRITER_REVEALED, ours, chief_id, {"number": "DK-2026-000007"}),
            (Act.RUN_PAUSED, ours, None, {"code": "AN-7KQ2M"}),
            (Act.RESIDENT_ERASED, ours, None, {}),
            (Act.UNIT_CHANGED, other.id, None, {}),
        )
        await chief.writes("/nhatky")
        page = (await chief.last()).text.splitlines()
        assert len(page) == 16
        assert page[1].endswith(" – người dân: một người dân tự xóa dữ liệu của mình")
        assert page[2].endswith(": tạm dừng đợt AN-7KQ2M (có ghi lý do)")
        revealed = "Trần Chỉ Huy: xem tài khoản gửi tin DK-2026-000007 (có ghi lý do)"
        assert page[3].endswith(revealed)
        assert page[5].endswith("Trần Chỉ Huy: duyệt chiến dịch số 20")
        assert "Ví Dụ" not in "\n".join(page)
        await chief.presses("Cũ hơn")
        older = await chief.last()
        assert len(older.text.splitlines()) == 10
        assert older.text.endswith("duyệt chiến dịch số 1")
        assert older.labels == ["Mới nhất"]
        await chief.presses("Mới nhất")
        assert (await chief.last()).text.splitlines() == page
        await auditor.writes("/NHATKY")
        assert (await auditor.last()).text.splitlines() == page
        await theirs.writes("/nhatky")
        assert "sửa thông tin đơn vị" in (await theirs.last()).text
        assert len((await theirs.last()).text.splitlines()) == 2
        await admin.writes("/nhatky")
        own = (await admin.last()).text.splitlines()
        assert len(own) == 2
        assert own[1].endswith("Lý Quản Trị: thêm cán bộ")
        officer = await chat.staff("2005", Role.OFFICER)
        await officer.writes("/nhatky")
        assert (await officer.last()).text == NOT_ALLOWED
        [answer] = await officer.presses_action("diary:9")
        assert answer.text == NOT_ALLOWED
        [answer] = await chief.presses_action("diary:x")
        assert answer.text == STALE
