"""Staff whom no alarm will reach, since they wrote too long ago: they are told in time, and admins.

Where a platform takes nothing a while after somebody last wrote, whoever has no other account
must write there now and then.
"""

from collections import defaultdict
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from broadcasts import outages
from broadcasts.desk import Desk
from domain.channel_names import channel_name
from domain.delivery import DeliveryKind, Lane
from domain.messages import Outgoing
from domain.roles import Permission, Role, may
from storage.accounts import traits
from storage.database import Tx
from storage.people import addresses, units
from storage.people.addresses import Address
from storage.people.units import Staff
from storage.staff import reachable

log = structlog.get_logger(__name__)

BEFORE: Final = timedelta(days=1)
"""So long before they cannot be written to any more."""
_TOLD: Final = "staff_silent"


def tell_due(tx: Tx, desk: Desk) -> int:
    """Tell once of each of them, until they have written again; return of how many."""
    silent: dict[UUID, list[tuple[Staff, Address]]] = defaultdict(list)
    for unit in units.all_units(tx):
        for one, chat in of_unit(tx, desk, unit.id):
            silent[chat.account_id].append((one, chat))
    told = 0
    for account in addresses.accounts(tx):
        found = silent[account.id]
        noted = traits.value(tx, account.id, _TOLD)
        known = set((noted or "").split())
        fresh = [(one, chat) for one, chat in found if one.id.hex not in known]
        if fresh:
            names = ", ".join(one.name for one, _ in fresh)
            outages.tell(tx, desk, account, "channels.staff_silent", names=names)
            for one, chat in fresh:
                _ask_to_write(tx, desk, one, chat)
            log.warning("staff_silent_told", account=str(account.id), people=len(fresh))
        still = " ".join(sorted(one.id.hex for one, _ in found))
        if still and still != noted:
            traits.put(tx, account.id, _TOLD, still)
        elif not still and noted is not None:
            traits.drop(tx, account.id, _TOLD)
        told += len(fresh)
    return told


def of_unit(tx: Tx, desk: Desk, unit_id: UUID) -> list[tuple[Staff, Address]]:
    """Return who of a unit takes alarms, and is or will soon be out of reach; with their chat."""
    staff = units.staff_with(tx, unit_id, frozenset(Role))
    alarmed = [one for one in staff if may(one.roles, Permission.READ_URGENT_TIPS)]
    return reachable.shut(tx, alarmed, desk.outbox.doors(), tx.now + BEFORE)


def _ask_to_write(tx: Tx, desk: Desk, staff: Staff, chat: Address) -> None:
    say = desk.say(staff.language)
    desk.outbox.put(
        tx,
        chat.id,
        Outgoing(text=say("channels.write_to_stay", channel=channel_name(chat.channel, say))),
        kind=DeliveryKind.NOTICE,
        lane=Lane.TALK,
        language=staff.language.value,
    )
