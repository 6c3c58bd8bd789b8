"""What Zalo phones may send, checked at the door."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A body that allows nothing it does not know."""

    model_config = ConfigDict(extra="forbid")


class FollowBody(Body):
    """A follow."""

    source: Literal["oa_profile", "message_invite", "social_plugin"] = "oa_profile"


class LinkToOpen(Body):
    """A link somebody opens or scans."""

    url: str


class OpenBody(Body):
    """A chat somebody looks at."""

    chat: str | None = None


class SayBody(Body):
    """A text."""

    text: str
    quote: str | None = None
    group: str | None = None
    mention: bool = False


class StickerBody(Body):
    """A sticker."""

    sticker: str = Field(min_length=1, max_length=100)
    group: str | None = None


class PlaceBody(Body):
    """A place."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    group: str | None = None


class LinkBody(Body):
    """A link shared as a card."""

    url: str = Field(pattern=r"^https?://\S+$", max_length=1000)
    description: str = Field(default="", max_length=500)
    group: str | None = None


class CardBody(Body):
    """A business card."""

    name: str = Field(min_length=1, max_length=100)
    phone: str = Field(pattern=r"^\+?\d{3,15}$")
    group: str | None = None


class PressBody(Body):
    """A button, by its place."""

    message: str
    button: int


class ReactBody(Body):
    """A reaction."""

    message: str
    icon: str


class InfoBody(Body):
    """Contact details."""

    name: str = Field(min_length=1, max_length=100)
    phone: str = Field(pattern=r"^\+?\d{3,15}$")
    address: str = ""
    city: str = ""
    ward: str = ""


class SwitchBody(Body):
    """A switch."""

    on: bool


class DeviceBody(Body):
    """What somebody holds in their hand."""

    mobile: bool | None = None
    online: bool | None = None


class OaMessageBody(Body):
    """A message an admin writes as the OA."""

    to: str
    text: str
