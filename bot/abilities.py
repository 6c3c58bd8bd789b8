"""What each channel can do under these settings. Light, for commands ask it too."""

from collections.abc import Mapping
from dataclasses import replace

from bot.channels.telegram.settings import DEFAULT_PACE
from bot.channels.telegram.settings import capabilities as of_telegram
from bot.channels.zalo_bot.settings import capabilities as of_zalo_bot
from bot.channels.zalo_oa.settings import ZaloOaSettings
from bot.channels.zalo_oa.settings import capabilities as of_zalo_oa
from bot.platforms import TELEGRAM, ZALO_BOT, ZALO_OA
from bot.settings import Settings
from bot.zalo_oa_settings import zalo_oa_settings
from domain.channel import Capabilities, Pace

_NO_OA = ZaloOaSettings(app_id="0", app_secret="-", oa_id="0")  # noqa: S106 - there is none
"""For people whom we know from an account that is set no more."""


def all_capabilities(settings: Settings) -> Mapping[str, Capabilities]:
    """Return what every channel can do, also those that are not set: people may be known there."""
    oa = zalo_oa_settings(settings) if settings.has_zalo_oa else _NO_OA
    return {
        TELEGRAM.channel: of_telegram(telegram_pace(settings)),
        ZALO_OA.channel: of_zalo_oa(oa),
        ZALO_BOT.channel: of_zalo_bot(settings.zalo_bot_pace_per_s),
    }


def telegram_pace(settings: Settings) -> Pace:
    """Return how fast the Telegram account may send."""
    return replace(DEFAULT_PACE, account_per_s=settings.telegram_pace_per_s)
