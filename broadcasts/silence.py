"""Calls that do not reach us any more: who looks after the account is told, also of the end."""

from typing import Final

import structlog

from broadcasts import outages
from broadcasts.desk import Desk
from domain.clock import show_time
from storage.accounts import calls, traits
from storage.database import Tx
from storage.people import addresses

log = structlog.get_logger(__name__)

_TOLD: Final = "silence_told"


def tell_due(tx: Tx, desk: Desk) -> int:
    """Tell once of each silence and once of its end; return of how many."""
    told = 0
    for account in addresses.accounts(tx):
        found = calls.silence(tx, account.id)
        known = traits.has(tx, account.id, _TOLD)
        if (found is not None) is known:
            continue
        if found is not None:
            since = show_time(found.since)
            if not outages.tell(tx, desk, account, f"channels.calls_{found.proof}", since=since):
                continue
            traits.learn(tx, account.id, _TOLD)
        else:
            outages.tell(tx, desk, account, "channels.calls_again")
            traits.drop(tx, account.id, _TOLD)
        told += 1
        log.warning("silence_told", account=str(account.id), over=found is None)
    return told
