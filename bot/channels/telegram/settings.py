"""What the adapter needs to be told, and what Telegram can do."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from bot.channels.group_commands import GROUP_COMMANDS
from domain.channel import Capabilities, Pace
from domain.messages import MediaKind

DEFAULT_PACE = Pace(account_per_s=28, chat_per_s=1, group_per_minute=20, reply_share=0.15)
"""Below the documented ceilings of 30/s, 1/s and 20/min, which are soft (Bot FAQ)."""

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramSettings:
    """One bot account and how to talk to it; checked when made.

    Raises: ValueError, whose text never holds a secret.
    """

    token: str = field(repr=False)
    api_url: str = "https://api.telegram.org"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    """Public https address; its path is the route that `Webhook.routes` declares."""
    webhook_secret: str = field(default="", repr=False)
    webhook_max_connections: int = 40
    proxy_url: str | None = field(default=None, repr=False)
    connect_timeout_s: float = 10
    send_timeout_s: float = 25
    """How long an answer may take. Shorter makes sends of unknown outcome out of slow ones."""
    call_timeout_s: float = 10
    poll_timeout_s: int = 25
    pace: Pace = DEFAULT_PACE
    group_commands: frozenset[str] = GROUP_COMMANDS
    backoff_cap_s: float = 30

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token):
            message = "the Telegram token does not look like <digits>:<letters>"
            raise ValueError(message)
        address = urlsplit(self.api_url)
        if address.scheme not in {"http", "https"} or not address.hostname or address.query:
            message = "the Telegram API address must be a plain http or https address"
            raise ValueError(message)
        if not 0 <= self.poll_timeout_s <= 50:
            message = "the long poll lasts 0 to 50 seconds (Bot API getUpdates)"
            raise ValueError(message)
        if self.mode == "webhook":
            self._check_webhook()

    def _check_webhook(self) -> None:
        address = urlsplit(self.webhook_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            message = "webhook mode needs the public address of the webhook"
            raise ValueError(message)
        if not _SECRET.fullmatch(self.webhook_secret):
            message = "the webhook secret needs 16 to 256 of A-Z a-z 0-9 _ -"
            raise ValueError(message)

    @property
    def webhook_path(self) -> str:
        """The path under which Telegram calls us."""
        return urlsplit(self.webhook_url).path or "/"


def capabilities(pace: Pace) -> Capabilities:
    """Return what a bot can do on Telegram (Bot API 10.0, cloud server)."""
    return Capabilities(
        text_limit=4096,
        caption_limit=1024,
        buttons_per_row=8,
        buttons=100,
        media=frozenset(
            {
                MediaKind.PHOTO,
                MediaKind.VIDEO,
                MediaKind.VOICE,
                MediaKind.AUDIO,
                MediaKind.FILE,
            }
        ),
        download_limit_bytes=20 * 1024 * 1024,
        receipts=False,
        reply_window=None,
        pace=pace,
        topics=True,
        menus=True,
    )
