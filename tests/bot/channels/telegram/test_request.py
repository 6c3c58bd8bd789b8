"""python-telegram-bot on our session."""

import pytest
from telegram.request import RequestData
from telegram.request._requestparameter import RequestParameter

from bot.channels.telegram.request import CallRejected, SessionRequest, SilentBot
from bot.channels.telegram.transport import Network, Transport
from tests.bot.channels.telegram.pretend import (
    BOT_ID,
    TOKEN,
    PretendTelegram,
    cut,
    error,
    ok,
    raw,
)


@pytest.fixture
def silent(transport: Transport, server: PretendTelegram) -> SilentBot:
    return SilentBot(server.url, TOKEN, transport)


async def test_the_library_speaks_over_our_session(silent: SilentBot) -> None:
    me = await silent.get_me()
    assert me.id == BOT_ID


async def test_nested_parameters_and_files_arrive(
    silent: SilentBot, server: PretendTelegram
) -> None:
    await silent.set_my_commands([("baotin", "Báo tin")])
    assert "baotin" in str(server.named("setMyCommands")[0]["commands"])
    server.next("setChatPhoto", ok(result=True))
    await silent.set_chat_photo(-5, b"\x89PNG")
    (params,) = server.named("setChatPhoto")
    assert params["chat_id"] == "-5"
    assert any(getattr(value, "file", None) for value in params.values())


async def test_a_file_is_downloaded_by_get(silent: SilentBot, server: PretendTelegram) -> None:
    found = {"file_id": "a", "file_unique_id": "u", "file_path": "photos/1.jpg"}
    server.next("getFile", ok(found))
    file = await silent.get_file("a")
    assert bytes(await file.download_as_bytearray()) == b"bytes of a file"


async def test_an_error_keeps_what_telegram_said(
    silent: SilentBot, server: PretendTelegram
) -> None:
    server.next("getMe", error(429, "Slow", {"retry_after": 3}), raw(200, b"{"), cut)
    with pytest.raises(CallRejected) as caught:
        await silent.get_me()
    assert (caught.value.failure.code, caught.value.failure.parameters) == (429, {"retry_after": 3})
    with pytest.raises(CallRejected) as caught:
        await silent.get_me()
    assert caught.value.failure.code is None
    with pytest.raises(CallRejected) as caught:
        await silent.get_me()
    assert caught.value.failure.network is Network.UNKNOWN
    assert TOKEN not in f"{caught.value!r} {caught.value}"


async def test_a_download_that_is_refused_is_an_error(
    silent: SilentBot, server: PretendTelegram
) -> None:
    server.next("getFile", ok({"file_id": "a", "file_unique_id": "u", "file_path": "b"}))
    file = await silent.get_file("a")
    server.next("download", error(404, "Not Found"))
    with pytest.raises(CallRejected):
        await file.download_as_bytearray()


async def test_a_call_without_parameters_is_possible(
    transport: Transport, server: PretendTelegram
) -> None:
    request = SessionRequest(transport)
    data = RequestData([RequestParameter.from_input("chat_id", 5)])
    url = f"{server.url}/bot{TOKEN}/getChat"
    assert (await request.do_request(url, "POST", data))[0] == 200
    assert (await request.do_request(url, "POST"))[0] == 200
    assert request.read_timeout == transport.read_timeout_s


def test_the_bot_does_not_show_its_token(silent: SilentBot) -> None:
    assert TOKEN not in repr(silent)
