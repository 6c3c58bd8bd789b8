"""A village head without the app: paper, a loudspeaker and a Zalo group of the village."""

from domain.leaflet import Format
from storage.campaigns import leaflets
from storage.campaigns.leaflets import Kept
from storage.staff import audit
from tests.chat import Heard, Party
from tests.days.commune import Commune, on_platforms, only_on, open_commune
from tests.days.rows import row
from tests.handlers.campaigns.world import HELMETS
from tests.platforms import TELEGRAM, ZALO_BOT, ZALO_OA, Platform

ZALO = "Zalo thôn Ví Dụ 7"
NO_FILE = "Ứng dụng này không cho máy gửi tệp, ảnh."
DRAFT = "BẢN NHÁP – CHƯA DUYỆT"
SPOKEN = "\nCon cháu ngồi sau cũng cần một chiếc mũ vừa đầu.\n"
"""A sentence of the loudspeaker text."""


@on_platforms(TELEGRAM, ZALO_OA)
async def test_a_village_is_told_by_paper_by_loudspeaker_and_in_a_group_that_no_machine_reaches(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(1, 2)) as commune:
        officer = commune.officer
        await commune.resident("1001")
        await commune.resident("1002", 7)
        await officer.writes("/thuvien mu bao hiem")
        await officer.presses(HELMETS)
        await officer.presses("Bản loa")
        assert SPOKEN in (await officer.last()).text
        await _again(officer, "/thuvien mu bao hiem", HELMETS)
        await officer.presses("Bản in A4")
        sheet = await _printed(commune, await officer.last())
        assert (sheet.format, sheet.words.title, sheet.words.draft) == (Format.SHEET, HELMETS, "")
        assert sheet.words.unit == "Công an xã Cao Lộc"

        await _again(officer, "/thuvien mu bao hiem", HELMETS)
        await officer.presses("Dùng cho chiến dịch")
        for label in ("Dùng bài này", "Toàn đơn vị (2)", "Có", "Ngay", "Gửi duyệt"):
            await officer.presses(label)
        code = await _is_approved_and_printed_by_the_chief(commune)
        address = await _is_posted_by_hand(commune, code)

        await commune.passes(hours=1)
        guest = commune.chat.resident("9001")
        await _a_reader_tells_by_the_link(commune, guest, address)
        await _the_village_head_tells_the_chief(commune)
        await _everything_is_in_the_figures(commune, code)
        # A wrong note is taken back: the post counts no more, the tip that came does.
        await officer.presses("Chưa đăng, ghi nhầm")
        taken_back = (await commune.reach(code)).splitlines()[-1]
        assert "Đăng tay (qua người): 0 nhóm" in taken_back
        assert "tin báo 1." in taken_back
        await commune.agrees()
        await officer.presses("Đã đăng")
        assert "1 nhóm; thành viên 85 (khai tay)" in await commune.reach(code)
        await commune.agrees()
        acts = await commune.chat.look(lambda tx: [one.act.value for one in audit.entries(tx)])
        assert [act for act in acts if act.startswith(("hand", "pack"))] == [
            "hand_group_added",
            "pack_posted",
            "pack_post_undone",
            "pack_posted",
        ]


@only_on(ZALO_BOT)
async def test_where_no_file_is_sent_and_no_link_leads_to_us_the_words_go_by_hand_all_the_same(
    migrated_database_url: str, platform: Platform
) -> None:
    async with open_commune(migrated_database_url, platform=platform, villages=(1, 2)) as commune:
        officer = commune.officer
        await commune.resident("1001")
        await commune.resident("1002", 7)
        for label in ("Bản loa", "Bản in A4", "Dùng cho chiến dịch"):
            await _again(officer, "/thuvien mu bao hiem", HELMETS, label)
            said = await officer.last()
            assert said.outgoing.media is None
            assert (SPOKEN in said.text) is (label == "Bản loa")
            assert (NO_FILE in said.text) is (label == "Bản in A4")
        for label in ("Dùng bài này", "Toàn đơn vị (2)", "Có", "Ngay", "Gửi duyệt"):
            await officer.presses(label)
        await commune.chief.presses("Duyệt")
        await commune.settles()
        code = f"AN-{(await commune.groups[1].last()).text.split('AN-')[1]}"

        await _adds_the_group(officer)
        await officer.writes(f"/goidang {code}")
        await officer.news()
        await officer.presses(ZALO)
        _, copied, card, _ = await officer.news()
        assert copied.text.startswith(HELMETS)
        assert copied.text.endswith(code), "there is no address to write below"
        assert NO_FILE in card.text
        await officer.presses("Đã đăng")
        await _the_village_head_tells_the_chief(commune)
        assert (
            "Đăng tay (qua người): 1 nhóm; thành viên 85 (khai tay); mở đường dẫn 0 lần, "
            "người mới 0, tin báo 0." in await commune.reach(code)
        )
        report = await commune.figures()
        by_hand = row(report, "B1c", "An toàn giao thông")
        assert [by_hand[one] for one in ("posts", "members", "opened")] == [1, 85, 0]
        other = row(report, "B4", "Qua cách khác")
        assert (other["tips"], other["cases"]) == (1, 1)
        await commune.agrees()


async def _again(who: Party, command: str, *labels: str) -> None:
    """Ask for a list once more, where the numbers of one are over with our next message."""
    if who.chat.platform.numbers:
        await who.writes(command)
        for label in labels:
            await who.presses(label)


async def _printed(commune: Commune, heard: Heard) -> Kept:
    media = heard.outgoing.media
    assert media is not None
    return await commune.chat.look(lambda tx: leaflets.get(tx, media))


async def _is_approved_and_printed_by_the_chief(commune: Commune) -> str:
    """Return the code of the run; what is printed before the approval is a draft."""
    chief = commune.chief
    for approved in (False, True):
        if approved:
            await chief.presses("Duyệt")
            await commune.settles()
        await chief.writes("/banin 1")
        assert ("chưa được dán" in (await chief.last()).text) is not approved
        await chief.presses("Bản loa")
        script = (await chief.last()).text
        assert SPOKEN in script
        assert (DRAFT in script) is not approved
        await _again(chief, "/banin 1")
        await chief.presses("Bản in A4")
        sheet = await _printed(commune, await chief.last())
        assert sheet.words.draft == ("" if approved else DRAFT)
    started = next(h.text for h in await commune.officer.heard() if "bắt đầu gửi, mã đợt" in h.text)
    code = started.split("mã đợt ")[1].split(".")[0]
    assert f"mã bản tin {code}" in sheet.words.note
    for group in commune.groups.values():
        assert code in (await group.last()).text
    return code


async def _adds_the_group(officer: Party) -> None:
    await officer.writes("/goidang")
    for label in ("Các nhóm đăng tay", "Thêm nhóm"):
        await officer.presses(label)
    await officer.writes(ZALO)
    await officer.presses("Zalo")
    await officer.presses("thôn Ví Dụ 7")
    await officer.writes("85 người")


async def _is_posted_by_hand(commune: Commune, code: str) -> str:
    """Return the start payload of the pack's link, after "Đã đăng" was pressed twice."""
    officer = commune.officer
    await _adds_the_group(officer)
    await officer.writes(f"/goidang {code}")
    await officer.news()
    await officer.presses(ZALO)
    _, copied, card, asked = await officer.news()
    assert copied.text.startswith(HELMETS)
    assert code in copied.text
    assert copied.buttons == ()
    address = copied.text.rsplit("\n", 1)[1]
    printed = await _printed(commune, card)
    assert (printed.format, printed.words.link) == (Format.CARD, address)
    assert asked.labels == ["Đã đăng"]
    assert "Đăng tay" not in await commune.reach(code)
    await officer.presses_at_once("Đã đăng", officer)
    told = [one.text for one in (await officer.heard())[-2:]]
    assert any(f"Đã ghi: đợt {code} đăng tay ở nhóm “{ZALO}”." in text for text in told)
    before, _ = (commune.chat.account.link or "").split("{payload}")
    return address.removeprefix(before)


async def _a_reader_tells_by_the_link(commune: Commune, guest: Party, payload: str) -> None:
    """Somebody who never said yes to anything tells, and is answered."""
    await guest.starts(payload)
    (invited,) = await guest.news()
    assert "Nhóm không thấy tin này" in invited.text
    await guest.writes("Dốc đầu thôn có mấy cháu đua xe máy, tối nào cũng đua")
    (receipt,) = await guest.news()
    assert "cao-loc-260001" in receipt.text
    await commune.passes(minutes=5)
    card = await commune.desk.last()
    assert "│ Dốc đầu thôn có mấy cháu đua xe máy" in card.text
    assert "Địa bàn: thôn Ví Dụ 7" in card.text, "the link's, for the guest said no other"
    reviewer = commune.reviewer
    await reviewer.writes("Thường từ mấy giờ ạ?", in_group=commune.desk, reply_to=card.message_id)
    await commune.settles()
    (notice,) = await guest.news()
    assert "đua" not in notice.text
    await guest.presses("Xem")
    assert "Thường từ mấy giờ ạ?" in (await guest.last()).text
    await guest.writes("khoảng chín giờ")
    await commune.passes(minutes=5)
    assert "│ khoảng chín giờ" in (await commune.desk.last()).text


async def _the_village_head_tells_the_chief(commune: Commune) -> None:
    chief, reviewer = commune.chief, commune.reviewer
    await chief.writes("/nhaptin")
    await chief.presses("Trực tiếp")
    await chief.writes("Ví Dụ 7")
    await chief.writes("Trưởng thôn kể: cột đèn ở ngã ba đổ, xe máy hay ngã lúc tối")
    for label in ("Không khẩn", "Không có liên hệ", "Ghi tin"):
        await chief.presses(label)
    await commune.passes(minutes=5)
    card = await commune.desk.last()
    assert "Địa bàn: thôn Ví Dụ 7" in card.text
    assert "Nghe trực tiếp, Trần Chỉ Huy nhập" in card.text
    for label in ("Nhận việc", "Kết thúc", "Có giá trị"):
        await reviewer.presses(label, of=commune.desk)
        await commune.settles()
    if commune.chat.platform.numbers:
        # A number beside the question would be taken for the figure: so it is the figure.
        asked = next(one for one in reversed(await commune.desk.heard()) if "mấy vụ" in one.text)
        await reviewer.writes("1", in_group=commune.desk, reply_to=asked.message_id)
    else:
        await reviewer.presses("1", of=commune.desk)
    await commune.settles()


async def _everything_is_in_the_figures(commune: Commune, code: str) -> None:
    told = await commune.reach(code)
    assert "Định gửi: 2 người" in told.splitlines()
    assert "2/2 bài; thành viên lúc đăng: 200" in told
    assert (
        "Đăng tay (qua người): 1 nhóm; thành viên 85 (khai tay); mở đường dẫn 1 lần, "
        "người mới 1, tin báo 1. Không cộng vào số tin gửi riêng." in told
    )
    report = await commune.figures()
    by_hand = row(report, "B1c", "An toàn giao thông")
    assert [by_hand[one] for one in ("posts", "members", "unknown", "opened", "newcomers")] == [
        1,
        85,
        0,
        1,
        1,
    ]
    assert by_hand["tips"] == 1
    assert row(report, "B1b")["tips"] == 0
    assert row(report, "B1")["tips"] == 0
    for label, opened in ((commune.app, 1), ("Trực tiếp", 1), ("Cộng", 2)):
        assert row(report, "B3 kênh", label)["new"] == opened
    assert row(report, "B3 địa bàn", "thôn Ví Dụ 7")["new"] == 2
    other = row(report, "B4", "Qua cách khác")
    assert (other["tips"], other["cases"]) == (1, 1)
    await commune.agrees()
