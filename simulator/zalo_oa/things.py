"""What the pretend Zalo is made of: people, chats, messages, groups, articles, media."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

Json = dict[str, Any]
Kind = Literal[
    "text",
    "image",
    "gif",
    "file",
    "audio",
    "video",
    "sticker",
    "location",
    "link",
    "card",
    "info_request",
    "articles",
    "service",
]
WELCOME_MESSAGES = 3


def new_id() -> str:
    """Make up an id of a message, group, upload or article."""
    return secrets.token_hex(10)


@dataclass(slots=True)
class Person:
    """Somebody on Zalo. `app_user_id` is their other name, known to the app."""

    id: str
    name: str
    role: str = "resident"
    admin: bool = False
    follows: bool = False
    mobile: bool = True
    online: bool = True
    restricted: bool = False
    withdrawn: bool = False
    inactive: bool = False
    interacted_at: datetime | None = None
    welcome_left: int = WELCOME_MESSAGES
    greeted: bool = False
    """Whether user_click_chatnow has been told, or they wrote without it."""
    info_wanted: bool = False
    info: Json = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)
    traits: dict[str, int] = field(default_factory=dict)
    """What a broadcast may be aimed by: ages, gender, locations, cities, platform (codes)."""
    shown_broadcast_on: str = ""
    """The Vietnamese day on which they were last shown a broadcast."""

    @property
    def app_user_id(self) -> str:
        """Give `user_id_by_app`: a third namespace, never equal to `id`."""
        return f"5{self.id[1:]}"


@dataclass(frozen=True, slots=True)
class Media:
    """Bytes somebody sent or uploaded; `size` may be a pretended one."""

    id: str
    kind: str
    name: str
    mime: str
    data: bytes
    size: int
    at: datetime
    width: int | None = None
    height: int | None = None

    @property
    def path(self) -> str:
        """Give the path under which this server shows the bytes."""
        return f"/zalo-media/{self.id}/{quote(self.name or 'tep', safe='')}"

    @property
    def checksum(self) -> str:
        """Give the MD5 that Zalo puts beside files; it guards nothing."""
        return hashlib.md5(self.data, usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, whoever wrote it. `url` is a picture that lies elsewhere."""

    kind: Kind = "text"
    text: str = ""
    media: Media | None = None
    url: str = ""
    location: Json | None = None
    sticker: str | None = None
    link: Json | None = None
    card: Json | None = None
    info_request: Json | None = None
    articles: tuple[str, ...] = ()
    buttons: tuple[Json, ...] = ()
    quote: str | None = None


@dataclass(slots=True)
class Message:
    """A message; `sender` is a person's id or the OA's."""

    id: str
    chat: str
    sender: str
    at: datetime
    content: Content
    admin: str | None = None
    hidden: bool = False
    received: bool = False
    seen: bool = False
    reactions: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Chat:
    """What was said between a person and the OA, or in a group; oldest first."""

    id: str
    messages: dict[str, Message] = field(default_factory=dict)


@dataclass(slots=True)
class Asset:
    """The right to one group."""

    id: str
    size: int
    until: datetime
    group: str | None = None


@dataclass(slots=True)
class Group:
    """A group that the OA made (GMF)."""

    id: str
    name: str
    description: str
    asset: str
    code: str
    members: list[str]
    admins: list[str]
    avatar: str = ""
    pending: list[str] = field(default_factory=list)
    lock_send_msg: bool = False
    join_appr: bool = False
    enable_msg_history: bool = True
    enable_link_join: bool = True

    @property
    def chat(self) -> str:
        """Give the id of its chat, as phones know it."""
        return f"g:{self.id}"

    @property
    def link(self) -> str:
        """Give the address by which people join."""
        return f"https://zalo.me/g/{self.code}"


@dataclass(slots=True)
class Article:
    """A page of the OA; `fields` as they were given, `ready_at` when Zalo is done with it."""

    id: str
    fields: Json
    created_at: datetime
    ready_at: datetime
    views: int = 0
    next_fields: Json | None = None
    """What an update will make of it once `ready_at` has come."""

    @property
    def shown(self) -> bool:
        """Say whether it may be read."""
        return self.fields.get("status") == "show"
