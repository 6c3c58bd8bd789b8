"""A unit's own photo on a campaign: sent, cleaned, approved as it is, and not kept for longer."""

from pathlib import Path

import pytest

from domain.delivery import Unknowable
from domain.failures import Refused, Transient
from domain.messages import MediaKind
from storage.campaigns.own_photos import PhotoState
from storage.tips.media_folder import MediaFolder
from tests.chat import Chat, Party
from tests.darkroom import Darkroom, pictures, taken_down
from tests.handlers.campaigns.world import ALCOHOL, STALE, newest_run, tick, write
from tests.papers import paper
from tests.pictures import CANARY, jpeg
from tests.recordings import filmed

WITH, WITHOUT, SUBMIT = "Kèm ảnh, video, PDF", "Bỏ ảnh", "Gửi duyệt"
LOST_CHILD = "/khan Bé trai 5 tuổi áo xanh lạc ở chợ Ví Dụ, ai thấy xin gọi trực ban"
MISSING = "Duyệt: tìm người mất tích"


@pytest.fixture
def room(chat: Chat, tmp_path: Path) -> Darkroom:
    return Darkroom(chat, MediaFolder(tmp_path / "media"))


async def _asked(officer: Party) -> None:
    await write(officer)
    await officer.presses(WITH)


async def test_a_campaign_goes_out_with_exactly_the_clean_photo_that_was_approved(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    lan = await chat.subscriber("3001")
    await _asked(officer)
    assert "Xin gửi một ảnh vào đây" in (await officer.last()).text
    await room.sends(officer, jpeg((300, 200)))
    assert "Ảnh: đang được lấy về." in (await officer.last()).text
    await officer.presses(SUBMIT)
    assert "Ảnh đang được lấy về" in (await _answers(officer, SUBMIT))
    assert await room.develops() == 1
    assert await room.develops() == 0
    ready = (await officer.heard())[-1]
    assert "Bà con sẽ thấy đúng ảnh này" in ready.text
    # Another photo takes the place of the first, which is erased at once.
    await room.sends(officer, jpeg((310, 200)))
    await room.develops()
    await officer.presses("Xem trước")
    await officer.presses(SUBMIT)
    await room.tidies()
    first, second = await room.photos()
    assert (first.state, second.state) == (PhotoState.GONE, PhotoState.CLEAN)
    assert len(room.files()) == 1

    (shown,) = pictures(await chief.heard())
    assert "Ảnh kèm chiến dịch số 1" in shown.text
    approved = await room.opened(shown.outgoing)
    assert CANARY not in approved.content
    assert (approved.name, approved.mime) == ("anh.jpg", "image/jpeg")
    assert "Kèm ảnh của đơn vị" in (await chief.last()).text
    await chief.presses("Duyệt")
    await tick(chat)
    await chat.deliver()
    (got,) = pictures(await lan.heard())
    assert (await newest_run(chat)).code in got.text
    assert await room.opened(got.outgoing) == approved


async def test_a_photo_is_erased_a_week_after_the_last_run_with_it(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    await chat.subscriber("3001")
    await _asked(officer)
    await room.sends(officer, jpeg())
    await room.develops()
    await officer.presses(SUBMIT)
    chat.clock.forward(hours=3)
    await chief.presses("Duyệt")
    await tick(chat)
    await chat.deliver()
    for _ in range(2):
        await tick(chat)
    await chat.deliver()
    chat.clock.forward(days=6)
    await room.tidies()
    assert len(room.files()) == 1
    chat.clock.forward(days=1)
    await room.tidies()
    assert room.files() == []
    (shown,) = pictures(await chief.heard())
    with pytest.raises(LookupError):
        await room.opened(shown.outgoing)
    assert taken_down(await chief.heard()) == [], "what was sent stands"


async def test_what_is_no_photo_is_told_kindly_and_a_dropped_one_is_erased_at_once(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    await chat.subscriber("3001")
    await _asked(officer)
    for kind, name, size, said in (
        (MediaKind.VOICE, None, 10, "không phải ảnh, video hay PDF mà máy mở được"),
        (MediaKind.FILE, "IMG_1.HEIC", 10, "không phải ảnh, video hay PDF mà máy mở được"),
        (MediaKind.FILE, "anh.jpg", 99 * 2**20, "lớn quá 20 MB"),
    ):
        await room.sends(officer, b"x", kind=kind, name=name, size=size)
        assert said in (await officer.last()).text
    await officer.writes("đây ạ")
    assert "Xin gửi một ảnh, hoặc bấm “Quay lại”." in (await officer.last()).text
    await room.sends(officer, b"no picture at all")
    await room.develops()
    assert "Máy không mở được ảnh này" in (await officer.last()).text
    assert "Máy không mở được ảnh này" in await _answers(officer, SUBMIT)
    room.shop.trouble = [Refused("gone: not found")]
    await room.sends(officer, jpeg())
    await room.develops()
    assert "Ảnh không còn trên nền tảng" in (await officer.last()).text
    # Removed while it is being fetched: what comes then is kept nowhere.
    await room.sends(officer, jpeg())

    async def remove() -> None:
        room.shop.meanwhile = None
        await officer.presses(WITHOUT)

    room.shop.meanwhile = remove
    assert await room.develops() == 0
    assert room.files() == []
    assert WITH in (await officer.last()).labels
    await officer.presses(SUBMIT)
    assert pictures(await chief.heard()) == []
    assert "Chiến dịch số 1" in (await chief.last()).text


async def test_a_photo_that_goes_with_nothing_is_erased_when_the_form_is_left(
    chat: Chat, officer: Party, room: Darkroom
) -> None:
    await chat.subscriber("3001")
    await _asked(officer)
    await room.sends(officer, jpeg())
    await room.develops()
    assert len(room.files()) == 1
    _, photo = await officer.labelled(WITHOUT)
    await officer.presses("Kèm thẻ ảnh")
    await room.tidies()
    assert room.files() == [], "one message carries one picture"
    assert "Kèm thẻ ảnh, trên thẻ ghi" in (await officer.last()).text
    await officer.presses(WITH)
    await room.sends(officer, jpeg())
    assert "thẻ ghi" not in (await officer.last()).text
    await room.develops()
    await officer.presses("Bỏ")
    [answer] = await officer.presses_action(photo.action or "")
    assert answer.text == STALE
    await room.tidies()
    assert room.files() == []


async def test_a_correction_says_what_becomes_of_the_old_photo(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    lan = await chat.subscriber("3001")
    await _asked(officer)
    await room.sends(officer, jpeg())
    await room.develops()
    await officer.presses(SUBMIT)
    await chief.presses("Duyệt")
    await _settled(chat)
    run = await newest_run(chat)
    for number, (label, photos) in enumerate((("Giữ ảnh cũ", 2), ("Bỏ và gỡ ảnh cũ", 2))):
        await officer.writes(f"/dinhchinh {run.code}")
        await officer.presses("Viết lời đính chính")
        await officer.writes("Buổi tuyên truyền bắt đầu lúc 19 giờ")
        while SUBMIT not in (await officer.last()).labels:
            await officer.presses("Như bản tiếng Việt")
        assert "chưa chọn giữ hay bỏ" in (await officer.last()).text
        assert "Đợt cũ có ảnh" in await _answers(officer, SUBMIT)
        await officer.presses(label)
        await officer.presses(SUBMIT)
        await chief.presses("Duyệt")
        await _settled(chat)
        await room.tidies()
        await chat.deliver()
        assert len(pictures(await lan.heard())) == photos
        assert len(room.files()) == 1 - number
        told = [one.text for one in await officer.heard() if "quá 48 giờ" in one.text]
        assert ["Đợt bị rút có 2 tin" in one for one in told] == [True] * number
        chat.clock.forward(hours=50)
    # The first message and the correction that had kept the photo are both gone.
    got = {one.message_id for one in pictures(await lan.heard())}
    assert set(taken_down(await lan.heard())) == got
    assert len(taken_down(await chief.heard())) == 2


async def test_an_alert_waits_for_its_photo_and_goes_without_one_that_never_comes(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    await chat.subscriber("3001")
    await room.sends(officer, b"x", LOST_CHILD, kind=MediaKind.VIDEO)
    assert "Tin khẩn chỉ kèm ảnh" in (await officer.last()).text
    room.shop.trouble = [Transient("away") for _ in range(20)]
    await room.sends(officer, jpeg(), LOST_CHILD)
    assert "tự gửi duyệt tin khẩn" in (await officer.last()).text
    for _ in range(5):
        await room.develops()
        chat.clock.forward(minutes=1)
    told = await officer.last()
    assert "CHƯA được gửi duyệt" in told.text
    assert await chief.heard() == []
    await officer.presses_at_once("Gửi duyệt ngay, không kèm ảnh", officer)
    assert [MISSING in one.labels for one in await chief.heard()] == [True]
    [late] = await officer.presses("Bỏ tin khẩn này")
    assert late.text == STALE
    # The photo is sent after it, as an answer to the draft; the new request takes its place.
    room.shop.trouble = []
    await chat.deliver()
    draft, _ = await officer.labelled("Kèm ảnh")
    await room.sends(officer, jpeg(), reply_to=draft.message_id)
    assert "gửi duyệt lại kèm ảnh" in (await officer.last()).text
    _, old = await chief.labelled(MISSING)
    await room.develops()
    [void] = await chief.presses_action(old.action or "")
    assert "đã được quyết định" in void.text
    assert len(pictures(await chief.heard())) == 1
    await chief.presses(MISSING)
    await chat.deliver()
    assert "mã đợt" in (await chief.last()).text
    [late] = await officer.presses("Kèm ảnh")
    assert late.alert


async def test_a_photo_asked_for_comes_too_late_when_the_alert_is_out(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    lan = await chat.subscriber("3001")
    await officer.writes(LOST_CHILD)
    await officer.presses("Kèm ảnh")
    await officer.writes("/trogiup")
    await room.sends(officer, jpeg())
    await chief.presses(MISSING)
    await room.develops()
    assert "không kèm ảnh được nữa" in (await officer.last()).text
    await chat.deliver()
    assert pictures(await lan.heard()) == []
    await room.tidies()
    assert room.files() == []


async def test_what_the_platform_keeps_of_a_photo_is_forgotten_with_it(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    await chat.subscriber("3001")
    await _asked(officer)
    await room.sends(officer, jpeg())
    await room.develops()
    media = (await officer.last()).outgoing.media
    assert media is not None
    account, shelf = chat.account.id, room.shelf
    assert await shelf.known(media, account) is None
    theirs = (await officer.last()).outgoing.media
    await shelf.learn(media, account, theirs)
    assert await shelf.known(media, account) == theirs
    await shelf.learn(media, account, None)
    assert await shelf.known(media, account) is None
    await shelf.learn(media, account, theirs)
    await officer.presses(WITHOUT)
    await shelf.learn(media, account, theirs)
    assert await shelf.known(media, account) is None
    with pytest.raises(LookupError):
        await shelf.open(media)
    await room.tidies()
    assert await chief.heard() == []


async def _settled(chat: Chat) -> None:
    for _ in range(4):
        await tick(chat)
        await chat.deliver()


async def _answers(party: Party, label: str) -> str:
    return " ".join(one.text for one in await party.presses(label))


async def test_a_caption_that_is_too_long_is_said_before_anything_is_handed_in(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    await chat.subscriber("3001")
    await write(officer, ALCOHOL)
    await officer.presses(WITH)
    long = "Xin bà con nhớ. " * 60
    await officer.presses("Quay lại")
    await officer.presses(WITH)
    await room.sends(officer, jpeg(), long)
    assert SUBMIT in (await officer.last()).labels, "words under the photo are not taken for ours"
    await room.sends(officer, jpeg(), f"/khan {long}")
    assert "Tin khẩn nhiều nhất" in (await officer.last()).text
    assert len(await room.photos()) == 1


async def test_a_cancelled_campaign_and_a_finished_alert_keep_no_photo(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    lan = await chat.subscriber("3001")
    hoa = await chat.subscriber("3002")
    await _asked(officer)
    await room.sends(officer, jpeg())
    await room.develops()
    await officer.presses(SUBMIT)
    await officer.writes("/huy 1")
    await officer.presses("Hủy hẳn")
    [void] = await chief.presses("Duyệt")
    assert void.alert
    await room.tidies()
    assert room.files() == []

    # Twice the same, by an impatient hand: one alert, and the other is told of it.
    for _ in range(2):
        await room.sends(officer, jpeg(), LOST_CHILD)
    await room.develops()
    assert len([one for one in await chief.heard() if MISSING in one.labels]) == 1
    assert any("đang chờ duyệt rồi" in one.text for one in await officer.heard())
    await chief.presses(MISSING)
    for _ in range(6):
        await chat.deliver(
            lambda send: Unknowable("hung") if send.chat.chat_id == hoa.platform_id else None
        )
        chat.clock.forward(minutes=10)
        await tick(chat)
    run = await newest_run(chat)
    assert [run.code in one.text for one in pictures(await lan.heard())] == [True]
    chat.clock.forward(days=1, minutes=1)
    await room.tidies()
    assert room.files() == []
    await officer.writes(f"/guitiep {run.code}")
    assert "không còn được giữ" in (await officer.last()).text


@pytest.mark.parametrize(
    ("kind", "content", "mime", "name", "said"),
    [
        (MediaKind.VIDEO, filmed(1), "video/mp4", "video.mp4", "Video"),
        (MediaKind.FILE, paper(), "application/pdf", "tai-lieu.pdf", "Tệp PDF"),
    ],
)
async def test_a_film_or_a_document_goes_out_as_it_was_approved(
    chat: Chat,
    officer: Party,
    chief: Party,
    room: Darkroom,
    kind: MediaKind,
    content: bytes,
    mime: str,
    name: str,
    said: str,
) -> None:
    lan = await chat.subscriber("3001")
    await _asked(officer)
    await room.sends(officer, content, kind=kind, name="Nguyễn Ví Dụ.pdf", mime=mime)
    assert f"{said}: đang được lấy về" in (await officer.last()).text
    await room.develops()
    (ready,) = pictures(await officer.heard())
    assert f"{said} đã sẵn sàng" in ready.text
    await officer.presses("Gửi thử cho tôi")
    assert pictures(await officer.heard())[-1].outgoing.media == ready.outgoing.media
    await officer.presses(SUBMIT)
    (shown,) = pictures(await chief.heard())
    assert f"{said} kèm chiến dịch số 1" in shown.text
    approved = await room.opened(shown.outgoing)
    assert (approved.name, approved.mime) == (name, mime)
    assert (CANARY in approved.content) is (kind is MediaKind.FILE)
    await chief.presses("Duyệt")
    await tick(chat)
    await chat.deliver()
    (got,) = pictures(await lan.heard())
    assert got.outgoing.media is not None
    assert got.outgoing.media.kind is kind
    assert await room.opened(got.outgoing) == approved


async def test_a_film_too_long_and_a_document_that_acts_are_not_sent(
    chat: Chat, officer: Party, chief: Party, room: Darkroom
) -> None:
    await chat.subscriber("3001")
    await _asked(officer)
    await room.sends(officer, b"x", kind=MediaKind.VIDEO, seconds=61)
    assert "dài quá 60 giây" in (await officer.last()).text
    trap = paper(b"<< /Type /Action /S /JavaScript /JS (app.alert(1)) >>")
    await room.sends(officer, trap, kind=MediaKind.FILE, mime="application/pdf")
    await room.develops()
    assert "có mã chạy" in (await officer.last()).text
    assert room.files() == []
    assert await chief.heard() == []
