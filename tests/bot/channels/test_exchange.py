"""What a broken exchange leaves us knowing."""

import asyncio
import socket
import threading
import time

import pytest

from bot.channels.exchange import Broken, Exchange, Fault


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("http://a..zdn.vn/", {}),
        ("http://" + "ａ" * 64 + ".zdn.vn/", {}),
        ("http://127.0.0.1:9/", {"a": "b\nc"}),
    ],
)
async def test_what_cannot_be_written_down_never_left(url: str, headers: dict[str, str]) -> None:
    exchange = Exchange(connect_timeout_s=1, read_timeout_s=1)
    exchange.open()
    try:
        with pytest.raises(Broken) as broken:
            await exchange.do("POST", url, headers=headers)
    finally:
        await exchange.close()
    assert broken.value.fault is Fault.NOT_SENT


def _answering(
    heard: socket.socket, loop: asyncio.AbstractEventLoop, stands_s: float
) -> threading.Thread:
    """Answer one request from another thread, while the loop stands still for longer."""
    stands, answered = threading.Event(), threading.Event()

    def stand_still() -> None:
        stands.set()
        assert answered.wait(60)
        time.sleep(stands_s)

    def answer() -> None:
        client, _ = heard.accept()
        with client:
            client.recv(64 * 1024)
            loop.call_soon_threadsafe(stand_still)
            assert stands.wait(60)
            client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            answered.set()
            client.recv(1)

    return threading.Thread(target=answer)


async def test_an_answer_that_came_while_the_process_stood_still_is_known() -> None:
    exchange = Exchange(connect_timeout_s=1, read_timeout_s=1)
    with socket.create_server(("127.0.0.1", 0)) as heard:
        answering = _answering(heard, asyncio.get_running_loop(), stands_s=2.5)
        answering.start()
        exchange.open()
        try:
            url = f"http://127.0.0.1:{heard.getsockname()[1]}/"
            answer = await exchange.do("POST", url, data=b"{}")
        finally:
            await exchange.close()
            answering.join()
    assert (answer.status, answer.body) == (200, b"ok")


async def test_an_answer_that_never_comes_is_unknown() -> None:
    exchange = Exchange(connect_timeout_s=60, read_timeout_s=0.1)
    with socket.create_server(("127.0.0.1", 0)) as heard:
        exchange.open()
        try:
            with pytest.raises(Broken) as broken:
                await exchange.do("POST", f"http://127.0.0.1:{heard.getsockname()[1]}/")
        finally:
            await exchange.close()
    assert broken.value.fault is Fault.UNKNOWN
