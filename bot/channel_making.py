"""Make the channels of the accounts that are set; what differs between platforms ends here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from bot.abilities import telegram_pace
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.line import Served
from bot.platforms import TELEGRAM, Platform
from bot.settings import Settings
from domain.clock import Clock
from domain.errors import Misconfigured


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A channel, how long one send by it may take, and how long a poll without news."""

    channel: Served
    longest_send: timedelta
    longest_poll: timedelta | None
    """None where the platform calls us."""


def make(platform: Platform, settings: Settings, clock: Clock) -> Made:
    """Make the channel of an account.

    Raises: Misconfigured.
    """
    if platform is TELEGRAM:
        return _telegram(settings, clock)
    message = f"Tài khoản {platform.shown} chưa dùng được ở bản này."
    raise Misconfigured(message)


def prober(platform: Platform, settings: Settings) -> Callable[[], Awaitable[str]]:
    """Return what asks the platform once who the account is, and receives nothing.

    Raises: Misconfigured.
    """
    if platform is TELEGRAM:
        return TelegramChannel(telegram_settings(settings)).probe
    message = f"Tài khoản {platform.shown} chưa dùng được ở bản này."
    raise Misconfigured(message)


def telegram_settings(settings: Settings) -> TelegramSettings:
    """Return what the Telegram adapter needs to be told.

    Raises: Misconfigured.
    """
    try:
        return TelegramSettings(
            token=settings.telegram_token.get_secret_value(),
            api_url=settings.telegram_api_url,
            mode=settings.telegram_mode,
            webhook_url=settings.telegram_webhook_url,
            webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
            send_timeout_s=settings.send_timeout_s,
            pace=telegram_pace(settings),
        )
    except ValueError as error:
        message = "Các dòng TELEGRAM_… chưa đúng; hãy so với tệp .env.example."
        raise Misconfigured(message) from error


def _telegram(settings: Settings, clock: Clock) -> Made:
    told = telegram_settings(settings)
    channel = TelegramChannel(told, clock)
    polls = told.mode == "polling"
    return Made(
        channel=channel,
        longest_send=timedelta(seconds=told.connect_timeout_s + told.send_timeout_s + 1),
        longest_poll=channel.poll_timeout if polls else None,
    )
