"""What the adapter needs to be told, and what an Official Account can do."""

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import urlsplit

from bot.channels.group_commands import GROUP_COMMANDS
from domain.channel import Capabilities, Pace
from domain.messages import MediaKind

DEFAULT_PER_MINUTE = 90
"""Below the 100 calls a minute of the smaller package with Open API (limits page)."""
DEFAULT_PRICE_VND = 55
TEXT_LIMIT = 2000
BUTTONS = 5
BUTTON_TITLE = 100
IMAGE_LIMIT = 1024 * 1024
FILE_LIMIT = 5 * 1024 * 1024
_DOWNLOAD_LIMIT = 20 * 1024 * 1024
"""Ours: Zalo names none."""

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_GROUP_PER_MINUTE = 20

SendPath = Literal["auto", "v3_cs", "v2_message"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZaloOaSettings:
    """One Official Account and how to talk to it; checked when made.

    Raises: ValueError, whose text never holds a secret.
    """

    app_id: str
    app_secret: str = field(repr=False)
    oa_id: str
    refresh_token: str = field(default="", repr=False)
    """Begins the chain of tokens, once; after that the kept pair counts."""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    """Candidates; none: the app's secret. Which one Zalo signs with is not confirmed."""
    webhook_path: str = "/zalo/oa"
    api_url: str = "https://openapi.zalo.me"
    oauth_url: str = "https://oauth.zaloapp.com"
    redirect_url: str = ""
    """Where the consent page sends the administrator back to, as registered with the app."""
    code_verifier: str = field(default="", repr=False)
    """Fixed, where the challenge is set in the console; empty: a new one for each consent."""
    send_path: SendPath = "auto"
    proof: bool = False
    pace_per_minute: int = DEFAULT_PER_MINUTE
    allowance: int = 0
    price_vnd: int = DEFAULT_PRICE_VND
    group_buttons: bool = False
    mention: str = ""
    """The name by which people mention the account in groups, without `@`; empty: its own."""
    admin: str = ""
    """The user id of an administrator of the account, who is put into every group it makes."""
    articles: bool = False
    catch_up: timedelta = timedelta(0)
    """How far back the history is looked through at the start; zero: not at all."""
    group_commands: frozenset[str] = GROUP_COMMANDS
    connect_timeout_s: float = 10
    send_timeout_s: float = 25
    """How long an answer may take. Shorter makes sends of unknown outcome out of slow ones."""
    inbox_timeout_s: float = 1.7
    """How long reading and keeping an event may take in all; Zalo waits two seconds."""
    article_hours: tuple[int, int] = (6, 22)
    """From which local hour until before which Zalo sends articles."""

    def __post_init__(self) -> None:
        self._check_account()
        for url in (self.api_url, self.oauth_url):
            address = urlsplit(url)
            if address.scheme not in {"http", "https"} or not address.hostname or address.query:
                message = "the Zalo addresses must be plain http or https addresses"
                raise ValueError(message)
        if not _PATH.fullmatch(self.webhook_path):
            message = "the webhook's path must begin with / and hold plain letters"
            raise ValueError(message)
        if self.pace_per_minute < 1 or self.allowance < 0 or self.price_vnd < 0:
            message = "pace, allowance and price are not negative, and the pace is at least 1"
            raise ValueError(message)
        if self.code_verifier and not 43 <= len(self.code_verifier) <= 128:
            message = "a fixed code verifier has 43 to 128 characters (RFC 7636)"
            raise ValueError(message)

    def _check_account(self) -> None:
        if not _ID.fullmatch(self.app_id) or not _ID.fullmatch(self.oa_id):
            message = "the app's id and the account's id are letters and digits"
            raise ValueError(message)
        if self.admin and not _ID.fullmatch(self.admin):
            message = "the administrator's id is letters and digits"
            raise ValueError(message)
        if not self.app_secret.strip() or any(not secret for secret in self.webhook_secrets):
            message = "the app's secret and the webhook's secrets must not be empty"
            raise ValueError(message)

    @property
    def signing_secrets(self) -> tuple[str, ...]:
        """The secrets with which Zalo may have signed a webhook."""
        return self.webhook_secrets or (self.app_secret,)

    @property
    def longest_call(self) -> timedelta:
        """How long one call may last in all."""
        return timedelta(seconds=self.connect_timeout_s + self.send_timeout_s)


def pace_of(per_minute: int) -> Pace:
    """Return the pace for so many calls a minute, the reads beside the sends left room for."""
    per_s = per_minute / 60
    return Pace(
        account_per_s=per_s,
        chat_per_s=min(1.0, per_s),
        group_per_minute=min(_GROUP_PER_MINUTE, per_minute),
        reply_share=0.15,
    )


def capabilities(settings: ZaloOaSettings, *, buttons: bool = True) -> Capabilities:
    """Return what the account can do; without `buttons` choices are numbered in the text."""
    return Capabilities(
        text_limit=TEXT_LIMIT,
        caption_limit=TEXT_LIMIT,
        buttons_per_row=1,
        buttons=BUTTONS if buttons else 0,
        media=frozenset({MediaKind.PHOTO, MediaKind.FILE}),
        uploads=frozenset({MediaKind.PHOTO, MediaKind.FILE}),
        download_limit_bytes=_DOWNLOAD_LIMIT,
        receipts=True,
        makes_groups=True,
        reply_window=timedelta(days=7),
        pace=pace_of(settings.pace_per_minute),
        edits=False,
        withdraws=False,
        typed_choices=True,
        free_window=timedelta(hours=48),
        price_vnd=settings.price_vnd,
        article_hours=settings.article_hours,
        # A file has no caption.
        apart=frozenset({MediaKind.FILE}),
        allowance=settings.allowance,
        articles=settings.articles,
    )
