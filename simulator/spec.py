"""The world file: who lives in the pretend Telegram and Zalo, and in which chats."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from simulator.people import Role
from simulator.zalo_bot.spec import ZaloBotSpec
from simulator.zalo_oa.spec import ZaloSpec

DEFAULT_WORLD = Path(__file__).with_name("world.toml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BotSpec(_Strict):
    """A bot; `privacy = false` lets it read whole groups without being administrator."""

    token: str
    id: int | None = None
    username: str
    name: str = ""
    privacy: bool = True

    @field_validator("token")
    @classmethod
    def _token_shape(cls, token: str) -> str:
        number, colon, secret = token.partition(":")
        if not (number.isdigit() and colon and len(secret) >= 10):
            raise ValueError("mã thông báo phải có dạng SỐ:BÍ_MẬT")
        return token

    @property
    def bot_id(self) -> int:
        """Give the id: the number before the colon of the token unless told otherwise."""
        return self.id or int(self.token.partition(":")[0])


class UserSpec(_Strict):
    """A person; `started` and `blocked` speak of the first bot."""

    id: int = Field(gt=0)
    name: str
    role: Role = "resident"
    language_code: str | None = "vi"
    username: str | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False


class ChatSpec(_Strict):
    """A group, supergroup or channel; `linked` of a channel is its discussion group."""

    id: int = Field(lt=0)
    kind: Literal["group", "supergroup", "channel"]
    title: str
    username: str | None = None
    owner: int | None = None
    members: list[int] = Field(default_factory=list)
    forum: bool = False
    bot: Literal["member", "administrator", "left", "kicked"] = "left"
    bot_rights: list[str] | None = None
    linked: int | None = None
    topics: list[str] = Field(default_factory=list)


class LinkSpec(_Strict):
    """A link somebody may open, for instance from a poster."""

    label: str
    payload: str = Field(pattern=r"^[A-Za-z0-9_-]{0,64}$")


class WorldSpec(_Strict):
    """Everything at the start; the first bot is the one phones talk to."""

    bots: list[BotSpec] = Field(min_length=1)
    users: list[UserSpec] = Field(default_factory=list)
    chats: list[ChatSpec] = Field(default_factory=list)
    links: list[LinkSpec] = Field(default_factory=list)
    zalo_bot: ZaloBotSpec | None = None
    zalo: ZaloSpec | None = None


def read_world(path: Path | None = None) -> WorldSpec:
    """Read a world file, the shipped one when none is named.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is no TOML or describes no world (pydantic's errors are ValueErrors).
    """
    text = (path or DEFAULT_WORLD).read_text(encoding="utf-8")
    return WorldSpec.model_validate(tomllib.loads(text))
