"""Settings are checked when made, and never show a secret."""

from typing import Any

import pytest

from bot.channels.group_commands import GROUP_COMMANDS
from bot.channels.telegram.settings import TelegramSettings, capabilities
from bot.menu import menus
from domain.channel import Pace
from domain.texts.catalogue import catalogue
from tests.bot.channels.telegram.pretend import TOKEN

SECRET = "canary-secret-0123456789"


@pytest.mark.parametrize(
    "changes",
    [
        {"token": ""},
        {"token": "bí mật canary"},
        {"token": f"{TOKEN}/../x"},
        {"api_url": "ftp://127.0.0.1"},
        {"api_url": "127.0.0.1"},
        {"api_url": "http://127.0.0.1?x=1"},
        {"poll_timeout_s": 51},
        {"mode": "webhook", "webhook_secret": SECRET},
        {"mode": "webhook", "webhook_url": "https://x.vn/tg"},
        {"mode": "webhook", "webhook_url": "https://x.vn/tg", "webhook_secret": "canary"},
        {
            "mode": "webhook",
            "webhook_url": "https://x.vn/tg",
            "webhook_secret": "canary bí mật" * 2,
        },
    ],
)
def test_settings_that_cannot_work_are_refused_without_showing_secrets(
    changes: dict[str, Any],
) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        TelegramSettings(**{"token": TOKEN, **changes})
    assert "canary" not in str(caught.value)


def test_settings_do_not_show_their_secrets() -> None:
    made = TelegramSettings(
        token=TOKEN,
        mode="webhook",
        webhook_url="https://x.vn/tg/a",
        webhook_secret=SECRET,
        proxy_url="http://u:canary@127.0.0.1:1",
    )
    assert "canary" not in repr(made)
    assert made.webhook_path == "/tg/a"


def test_capabilities_are_those_of_the_bot_api() -> None:
    pace = Pace(account_per_s=3, chat_per_s=1, group_per_minute=20, reply_share=0.5)
    can = capabilities(pace)
    assert (can.text_limit, can.caption_limit) == (4096, 1024)
    assert (can.buttons_per_row, can.buttons) == (8, 100)
    assert can.download_limit_bytes == 20 * 1024 * 1024
    assert (can.receipts, can.reply_window, can.pace) == (False, None, pace)


def test_in_a_group_the_commands_of_residents_are_ours_except_those_every_bot_has() -> None:
    listed = {name for name, _ in menus(catalogue())["vi"]}
    assert listed <= GROUP_COMMANDS
    assert not GROUP_COMMANDS & {"start", "help", "stop", "settings"}
