"""One exchange with the Bot API, and what a broken one leaves us knowing."""

import socket
import traceback

import pytest

from bot.channels.raw import read_json
from bot.channels.telegram.transport import CallFailed, FilePart, Network, Transport
from tests.bot.channels.telegram.pretend import (
    TOKEN,
    Behaviour,
    PretendTelegram,
    cut,
    error,
    half,
    hang,
    ok,
    raw,
)
from tests.ports import free_port


async def fails(transport: Transport, method: str = "sendMessage") -> CallFailed:
    with pytest.raises(CallFailed) as caught:
        await transport.call(method, {"chat_id": 1, "text": "x"})
    seen = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert TOKEN not in seen
    assert TOKEN.partition(":")[2] not in seen
    return caught.value


async def test_a_result_comes_back_and_parameters_travel_as_json(
    transport: Transport, server: PretendTelegram
) -> None:
    server.next("sendMessage", ok({"message_id": 5}))
    params = {"chat_id": 7, "text": "Chào bà con", "entities": [{"offset": 0}]}
    assert await transport.call("sendMessage", params) == {"message_id": 5}
    assert server.calls == [("sendMessage", params)]


async def test_files_travel_as_multipart_with_nested_values_as_json(
    transport: Transport, server: PretendTelegram
) -> None:
    part = FilePart("anh.jpg", "image/jpeg", b"\xff\xd8")
    await transport.call(
        "sendPhoto", {"chat_id": 7, "reply_markup": {"a": [1]}}, files={"photo": part}
    )
    ((_, params),) = server.calls
    assert params["chat_id"] == "7"
    assert params["reply_markup"] == '{"a":[1]}'
    photo = params["photo"]
    assert getattr(photo, "filename", None) == "anh.jpg"


async def test_an_error_answer_carries_what_telegram_said(
    transport: Transport, server: PretendTelegram
) -> None:
    server.next("sendMessage", error(429, "Too Many Requests: retry after 7", {"retry_after": 7}))
    failure = await fails(transport)
    assert (failure.status, failure.code, failure.network) == (429, 429, None)
    assert failure.parameters == {"retry_after": 7}
    assert failure.description == "Too Many Requests: retry after 7"


async def test_a_description_that_quotes_the_token_loses_it(
    transport: Transport, server: PretendTelegram
) -> None:
    server.next("sendMessage", error(400, f"bad path /bot{TOKEN}/sendMessage"))
    failure = await fails(transport)
    assert failure.description == "bad path /bot…/sendMessage"


@pytest.mark.parametrize("behaviour", [cut, hang, half])
async def test_a_connection_that_breaks_after_the_request_left_is_of_unknown_outcome(
    transport: Transport, server: PretendTelegram, behaviour: Behaviour
) -> None:
    server.next("sendMessage", behaviour)
    failure = await fails(transport)
    assert failure.network is Network.UNKNOWN
    assert len(server.named("sendMessage")) == 1, "a send must not be repeated silently"


async def test_a_broken_reused_connection_does_not_repeat_a_send(
    transport: Transport, server: PretendTelegram
) -> None:
    await transport.call("sendMessage", {"chat_id": 1})
    server.next("sendMessage", cut)
    await fails(transport)
    assert len(server.named("sendMessage")) == 2


async def test_a_refused_connection_is_certainly_not_sent() -> None:
    transport = Transport(f"http://127.0.0.1:{free_port()}", TOKEN)
    transport.open()
    failure = await fails(transport)
    await transport.close()
    assert failure.network is Network.NOT_SENT


async def test_a_name_that_does_not_exist_is_certainly_not_sent() -> None:
    transport = Transport("http://khong-co.invalid", TOKEN, connect_timeout_s=3)
    transport.open()
    failure = await fails(transport)
    await transport.close()
    assert failure.network is Network.NOT_SENT


async def test_a_tls_handshake_that_fails_is_certainly_not_sent(server: PretendTelegram) -> None:
    transport = Transport(server.url.replace("http://", "https://"), TOKEN)
    transport.open()
    failure = await fails(transport)
    await transport.close()
    assert failure.network is Network.NOT_SENT
    assert server.calls == []


async def test_a_connection_that_is_never_taken_up_is_certainly_not_sent() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        fillers = []
        for _ in range(4):
            filler = socket.socket()
            filler.settimeout(0)
            filler.connect_ex(deaf.getsockname())
            fillers.append(filler)
        port = deaf.getsockname()[1]
        transport = Transport(f"http://127.0.0.1:{port}", TOKEN, connect_timeout_s=0.2)
        transport.open()
        failure = await fails(transport)
        await transport.close()
        for filler in fillers:
            filler.close()
    assert failure.network is Network.NOT_SENT
    assert failure.description == "ConnectionTimeoutError"


async def test_a_closed_transport_sends_nothing(transport: Transport) -> None:
    await transport.close()
    failure = await fails(transport)
    assert failure.network is Network.NOT_SENT


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html>"), (502, b"<html>Bad Gateway</html>"), (200, b"[1]"), (200, b'{"ok": false}')],
)
async def test_an_answer_not_of_telegram_has_no_code(
    transport: Transport, server: PretendTelegram, status: int, body: bytes
) -> None:
    server.next("sendMessage", raw(status, body))
    failure = await fails(transport)
    assert (failure.status, failure.code, failure.network) == (status, None, None)


async def test_a_redirect_is_not_followed(transport: Transport, server: PretendTelegram) -> None:
    server.next("sendMessage", raw(302, b"", {"Location": f"{server.url}/bot{TOKEN}/getMe"}))
    failure = await fails(transport)
    assert failure.status == 302
    assert server.named("getMe") == []


async def test_a_wait_told_only_in_the_header_is_read(
    transport: Transport, server: PretendTelegram
) -> None:
    server.next("sendMessage", raw(429, b"slow down", {"Retry-After": "9"}))
    failure = await fails(transport)
    assert failure.parameters == {"retry_after": 9}


async def test_parameters_that_are_not_json_never_leave(
    transport: Transport, server: PretendTelegram
) -> None:
    with pytest.raises(CallFailed) as caught:
        await transport.call("sendMessage", {"text": "nửa \ud83d"})
    assert caught.value.code == 400
    assert server.calls == []


async def test_a_download_stops_at_the_limit(transport: Transport, server: PretendTelegram) -> None:
    server.next("download", raw(200, b"x" * 300_000))
    with pytest.raises(CallFailed) as caught:
        await transport.download("photos/1.jpg", limit=200_000)
    assert caught.value.code == 413


def test_half_an_emoji_in_an_escape_is_read_all_the_same() -> None:
    assert read_json(rb'{"a": "\ud83d!"}') == {"a": "\ud83d!"}


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_broken_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_json(body)
