"""The channel as the house knows it, over real HTTP."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channels.telegram import TelegramChannel, TelegramSettings, Upload
from bot.channels.telegram.webhook import SECRET_HEADER
from domain.channel import AnswersPresses, Channel, Files, Members
from domain.failures import (
    AccountDown,
    Ambiguous,
    Moved,
    Refused,
    Scope,
    SendFailure,
    Throttled,
    Transient,
    Unreachable,
    Until,
)
from domain.messages import (
    Button,
    ChatKind,
    ChatRef,
    MediaKind,
    MediaRef,
    Outgoing,
    PressAnswer,
    Sent,
)
from tests.bot.channels.telegram.conftest import StartChannel
from tests.bot.channels.telegram.pretend import (
    TOKEN,
    Behaviour,
    ListInbox,
    PretendTelegram,
    cut,
    error,
    half,
    hang,
    ok,
    raw,
    until,
)
from tests.bot.channels.telegram.updates import texts

HOME = ChatRef("1001", ChatKind.PRIVATE)
GROUP = ChatRef("-1002000000001", ChatKind.GROUP)
HELLO = Outgoing(text="Chào bà con")
PHOTO = MediaRef(MediaKind.PHOTO, "AgAC")
SECRET = "canary-secret-0123456789"
FIVE_S = timedelta(seconds=5)


def test_it_is_a_channel_with_all_it_can_do(settings: TelegramSettings) -> None:
    channel: Channel = TelegramChannel(settings)
    assert channel.name == "telegram"
    assert isinstance(channel, AnswersPresses)
    assert isinstance(channel, Files)
    assert isinstance(channel, Members)
    assert channel.capabilities.text_limit == 4096


async def test_after_start_the_account_has_a_name(channel: TelegramChannel) -> None:
    assert (channel.username, channel.bot_id) == ("anninh_demo_bot", "700000001")
    assert channel.down is None


async def test_start_keeps_what_waits_at_telegram(
    channel: TelegramChannel, server: PretendTelegram, inbox: ListInbox
) -> None:
    (params,) = server.named("deleteWebhook")
    assert params.get("drop_pending_updates") in {None, "false", False}
    server.updates = texts("một")
    await until(lambda: len(inbox.items) == 1)


async def test_a_message_is_sent_and_gets_its_number(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("sendMessage", ok({"message_id": 77}))
    buttons = ((Button("Mở", start="x"),),)
    sent = await channel.send(HOME, Outgoing(text="Chào", buttons=buttons))
    assert sent == Sent("77")
    assert "anninh_demo_bot?start=x" in str(server.named("sendMessage"))


FAILURES: list[tuple[Behaviour, SendFailure]] = [
    (
        error(403, "Forbidden: bot was blocked by the user"),
        Unreachable(Until.THEY_WRITE, "blocked"),
    ),
    (error(403, "Forbidden: user is deactivated"), Unreachable(Until.FOREVER, "deactivated")),
    (error(400, "Bad Request: chat not found"), Unreachable(Until.THEY_WRITE, "unknown_chat")),
    (error(400, "Bad Request: new"), Refused("unknown: 400 Bad Request: new")),
    (error(403, "Forbidden: new"), Refused("unknown: 403 Forbidden: new")),
    (
        error(400, "Bad Request: message text is empty"),
        Refused("content: Bad Request: message text is empty"),
    ),
    (error(429, "Slow", {"retry_after": 5}), Throttled(FIVE_S, Scope.ACCOUNT)),
    (raw(429, b"<html>"), Throttled(FIVE_S, Scope.ACCOUNT)),
    (
        error(400, "Bad Request: group chat was upgraded", {"migrate_to_chat_id": -1009}),
        Moved("-1009"),
    ),
    (error(401, "Unauthorized"), AccountDown("token: Unauthorized")),
    (error(404, "Not Found"), AccountDown("token: Not Found")),
    (error(500, "Internal"), Ambiguous("server: 500 Internal")),
    (raw(502, b"<html>"), Ambiguous("gateway: 502")),
    (raw(200, b"<html>"), Ambiguous("gateway: 200")),
    (ok({"no": "id"}), Ambiguous("answer: no message id")),
    (ok(result=True), Ambiguous("answer: no message id")),
    (cut, Ambiguous("network: ServerDisconnectedError")),
    (half, Ambiguous("network: ClientPayloadError")),
    (hang, Ambiguous("network: SocketTimeoutError")),
]


@pytest.mark.parametrize(("behaviour", "failure"), FAILURES)
async def test_every_failure_is_met_over_http(
    channel: TelegramChannel,
    server: PretendTelegram,
    behaviour: Behaviour,
    failure: SendFailure,
) -> None:
    server.next("sendMessage", behaviour)
    with pytest.raises(SendFailure) as caught:
        await channel.send(HOME, HELLO)
    assert caught.value == failure
    assert len(server.named("sendMessage")) == 1


async def test_a_throttled_group_waits_alone(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("sendMessage", error(429, "Slow", {"retry_after": 5}))
    with pytest.raises(Throttled) as caught:
        await channel.send(GROUP, HELLO)
    assert caught.value.scope is Scope.CHAT


async def test_one_overfull_private_chat_does_not_stop_the_account(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    await channel.send(HOME, HELLO)
    server.next("sendMessage", error(429, "Slow", {"retry_after": 5}))
    with pytest.raises(Throttled) as caught:
        await channel.send(HOME, HELLO)
    assert caught.value.scope is Scope.CHAT


async def test_an_account_that_is_refused_is_down_until_a_success(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("sendMessage", error(401, "Unauthorized"))
    with pytest.raises(AccountDown):
        await channel.send(HOME, HELLO)
    assert channel.down == AccountDown("token: Unauthorized")
    await channel.send(HOME, HELLO)
    assert channel.down is None


async def test_a_server_that_is_gone_is_a_passing_fault(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    await server.close()
    with pytest.raises(Transient):
        await channel.send(HOME, HELLO)


async def test_what_telegram_cannot_say_is_refused_before_it_leaves(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    sticker = Outgoing(text="", media=MediaRef(MediaKind.STICKER, "A"))
    with pytest.raises(Refused):
        await channel.send(HOME, sticker)
    with pytest.raises(Refused):
        await channel.upload(HOME, HELLO, Upload("a", "image/png", b"x"))
    assert server.named("sendSticker") == []


async def test_before_start_and_after_stop_nothing_is_sent(settings: TelegramSettings) -> None:
    channel = TelegramChannel(settings)
    with pytest.raises(Transient):
        await channel.send(HOME, HELLO)


async def test_stop_waits_for_the_sends_in_flight(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    channel = await start_channel()
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return await ok({"message_id": 5})(request)

    server.next("sendMessage", slow)
    sending = asyncio.ensure_future(channel.send(HOME, HELLO))
    await until(lambda: bool(server.named("sendMessage")))
    stopping = asyncio.ensure_future(channel.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    with pytest.raises(Transient):
        await channel.send(HOME, HELLO)
    release.set()
    assert await sending == Sent("5")
    await stopping


async def test_stop_is_prompt_while_polling(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    server.standing["getUpdates"] = hang
    channel = await start_channel()
    await until(lambda: bool(server.named("getUpdates")))
    began = time.monotonic()
    await channel.stop()
    assert time.monotonic() - began < 5


async def test_a_cancelled_send_is_cancelled_and_does_not_hold_up_the_stop(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    channel = await start_channel(send_timeout_s=20)
    server.next("sendMessage", hang)
    sending = asyncio.ensure_future(channel.send(HOME, HELLO))
    await until(lambda: bool(server.named("sendMessage")))
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    async with asyncio.timeout(5):
        await channel.stop()


async def test_a_channel_can_be_started_again(settings: TelegramSettings, inbox: ListInbox) -> None:
    channel = TelegramChannel(settings)
    for _ in range(2):
        await channel.start(inbox)
        await channel.send(HOME, HELLO)
        await channel.stop()


@pytest.mark.parametrize(
    ("behaviour", "kind"),
    [
        (error(401, "Unauthorized"), AccountDown),
        (error(404, "Not Found"), AccountDown),
        (raw(502, b"<html>"), Transient),
        (error(429, "Slow", {"retry_after": 5}), Transient),
        (cut, Transient),
        (hang, Transient),
        (ok({"id": 5}), Transient),
        (ok("nonsense"), Transient),
    ],
)
@pytest.mark.parametrize("method", ["getMe"])
async def test_a_start_that_fails_says_whether_the_account_or_the_way_is_to_blame(
    settings: TelegramSettings,
    server: PretendTelegram,
    inbox: ListInbox,
    behaviour: Behaviour,
    kind: type[SendFailure],
    method: str,
) -> None:
    server.next(method, behaviour)
    channel = TelegramChannel(settings)
    with pytest.raises(kind) as caught:
        await channel.start(inbox)
    assert TOKEN not in str(caught.value)


async def test_start_without_a_server_is_transient(
    settings: TelegramSettings, server: PretendTelegram, inbox: ListInbox
) -> None:
    await server.close()
    with pytest.raises(Transient):
        await TelegramChannel(settings).start(inbox)


async def test_a_wrong_token_takes_the_account_down_at_start(
    start_channel: StartChannel, server: PretendTelegram
) -> None:
    with pytest.raises(AccountDown):
        await start_channel(token="700000001:wrong")


async def test_a_poll_that_is_refused_takes_the_account_down(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.standing["getUpdates"] = error(401, "Unauthorized")
    await until(lambda: channel.down is not None)
    await channel.send(HOME, HELLO)
    assert channel.down is not None, "a send that works does not make it hear again"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_in_webhook_mode_telegram_calls_the_route(
    start_channel: StartChannel, server: PretendTelegram, inbox: ListInbox
) -> None:
    channel = await start_channel(
        mode="webhook",
        webhook_url="https://bot.example.vn/hook/tg",
        webhook_secret=SECRET,
        webhook_max_connections=7,
    )
    (params,) = server.named("setWebhook")
    assert params["url"] == "https://bot.example.vn/hook/tg"
    assert params["secret_token"] == SECRET
    assert params["max_connections"] == "7"
    assert "my_chat_member" in str(params["allowed_updates"])
    assert params.get("drop_pending_updates") in {None, "false"}
    app = web.Application()
    app.add_routes(channel.routes())
    async with TestServer(app) as door, aiohttp.ClientSession() as telegram:
        url = door.make_url("/hook/tg")
        async with telegram.post(
            url, json=texts("một")[0], headers={SECRET_HEADER: SECRET}
        ) as answer:
            assert answer.status == 200
        await channel.stop()
        async with telegram.post(
            url, json=texts("một")[0], headers={SECRET_HEADER: SECRET}
        ) as answer:
            assert answer.status == 503
    assert len(inbox.items) == 1
    assert server.named("getUpdates") == []


async def test_polling_needs_no_route(channel: TelegramChannel) -> None:
    assert channel.routes() == []


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


async def test_an_edit_that_changes_nothing_is_a_success(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("editMessageText", error(400, "Bad Request: message is not modified: x"))
    await channel.edit(HOME, "5", HELLO)
    server.next("editMessageText", error(400, "Bad Request: message can't be edited"))
    with pytest.raises(Refused):
        await channel.edit(HOME, "5", HELLO)
    assert len(server.named("editMessageText")) == 2


async def test_a_withdrawal_of_what_is_gone_is_a_success(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("deleteMessage", error(400, "Bad Request: message to delete not found"))
    await channel.withdraw(HOME, "5")
    server.next("deleteMessage", error(400, "Bad Request: message can't be deleted"))
    with pytest.raises(Refused):
        await channel.withdraw(HOME, "5")
    assert len(server.named("deleteMessage")) == 2


async def test_a_pin_is_silent_and_its_failures_have_names(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    await channel.pin(GROUP, "5")
    (params,) = server.named("pinChatMessage")
    assert (params["message_id"], params["disable_notification"]) == ("5", "true")
    server.next("pinChatMessage", error(400, "Bad Request: not enough rights to pin"))
    with pytest.raises(Refused, match=r".*") as caught:
        await channel.pin(GROUP, "5")
    assert caught.value.reason.startswith("rights")
    with pytest.raises(Refused):
        await channel.pin(GROUP, "u7")


@pytest.mark.parametrize("behaviour", [ok(result=True), error(400, "query is too old"), cut, hang])
async def test_an_answer_to_a_press_never_fails(
    channel: TelegramChannel, server: PretendTelegram, behaviour: Behaviour
) -> None:
    server.next("answerCallbackQuery", behaviour)
    await channel.answer_press(PressAnswer("p1", "Đã ghi nhận " * 50, alert=True))
    (params,) = server.named("answerCallbackQuery")
    assert params["callback_query_id"] == "p1"
    assert len(str(params["text"])) == 200
    assert params["show_alert"] is True


async def test_an_answer_to_a_press_after_the_stop_is_swallowed(
    channel: TelegramChannel,
) -> None:
    await channel.stop()
    await channel.answer_press(PressAnswer("p1"))
    assert channel.down is None


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


async def test_members_are_counted_without_the_bot(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("getChatMemberCount", ok(51))
    assert await channel.count_members(GROUP) == 50


async def test_members_of_a_lost_group_cannot_be_counted(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    server.next("getChatMemberCount", error(403, "Forbidden: bot was kicked from the group chat"))
    with pytest.raises(Unreachable):
        await channel.count_members(GROUP)
    server.next("getChatMemberCount", ok("many"))
    with pytest.raises(Ambiguous):
        await channel.count_members(GROUP)


async def test_commands_are_published_only_where_they_differ(
    channel: TelegramChannel, server: PretendTelegram
) -> None:
    known = [{"command": "baotin", "description": "Báo tin"}]
    server.next("getMyCommands", ok(known), ok([]))
    await channel.publish_commands({"vi": [("baotin", "Báo tin")], "": [("baotin", "Send a tip")]})
    (params,) = server.named("setMyCommands")
    assert "Send a tip" in str(params["commands"])
    assert "language_code" not in params
    server.next("getMyCommands", error(429, "Slow", {"retry_after": 5}))
    with pytest.raises(Throttled):
        await channel.publish_commands({"vi": []})


SOMETHING: list[Callable[[TelegramChannel], Awaitable[object]]] = [
    lambda channel: channel.send(HOME, HELLO),
    lambda channel: channel.edit(HOME, "5", HELLO),
    lambda channel: channel.withdraw(HOME, "5"),
    lambda channel: channel.pin(HOME, "5"),
    lambda channel: channel.count_members(HOME),
    lambda channel: channel.fetch(PHOTO),
    lambda channel: channel.publish_commands({"": []}),
]


@pytest.mark.parametrize("act", SOMETHING)
async def test_after_the_stop_everything_certainly_did_not_happen(
    channel: TelegramChannel, act: Callable[[TelegramChannel], Awaitable[object]]
) -> None:
    await channel.stop()
    with pytest.raises(Transient):
        await act(channel)
