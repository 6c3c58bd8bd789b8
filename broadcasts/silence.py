"""Calls that do not reach us any more: who looks after the account is told, also of the end."""

from datetime import datetime, timedelta
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
_OVER: Final = "silence_over"
_AGAIN_AFTER = timedelta(hours=1)
"""A line that comes and goes is one trouble: after its end was told it is told again this late."""


def tell_due(tx: Tx, desk: Desk) -> int:
    """Tell once of each silence and once of its end; return of how many."""
    told = 0
    for account in addresses.accounts(tx):
        found = calls.silence(tx, account.id)
        known = traits.has(tx, account.id, _TOLD)
        if (found is not None) is known:
            continue
        if found is not None:
            over = traits.value(tx, account.id, _OVER)
            if over is not None and tx.now - datetime.fromisoformat(over) < _AGAIN_AFTER:
                continue
            since = show_time(found.since)
            if not outages.tell(tx, desk, account, f"channels.calls_{found.proof}", since=since):
                continue
            traits.learn(tx, account.id, _TOLD)
        else:
            outages.tell(tx, desk, account, "channels.calls_again")
            traits.drop(tx, account.id, _TOLD)
            traits.put(tx, account.id, _OVER, tx.now.isoformat())
        told += 1
        log.warning("silence_told", account=str(account.id), over=found is None)
    return told
