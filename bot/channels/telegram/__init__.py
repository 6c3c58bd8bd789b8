"""The Telegram adapter: the only code that knows the Bot API."""

from bot.channels.telegram.channel import TelegramChannel
from bot.channels.telegram.settings import TelegramSettings
from domain.messages import Upload, Uploaded

__all__ = ["TelegramChannel", "TelegramSettings", "Upload", "Uploaded"]
