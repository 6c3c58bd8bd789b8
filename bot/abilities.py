"""What each channel can do under these settings. Light, for commands ask it too."""

from collections.abc import Mapping
from dataclasses import replace

from bot.channels.telegram.settings import DEFAULT_PACE
from bot.channels.telegram.settings import capabilities as of_telegram
from bot.platforms import TELEGRAM
from bot.settings import Settings
from domain.channel import Capabilities, Pace


def all_capabilities(settings: Settings) -> Mapping[str, Capabilities]:
    """Return what every channel can do, also those that are not set: people may be known there."""
    return {TELEGRAM.channel: of_telegram(telegram_pace(settings))}


def telegram_pace(settings: Settings) -> Pace:
    """Return how fast the Telegram account may send."""
    return replace(DEFAULT_PACE, account_per_s=settings.telegram_pace_per_s)
