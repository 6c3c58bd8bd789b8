"""From the settings of the installation to what the Zalo Bot adapter needs to be told."""

from bot.channels.zalo_bot.settings import ZaloBotSettings
from bot.settings import Settings
from domain.errors import Misconfigured


def zalo_bot_settings(settings: Settings) -> ZaloBotSettings:
    """Return what the adapter needs to be told.

    Raises: Misconfigured.
    """
    try:
        return ZaloBotSettings(
            token=settings.zalo_bot_token.get_secret_value(),
            api_url=settings.zalo_bot_api_url,
            mode=settings.zalo_bot_mode,
            webhook_url=settings.zalo_bot_webhook_url,
            webhook_secret=settings.zalo_bot_webhook_secret.get_secret_value(),
            mention=settings.zalo_bot_name,
            per_s=settings.zalo_bot_pace_per_s,
            send_timeout_s=settings.send_timeout_s,
        )
    except ValueError as error:
        message = "Các dòng ZALO_BOT_… chưa đúng; hãy so với tệp .env.example."
        raise Misconfigured(message) from error
