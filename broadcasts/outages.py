"""An account that sends nothing any more: its admins are told by another account that does."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from broadcasts.desk import Desk
from domain.channel_names import channel_name
from domain.delivery import DeliveryKind, Lane
from domain.messages import Outgoing
from domain.roles import Role
from storage.accounts import traits
from storage.database import Tx
from storage.people import addresses, units
from storage.people.addresses import Account

log = structlog.get_logger(__name__)

_WHO = (frozenset({Role.ADMIN}), frozenset({Role.CHIEF, Role.DEPUTY}))
"""Whom that concerns; the second where nobody of the first can be told."""
_TOLD = "told"
_OVER_AFTER = timedelta(minutes=10)
"""An account that is up for less may be down again by the next message."""


def tell_due(tx: Tx, desk: Desk) -> int:
    """Tell once of each outage; return of how many."""
    accounts = addresses.accounts(tx)
    down = {one.id for one in accounts if one.down_reason is not None}
    told = 0
    for account in accounts:
        noted = traits.value(tx, account.id, traits.OUTAGE)
        if account.id not in down:
            _note_up(tx, account, noted)
        elif noted is not None:
            traits.put(tx, account.id, traits.OUTAGE, _TOLD)
        elif tell(tx, desk, account, "channels.account_down"):
            told += 1
            traits.put(tx, account.id, traits.OUTAGE, _TOLD)
            log.warning("outage_told", account=str(account.id))
    return told


def _note_up(tx: Tx, account: Account, noted: str | None) -> None:
    if noted == _TOLD:
        traits.put(tx, account.id, traits.OUTAGE, tx.now.isoformat())
    elif noted is not None and tx.now - datetime.fromisoformat(noted) > _OVER_AFTER:
        traits.drop(tx, account.id, traits.OUTAGE)


def tell(tx: Tx, desk: Desk, account: Account, key: str, **facts: str) -> bool:
    """Tell those who look after an account something of it; False when nobody could be told.

    `key` names a text that has a place for the channel's name.
    """
    down = {one.id for one in addresses.accounts(tx) if one.down_reason is not None}
    reached = False
    for unit in units.all_units(tx):
        if account.unit_id not in (None, unit.id):
            continue
        for roles in _WHO:
            people = units.staff_with(tx, unit.id, roles)
            if sum(_tell_one(tx, desk, staff, account, down, key, facts) for staff in people):
                reached = True
                break
    return reached


def _tell_one(
    tx: Tx,
    desk: Desk,
    staff: units.Staff,
    account: Account,
    down: Collection[UUID],
    key: str,
    facts: Mapping[str, str],
) -> bool:
    chats = addresses.all_of_staff(tx, staff.id)
    where = next((chat for chat in chats if chat.account_id not in down), None)
    if where is None:
        return False
    say = desk.say(staff.language)
    text = say(key, channel=channel_name(account.channel, say), **facts)
    desk.outbox.put(
        tx,
        where.id,
        Outgoing(text=text),
        kind=DeliveryKind.NOTICE,
        lane=Lane.TALK,
        language=staff.language.value,
    )
    return True
