"""Files both ways: photos, videos, voices, documents, albums and the 20 MB rule."""

import struct
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, InputMediaDocument, InputMediaPhoto
from telegram.error import BadRequest

from simulator import Running
from simulator.files import LINK_LIFE_S
from simulator.pictures import picture_size, without_metadata
from tests.simulator.conftest import PNG, RESIDENT, Phones, Raw

JPEG_EXIF = b"\xff\xe1\x00\x11Exif\0\0GPS-toado"


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", width, height) + b"\x08\x02\0\0\0"


def jpeg(width: int, height: int, extra: bytes = b"") -> bytes:
    frame = b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" + b"\0" * 9
    return b"\xff\xd8" + extra + frame + b"\xff\xda\x00\x02pixels\xff\xd9"


@pytest.fixture(autouse=True)
async def started(phones: Phones, raw: Raw) -> None:
    await phones.start(RESIDENT)
    await raw.updates()


async def message_of(raw: Raw) -> dict[str, Any]:
    updates = await raw.updates()
    message: dict[str, Any] = updates[0]["message"]
    return message


@given(st.integers(1, 65535), st.integers(1, 65535))
def test_dimensions_are_read_from_the_header(width: int, height: int) -> None:
    assert picture_size(png(width, height)) == (width, height)
    assert picture_size(jpeg(width, height, JPEG_EXIF)) == (width, height)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader_of_pictures(data: bytes) -> None:
    for start in (b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF1234WEBP", b"GIF89a"):
        size = picture_size(start + data)
        assert size is None or len(size) == 2
        assert len(without_metadata(start + data)) <= len(start + data) + 8


def test_metadata_of_a_photo_is_dropped_and_its_pixels_stay() -> None:
    assert without_metadata(jpeg(9, 7, JPEG_EXIF)) == jpeg(9, 7)
    comment = b"\0\0\0\x04tEXtabcd1234"
    end = b"\0\0\0\0IEND\xaeB`\x82"
    assert without_metadata(PNG.replace(end, comment + end)) == PNG


async def test_a_residents_photo_has_sizes_and_can_be_downloaded(
    phones: Phones, bot: Bot, raw: Raw
) -> None:
    sent = await phones.send_file(RESIDENT, RESIDENT, "photo", PNG, caption="Cột điện đổ")
    assert (sent["status"], sent["kind"], sent["file"]["width"]) == (200, "photo", 1600)
    message = await message_of(raw)
    assert message["caption"] == "Cột điện đổ"
    sizes = [(size["width"], size["height"]) for size in message["photo"]]
    assert sizes == [(90, 67), (320, 240), (800, 600), (1600, 1200)]
    assert len({size["file_unique_id"] for size in message["photo"]}) == 4
    file = await bot.get_file(message["photo"][-1]["file_id"])
    assert bytes(await file.download_as_bytearray()) == PNG


async def test_a_photo_loses_its_gps_and_a_document_keeps_it(
    phones: Phones, bot: Bot, raw: Raw
) -> None:
    picture = jpeg(20, 20, JPEG_EXIF)
    for kind, expected in (("photo", jpeg(20, 20)), ("document", picture)):
        await phones.send_file(RESIDENT, RESIDENT, kind, picture, mime="image/jpeg")
        media = (await message_of(raw))[kind]
        last = media[-1] if kind == "photo" else media
        file = await bot.get_file(last["file_id"])
        assert bytes(await file.download_as_bytearray()) == expected


async def test_files_above_20_mb_are_too_big_to_get(phones: Phones, raw: Raw) -> None:
    size = 20 * 1024 * 1024 + 1
    await phones.send_file(
        RESIDENT, RESIDENT, "video", b"phim", mime="video/mp4", declared_size=str(size)
    )
    video = (await message_of(raw))["video"]
    assert video["file_size"] == size
    assert await raw.refusal("getFile", file_id=video["file_id"]) == (
        "400 Bad Request: file is too big"
    )


async def test_a_download_link_lives_an_hour(sim: Running, phones: Phones, raw: Raw) -> None:
    await phones.send_file(RESIDENT, RESIDENT, "voice", b"OggS...", mime="audio/ogg")
    voice = (await message_of(raw))["voice"]
    path = (await raw.result("getFile", file_id=voice["file_id"]))["file_path"]
    token = sim.token.replace(":", "%3A")
    url = f"{sim.base_url}/file/bot{token}/{path}"
    async with raw.http.get(url) as response:
        assert await response.read() == b"OggS..."
    await phones.post("/sim/clock", advance=LINK_LIFE_S + 1)
    async with raw.http.get(url) as response:
        assert response.status == 404


async def test_an_album_comes_as_several_updates_with_one_caption(phones: Phones, raw: Raw) -> None:
    sent = await phones.send_file(RESIDENT, RESIDENT, "album", PNG, PNG, PNG, caption="Ba ảnh")
    assert len(sent["messages"]) == 3
    messages = [update["message"] for update in await raw.updates()]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["Ba ảnh", None, None]


async def test_a_bot_uploads_once_and_sends_by_file_id(bot: Bot) -> None:
    first = await bot.send_photo(RESIDENT, PNG, caption="<b>Ảnh</b>", parse_mode="HTML")
    assert first.caption == "Ảnh"
    again = await bot.send_photo(RESIDENT, first.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == first.photo[-1].file_unique_id
    with pytest.raises(BadRequest, match=r"(?i)Can't use file of type Photo as Document"):
        await bot.send_document(RESIDENT, first.photo[-1].file_id)


async def test_bots_send_voices_videos_and_documents(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    voice = await bot.send_voice(RESIDENT, b"OggS....", duration=3)
    assert voice.voice
    assert voice.voice.duration == timedelta(seconds=3)
    not_voice = await bot.send_voice(RESIDENT, b"RIFF....WAVE")
    assert not_voice.voice is None
    assert not_voice.document
    video = await bot.send_video(RESIDENT, b"phim", width=640, height=480, filename="a.mp4")
    assert video.video
    assert (video.video.width, video.video.file_name) == (640, "a.mp4")
    document = await bot.send_document(RESIDENT, b"abc", filename="bao-cao.pdf")
    assert document.document
    assert (document.document.file_name, document.document.file_size) == ("bao-cao.pdf", 3)


async def test_albums_of_bots_hold_two_to_ten_of_a_kind(bot: Bot) -> None:
    pair = [InputMediaPhoto(PNG, caption="Một"), InputMediaPhoto(PNG)]
    sent = await bot.send_media_group(RESIDENT, pair)
    assert len({message.media_group_id for message in sent}) == 1
    assert sent[0].caption == "Một"
    with pytest.raises(BadRequest, match="Too many messages to send as an album"):
        await bot.send_media_group(RESIDENT, [InputMediaPhoto(PNG)] * 11)
    with pytest.raises(BadRequest, match="not enough messages"):
        await bot.send_media_group(RESIDENT, [InputMediaPhoto(PNG)])
    mixed: list[InputMediaPhoto | InputMediaDocument] = [
        InputMediaPhoto(PNG),
        InputMediaDocument(b"abc"),
    ]
    with pytest.raises(BadRequest, match="Can't use the media of the specified type"):
        await bot.send_media_group(RESIDENT, mixed)


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"khong phai anh", "(?i)IMAGE_PROCESS_FAILED"),
        (png(9000, 1001), "(?i)PHOTO_INVALID_DIMENSIONS"),
        (png(2100, 100), "(?i)PHOTO_INVALID_DIMENSIONS"),
        (png(9, 9) + b"\0" * (10 << 20), "is too big for a photo"),
    ],
)
async def test_impossible_photos_are_refused(bot: Bot, data: bytes, refusal: str) -> None:
    with pytest.raises(BadRequest, match=refusal):
        await bot.send_photo(RESIDENT, data)


@pytest.mark.parametrize(
    ("photo", "refusal"),
    [
        ("", "there is no photo in the request"),
        ("https://vi.du/a.png", "failed to get HTTP URL content"),
        ("khong-co", "wrong file identifier/HTTP URL specified"),
    ],
)
async def test_references_to_nothing_are_refused(raw: Raw, photo: str, refusal: str) -> None:
    said = await raw.refusal("sendPhoto", chat_id=RESIDENT, photo=photo)
    assert said == f"400 Bad Request: {refusal}"


async def test_a_caption_is_1024_units_at_most(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Message caption is too long"):
        await bot.send_photo(RESIDENT, PNG, caption="😀" * 513)


async def test_an_unknown_file_is_invalid(raw: Raw) -> None:
    assert await raw.refusal("getFile", file_id="x") == "400 Bad Request: invalid file_id"
    assert await raw.refusal("getFile") == "400 Bad Request: file_id not specified"


async def test_phones_show_files_safely(sim: Running, phones: Phones, raw: Raw) -> None:
    sent = await phones.send_file(RESIDENT, RESIDENT, "document", b"<script>", mime="text/html")
    url = f"{sim.base_url}/phone/files/{sent['file']['unique_id']}"
    async with raw.http.get(url) as response:
        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    refused = await phones.send_file(RESIDENT, RESIDENT, "photo", b"khong phai anh")
    assert (refused["status"], refused["code"]) == (400, "not_a_picture")
