"""Accounts that may send only so many messages a month: their admins are told in time."""

import structlog

from broadcasts.desk import Desk
from domain.channel_names import channel_name
from domain.figures import count
from domain.roles import Role
from storage.database import Tx
from storage.deliveries import use
from storage.people import addresses, units

log = structlog.get_logger(__name__)

_WHO = (frozenset({Role.ADMIN}), frozenset({Role.CHIEF, Role.DEPUTY}))
"""Whom that concerns; the second where there is nobody of the first."""


def warn_due(tx: Tx, desk: Desk) -> int:
    """Tell admins of accounts that have used up much of their month; return of how many."""
    told = 0
    for account in addresses.accounts(tx):
        found = use.due_warning(tx, account.id, desk.outbox.door(account.channel))
        if found is None:
            continue
        told += 1
        log.warning("month_nearly_used_up", account=str(account.id), percent=found.percent)
        _tell(tx, desk, account, found)
    return told


def _tell(tx: Tx, desk: Desk, account: addresses.Account, found: use.NearlyUsedUp) -> None:
    key = "channels.month_over" if found.percent >= use.WARN_AT[-1] else "channels.month_nearly"
    for unit in units.all_units(tx):
        if account.unit_id not in (None, unit.id):
            continue
        people = next((who for roles in _WHO if (who := units.staff_with(tx, unit.id, roles))), [])
        for staff in people:
            say = desk.say(staff.language)
            facts = {"sent": count(found.sent), "most": count(found.most)}
            desk.tell(tx, staff.id, key, channel=channel_name(account.channel, say), **facts)
