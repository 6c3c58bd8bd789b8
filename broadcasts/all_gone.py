"""An account by which nobody could be reached any more: who looks after it is told, once."""

import structlog

from broadcasts import outages
from broadcasts.desk import Desk
from domain.clock import show_time
from storage.accounts import traits
from storage.database import Tx
from storage.deliveries import breaking
from storage.people import addresses

log = structlog.get_logger(__name__)

_TOLD = "told"


def tell_due(tx: Tx, desk: Desk) -> int:
    """Tell of each account that is left alone for that; return of how many."""
    told = 0
    for account in addresses.accounts(tx):
        if traits.value(tx, account.id, traits.ALL_GONE) != "":
            continue
        again = show_time(breaking.rests_until(tx, account.id) or tx.now)
        if outages.tell(tx, desk, account, "channels.account_all_gone", again=again):
            traits.put(tx, account.id, traits.ALL_GONE, _TOLD)
            told += 1
            log.warning("all_gone_told", account=str(account.id))
    return told
