"""The settings: read from the environment and `.env`, checked once, frozen."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from bot.addresses_typed import is_address, is_base, is_host, is_near
from bot.faults import sentences
from bot.outages import of_system
from bot.settings_zalo import ZaloSettings
from domain.errors import Misconfigured
from domain.keeping import KeepingTerms
from storage.database import names_a_database

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_TELEGRAM = "https://api.telegram.org"
_WEBHOOK_PORTS = frozenset({443, 80, 88, 8443})
_DEFAULT_FOLDER = Path("var")
_DEMO_FOLDER = _DEFAULT_FOLDER / "demo"
_DATABASE_FILE = "an-ninh.db"
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class Settings(ZaloSettings):
    """Everything that can be set; `.env.example` explains each in words."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    telegram_token: SecretStr = SecretStr("")
    telegram_api_url: str = _TELEGRAM
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_pace_per_s: float = Field(default=28.0, gt=0, le=1_000_000, allow_inf_nan=False)

    database_url: str = Field(default="", repr=False)
    var_dir: Path = _DEFAULT_FOLDER
    key_file: Path | None = None
    marks_dir: Path | None = None

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8080, ge=0, le=65535)

    burst_s: float = Field(default=8.0, ge=0, le=600, allow_inf_nan=False)
    page_ack_s: float = Field(default=300.0, ge=30, le=86_400, allow_inf_nan=False)
    urgent_look_s: float = Field(default=900.0, ge=60, le=86_400, allow_inf_nan=False)
    pager_url: str = Field(default="", repr=False)
    pager_secret: SecretStr = SecretStr("")
    cards_most: int = Field(default=10, ge=1, le=1000)
    cards_within_s: float = Field(default=180.0, ge=1, le=3600, allow_inf_nan=False)
    keep_closed_days: int = Field(default=365, ge=1, le=36_500)
    keep_link_days: int = Field(default=90, ge=1, le=36_500)
    keep_other_days: int = Field(default=30, ge=1, le=36_500)
    keep_deliveries_days: int = Field(default=400, ge=60, le=36_500)
    keep_proof_days: int = Field(default=730, ge=1, le=36_500)
    send_timeout_s: float = Field(default=25.0, ge=1, le=120, allow_inf_nan=False)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @field_validator("telegram_token")
    @classmethod
    def _token_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _TOKEN.fullmatch(value.get_secret_value()):
            message = "phải có dạng <số>:<chữ>, như BotFather đã cấp"
            raise ValueError(message)
        return value

    @field_validator("telegram_api_url")
    @classmethod
    def _api_is_an_address(cls, value: str) -> str:
        if not is_base(value):
            message = f"phải là địa chỉ http:// hoặc https://, như {_TELEGRAM}"
            raise ValueError(message)
        return value

    @field_validator("telegram_webhook_url")
    @classmethod
    def _webhook_is_an_address(cls, value: str) -> str:
        if value and not is_address(value):
            message = "phải là địa chỉ https:// mà Telegram gọi tới được"
            raise ValueError(message)
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _secret_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _SECRET.fullmatch(value.get_secret_value()):
            message = "phải gồm 16 đến 256 chữ không dấu, số, gạch dưới, gạch nối"
            raise ValueError(message)
        return value

    @field_validator("pager_url")
    @classmethod
    def _pager_is_an_address(cls, value: str) -> str:
        if value and not is_address(value):
            message = "phải là địa chỉ https:// (hoặc http:// trong mạng nội bộ) của cổng gọi điện"
            raise ValueError(message)
        if value.startswith("http://") and not is_near(urlsplit(value).hostname or ""):
            message = "số máy của cán bộ đi qua đây: ngoài mạng nội bộ phải là https://"
            raise ValueError(message)
        return value

    @field_validator("pager_secret")
    @classmethod
    def _pager_secret_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _SECRET.fullmatch(value.get_secret_value()):
            message = "phải gồm 16 đến 256 chữ không dấu, số, gạch dưới, gạch nối"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _pager_is_complete(self) -> Self:
        if self.pager_url and not self.pager_secret.get_secret_value():
            message = "PAGER_URL cần PAGER_SECRET, để cổng gọi điện biết đúng là máy này gọi"
            raise ValueError(message)
        return self

    @field_validator("web_host")
    @classmethod
    def _host_is_a_name(cls, value: str) -> str:
        if not is_host(value):
            message = "phải là tên máy hoặc địa chỉ IP, như 127.0.0.1"
            raise ValueError(message)
        return value

    @field_validator("database_url")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        if value and not value.startswith(_DATABASES):
            message = "phải bắt đầu bằng sqlite:/// hoặc postgresql+psycopg://"
            raise ValueError(message)
        value = value.replace("postgresql://", "postgresql+psycopg://", 1)
        if value and not names_a_database(value):
            message = (
                "không đọc được; SQLite phải chỉ một tệp, PostgreSQL phải có tên cơ "
                "sở dữ liệu, không có tham số lạ"
            )
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Self:
        if self.telegram_mode == "webhook" and not (
            self.telegram_webhook_url and self.telegram_webhook_secret.get_secret_value()
        ):
            message = "TELEGRAM_MODE=webhook cần TELEGRAM_WEBHOOK_URL và TELEGRAM_WEBHOOK_SECRET"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _telegram_takes_the_webhook(self) -> Self:
        """Telegram's own server takes https on four ports (Bot API setWebhook); others any."""
        address = urlsplit(self.telegram_webhook_url)
        if self.telegram_mode == "webhook" and self.telegram_api_url.rstrip("/") == _TELEGRAM:
            if address.scheme != "https":
                message = "TELEGRAM_WEBHOOK_URL: phải bắt đầu bằng https://"
                raise ValueError(message)
            if (address.port or 443) not in _WEBHOOK_PORTS:
                message = "TELEGRAM_WEBHOOK_URL: cổng phải là 443, 80, 88 hoặc 8443"
                raise ValueError(message)
        return self

    @property
    def has_telegram(self) -> bool:
        """Whether a Telegram bot is set."""
        return bool(self.telegram_token.get_secret_value())

    @property
    def has_account(self) -> bool:
        """Whether an account is set on any platform."""
        return self.has_telegram or self.has_zalo_oa or self.has_zalo_bot

    @property
    def on_a_real_platform(self) -> bool:
        """Whether an account is set on a platform's own server: every id is a real person's."""
        own = self.telegram_api_url.rstrip("/") == _TELEGRAM
        return (own and self.has_telegram) or self.on_zalo_itself

    @property
    def database(self) -> str:
        """The database's URL; a SQLite file in `var_dir` when none is set."""
        return self.database_url or f"sqlite:///{self.var_dir / _DATABASE_FILE}"

    @property
    def keeping(self) -> KeepingTerms:
        """How long what is kept is kept."""
        return KeepingTerms(
            closed=timedelta(days=self.keep_closed_days),
            link=timedelta(days=self.keep_link_days),
            other=timedelta(days=self.keep_other_days),
            deliveries=timedelta(days=self.keep_deliveries_days),
            proof=timedelta(days=self.keep_proof_days),
        )

    @property
    def media(self) -> Path:
        """Where sealed files lie: those of tips, and the unit's own photos."""
        return self.var_dir / "media"

    @property
    def marks(self) -> Path:
        """Where processes that send keep, outside the database, how far they have come."""
        return self.marks_dir or self.var_dir / "senders"

    @property
    def keys(self) -> Path:
        """Where the sealing keys lie: never in the database."""
        return self.key_file or self.var_dir / "keys" / "keyring.json"


def load_settings() -> Settings:
    """Read the settings.

    Raises: Misconfigured, one sentence for each fault, naming the setting but never its value.
    """
    try:
        with _unread_lines() as unread:
            settings = Settings()
    except ValidationError as error:
        lines = [
            f"{place.upper()}: {said}." if place else f"{said}."
            for place, said in sentences(error, "_")
        ]
        raise Misconfigured("\n".join(lines)) from None
    except UnicodeDecodeError:
        message = "Tệp .env không phải chữ UTF-8; hãy lưu lại tệp bằng UTF-8."
        raise Misconfigured(message) from None
    except OSError as error:
        raise Misconfigured(f"Không đọc được tệp .env ({of_system(error)}).") from None
    if unread:
        where = ", ".join(str(line) for line in unread)
        message = f"Tệp .env: không đọc được dòng {where}; mỗi dòng phải là TÊN=giá trị."
        raise Misconfigured(message)
    return settings


def at_hand(settings: Settings) -> Settings:
    """Return the settings for looking at what runs here: the demo's, where only the demo is.

    `make run` without a token keeps the demo in a folder of its own; whoever looks at it from
    another terminal need not know.
    """
    alone = (
        not settings.has_account
        and not settings.database_url
        and settings.var_dir == _DEFAULT_FOLDER
        and not (_DEFAULT_FOLDER / _DATABASE_FILE).exists()
    )
    if alone and (_DEMO_FOLDER / _DATABASE_FILE).exists():
        return settings.model_copy(update={"var_dir": _DEMO_FOLDER})
    return settings


@contextmanager
def _unread_lines() -> Iterator[list[int]]:
    """Collect the lines of `.env` that its reader only complains of, in English, to a log."""
    unread: list[int] = []

    def note(record: logging.LogRecord) -> bool:
        unread.extend(one for one in record.args or () if isinstance(one, int))
        return False

    log = logging.getLogger("dotenv.main")
    log.addFilter(note)
    try:
        yield unread
    finally:
        log.removeFilter(note)
