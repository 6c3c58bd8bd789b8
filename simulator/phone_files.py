"""Files people send from their phones."""

from typing import Any

from simulator.acts import may_write, put
from simulator.arguments import Arguments, Upload
from simulator.chats import Chat
from simulator.entities import utf16_length
from simulator.errors import PhoneError
from simulator.files import FileKind, StoredFile
from simulator.messages import Content, Message
from simulator.people import Person
from simulator.pictures import picture_size, without_metadata
from simulator.posting import new_album_id
from simulator.wording import MAX_CAPTION_UNITS, plain_text
from simulator.world import World

MAX_ALBUM = 10
_KINDS: dict[str, FileKind] = {
    "photo": "photo",
    "video": "video",
    "voice": "voice",
    "document": "document",
}


def send_files(
    world: World, person: Person, chat: Chat, args: Arguments, files: list[Upload]
) -> list[Message]:
    """Send one file, or several as an album whose caption stands under the first."""
    kind = args.text("kind")
    if not files:
        raise PhoneError(400, "no_file", "Chưa chọn tệp nào.")
    if kind == "album":
        if not 2 <= len(files) <= MAX_ALBUM:
            raise PhoneError(400, "bad_album", "Một bộ ảnh có từ 2 đến 10 tệp.")
    elif kind not in _KINDS or len(files) != 1:
        raise PhoneError(400, "bad_kind", "Loại tệp phải là ảnh, video, ghi âm, tài liệu, bộ ảnh.")
    caption = plain_text(args.text("caption"))
    if utf16_length(caption.text) > MAX_CAPTION_UNITS:
        raise PhoneError(400, "caption_too_long", "Lời chú thích dài quá 1024 ký tự.")
    thread = args.integer("thread") or None
    may_write(world, person, chat, thread)
    contents: list[Content] = []
    for upload in files:
        stored = _keep(world, args, _KINDS.get(kind) or _album_kind(upload), upload)
        sizes = world.files.photo_sizes(stored) if stored.kind == "photo" else ()
        said = caption if not contents else plain_text("")
        contents.append(Content(stored.kind, said.text, said.entities, stored, sizes))
    album = new_album_id() if kind == "album" else None
    reply_to = args.integer("reply_to") or None
    return [
        put(world, person, chat, content, reply_to=reply_to, thread=thread, album=album)
        for content in contents
    ]


def _album_kind(upload: Upload) -> FileKind:
    if upload.mime.startswith("video/"):
        return "video"
    return "photo"


def _keep(world: World, args: Arguments, kind: FileKind, upload: Upload) -> StoredFile:
    declared = args.integer("declared_size") or None
    data = upload.data
    extra: dict[str, Any] = {}
    if kind == "photo":
        if picture_size(data) is None:
            raise PhoneError(400, "not_a_picture", "Tệp này không phải ảnh PNG hay JPEG.")
        data = without_metadata(data)
    else:
        for name in ("width", "height", "duration"):
            if args.text(name):
                extra[name] = args.integer(name, low=0)
    name = "" if kind in {"photo", "voice"} else upload.name
    return world.files.keep(kind, data, name, upload.mime, declared_size=declared, **extra)
