"""The pretend Zalo Bot Platform, held in memory."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from simulator.clock import Clock
from simulator.errors import PhoneError
from simulator.live import Live
from simulator.people import Role
from simulator.zalo_bot.faults import Faults
from simulator.zalo_bot.record import BotRecord
from simulator.zalo_bot.rules import Rules
from simulator.zalo_bot.spec import ZaloBotSpec
from simulator.zalo_bot.updates import UpdateLine

MONTHS_RUN_IN = ZoneInfo("Asia/Ho_Chi_Minh")
MessageKind = Literal["text", "image", "sticker", "audio", "file", "service"]


def new_id() -> str:
    """Make up an id as Zalo Bot's are: 20 hexadecimal digits."""
    return secrets.token_hex(10)


@dataclass(slots=True)
class BotPerson:
    """A person; `unread` counts per chat what their phone has not shown."""

    id: str
    name: str
    role: Role = "resident"
    written: bool = False
    blocked: bool = False
    protected: bool = False
    unread: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class BotGroup:
    """A group; `bot`: the bot is in it."""

    id: str
    title: str
    members: list[str]
    bot: bool


@dataclass(frozen=True, slots=True)
class Media:
    """Bytes somebody sent; anybody who knows the address can read them, as on Zalo."""

    id: str
    name: str
    mime: str
    data: bytes


@dataclass(frozen=True, slots=True)
class BotMessage:
    """What was said in a chat; `sender` None is the bot, `url` where a picture or sound lies."""

    id: str
    chat: str
    sender: str | None
    at: datetime
    kind: MessageKind
    text: str = ""
    url: str = ""
    media: Media | None = None
    sticker: str = ""
    quote: str = ""
    parse_mode: str = ""
    styles: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class BotWebhook:
    """Where updates go."""

    url: str
    secret: str
    updated_at: datetime


@dataclass(slots=True)
class ZaloBotWorld:
    """One bot, its people and groups, and all that passed. Without a bot no token is right."""

    clock: Clock
    token: str = ""
    id: str = ""
    account_name: str = ""
    display_name: str = ""
    people: dict[str, BotPerson] = field(default_factory=dict)
    groups: dict[str, BotGroup] = field(default_factory=dict)
    messages: dict[str, list[BotMessage]] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    known: list[str] = field(default_factory=list)
    sent_in: Counter[str] = field(default_factory=Counter)
    daily: Counter[str] = field(default_factory=Counter)
    sent_at: list[float] = field(default_factory=list)
    rules: Rules = field(default_factory=Rules)
    live: Live = field(default_factory=Live)
    record: BotRecord = field(default_factory=BotRecord)
    faults: Faults = field(default_factory=Faults)
    webhook: BotWebhook | None = None
    webhook_changed: Callable[[], None] | None = None
    line: UpdateLine = field(init=False)

    def __post_init__(self) -> None:
        self.line = UpdateLine(self.clock, self.rules)

    def load(self, spec: ZaloBotSpec | None) -> None:
        """Replace the bot and everybody; the rules stay, a webhook stays with the same token."""
        if spec is None or spec.token != self.token:
            self.webhook = None
        self.token = spec.token if spec else ""
        self.id = spec.id if spec else ""
        self.account_name = spec.account_name if spec else ""
        self.display_name = spec.display_name if spec else ""
        self.messages, self.media = {}, {}
        self.known, self.sent_in, self.daily, self.sent_at = [], Counter(), Counter(), []
        self.people = {
            one.id: BotPerson(one.id, one.name, one.role, one.written, one.blocked, one.protected)
            for one in (spec.people if spec else [])
        }
        self.known = [one.id for one in self.people.values() if one.written]
        self.groups = {
            one.id: BotGroup(one.id, one.title, list(one.members), one.bot)
            for one in (spec.groups if spec else [])
        }
        self.line.forget()
        if self.webhook_changed is not None:
            self.webhook_changed()

    def person(self, person_id: str) -> BotPerson:
        """Find a person.

        Raises:
            PhoneError: 404, nobody has this id.
        """
        person = self.people.get(person_id)
        if person is None:
            raise PhoneError(404, "person_not_found", "Không có người này trong thế giới mô phỏng.")
        return person

    def group(self, group_id: str) -> BotGroup:
        """Find a group.

        Raises:
            PhoneError: 404, there is no such group.
        """
        group = self.groups.get(group_id)
        if group is None:
            raise PhoneError(404, "group_not_found", "Không có nhóm này.")
        return group

    def watchers(self, chat: str) -> list[BotPerson]:
        """List whose phones show a chat."""
        if chat in self.groups:
            members = self.groups[chat].members
            return [self.people[one] for one in members if one in self.people]
        return [self.people[chat]] if chat in self.people else []

    def message(self, chat: str, message_id: str) -> BotMessage | None:
        """Find a message."""
        said = self.messages.get(chat, [])
        return next((one for one in said if one.id == message_id), None)

    def month(self) -> str:
        """Name the month that is being counted, as 2026-11, in Viet Nam's time."""
        return self.clock.now().astimezone(MONTHS_RUN_IN).strftime("%Y-%m")

    def day(self) -> str:
        """Name the day that is being counted."""
        return self.clock.now().astimezone(MONTHS_RUN_IN).strftime("%Y-%m-%d")
