"""What the adapter needs to be told, and what a bot can do."""

import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

from bot.channels.group_commands import GROUP_COMMANDS
from domain.channel import Capabilities, Pace
from domain.messages import MediaKind

TEXT_LIMIT = 2000
MOST_PEOPLE = 50
MOST_A_MONTH = 3000
"""Of the free plan, as users of the platform report it."""
_DOWNLOAD_LIMIT = 20 * 1024 * 1024
"""Ours: the platform names none."""
_GROUP_PER_MINUTE = 20
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{8,256}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloBotSettings:
    """One bot and how to talk to it; checked when made.

    Raises: ValueError, whose text never holds a secret.
    """

    token: str = field(repr=False)
    api_url: str = "https://bot-api.zaloplatforms.com"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str = ""
    """Public https address; its path is the route that the webhook declares."""
    webhook_secret: str = field(default="", repr=False)
    mention: str = ""
    """The name by which people mention the bot in groups, without `@`."""
    per_s: float = 1.0
    group_commands: frozenset[str] = GROUP_COMMANDS
    connect_timeout_s: float = 10
    send_timeout_s: float = 25
    """How long an answer may take. Shorter makes sends of unknown outcome out of slow ones."""
    poll_timeout_s: int = 30
    poll_pause_s: float = 0.2
    """Between two polls while something is there, for there is no way to acknowledge."""
    backoff_cap_s: float = 30

    def __post_init__(self) -> None:
        if not _TOKEN.fullmatch(self.token):
            message = "the Zalo bot's token does not look like <digits>:<letters>"
            raise ValueError(message)
        address = urlsplit(self.api_url)
        if address.scheme not in {"http", "https"} or not address.hostname or address.query:
            message = "the Zalo bot's API address must be a plain http or https address"
            raise ValueError(message)
        if self.per_s <= 0 or self.poll_pause_s < 0 or not 0 <= self.poll_timeout_s <= 60:
            message = "pace and pause are positive, and a long poll lasts 0 to 60 seconds"
            raise ValueError(message)
        if self.mode == "webhook":
            self._check_webhook()

    def _check_webhook(self) -> None:
        address = urlsplit(self.webhook_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            message = "webhook mode needs the public address of the webhook"
            raise ValueError(message)
        if not _SECRET.fullmatch(self.webhook_secret):
            message = "the webhook secret needs 8 to 256 of A-Z a-z 0-9 _ -"
            raise ValueError(message)

    @property
    def webhook_path(self) -> str:
        """The path under which Zalo calls us."""
        return urlsplit(self.webhook_url).path or "/"


def capabilities(per_s: float) -> Capabilities:
    """Return what a bot of the free plan can do, at this pace."""
    return Capabilities(
        text_limit=TEXT_LIMIT,
        caption_limit=TEXT_LIMIT,
        buttons_per_row=1,
        buttons=0,
        media=frozenset({MediaKind.PHOTO, MediaKind.STICKER}),
        uploads=frozenset(),
        download_limit_bytes=_DOWNLOAD_LIMIT,
        receipts=False,
        reply_window=None,
        pace=Pace(
            account_per_s=per_s,
            chat_per_s=min(1.0, per_s),
            group_per_minute=_GROUP_PER_MINUTE,
            reply_share=0.15,
            known=False,
        ),
        edits=False,
        withdraws=False,
        quotes=False,
        typed_choices=True,
        most_people=MOST_PEOPLE,
        most_a_month=MOST_A_MONTH,
    )
