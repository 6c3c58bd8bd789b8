"""The whole pretend Telegram, held in memory."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.chats import Chat, Member, Topic
from simulator.clock import Clock, counter_start
from simulator.errors import PhoneError
from simulator.faults import Faults
from simulator.files import FileShelf
from simulator.live import Live
from simulator.messages import Content, Message, Poll, Press
from simulator.people import Bot, Person
from simulator.rates import Rates
from simulator.record import Record
from simulator.spec import ChatSpec, LinkSpec, UserSpec, WorldSpec
from simulator.updates import UpdateQueue
from simulator.webhooks import Webhook
from simulator.zalo_bot.world import ZaloBotWorld

MESSAGE_IDS_PER_SECOND = 10
UPDATE_IDS_PER_SECOND = 50


@dataclass(slots=True)
class World:
    """People, bots, chats and all that passes between them.

    `private` holds the private chats by (bot id, person's id); they are made when first needed.
    """

    clock: Clock = field(default_factory=Clock)
    bots: dict[str, Bot] = field(default_factory=dict)
    people: dict[int, Person] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    private: dict[tuple[int, int], Chat] = field(default_factory=dict)
    queues: dict[int, UpdateQueue] = field(default_factory=dict)
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    links: list[LinkSpec] = field(default_factory=list)
    presses: dict[str, Press] = field(default_factory=dict)
    polls: dict[str, Poll] = field(default_factory=dict)
    live: Live = field(default_factory=Live)
    record: Record = field(default_factory=Record)
    faults: Faults = field(default_factory=Faults)
    files: FileShelf = field(init=False)
    rates: Rates = field(init=False)
    zalo_bot: ZaloBotWorld = field(init=False)
    message_floor: int = 0
    webhook_changed: Callable[[int], None] | None = None

    def __post_init__(self) -> None:
        self.files = FileShelf(self.clock)
        self.rates = Rates(self.clock)
        self.zalo_bot = ZaloBotWorld(self.clock)

    @classmethod
    def from_spec(cls, spec: WorldSpec, clock: Clock | None = None) -> "World":
        """Make a world as described."""
        world = cls(clock or Clock())
        world.load(spec)
        return world

    def load(self, spec: WorldSpec) -> None:
        """Replace everybody and everything said; counters go on and never come back.

        Update queues and webhooks of bots that stay (same id) stay too, emptied.
        """
        self.message_floor = max(
            (chat.next_id for chat in self.all_chats()), default=self.message_floor
        )
        self.bots = {}
        self.people, self.chats, self.private = {}, {}, {}
        self.presses, self.polls = {}, {}
        self.links = list(spec.links)
        for bot in spec.bots:
            made = Bot(bot.bot_id, bot.token, bot.username, bot.name or bot.username, bot.privacy)
            self.bots[bot.token] = made
            queue = self.queues.get(made.id)
            if queue is None:
                start = counter_start(self.clock.now(), UPDATE_IDS_PER_SECOND)
                self.queues[made.id] = UpdateQueue(self.clock, start)
            else:
                queue.waiting.clear()
        for user in spec.users:
            self._add_person(user)
        for chat in spec.chats:
            self._add_chat(chat)
        self.rates.forget()
        self.zalo_bot.load(spec.zalo_bot)

    @property
    def bot(self) -> Bot:
        """Give the first bot, the one phones talk to."""
        return next(iter(self.bots.values()))

    def bot_by_id(self, bot_id: int) -> Bot | None:
        """Find a bot by its id."""
        return next((bot for bot in self.bots.values() if bot.id == bot_id), None)

    def user(self, user_id: int) -> Person | Bot | None:
        """Find a person or a bot by id."""
        return self.people.get(user_id) or self.bot_by_id(user_id)

    def all_chats(self) -> list[Chat]:
        """List every chat there is, private ones last."""
        return [*self.chats.values(), *self.private.values()]

    def private_chat(self, bot: Bot, person: Person) -> Chat:
        """Give the private chat of a person with a bot, making it when it is the first time."""
        key = (bot.id, person.id)
        if key not in self.private:
            chat = Chat(person.id, "private", bot.name, self.first_message_id(), bot_id=bot.id)
            chat.members = {person.id: Member(person.id), bot.id: Member(bot.id)}
            self.private[key] = chat
        return self.private[key]

    def first_message_id(self) -> int:
        """Give the id a new chat's first message gets."""
        start = counter_start(self.clock.now(), MESSAGE_IDS_PER_SECOND)
        return max(start, self.message_floor)

    def new_chat_id(self, kind: str) -> int:
        """Make up an id that no chat has: -100… for supergroups and channels."""
        while True:
            number = secrets.randbelow(900_000_000) + 2_000_000_000
            chat_id = -number if kind == "group" else -(1_000_000_000_000 + number)
            if chat_id not in self.chats:
                return chat_id

    def person(self, user_id: int) -> Person:
        """Find a person.

        Raises:
            PhoneError: 404, nobody has this id.
        """
        person = self.people.get(user_id)
        if person is None:
            raise PhoneError(404, "user_not_found", "Không có người này trong thế giới mô phỏng.")
        return person

    def chat_for(self, person: Person, chat_id: int) -> Chat:
        """Find a chat as this person names it; their own id is the chat with the first bot.

        Raises:
            PhoneError: 404, there is no such chat.
        """
        if chat_id == person.id:
            return self.private_chat(self.bot, person)
        chat = self.chats.get(chat_id)
        if chat is None:
            raise PhoneError(404, "chat_not_found", "Không có cuộc trò chuyện này.")
        return chat

    def _add_person(self, spec: UserSpec) -> None:
        first = self.bot.id
        self.people[spec.id] = Person(
            spec.id,
            spec.name,
            spec.role,
            spec.language_code,
            spec.username,
            spec.deactivated,
            started={first} if spec.started else set(),
            blocked={first} if spec.blocked else set(),
        )

    def _add_chat(self, spec: ChatSpec) -> None:
        start = self.first_message_id()
        chat = Chat(spec.id, spec.kind, spec.title, start, spec.forum, spec.username)
        chat.linked = spec.linked
        owner = spec.owner
        if owner is not None:
            chat.members[owner] = Member(owner, "creator")
        for user_id in spec.members:
            chat.members.setdefault(user_id, Member(user_id))
        rights: frozenset[str] = frozenset()
        if spec.bot == "administrator":
            given = spec.bot_rights
            rights = chat.full_rights() if given is None else frozenset(given)
        chat.members[self.bot.id] = Member(self.bot.id, spec.bot, rights)
        self.chats[chat.id] = chat
        for name in spec.topics:
            thread = chat.next_id
            chat.next_id += 1
            chat.topics[thread] = Topic(thread, name)
            chat.messages[thread] = Message(
                thread,
                chat.id,
                self.clock.now(),
                Content(
                    "service",
                    service={"forum_topic_created": {"name": name, "icon_color": 7322096}},
                    sentence=f"Đã mở chủ đề “{name}”.",
                ),
                sender=owner or self.bot.id,
                thread=thread,
            )
