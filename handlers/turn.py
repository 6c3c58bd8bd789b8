"""A turn of a conversation: who wrote what where, and how to answer within the transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from delivery.outbox import Outbox
from domain.delivery import DeliveryKind, Lane
from domain.errors import Refusal
from domain.language import Language
from domain.library import Library, fill
from domain.messages import (
    Button,
    ChatKind,
    ChatRef,
    Edit,
    Message,
    Outgoing,
    Press,
    PressAnswer,
)
from domain.places import Gazetteer
from domain.roles import Permission, may
from domain.texts.catalogue import Catalogue
from storage.database import Tx
from storage.people import addresses
from storage.people.addresses import Account, Address
from storage.people.residents import Resident
from storage.people.units import Group, Staff, Unit
from tips.language import Languages

REVIEW = "review"
"""Purpose of a group in which staff work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatRules:
    """Numbers that the conversation goes by; all are settings."""

    burst: timedelta
    """How long after the last piece a tip's card waits for more."""
    assume_bound: timedelta = timedelta(hours=48)
    """How long after a delivery a first message is assumed to answer it."""
    neutral_every: timedelta = timedelta(minutes=10)
    """The least time between two neutral lines under one post."""
    longest_text: int = 20_000
    """UTF-16 units of one message that are kept; no platform of ours sends more."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Context:
    """What every turn needs, made once at the start."""

    catalogue: Catalogue
    library: Library
    gazetteer: Gazetteer
    outbox: Outbox
    rules: ChatRules
    languages: Languages = field(default_factory=Languages)
    articles: bool = False
    """Whether the installation puts up public pages, which reach followers who want nothing."""


@dataclass(slots=True, kw_only=True, repr=False)
class Turn:
    """One incoming item being handled in one transaction."""

    tx: Tx
    context: Context
    incoming: Message | Edit | Press
    account: Account
    unit: Unit
    chat: ChatRef
    person: Address | None
    """The private address of who wrote; None in a group while we do not know them."""
    resident: Resident | None
    staff: Staff | None
    group: Group | None
    group_address: Address | None
    away_since: datetime | None = None
    """Since when nothing could be sent to them until they wrote this."""
    fresh: bool = False
    """Whether what came in was not tried to be handled before."""
    typed: bool = False
    """Whether what came in as a press was a number that they typed."""
    over: str | None = None
    """The message of ours that a question asked again takes the place of."""
    answers: list[PressAnswer] = field(default_factory=list)
    """Answers to presses, given after the commit as well as can be."""
    unheard: list[str] = field(default_factory=list)
    """Answers to presses that came as words or numbers, which only a message can answer."""
    said: bool = False
    """Whether something was said to the person."""

    @property
    def language(self) -> Language:
        """The language to answer the person in."""
        if self.staff is not None and self.resident is None:
            return self.staff.language
        return self.resident.language if self.resident is not None else Language.VI

    @property
    def me(self) -> Address:
        """The private address of who wrote; made known now if they only spoke in a group."""
        if self.person is None:
            user_id = self.incoming.sender.user_id
            self.person = addresses.ensure(self.tx, self.account.id, ChatKind.PRIVATE, user_id)
        return self.person

    def text(self, key: str, /, **facts: str) -> str:
        """Return a sentence of the catalogue in the person's language."""
        return self.context.catalogue.say(self.language, key, **facts)

    def library_text(self, template_id: str, **values: str) -> str:
        """Return a system text of the library in the person's language, filled."""
        body = self.context.library.system(template_id, self.language)
        return fill(body, {**self.unit_values(), **values})

    def unit_values(self) -> Mapping[str, str]:
        """Return the placeholder values that a unit gives to any text."""
        return unit_values(self.unit, self.language)

    def say(self, key: str, /, *rows: tuple[Button, ...], **facts: str) -> UUID:
        """Answer the person privately with a sentence of the catalogue and rows of buttons."""
        return self.tell(Outgoing(text=self.text(key, **facts), buttons=rows))

    def tell(
        self, outgoing: Outgoing, *, lane: Lane = Lane.TALK, tip_id: UUID | None = None
    ) -> UUID:
        """Answer the person privately; returns the (last) delivery's id."""
        self.said = True
        return self.context.outbox.put(
            self.tx,
            self.me.id,
            outgoing,
            kind=DeliveryKind.REPLY,
            lane=lane,
            language=self.language.value,
            resident_id=self.resident.id if self.resident else None,
            tip_id=tip_id,
        )

    def tell_group(self, outgoing: Outgoing, *, lane: Lane = Lane.TALK) -> UUID:
        """Write into the group in which the person wrote."""
        if self.group_address is None:
            raise Refusal("app.unreadable")
        return self.context.outbox.put(
            self.tx,
            self.group_address.id,
            outgoing,
            kind=DeliveryKind.REPLY,
            lane=lane,
            language=Language.VI.value,
            group_id=self.group.id if self.group else None,
        )

    def answer(self, press_id: str, text: str = "", *, alert: bool = False) -> None:
        """Answer a press once the transaction is committed."""
        if press_id:
            self.answers.append(PressAnswer(press_id, text, alert))
        elif text:
            self.unheard.append(text)

    def say_unheard(self) -> None:
        """Say what a press without an answer of its own should have been answered with.

        Where more was said, that answers it; before a group's eyes nothing is said.
        """
        if self.unheard and not self.said and self.chat.kind is ChatKind.PRIVATE:
            self.tell(Outgoing(text="\n".join(self.unheard)))
        self.unheard.clear()

    def say_refused(self, text: str) -> None:
        """Say why nothing was done: privately, and to who typed a number among staff."""
        if self.chat.kind is ChatKind.PRIVATE:
            self.tell(Outgoing(text=text))
        elif self.typed and self.group is not None and self.group.purpose == REVIEW:
            self.tell_group(Outgoing(text=text, thread=self.chat.thread))

    def require(self, permission: Permission) -> Staff:
        """Return the member of staff who writes, if they may do this here.

        Raises: Refusal.
        """
        staff = self.staff
        if staff is None or staff.unit_id != self.unit.id or not may(staff.roles, permission):
            raise Refusal("app.not_allowed")
        return staff


def unit_values(unit: Unit, language: Language) -> dict[str, str]:
    """Return the placeholder values that a unit gives to any text in a language."""
    return unit.values(language)
