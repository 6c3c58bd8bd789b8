"""Why a run stands still: what keeps its messages waiting, in words for who asks after it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from broadcasts.desk import Say
from domain.channel_names import channel_name
from domain.clock import show_time
from storage.accounts import traits
from storage.database import Tx
from storage.deliveries import marks, use
from storage.people import addresses


@dataclass(frozen=True, slots=True)
class Hindrance:
    """One thing in the way; without a channel it is in the way of everything."""

    key: str
    channel: str = ""
    since: datetime | None = None


def of(tx: Tx, channels: Collection[str]) -> tuple[Hindrance, ...]:
    """Return what keeps messages of some channels from going now."""
    if not channels:
        return ()
    found = []
    if marks.noticed(tx) is not None:
        found.append(Hindrance("reach.still_copy"))
    for account in addresses.accounts(tx):
        if account.channel not in channels:
            continue
        if account.down_reason is not None:
            found.append(Hindrance("reach.still_down", account.channel))
        elif account.paused_since is not None:
            found.append(Hindrance("reach.still_away", account.channel, account.paused_since))
        elif traits.has(tx, account.id, traits.ALL_GONE):
            found.append(Hindrance("reach.still_gone", account.channel))
        elif traits.value(tx, account.id, traits.MONTH_OVER) == use.month_of(tx.now):
            found.append(Hindrance("reach.still_month", account.channel))
    return tuple(found)


def render(found: Collection[Hindrance], say: Say) -> list[str]:
    """Write each in a line."""
    return [
        say(
            one.key,
            channel=channel_name(one.channel, say) if one.channel else "",
            since=show_time(one.since) if one.since else "",
        )
        for one in found
    ]
