"""Tips that came on a channel on which none of their unit's staff can open them."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from domain.delivery import DeliveryKind, Lane
from domain.messages import Outgoing
from domain.roles import Permission, Role, may
from domain.tip import TipEventKind
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Unit
from storage.tips import tip_events, unread_channels
from storage.tips.tips import Tip
from tips import rights
from tips.desk import Desk, Reader, private_chat

log = structlog.get_logger(__name__)

_AGAIN_AFTER = timedelta(days=1)
_ANSWERABLE = frozenset({Role.CHIEF, Role.ADMIN})


def tell(tx: Tx, desk: Desk, tip: Tip, where: Sequence[Reader]) -> None:
    """Tell the chief and the admin that nobody can open a tip, whose card stands in some chats.

    Once a day for a unit and a channel: what helps is the same for all of its tips.
    """
    channel = rights.channel_of(tx, tip)
    if channel is None or _can_be_read(tx, tip, where):
        return
    log.error("tip_unreadable", tip=str(tip.id), unit=str(tip.unit_id), channel=channel)
    if unread_channels.was_told(tx, tip.id, tip.unit_id, channel, tx.now - _AGAIN_AFTER):
        return
    tip_events.add(tx, tip, TipEventKind.UNREADABLE)
    for one in units.staff_with(tx, tip.unit_id, _ANSWERABLE):
        reader = private_chat(tx, one.id)
        if reader is None:
            continue
        shown = desk.catalogue.channel(reader.language, channel)
        text = desk.catalogue.say(
            reader.language, "review.nobody_reads", ma_tin=tip.case_number, kenh=shown
        )
        desk.outbox.put(
            tx,
            reader.address.id,
            Outgoing(text=text),
            kind=DeliveryKind.NOTICE,
            lane=Lane.TALK,
            language=reader.language.value,
        )


def channels(tx: Tx, unit: Unit) -> list[str]:
    """Return the channels of a unit's accounts on which nobody can open what is told there.

    None while no reader has any chat: then it is not the channel that is missing.
    """
    used = {one.channel for one in addresses.accounts(tx) if one.unit_id in (None, unit.id)}
    read = _read_on(tx, unit)
    return sorted(used - read) if read else []


def waiting(tx: Tx) -> int:
    """Return on how many channels, of all units, tips wait that nobody there can open."""
    return sum(
        channel not in _read_on(tx, units.get_unit(tx, unit_id))
        for unit_id, channel in unread_channels.waiting(tx)
    )


def _read_on(tx: Tx, unit: Unit) -> set[str]:
    """Return the channels on which somebody who may read tips, or their group, has a chat."""
    staff = units.staff_with(tx, unit.id, frozenset(Role))
    readers = [one for one in staff if may(one.roles, Permission.READ_TIPS)]
    found = {chat.channel for one in readers for chat in addresses.all_of_staff(tx, one.id)}
    for group in units.groups_of(tx, unit.id, "review") if unit.card_content else ():
        address = addresses.of_group(tx, group.id)
        if address is not None and address.unreachable is None:
            found.add(address.channel)
    return found


def _can_be_read(tx: Tx, tip: Tip, where: Sequence[Reader]) -> bool:
    if any(rights.may_stand_open(tx, tip, reader.address) for reader in where):
        return True
    return any(
        rights.may_be_opened_on(tx, tip, chat.channel)
        for one in units.staff_with(tx, tip.unit_id, frozenset(Role))
        if rights.may_work(one, tip)
        for chat in addresses.all_of_staff(tx, one.id)
    )
