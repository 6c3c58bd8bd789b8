"""The Telegram adapter: the only code that knows the Bot API."""

from bot.channels.telegram.channel import TelegramChannel, Upload, Uploaded
from bot.channels.telegram.settings import TelegramSettings

__all__ = ["TelegramChannel", "TelegramSettings", "Upload", "Uploaded"]
