"""How many messages beyond the free ones a platform says that an account has left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.channel import Allowance
from domain.clock import local
from storage.accounts import traits
from storage.database import Tx

_TOLD: Final = "told_left"
_FRESH = timedelta(hours=2)
_MOST = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLeft:
    """What a platform told, and what of it is left by our own count since."""

    at: datetime
    told: int
    left: int
    fresh: bool
    """Whether it is young enough, and of the month asked for, to be counted on."""


def note(tx: Tx, account_id: UUID, allowances: Sequence[Allowance], paid: int) -> None:
    """Note what a platform just told, when we count `paid` in this month; no number: nothing.

    What no account can have left is no number: nobody is left out for an answer like −1.
    """
    valid = [one for one in allowances if one.until is None or one.until > tx.now]
    told = (one.remaining for one in valid if one.remaining is not None)
    numbers = [number for number in told if 0 <= number <= _MOST]
    if not numbers:
        return
    traits.put(tx, account_id, _TOLD, f"{tx.now.isoformat()} {sum(numbers)} {paid}")


def of(tx: Tx, account_id: UUID, paid: int, at: datetime | None = None) -> ToldLeft | None:
    """Return what was told last, when we count `paid` in this month by now; None: nothing was.

    Of the month of an `at` to come nobody tells.
    """
    noted = traits.value(tx, account_id, _TOLD)
    if noted is None or _month(at or tx.now) != _month(tx.now):
        return None
    when, told, paid_then = noted.split()
    told_at = datetime.fromisoformat(when)
    this_month = _month(told_at) == _month(tx.now)
    since = paid - int(paid_then) if this_month else 0
    return ToldLeft(
        at=told_at,
        told=int(told),
        left=max(0, int(told) - max(0, since)),
        fresh=this_month and tx.now - told_at <= _FRESH,
    )


def _month(at: datetime) -> str:
    return f"{local(at):%Y-%m}"
