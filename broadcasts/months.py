"""Accounts that may send only so many messages a month, or cannot pay: admins are told in time."""

from collections.abc import Mapping

import structlog

from broadcasts.desk import Desk
from domain.channel_names import channel_name
from domain.figures import count
from domain.roles import Role
from storage.accounts import traits
from storage.database import Tx
from storage.deliveries import elsewhere, use
from storage.people import addresses, units

log = structlog.get_logger(__name__)

_MONTH = "month"
_WHO = (frozenset({Role.ADMIN}), frozenset({Role.CHIEF, Role.DEPUTY}))
"""Whom that concerns; the second where there is nobody of the first."""


def warn_due(tx: Tx, desk: Desk) -> int:
    """Tell admins of accounts that used up much of their month or cannot pay; return how often."""
    told = 0
    for account in addresses.accounts(tx):
        if use.due_stop(tx, account.id):
            told += 1
            log.warning("paid_messages_stopped", account=str(account.id))
            _tell(tx, desk, account, "channels.paid_stopped", {})
        found = use.due_warning(tx, account.id, desk.outbox.door(account.channel))
        if found is None:
            continue
        told += 1
        log.warning("month_nearly_used_up", account=str(account.id), percent=found.percent)
        over = found.percent >= use.WARN_AT[-1]
        key = "channels.month_over" if over else "channels.month_nearly"
        _tell(tx, desk, account, key, {"sent": count(found.sent), "most": count(found.most)})
    return told


def pass_on_due(tx: Tx, desk: Desk) -> int:
    """Bring what waits at accounts whose month is used up to people's other chats; how many went.

    What has no other chat waits for the next month, or ends with its run.
    """
    accounts = addresses.accounts(tx)
    over = {one.id for one in accounts if use.is_used_up(tx, one.id, desk.outbox.door(one.channel))}
    month, went = use.month_of(tx.now), 0
    for account in accounts:
        noted = traits.value(tx, account.id, traits.MONTH_OVER)
        if account.id not in over:
            if noted is not None:
                traits.drop(tx, account.id, traits.MONTH_OVER)
            continue
        if noted != month:
            traits.put(tx, account.id, traits.MONTH_OVER, month)
        went += elsewhere.pass_on_account(tx, account.id, _MONTH, over)
    if went:
        log.info("passed_on_from_used_up_month", rows=went)
    return went


def _tell(
    tx: Tx, desk: Desk, account: addresses.Account, key: str, facts: Mapping[str, str]
) -> None:
    for unit in units.all_units(tx):
        if account.unit_id not in (None, unit.id):
            continue
        people = next((who for roles in _WHO if (who := units.staff_with(tx, unit.id, roles))), [])
        for staff in people:
            say = desk.say(staff.language)
            desk.tell(tx, staff.id, key, channel=channel_name(account.channel, say), **facts)
