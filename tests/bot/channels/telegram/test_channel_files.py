"""Files that the channel uploads and fetches, over real HTTP."""

from collections.abc import Callable

import pytest
from aiohttp import web

from bot.channels.telegram.channel import TelegramChannel
from domain.failures import (
    Refused,
    Transient,
)
from domain.messages import (
    ChatKind,
    ChatRef,
    MediaKind,
    MediaRef,
    Outgoing,
    Sent,
    Upload,
)
from tests.bot.channels.telegram.pretend import (
    Behaviour,
    PretendTelegram,
    cut,
    error,
    hang,
    ok,
    raw,
)

HOME = ChatRef("1001", ChatKind.PRIVATE)
PHOTO = MediaRef(MediaKind.PHOTO, "AgAC")


async def test_an_upload_gives_the_file_for_the_next_sends(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    size = {"file_id": "NEW", "file_unique_id": "u", "width": 1, "height": 1, "file_size": 9}
    answer = {
        "message_id": 8,
        "date": 1,
        "chat": {"id": 1001, "type": "private"},
        "photo": [size],
    }
    server.next("sendPhoto", ok(answer))
    outgoing = Outgoing(text="Xem", media=PHOTO)
    done = await channel.upload(HOME, outgoing, Upload("anh.jpg", "image/jpeg", b"\xff\xd8"))
    assert done.sent == Sent("8")
    assert done.media == MediaRef(MediaKind.PHOTO, "NEW", size=9)
    (params,) = server.named("sendPhoto")
    assert params["caption"] == "Xem"
    assert getattr(params["photo"], "filename", None) == "anh.jpg"


async def test_a_large_upload_goes_out_whole(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    sizes: list[int] = []

    async def weigh(request: web.Request) -> web.StreamResponse:
        video = (await request.post())["video"]
        assert isinstance(video, web.FileField)
        sizes.append(len(video.file.read()))
        return await ok({"message_id": 9})(request)

    server.next("sendVideo", weigh)
    film = Upload("phim.mp4", "video/mp4", bytes(5 * 1024 * 1024))
    outgoing = Outgoing(text="", media=MediaRef(MediaKind.VIDEO, ""))
    done = await channel.upload(HOME, outgoing, film)
    assert (done.sent, done.media) == (Sent("9"), None)
    assert sizes == [5 * 1024 * 1024]


async def test_a_file_is_fetched(channel: TelegramChannel, server: PretendTelegram) -> None:
    server.next("getFile", ok({"file_id": "AgAC", "file_path": "photos/file 1.jpg"}))
    assert await channel.fetch(PHOTO) == b"bytes of a file"
    assert server.named("download") == [{"path": "photos/file 1.jpg"}]


FetchFault = Callable[[PretendTelegram], None]


def no_file(server: PretendTelegram) -> None:
    server.next("getFile", error(400, "Bad Request: file is too big"))


def big_by_answer(server: PretendTelegram) -> None:
    server.next("getFile", ok({"file_path": "a", "file_size": 99_000_000}))


def no_path(server: PretendTelegram) -> None:
    server.next("getFile", ok({"file_id": "x"}))


def climbing_path(server: PretendTelegram) -> None:
    server.next("getFile", ok({"file_path": "../../etc/passwd"}))


def gone(server: PretendTelegram) -> None:
    server.next("getFile", ok({"file_path": "a"}))
    server.next("download", error(404, "Not Found"))


def flood(server: PretendTelegram) -> None:
    async def pour(request: web.Request) -> web.StreamResponse:
        return web.Response(body=bytes(21 * 1024 * 1024))

    server.next("getFile", ok({"file_path": "a"}))
    server.next("download", pour)


@pytest.mark.parametrize("fault", [no_file, big_by_answer, no_path, climbing_path, gone, flood])
async def test_a_file_too_big_or_gone_is_refused(
    channel: TelegramChannel, server: PretendTelegram, fault: FetchFault
) -> None:
    fault(server)
    with pytest.raises(Refused):
        await channel.fetch(PHOTO)
    assert channel.down is None


async def test_a_file_known_to_be_too_big_is_not_asked_for(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    with pytest.raises(Refused):
        await channel.fetch(MediaRef(MediaKind.VIDEO, "x", size=30 * 1024 * 1024))
    assert server.named("getFile") == []


@pytest.mark.parametrize("behaviour", [cut, hang, raw(502, b""), error(429, "x")])
@pytest.mark.parametrize("method", ["getFile", "download"])
async def test_a_file_that_does_not_come_may_come_later(
    channel: TelegramChannel, server: PretendTelegram, behaviour: Behaviour, method: str
) -> None:
    if method == "download":
        server.next("getFile", ok({"file_path": "a"}))
    # Twice, since aiohttp repeats a GET once on a connection that breaks, and may.
    server.next(method, behaviour, behaviour)
    with pytest.raises(Transient):
        await channel.fetch(PHOTO)
