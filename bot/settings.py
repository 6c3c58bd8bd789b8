"""The settings: read from the environment and `.env`, checked once, frozen."""

import re
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.faults import sentences
from domain.errors import Misconfigured
from storage.database import names_a_database

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://")


class Settings(BaseSettings):
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
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_pace_per_s: float = Field(default=25.0, gt=0, le=1000, allow_inf_nan=False)

    database_url: str = Field(default="", repr=False)
    var_dir: Path = Path("var")
    key_file: Path | None = None

    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8080, ge=0, le=65535)

    burst_s: float = Field(default=8.0, ge=0, le=600)
    send_timeout_s: float = Field(default=25.0, ge=1, le=120)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @field_validator("telegram_token")
    @classmethod
    def _token_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _TOKEN.fullmatch(value.get_secret_value()):
            message = "phải có dạng <số>:<chữ>, như BotFather đã cấp"
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
                "không đọc được; SQLite phải chỉ một tệp, PostgreSQL phải có tên cơ sở dữ liệu"
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

    @property
    def database(self) -> str:
        """The database's URL; a SQLite file in `var_dir` when none is set."""
        return self.database_url or f"sqlite:///{self.var_dir / 'an-ninh.db'}"

    @property
    def keys(self) -> Path:
        """Where the sealing keys lie: never in the database."""
        return self.key_file or self.var_dir / "keys" / "keyring.json"


def load_settings() -> Settings:
    """Read the settings.

    Raises: Misconfigured, one sentence for each fault, naming the setting but never its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{place.upper()}: {said}." if place else f"{said}."
            for place, said in sentences(error, "_")
        ]
        raise Misconfigured("\n".join(lines)) from None
    except UnicodeDecodeError:
        message = "Tệp .env không phải chữ UTF-8; hãy lưu lại tệp bằng UTF-8."
        raise Misconfigured(message) from None
