"""The Zalo Bot part of the world file."""

from pydantic import BaseModel, ConfigDict, Field, field_validator

from simulator.people import Role

ID = r"^[0-9a-f]{8,32}$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ZaloBotPersonSpec(_Strict):
    """A person on Zalo.

    `written`: they have written to the bot before. `protected`: Zalo hides what they send (minors
    and others), so the bot learns only that something came.
    """

    id: str = Field(pattern=ID)
    name: str
    role: Role = "resident"
    written: bool = False
    blocked: bool = False
    protected: bool = False


class ZaloBotGroupSpec(_Strict):
    """A group of people; `bot` says whether the bot is in it."""

    id: str = Field(pattern=ID)
    title: str
    members: list[str] = Field(default_factory=list)
    bot: bool = True


class ZaloBotSpec(_Strict):
    """One bot and those who may meet it."""

    token: str
    id: str = Field(default="b07a11ce0000000000b0", pattern=ID)
    account_name: str = "bot.anninh.vidu"
    display_name: str = "Bot An ninh (ví dụ)"
    people: list[ZaloBotPersonSpec] = Field(default_factory=list)
    groups: list[ZaloBotGroupSpec] = Field(default_factory=list)

    @field_validator("token")
    @classmethod
    def _token_shape(cls, token: str) -> str:
        number, colon, secret = token.partition(":")
        if not (number.isdigit() and colon and len(secret) >= 6):
            raise ValueError("mã thông báo phải có dạng SỐ:BÍ_MẬT")
        return token

    @field_validator("display_name")
    @classmethod
    def _name_rule(cls, name: str) -> str:
        if not name.startswith("Bot"):
            raise ValueError("tên của một Zalo Bot phải bắt đầu bằng chữ Bot")
        return name
