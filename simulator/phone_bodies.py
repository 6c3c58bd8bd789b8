"""What phones may send, checked at the door."""

from pydantic import BaseModel, ConfigDict, Field


class Body(BaseModel):
    """A body that allows nothing it does not know."""

    model_config = ConfigDict(extra="forbid")


class StartBody(Body):
    """Press Start."""

    payload: str = ""


class SayBody(Body):
    """A text."""

    text: str
    reply_to: int | None = None
    quote: str = ""
    thread: int | None = None


class PlaceBody(Body):
    """A place."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    accuracy: float | None = Field(default=None, ge=0, le=1500)
    reply_to: int | None = None
    thread: int | None = None


class ButtonBody(Body):
    """A button, by its place."""

    row: int
    column: int


class TextBody(Body):
    """A new text."""

    text: str


class ReadBody(Body):
    """Read up to a message."""

    upto: int


class NewChatBody(Body):
    """A chat to make."""

    kind: str
    title: str
    forum: bool = False
    members: list[int] = Field(default_factory=list)


class BotActionBody(Body):
    """What to do with the bot."""

    action: str


class NameBody(Body):
    """A topic's name."""

    name: str = Field(min_length=1, max_length=128)


class MigrateBody(Body):
    """A migration."""

    forum: bool = False


class VoteBody(Body):
    """A vote."""

    options: list[int] = Field(default_factory=list)
