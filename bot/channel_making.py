"""Make the channels of the accounts that are set; what differs between platforms ends here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from bot.abilities import telegram_pace
from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from bot.channels.zalo_bot.channel import ZaloBotChannel
from bot.channels.zalo_oa.channel import ZaloOaChannel
from bot.line import Served
from bot.platforms import TELEGRAM, ZALO_OA, Platform
from bot.settings import Settings
from bot.zalo_bot_settings import zalo_bot_settings
from bot.zalo_oa_settings import zalo_oa_settings
from domain.clock import Clock, SystemClock
from domain.errors import Misconfigured
from storage.accounts.ours import SentByUs
from storage.accounts.tokens import SealedTokens
from storage.database import Database
from storage.people.addresses import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A channel, how long one send by it may take, and how long a poll without news."""

    channel: Served
    longest_send: timedelta
    longest_poll: timedelta | None
    """None where the platform calls us."""


def make(
    platform: Platform, account: Account, settings: Settings, clock: Clock, database: Database
) -> Made:
    """Make the channel of an account.

    Raises: Misconfigured.
    """
    if platform is TELEGRAM:
        return _telegram(settings, clock)
    if platform is ZALO_OA:
        return _zalo_oa(account.id, settings, clock, database)
    return _zalo_bot(settings, clock)


def prober(platform: Platform, settings: Settings) -> Callable[[], Awaitable[str]]:
    """Return what asks the platform once who the account is, by its token alone.

    Raises: Misconfigured.
    """
    if platform is TELEGRAM:
        return TelegramChannel(telegram_settings(settings)).probe
    return ZaloBotChannel(zalo_bot_settings(settings), SystemClock()).probe


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


def _zalo_oa(account_id: UUID, settings: Settings, clock: Clock, database: Database) -> Made:
    told = zalo_oa_settings(settings)
    tokens, ours = SealedTokens(database, account_id), SentByUs(database, account_id)
    return Made(
        channel=ZaloOaChannel(told, clock, tokens, ours),
        # A message with a file is two calls, and each may wait for its token.
        longest_send=3 * told.longest_call + timedelta(seconds=1),
        longest_poll=None,
    )


def _zalo_bot(settings: Settings, clock: Clock) -> Made:
    told = zalo_bot_settings(settings)
    channel = ZaloBotChannel(told, clock)
    return Made(
        channel=channel,
        longest_send=timedelta(seconds=told.connect_timeout_s + told.send_timeout_s + 1),
        longest_poll=channel.poll_timeout if told.mode == "polling" else None,
    )
