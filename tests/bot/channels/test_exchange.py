"""What a broken exchange leaves us knowing."""

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
