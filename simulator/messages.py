"""What was said: frozen messages and their content."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from simulator.files import StoredFile

Json = dict[str, Any]
Kind = Literal["text", "photo", "video", "voice", "document", "location", "poll", "service"]
MEDIA_KINDS = frozenset({"photo", "video", "voice", "document"})


@dataclass(frozen=True, slots=True)
class Content:
    """What a message holds, without who, where and when.

    `text` is the text or the caption, `entities` its MessageEntity objects in UTF-16 units.
    `service` holds the fields a service message adds for bots, `sentence` what phones show.
    `sizes` are the smaller pictures of a photo, smallest first; `file` is the largest.
    """

    kind: Kind
    text: str = ""
    entities: tuple[Json, ...] = ()
    file: StoredFile | None = None
    sizes: tuple[StoredFile, ...] = ()
    location: Json | None = None
    poll_id: str | None = None
    preview: Json | None = None
    service: Json | None = None
    sentence: str = ""
    pinned: int | None = None

    @property
    def is_media(self) -> bool:
        """Tell whether this carries a file and therefore a caption rather than a text."""
        return self.kind in MEDIA_KINDS


@dataclass(frozen=True, slots=True)
class Message:
    """One message; an edit makes a new one in its place.

    `sender` is a person's or a bot's id; posts in a channel have none but `sender_chat`, and
    `by_bot` still says which bot put them there.
    `origin` is a MessageOrigin of a forwarded message. `markup` is a ReplyMarkup as sent.
    """

    id: int
    chat_id: int
    at: datetime
    content: Content
    sender: int | None = None
    sender_chat: int | None = None
    by_bot: int | None = None
    thread: int | None = None
    reply_to: int | None = None
    external_reply: Json | None = None
    quote: Json | None = None
    album: str | None = None
    markup: Json | None = None
    origin: Json | None = None
    automatic_forward: bool = False
    protected: bool = False
    silent: bool = False
    edited_at: datetime | None = None


@dataclass(slots=True)
class Press:
    """A press of an inline button that waits for the bot's answer."""

    id: str
    user_id: int
    bot_id: int
    chat_id: int
    message_id: int
    at: float
    answered: bool = False


@dataclass(slots=True)
class Poll:
    """A poll and its votes, by user id."""

    id: str
    question: str
    options: list[str]
    anonymous: bool
    multiple: bool
    quiz: bool
    correct: list[int]
    explanation: str
    bot_id: int
    closed: bool = False
    votes: dict[int, list[int]] = field(default_factory=dict)
