"""The platforms we can have an account on: how each is shown, and which settings are its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """A platform by its channel's name; settings are named as they stand in `.env`."""

    channel: str
    shown: str
    token: str
    """The setting that lets us in."""
    api: str
    webhook: str
    token_refused: str
    """The sentence for an account that the platform does not let in."""
    address_refused: str
    """The sentence for a webhook's address that the platform does not take."""
    consent: str = ""
    """The command by which a human lets us in again while the service runs; none: by settings."""


_CONSENT = ".venv/bin/python -m bot zalo consent"

TELEGRAM = Platform(
    channel="telegram",
    shown="Telegram",
    token="TELEGRAM_TOKEN",  # noqa: S106 - a setting's name
    api="TELEGRAM_API_URL",
    webhook="TELEGRAM_WEBHOOK_URL",
    token_refused="TELEGRAM_TOKEN: Telegram không nhận token này; hãy ghi lại đúng token mà "  # noqa: S106
    "BotFather đã cấp (và xem TELEGRAM_API_URL có chỉ đúng máy chủ không).",
    address_refused="TELEGRAM_WEBHOOK_URL: Telegram không nhận địa chỉ này; phải là địa chỉ "
    "https:// gọi tới được từ ngoài Internet, ở cổng 443, 80, 88 hoặc 8443.",
)
ZALO_OA = Platform(
    channel="zalo_oa",
    shown="Zalo OA",
    token="ZALO_OA_REFRESH_TOKEN",  # noqa: S106 - a setting's name
    api="ZALO_OA_API_URL",
    webhook="ZALO_OA_WEBHOOK_PATH",
    token_refused="Zalo OA không nhận mã đang giữ; quản trị viên OA hãy cấp quyền lại cho ứng "
    f"dụng bằng lệnh `{_CONSENT}` (và xem ZALO_OA_ID, ZALO_OA_APP_ID, ZALO_OA_APP_SECRET có đúng "
    "không).",
    address_refused="ZALO_OA_WEBHOOK_PATH: Zalo OA không nhận địa chỉ nhận tin; hãy xem lại trong "
    "trang quản lý ứng dụng.",
    consent=_CONSENT,
)
ZALO_BOT = Platform(
    channel="zalo_bot",
    shown="Zalo Bot",
    token="ZALO_BOT_TOKEN",  # noqa: S106 - a setting's name
    api="ZALO_BOT_API_URL",
    webhook="ZALO_BOT_WEBHOOK_URL",
    token_refused="ZALO_BOT_TOKEN: Zalo Bot không nhận token này; hãy ghi lại đúng token mà Zalo "  # noqa: S106
    "Bot Manager đã gửi (và xem ZALO_BOT_API_URL có chỉ đúng máy chủ không).",
    address_refused="ZALO_BOT_WEBHOOK_URL: Zalo Bot không nhận địa chỉ này; phải là địa chỉ "
    "https:// gọi tới được từ ngoài Internet.",
)

PLATFORMS: Mapping[str, Platform] = MappingProxyType(
    {one.channel: one for one in (TELEGRAM, ZALO_OA, ZALO_BOT)}
)
"""By the channel's name."""


def shown(channel: str, username: str) -> str:
    """Return how an account is called before people: its platform, and its name if known."""
    name = PLATFORMS[channel].shown
    if not username:
        return name
    return f"{name} @{username}" if channel == TELEGRAM.channel else f"{name} {username}"
