"""The settings of both Zalo accounts, checked like all others."""

import re
from typing import Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings

from bot.addresses_typed import is_address, is_base

OA_API = "https://openapi.zalo.me"
OA_OAUTH = "https://oauth.zaloapp.com"
BOT_API = "https://bot-api.zaloplatforms.com"
_BOT_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_BOT_SECRET = re.compile(r"[A-Za-z0-9_-]{8,256}")
_NUMBER = re.compile(r"\d{1,30}")
_SECRET = re.compile(r"[!-~]{8,4096}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_BASES = frozenset({OA_API, OA_OAUTH, BOT_API})


class ZaloSettings(BaseSettings):
    """What the Official Account and the Zalo bot need."""

    zalo_oa_app_id: str = ""
    zalo_oa_app_secret: SecretStr = SecretStr("")
    zalo_oa_id: str = ""
    zalo_oa_refresh_token: SecretStr = SecretStr("")
    zalo_oa_redirect_url: str = ""
    zalo_oa_code_verifier: SecretStr = SecretStr("")
    zalo_oa_webhook_secret: SecretStr = SecretStr("")
    zalo_oa_webhook_path: str = "/zalo/oa"
    zalo_oa_api_url: str = OA_API
    zalo_oa_oauth_url: str = OA_OAUTH
    zalo_oa_send_path: Literal["auto", "v3_cs", "v2_message"] = "auto"
    zalo_oa_proof: bool = False
    zalo_oa_pace_per_min: int = Field(default=90, ge=1, le=4000)
    zalo_oa_allowance: int = Field(default=0, ge=0, le=10_000_000)
    zalo_oa_price_vnd: int = Field(default=55, ge=0, le=100_000)
    zalo_oa_group_buttons: bool = False
    zalo_oa_name: str = Field(default="", max_length=100)
    zalo_oa_admin: str = Field(default="", max_length=64)
    zalo_oa_articles: bool = False
    zalo_oa_article_hours: str = "6-22"
    zalo_oa_catch_up_h: int = Field(default=0, ge=0, le=48)

    zalo_bot_token: SecretStr = SecretStr("")
    zalo_bot_api_url: str = BOT_API
    zalo_bot_mode: Literal["polling", "webhook"] = "polling"
    zalo_bot_webhook_url: str = ""
    zalo_bot_webhook_secret: SecretStr = SecretStr("")
    zalo_bot_name: str = Field(default="", max_length=100)
    zalo_bot_pace_per_s: float = Field(default=1.0, gt=0, le=100, allow_inf_nan=False)

    @field_validator("zalo_oa_article_hours")
    @classmethod
    def _hours_are_a_span(cls, value: str) -> str:
        first, _, end = value.partition("-")
        if not (first.isdecimal() and end.isdecimal() and int(first) < int(end) <= 24):
            message = "phải là giờ đầu và giờ cuối trong ngày, như 6-22"
            raise ValueError(message)
        return value

    @field_validator("zalo_oa_app_id", "zalo_oa_id")
    @classmethod
    def _id_is_a_number(cls, value: str) -> str:
        if value and not _NUMBER.fullmatch(value):
            message = "phải là dãy số mà Zalo đã cấp"
            raise ValueError(message)
        return value

    @field_validator("zalo_oa_app_secret", "zalo_oa_refresh_token")
    @classmethod
    def _oa_secret_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _SECRET.fullmatch(value.get_secret_value()):
            message = "phải là chuỗi liền, không dấu cách, như Zalo đã cấp"
            raise ValueError(message)
        return value

    @field_validator("zalo_oa_redirect_url")
    @classmethod
    def _oa_redirect_is_an_address(cls, value: str) -> str:
        if value and not is_base(value):
            message = "phải là địa chỉ đã đăng ký với ứng dụng, không có phần sau dấu ?"
            raise ValueError(message)
        return value

    @field_validator("zalo_oa_code_verifier")
    @classmethod
    def _oa_verifier_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _VERIFIER.fullmatch(value.get_secret_value()):
            message = "phải gồm 43 đến 128 chữ không dấu, số và . _ ~ -"
            raise ValueError(message)
        return value

    @field_validator("zalo_oa_webhook_secret")
    @classmethod
    def _oa_webhook_secrets_look_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not all(
            _SECRET.fullmatch(one) for one in webhook_secrets(value)
        ):
            message = "phải là khóa bí mật của OA; có nhiều khóa thì cách nhau bằng dấu phẩy"
            raise ValueError(message)
        return value

    @field_validator("zalo_oa_webhook_path")
    @classmethod
    def _oa_path_is_a_path(cls, value: str) -> str:
        if not _PATH.fullmatch(value) or value == "/healthz":
            message = "phải là đường dẫn như /zalo/oa"
            raise ValueError(message)
        return value

    @field_validator("zalo_oa_api_url", "zalo_oa_oauth_url", "zalo_bot_api_url")
    @classmethod
    def _zalo_is_an_address(cls, value: str) -> str:
        if not is_base(value):
            message = "phải là địa chỉ http:// hoặc https:// của máy chủ Zalo"
            raise ValueError(message)
        return value

    @field_validator("zalo_bot_token")
    @classmethod
    def _bot_token_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _BOT_TOKEN.fullmatch(value.get_secret_value()):
            message = "phải có dạng <số>:<chữ>, như Zalo Bot Manager đã gửi"
            raise ValueError(message)
        return value

    @field_validator("zalo_bot_webhook_url")
    @classmethod
    def _bot_webhook_is_an_address(cls, value: str) -> str:
        if value and not is_address(value):
            message = "phải là địa chỉ https:// mà Zalo gọi tới được"
            raise ValueError(message)
        return value

    @field_validator("zalo_bot_webhook_secret")
    @classmethod
    def _bot_secret_looks_right(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not _BOT_SECRET.fullmatch(value.get_secret_value()):
            message = "phải gồm 8 đến 256 chữ không dấu, số, gạch dưới, gạch nối"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def _oa_is_complete(self) -> Self:
        given = {
            "ZALO_OA_ID": self.zalo_oa_id,
            "ZALO_OA_APP_ID": self.zalo_oa_app_id,
            "ZALO_OA_APP_SECRET": self.zalo_oa_app_secret.get_secret_value(),
        }
        missing = [name for name, value in given.items() if not value]
        if missing and len(missing) < len(given):
            message = f"Zalo OA còn thiếu {', '.join(missing)}"
            raise ValueError(message)
        return self

    @model_validator(mode="after")
    def _bot_webhook_is_complete(self) -> Self:
        if self.zalo_bot_mode != "webhook":
            return self
        if not (self.zalo_bot_webhook_url and self.zalo_bot_webhook_secret.get_secret_value()):
            message = "ZALO_BOT_MODE=webhook cần ZALO_BOT_WEBHOOK_URL và ZALO_BOT_WEBHOOK_SECRET"
            raise ValueError(message)
        own = self.zalo_bot_api_url.rstrip("/") == BOT_API
        if own and not self.zalo_bot_webhook_url.startswith("https://"):
            message = "ZALO_BOT_WEBHOOK_URL: phải bắt đầu bằng https://"
            raise ValueError(message)
        return self

    @property
    def has_zalo_oa(self) -> bool:
        """Whether an Official Account is set."""
        return bool(self.zalo_oa_id)

    @property
    def has_zalo_bot(self) -> bool:
        """Whether a Zalo bot is set."""
        return bool(self.zalo_bot_token.get_secret_value())

    @property
    def on_zalo_itself(self) -> bool:
        """Whether an account is set on Zalo's own servers, where every id is a real person's."""
        oa = {self.zalo_oa_api_url.rstrip("/"), self.zalo_oa_oauth_url.rstrip("/")}
        bot = self.zalo_bot_api_url.rstrip("/")
        return (self.has_zalo_oa and bool(oa & _BASES)) or (self.has_zalo_bot and bot in _BASES)


def webhook_secrets(typed: SecretStr) -> tuple[str, ...]:
    """Return the secrets that a comma list names."""
    return tuple(one.strip() for one in typed.get_secret_value().split(",") if one.strip())
