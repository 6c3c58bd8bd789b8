"""Sending files, and getting them."""

import re
from dataclasses import replace
from typing import Any

from simulator.arguments import Upload
from simulator.calls import Call, Handler
from simulator.errors import ApiError, bad_request
from simulator.files import MAX_PHOTO_BYTES, MAX_UPLOAD_BYTES, FileKind, StoredFile
from simulator.messages import Content
from simulator.pictures import picture_size, without_metadata
from simulator.sending import caption_from, deliver, find_target, read_caption, send_one
from simulator.wire import file_json, message_json
from simulator.wording import FormattedText

Json = dict[str, Any]
ALBUM_SIZES = range(2, 11)
MAX_PHOTO_SIDES = 10_000
MAX_PHOTO_RATIO = 20
_ALBUM_KINDS: dict[str, FileKind] = {
    "photo": "photo",
    "video": "video",
    "document": "document",
}
_URL = re.compile(r"(?i)https?://")
_VOICE_STARTS = (b"OggS", b"ID3", b"\xff\xfb", b"\xff\xf3")


async def send_photo(call: Call) -> Json:
    """Answer sendPhoto."""
    return await _send_file(call, "photo")


async def send_video(call: Call) -> Json:
    """Answer sendVideo."""
    return await _send_file(call, "video")


async def send_voice(call: Call) -> Json:
    """Answer sendVoice; what is no OGG, MP3 or M4A goes out as a document."""
    return await _send_file(call, "voice")


async def send_document(call: Call) -> Json:
    """Answer sendDocument."""
    return await _send_file(call, "document")


async def send_media_group(call: Call) -> list[Json]:
    """Answer sendMediaGroup: 2 to 10 items of kinds that go together, no keyboard."""
    refusal = "Can't parse media JSON object"
    items = call.args.json("media", refusal)
    if items is None:
        raise bad_request(refusal)
    if not isinstance(items, list):
        raise bad_request("Expected an Array of InputMedia")
    if len(items) > ALBUM_SIZES[-1]:
        raise bad_request("Too many messages to send as an album")
    if len(items) < ALBUM_SIZES[0]:
        raise bad_request("There are not enough messages to send as an album")
    contents = [_album_item(call, item) for item in items]
    kinds = {content.kind for content in contents}
    if "document" in kinds and len(kinds) > 1:
        raise bad_request("Can't use the media of the specified type in the album")
    target = find_target(call, with_markup=False)
    messages = deliver(call, target, contents)
    return [message_json(call.world, call.bot, target.chat, message) for message in messages]


async def get_file(call: Call) -> Json:
    """Answer getFile; the link lives an hour, and nothing above 20 MB is given."""
    file_id = call.args.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    try:
        stored = call.world.files.find(call.bot.id, file_id)
    except ApiError as error:
        wrong = "Wrong file identifier" in error.description or "wrong file id" in error.description
        raise bad_request("invalid file_id") if wrong else error from None
    path = call.world.files.open_path(call.bot.id, stored)
    return file_json(call.world, call.bot, stored) | {"file_path": path}


async def _send_file(call: Call, kind: FileKind) -> Json:
    stored = _file(call, kind, call.args.text(kind), call.args.upload(kind))
    return send_one(call, _content(call, stored, read_caption(call)))


def _album_item(call: Call, item: Any) -> Content:
    prefix = "Can't parse InputMedia: "
    if not isinstance(item, dict):
        raise bad_request(prefix + "expected an Object")
    named = str(item.get("type"))
    kind = _ALBUM_KINDS.get(named)
    if kind is None:
        if named in {"audio", "animation", "live_photo"}:
            raise bad_request(f'the simulator does not imitate media of the type "{named}"')
        raise bad_request(prefix + "invalid type specified")
    media = str(item.get("media") or "")
    if not media:
        raise bad_request(prefix + "media not found")
    upload = None
    if media.startswith("attach://"):
        upload = call.args.uploads.get(media.removeprefix("attach://"))
    said = caption_from(
        str(item.get("caption") or ""),
        str(item.get("parse_mode") or ""),
        item.get("caption_entities") if isinstance(item.get("caption_entities"), list) else None,
    )
    stored = _file(call, kind, media, upload)
    if kind == "video" and upload is not None:
        stored = replace(
            stored,
            width=_whole(item.get("width")),
            height=_whole(item.get("height")),
            duration=_whole(item.get("duration")),
        )
        call.world.files.by_unique_id[stored.unique_id] = stored
    return _content(call, stored, said)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and value >= 0 else None


def _content(call: Call, stored: StoredFile, said: FormattedText) -> Content:
    sizes: tuple[StoredFile, ...] = ()
    if stored.kind == "photo":
        sizes = call.world.files.photo_sizes(stored)
    return Content(stored.kind, said.text, said.entities, stored, sizes)


def _file(call: Call, kind: FileKind, named: str, upload: Upload | None) -> StoredFile:
    """Find the file of a send: an upload, or a file_id this bot was given for the same kind."""
    if upload is None:
        if not named or named.startswith("attach://"):
            raise bad_request(f"There is no {kind} in the request")
        if _URL.match(named):
            raise bad_request("Failed to get HTTP URL content")
        stored = call.world.files.find(call.bot.id, named)
        if stored.kind != kind:
            shown = {"photo": "Photo", "video": "Video", "voice": "VoiceNote"}
            expected, found = shown.get(kind, "Document"), shown.get(stored.kind, "Document")
            raise bad_request(f"Can't use file of type {found} as {expected}")
        return stored
    return _keep(call, kind, upload)


def _keep(call: Call, kind: FileKind, upload: Upload) -> StoredFile:
    data = upload.data
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MAX_UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    extra: dict[str, Any] = {}
    name = upload.name
    if kind == "photo":
        data, name = _checked_photo(data), ""
    else:
        for field in ("width", "height", "duration"):
            if call.args.text(field):
                extra[field] = call.args.integer(field, low=0)
    if kind == "voice":
        if not data.startswith(_VOICE_STARTS) and data[4:8] != b"ftyp":
            kind = "document"
        else:
            name = ""
    return call.world.files.keep(kind, data, name, upload.mime, **extra)


def _checked_photo(data: bytes) -> bytes:
    if len(data) > MAX_PHOTO_BYTES:
        raise bad_request(
            f"file of size {len(data)} bytes is too big for a photo; "
            f"the maximum size is {MAX_PHOTO_BYTES} bytes"
        )
    size = picture_size(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    shorter, longer = min(size), max(size)
    if width + height > MAX_PHOTO_SIDES or shorter == 0 or longer > MAX_PHOTO_RATIO * shorter:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return without_metadata(data)


METHODS: dict[str, Handler] = {
    "sendPhoto": send_photo,
    "sendVideo": send_video,
    "sendVoice": send_voice,
    "sendDocument": send_document,
    "sendMediaGroup": send_media_group,
    "getFile": get_file,
}
