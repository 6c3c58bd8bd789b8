"""Where a unit's staff hear of tips: review groups, else the private chats of who may read."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from delivery.outbox import Outbox
from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Button, Outgoing
from domain.roles import Permission, Role, may
from domain.texts.catalogue import Catalogue
from storage.database import Tx
from storage.people import addresses, units
from storage.people.addresses import Address
from storage.tips import tip_rows, topics
from storage.tips.tips import Tip
from storage.tips.topics import TopicState
from tips.rights import channel_of

_ROLES = frozenset(Role)
_REFUSED_FOR = timedelta(minutes=15)
"""How long a group that refused a message is left alone."""


class Desk(Protocol):
    """What it takes to say something to staff."""

    @property
    def catalogue(self) -> Catalogue:
        """The sentences."""
        ...

    @property
    def outbox(self) -> Outbox:
        """The way out."""
        ...


@dataclass(frozen=True, slots=True)
class Reader:
    """A chat in which a tip's staff read."""

    address: Address
    group_id: UUID | None
    language: Language
    name: str = ""


def readers(tx: Tx, tip: Tip) -> list[Reader]:
    """Return the review groups of a tip's unit; without one, everybody who may read the tip.

    A group that cannot be written to, or whose platform refused the last message lately, counts
    as none while there is anybody else.
    """
    groups, well = [], []
    for group in units.groups_of(tx, tip.unit_id, "review"):
        address = addresses.of_group(tx, group.id)
        if address is not None:
            reader = Reader(address, group.id, Language.VI)
            groups.append(reader)
            if address.unreachable is None and not tip_rows.refused_lately(
                tx, address.id, _REFUSED_FOR
            ):
                well.append(reader)
    return well or _privately(tx, tip, _who_may(_asked(tip))) or groups


def others(tx: Tx, tip: Tip, known: Collection[UUID]) -> list[Reader]:
    """Return who else may read an urgent tip: none of the addresses already known."""
    found = _privately(tx, tip, _who_may(Permission.READ_URGENT_TIPS))
    return [reader for reader in found if reader.address.id not in known]


def chiefs(tx: Tx, tip: Tip) -> list[Reader]:
    """Return the private chats of the chiefs of a tip's unit."""
    return _privately(tx, tip, frozenset({Role.CHIEF}))


def its_holder(tx: Tx, tip: Tip) -> Reader | None:
    """Return the private chat of who was given a tip by somebody else.

    Whether they are in the review group no platform tells us, so they are told there and here.
    """
    if tip.taken_by is None or not tip.given:
        return None
    return private_chat(tx, tip.taken_by)


def private_chat(tx: Tx, staff_id: UUID) -> Reader | None:
    """Return where a member of staff can be told something alone; None for nowhere."""
    one = units.get_staff(tx, staff_id)
    address = addresses.of_staff(tx, staff_id) if one is not None else None
    if one is None or address is None or address.unreachable is not None:
        return None
    return Reader(address, None, one.language, one.name)


def tell(tx: Tx, desk: Desk, tip: Tip, key: str, *rows: tuple[Button, ...], **facts: str) -> None:
    """Say a line about a tip to its readers, under its card where there is one."""
    for reader in readers(tx, tip):
        text = desk.catalogue.say(reader.language, key, ma_tin=tip.case_number, **facts)
        under = tip_rows.first_card(tx, tip.id, reader.address.id)
        send(tx, desk, tip, reader, Outgoing(text=text, buttons=rows, reply_to=under))


def send(
    tx: Tx,
    desk: Desk,
    tip: Tip,
    reader: Reader,
    outgoing: Outgoing,
    *,
    kind: DeliveryKind = DeliveryKind.NOTICE,
    lane: Lane = Lane.TALK,
) -> None:
    """Put something about a tip where its readers are; nothing in it points to its writer."""
    thread = thread_of(tx, tip, reader.address.id) if reader.group_id is not None else None
    desk.outbox.put(
        tx,
        reader.address.id,
        replace(outgoing, thread=thread),
        kind=kind,
        lane=lane,
        language=reader.language.value,
        group_id=reader.group_id,
        tip_id=tip.id,
    )


def thread_of(tx: Tx, tip: Tip, address_id: UUID) -> str | None:
    """Return the thread of a tip's topic in a group; None for what goes to the whole group."""
    topic = topics.of(tx, tip.id, address_id)
    return topic.thread if topic is not None and topic.state is not TopicState.NONE else None


def _asked(tip: Tip) -> Permission:
    return Permission.READ_URGENT_TIPS if tip.urgent else Permission.READ_TIPS


def _who_may(permission: Permission) -> frozenset[Role]:
    return frozenset(role for role in _ROLES if may({role}, permission))


def _privately(tx: Tx, tip: Tip, roles: frozenset[Role]) -> list[Reader]:
    """Return a chat of each: of several one on the tip's platform, where its words may stand."""
    came_by = channel_of(tx, tip)
    found = []
    for one in units.staff_with(tx, tip.unit_id, roles):
        chats = addresses.all_of_staff(tx, one.id)
        same = [chat for chat in chats if chat.channel == came_by]
        if chats:
            found.append(Reader((same or chats)[0], None, one.language, one.name))
    return found
