"""Which accounts the settings name, one on each platform at the most."""

from dataclasses import dataclass

from bot.platforms import TELEGRAM, ZALO_BOT, ZALO_OA, Platform
from bot.settings import Settings
from domain.errors import Misconfigured

NOT_CONNECTED = (
    "Chưa có TELEGRAM_TOKEN, ZALO_OA_ID hay ZALO_BOT_TOKEN: hãy ghi ít nhất một tài khoản vào tệp "
    ".env, hoặc chạy thử không cần token: make demo"
)


@dataclass(frozen=True, slots=True)
class Configured:
    """An account that is set; its key is what the platform calls it, and no secret."""

    platform: Platform
    key: str

    @property
    def lock(self) -> str:
        """What the account is called among locks."""
        if self.platform is TELEGRAM:
            return self.key
        return f"{self.platform.channel} {self.key}"


def configured(settings: Settings) -> tuple[Configured, ...]:
    """Return the accounts that are set, in the order in which they are shown.

    A bot's key is the number in front of its token.
    """
    found = []
    if settings.has_telegram:
        token = settings.telegram_token.get_secret_value()
        found.append(Configured(TELEGRAM, token.split(":", 1)[0]))
    if settings.has_zalo_oa:
        found.append(Configured(ZALO_OA, settings.zalo_oa_id))
    if settings.has_zalo_bot:
        token = settings.zalo_bot_token.get_secret_value()
        found.append(Configured(ZALO_BOT, token.split(":", 1)[0]))
    return tuple(found)


def some_configured(settings: Settings) -> tuple[Configured, ...]:
    """Return the accounts that are set.

    Raises: Misconfigured when there is none.
    """
    found = configured(settings)
    if not found:
        raise Misconfigured(NOT_CONNECTED)
    return found
