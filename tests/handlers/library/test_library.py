"""The library in chat: finding a text, what is made of it, and figures that nobody signed."""

from domain.leaflet import Format
from domain.messages import MediaKind
from domain.roles import Role
from storage.campaigns import leaflets
from storage.campaigns.leaflets import Kept
from storage.staff.audit import entries
from storage.tables import leaflet
from tests.chat import Chat, Heard, Party
from tests.handlers.campaigns.world import ALCOHOL, HELMETS, NOT_ALLOWED, STALE, submit, tick
from tests.handlers.library.conftest import TAKERS

STAMP = "BẢN NHÁP – CHƯA DUYỆT SỐ LIỆU"


async def _printed(chat: Chat, heard: Heard) -> Kept:
    media = heard.outgoing.media
    assert media is not None
    assert media.sealed
    return await chat.look(lambda tx: leaflets.get(tx, media))


async def _open(officer: Party, title: str) -> Heard:
    await officer.writes("/thuvien")
    await officer.presses("An toàn giao thông")
    await officer.presses(title)
    return await officer.last()


async def test_an_officer_finds_texts_by_subject_by_season_and_by_words(
    chat: Chat, officer: Party
) -> None:
    await officer.writes("/thuvien")
    home = await officer.last()
    assert "Thư viện có 64 bài" in home.text
    assert "Đúng mùa này" in home.labels[0]

    await officer.presses("Lừa đảo trên mạng")
    first = await officer.last()
    assert "bài 1–8 trong" in first.text
    await officer.presses("Sau ▶")
    assert "bài 9–" in (await officer.last()).text
    assert "◀ Trước" in (await officer.last()).labels

    await officer.presses("Theo mùa, theo đợt", of=None)
    seasons = (await officer.last()).labels
    # The 23rd of November lies in the dry season.
    assert any(label.startswith("▶ Mùa khô") for label in seasons)
    await officer.presses(next(label for label in seasons if label.startswith("Mùa mưa bão")))
    assert "Mùa mưa bão: bài 1–8 trong 9." in (await officer.last()).text

    await officer.writes("/thuvien mu bao hiem")
    assert HELMETS in (await officer.last()).labels
    await officer.writes("/thuvien tàu vũ trụ")
    assert "Không có bài nào" in (await officer.last()).text


async def test_a_text_without_figures_gives_script_short_text_sheet_and_card(
    chat: Chat, officer: Party
) -> None:
    await _open(officer, HELMETS)
    await officer.presses("Bản loa")
    script = (await officer.last()).text
    assert script.startswith("BẢN LOA – đọc khoảng 44 giây")
    assert "\nCon cháu ngồi sau cũng cần một chiếc mũ vừa đầu.\n" in script
    await officer.presses("Bản ngắn")
    assert "cài quai chắc; trẻ ngồi sau" in (await officer.last()).text

    await officer.presses("Bản in A4")
    sheet = await officer.last()
    assert sheet.outgoing.media is not None
    assert sheet.outgoing.media.kind is MediaKind.FILE
    kept = await _printed(chat, sheet)
    assert kept.format is Format.SHEET
    assert kept.words.title == HELMETS
    assert kept.words.unit == "Công an phường Đông Kinh"
    assert kept.words.phone == "Trực ban: 0205 000 0001"
    assert kept.words.link == "https://t.me/vi_du_bot"
    assert kept.words.draft == ""
    assert "không có số liệu phải ký duyệt" in kept.words.note

    await officer.presses("Thẻ 中文")
    chinese = await _printed(chat, await officer.last())
    assert (chinese.format, chinese.words.title) == (Format.CARD, "交通安全")
    assert "请戴合格头盔" in chinese.words.body


async def test_the_same_sheet_asked_for_twice_is_kept_once(chat: Chat, officer: Party) -> None:
    await _open(officer, HELMETS)
    await officer.presses("Bản in A4")
    await officer.presses_at_once("Bản in A4", officer)
    rows = await chat.look(lambda tx: tx.connection.execute(leaflet.select()).all())
    assert len(rows) == 1


async def test_figures_are_drafts_everywhere_until_the_chief_signs_them_off(
    chat: Chat, officer: Party, chief: Party
) -> None:
    text = await _open(officer, f"{ALCOHOL} *")
    assert "NĐ 168/2024" in text.text
    assert "CHƯA ký duyệt" in text.text
    await officer.presses("Bản loa")
    assert (await officer.last()).text.startswith(f"*** {STAMP} ***")
    await officer.presses("Bản in A4")
    draft = await officer.last()
    assert "Đây là BẢN NHÁP, chưa được dán" in draft.text
    words = (await _printed(chat, draft)).words
    assert words.draft == STAMP
    assert "ký duyệt" not in words.note

    await officer.presses("Xin ký duyệt số liệu")
    assert "Trần Chỉ Huy" in (await officer.last()).text
    request = await chief.last()
    assert "từ tám đến mười triệu đồng" in request.text
    await officer.presses_action(request.buttons[0].action or "")
    assert (await officer.last()).text != request.text
    await chief.presses_at_once("Đã đối chiếu, ký", chief)
    signed = await chat.look(lambda tx: [one.act.value for one in entries(tx)])
    # One signature for each language, however often the button was pressed.
    assert signed == ["text_signed"] * 3

    await officer.presses("Bản in A4")
    clean = await _printed(chat, await officer.last())
    assert clean.words.draft == ""
    assert "số liệu đã ký duyệt, dùng đến 23/11/2027" in clean.words.note

    chat.clock.forward(days=366)
    await officer.presses("Bản in A4")
    assert (await _printed(chat, await officer.last())).words.draft == STAMP


async def test_a_text_is_taken_into_a_campaign_and_what_is_made_of_it_is_a_draft_until_approved(
    chat: Chat, officer: Party, chief: Party
) -> None:
    await chat.subscriber("3001")
    await _open(officer, HELMETS)
    await officer.presses("Dùng cho chiến dịch")
    assert "Dùng bài này" in (await officer.last()).labels
    await officer.presses("Bỏ")
    await submit(chat, officer, HELMETS)

    await officer.writes("/banin 1")
    assert "chiến dịch chưa được duyệt" in (await officer.last()).text
    await officer.presses("Thẻ ảnh")
    assert (await _printed(chat, await officer.last())).words.draft == "BẢN NHÁP – CHƯA DUYỆT"

    await chief.presses("Duyệt")
    await tick(chat)
    await officer.presses("Thẻ ảnh")
    words = (await _printed(chat, await officer.last())).words
    assert words.draft == ""
    assert "mã bản tin AN-" in words.note
    assert words.body.startswith("Đi gần cũng đội mũ bảo hiểm")


async def test_a_text_with_open_places_is_printed_by_way_of_a_campaign_only(
    chat: Chat, officer: Party
) -> None:
    await officer.writes("/thuvien ngay hoi")
    invitation = next(
        label for label in (await officer.last()).labels if label.startswith("Mời bà con")
    )
    await officer.presses(invitation)
    assert "Chỗ phải điền: " in (await officer.last()).text
    (answer,) = await officer.presses("Bản in A4")
    assert "Xin đưa vào chiến dịch" in answer.text


async def test_others_and_old_buttons_get_nothing(chat: Chat, officer: Party) -> None:
    reviewer = await chat.staff("2003", Role.REVIEWER, name="Người Tiếp Nhận")
    await _open(officer, HELMETS)
    _, button = await officer.labelled("Bản in A4")
    refusal = await reviewer.presses_action(button.action or "")
    assert [answer.text for answer in refusal] == [NOT_ALLOWED]
    await reviewer.writes("/thuvien")
    assert (await reviewer.last()).text == NOT_ALLOWED
    for action in ("lib:text:no-such", "lib:season:x:0", "lib:now:99", "lib:", "own:a4:xyz"):
        (answer,) = await officer.presses_action(action)
        assert answer.text == STALE, action
    assert TAKERS.presses
