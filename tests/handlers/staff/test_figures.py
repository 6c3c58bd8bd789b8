"""The figures of the unit's days in chat, and the workbook that comes with them."""

import zipfile
from io import BytesIO
from uuid import UUID

import pytest

from bot.report_shelf import ReportShelf
from domain.messages import MediaKind, MediaRef, Upload
from domain.roles import Role
from handlers.wiring import make_router
from tests.chat import Party, Takers, open_chat

NOT_ALLOWED = "Anh/chị không có quyền làm việc này."


class _Others:
    """A shelf with nothing."""

    async def open(self, ref: MediaRef) -> Upload:
        raise LookupError(ref.ref)

    async def known(self, ref: MediaRef, account_id: UUID) -> MediaRef | None:
        return MediaRef(MediaKind.FILE, "theirs")

    async def learn(self, ref: MediaRef, account_id: UUID, theirs: MediaRef | None) -> None:
        message = "nothing is learned"
        raise AssertionError(message)


async def asked(party: Party, words: str) -> tuple[str, MediaRef | None]:
    """Return what is told for some words, and the file that comes last."""
    await party.news()
    await party.writes(words)
    told = await party.news()
    return "\n".join(heard.text for heard in told), told[-1].outgoing.media


async def test_the_days_are_told_to_whom_they_concern_and_come_as_a_file_to_each_as_they_may(
    migrated_database_url: str,
) -> None:
    async with open_chat(migrated_database_url, Takers()) as chat:
        chat.router = make_router(chat.context)
        shelf = ReportShelf(chat.db, _Others())
        roles = (Role.CHIEF, Role.OFFICER, Role.REVIEWER, Role.AUDITOR)
        chief, officer, *others = [
            await chat.staff(f"200{at}", role) for at, role in enumerate(roles)
        ]
        await chat.subscriber("3001")
        for words in ("/baocao", "/baocao kỳ", "/BAOCAO Ky nay", "/baocao tháng này"):
            told, media = await asked(chief, words)
            assert "Kỳ báo cáo: 15/11/2026 – 14/12/2026" in told
            assert "số liệu tạm tính đến" in told
            assert "B1. " in told
            assert "B9. Quyền và an toàn" in told
        assert media is not None
        file = await shelf.open(media)
        assert file.name == "bao-cao-ky-2026-11-15-2026-12-14.xlsx"
        assert "B9" in sheets(file)
        assert await shelf.known(media, chat.account.id) is None
        await shelf.learn(media, chat.account.id, media)
        for who in (officer, *others):
            told, media = await asked(who, "/baocao 15/10/2026 - 14/11/2026")
            assert "15/10/2026 – 14/11/2026" in told
            assert "tạm tính" not in told
            assert "B9" not in told
            assert media is not None
            assert "B9" not in sheets(await shelf.open(media))
        told, _ = await asked(officer, "/baocao ky truoc")
        assert "15/10/2026 – 14/11/2026" in told
        await officer.presses("Bản gửi cấp trên (Excel)")
        upward = (await officer.last()).outgoing.media
        assert upward is not None
        assert (await shelf.open(upward)).name.endswith("2026-11-14-gui-len.xlsx")
        for words, why in (
            ("/baocao kỳ 15/10/2026", "Chưa hiểu kỳ"),
            ("/baocao kỳ từ 14/11/2026 đến 15/10/2026", "Chưa hiểu kỳ"),
            ("/baocao kỳ từ 31/2/2026 đến 15/3/2026", "Chưa hiểu kỳ"),
            ("/baocao kỳ từ 1/1/0001 đến 15/3/2026", "Chưa hiểu kỳ"),
            ("/baocao kỳ gì đó", "Chưa hiểu kỳ"),
            ("/baocao kỳ từ 15/12/2026 đến 14/1/2027", "chưa bắt đầu"),
        ):
            assert why in (await asked(officer, words))[0], words
        admin = await chat.staff("2010", Role.ADMIN)
        assert NOT_ALLOWED in (await asked(admin, "/baocao"))[0]
        for lost in ("report:inside:x", f"report:inside:{chat.unit.id.hex}:run:{UUID(int=1).hex}"):
            with pytest.raises(LookupError):
                await shelf.open(MediaRef(MediaKind.FILE, lost, sealed=True))


def sheets(file: Upload) -> str:
    """Return the names of a workbook's sheets, as the file has them."""
    with zipfile.ZipFile(BytesIO(file.content)) as book:
        return book.read("xl/workbook.xml").decode()
