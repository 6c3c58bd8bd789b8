"""The whole pretend Zalo around one Official Account, held in memory."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from simulator.clock import Clock
from simulator.errors import PhoneError
from simulator.live import Live
from simulator.zalo_oa.codes import OaError, invalid
from simulator.zalo_oa.faults import Faults
from simulator.zalo_oa.ledger import Ledger
from simulator.zalo_oa.post import PostOffice
from simulator.zalo_oa.rates import Rates
from simulator.zalo_oa.record import Accepted, Record
from simulator.zalo_oa.settings import Settings
from simulator.zalo_oa.spec import OaSpec, ZaloLinkSpec, ZaloSpec
from simulator.zalo_oa.things import (
    Article,
    Asset,
    Chat,
    Content,
    Group,
    Json,
    Media,
    Message,
    Person,
    new_id,
)
from simulator.zalo_oa.tokens import Tokens


@dataclass(slots=True)
class ZaloWorld:
    """People, the OA and all that passes between them.

    `uploads` are what the service sent in, by attachment id or token; `media` every file by id.
    `base_url` is where this simulator is reached; media links begin with it.
    """

    clock: Clock
    oa: OaSpec = field(default_factory=OaSpec)
    settings: Settings = field(default_factory=Settings)
    people: dict[str, Person] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    article_tokens: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, Media] = field(default_factory=dict)
    media: dict[str, Media] = field(default_factory=dict)
    links: list[ZaloLinkSpec] = field(default_factory=list)
    live: Live = field(default_factory=Live)
    record: Record = field(default_factory=Record)
    faults: Faults = field(default_factory=Faults)
    base_url: str = "http://127.0.0.1"
    tokens: Tokens = field(init=False)
    ledger: Ledger = field(init=False)
    rates: Rates = field(init=False)
    post: PostOffice = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = self._new_tokens()
        self.ledger = Ledger(self.clock)
        self.rates = Rates(self.clock)
        self.post = PostOffice(
            self.clock, self.oa.app_id, self.record, lambda: self.settings, self.tell_oa
        )

    @classmethod
    def from_spec(cls, spec: ZaloSpec, clock: Clock, webhook_url: str | None = None) -> "ZaloWorld":
        """Make a world as described."""
        world = cls(clock, spec.oa)
        world.load(spec)
        world.settings = replace(world.settings, webhook_url=webhook_url)
        return world

    def load(self, spec: ZaloSpec) -> None:
        """Replace the OA, everybody and everything said; switches and webhook address stay."""
        self.oa = spec.oa
        self.settings = replace(
            self.settings, oa_type=spec.oa.type, webhook_secret=spec.oa.webhook_secret
        )
        self.tokens = self._new_tokens()
        self.post.app_id = spec.oa.app_id
        now = self.clock.now()
        self.people, self.chats, self.groups = {}, {}, {}
        self.articles, self.article_tokens, self.uploads, self.media = {}, {}, {}, {}
        self.links = list(spec.links)
        for person in spec.people:
            hours = person.interacted_hours_ago
            self.people[person.id] = Person(
                person.id,
                person.name,
                person.role,
                person.admin,
                person.follows,
                person.mobile,
                interacted_at=None if hours is None else now - timedelta(hours=hours),
                greeted=hours is not None,
                traits={str(name): code for name, code in person.traits.items()},
            )
        self.assets = {
            asset.id: Asset(asset.id, asset.size, now + timedelta(days=asset.days))
            for asset in spec.assets
        }
        for made in spec.groups:
            self.assets[made.asset].group = made.id
            self.groups[made.id] = Group(
                made.id,
                made.name,
                made.description,
                made.asset,
                made.code,
                list(dict.fromkeys(made.members)),
                list(dict.fromkeys(made.admins)),
            )
        self.rates.forget()

    def _new_tokens(self) -> Tokens:
        return Tokens(self.clock, self.oa.app_id, self.oa.app_secret, self.oa.refresh_token)

    @property
    def link(self) -> str:
        """Give the address that opens the OA."""
        return f"https://zalo.me/{self.oa.id}"

    @property
    def followers(self) -> int:
        """Count the followers."""
        return sum(person.follows for person in self.people.values())

    def chat(self, chat_id: str) -> Chat:
        """Give a chat, making it when it is the first time."""
        if chat_id not in self.chats:
            self.chats[chat_id] = Chat(chat_id)
        return self.chats[chat_id]

    def person(self, person_id: str) -> Person:
        """Find a person for a phone.

        Raises:
            PhoneError: 404, nobody has this id.
        """
        person = self.people.get(person_id)
        if person is None:
            raise PhoneError(404, "person_not_found", "Không có người này trong Zalo mô phỏng.")
        return person

    def user(self, user_id: object) -> Person:
        """Find a person for the service.

        Raises:
            OaError: -201, it is no user of this OA.
        """
        person = self.people.get(user_id) if isinstance(user_id, str) else None
        if person is None:
            raise invalid("user_id is invalid")
        return person

    def oa_group(self, group_id: object) -> Group:
        """Find a group that works, for the service.

        Raises:
            OaError: -403 the OA made no such group, -237 its asset has lapsed.
        """
        group = self.groups.get(group_id) if isinstance(group_id, str) else None
        if group is None:
            raise OaError(-403)
        if not self.is_enabled(group):
            raise OaError(-237)
        return group

    def is_enabled(self, group: Group) -> bool:
        """Say whether the asset of a group has not lapsed."""
        asset = self.assets.get(group.asset)
        return asset is not None and asset.until > self.clock.now()

    def phone_group(self, group_id: str) -> Group:
        """Find a group for a phone.

        Raises:
            PhoneError: 404, there is none.
        """
        group = self.groups.get(group_id)
        if group is None:
            raise PhoneError(404, "group_not_found", "Không có nhóm này.")
        return group

    def keep(self, kind: str, name: str, mime: str, data: bytes, size: int | None = None) -> Media:
        """Keep the bytes of a new file."""
        whole = len(data) if size is None else size
        kept = Media(new_id(), kind, name, mime, data, whole, self.clock.now())
        self.media[kept.id] = kept
        return kept

    def media_url(self, media: Media) -> str:
        """Give the address at which the service may fetch a file."""
        return f"{self.base_url}{media.path}"

    def add(self, chat_id: str, sender: str, content: Content, *, hidden: bool = False) -> Message:
        """Put a message into a chat; a hidden one is shown on no phone."""
        chat = self.chat(chat_id)
        message = Message(new_id(), chat_id, sender, self.clock.now(), content, hidden=hidden)
        chat.messages[message.id] = message
        return message

    def note(
        self, kind: str, chat: str, message_id: str, path: str, text: str, billing: str | None
    ) -> Accepted:
        """Write a send into the record."""
        line = Accepted(kind, chat, message_id, path, text, billing, self.clock.now())
        self.record.sends.append(line)
        return line

    def note_change(self, kind: str, thing: str, path: str) -> Accepted:
        """Write a change of a group or an article into the record."""
        line = Accepted(kind, thing, "", path, "", None, self.clock.now())
        self.record.changes.append(line)
        return line

    def tell_oa(self) -> None:
        """Tell phones how the OA stands."""
        self.live.tell("oa", oa=self.oa_for_phone())

    def oa_for_phone(self) -> Json:
        """Write the OA for phones."""
        return {
            "id": self.oa.id,
            "name": self.oa.name,
            "description": self.oa.description,
            "type": self.settings.oa_type,
            "verified": self.settings.verified,
            "followers": self.followers,
            "link": self.link,
            "webhook": {
                "url": self.settings.webhook_url,
                "enabled": self.post.enabled,
                "waiting": self.post.waiting,
            },
        }
