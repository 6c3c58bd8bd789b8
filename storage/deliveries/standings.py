"""How an account stands: whether it may send now, all that waits, or one message that tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ScalarSelect, Uuid, bindparam, select

from domain.delivery import Lane
from storage.accounts import traits
from storage.database import Tx
from storage.deliveries import pauses
from storage.tables import account, account_trait
from storage.tables import send_window as window

TROUBLES = "troubles"
"""Whether something counts against an account lies in `Tx.seen` under this, once looked up."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What an account may send now."""

    allowed: int
    """How many messages."""
    rests: bool
    """Whether its broadcasts rest, since nobody could be reached: alerts and answers go on."""
    tries: bool
    """Whether one message of a broadcast is to try that now."""


def of(tx: Tx, account_id: UUID, size: int) -> Standing:
    """Return what an account may send now: after a pause, one message alone tries the water."""
    account_now = {"account": account_id}
    row = tx.connection.execute(_STANDING, account_now).one()
    tx.seen[TROUBLES, account_id] = row.troubles is not None
    rests = tries = False
    if row.gone_until is not None:
        tries = datetime.fromisoformat(row.gone_until) <= tx.now
        rests = not tries
    if row.down_reason is not None:
        return Standing(0, rests, tries)
    if row.paused_until is None:
        return Standing(size, rests, tries)
    moved_back = row.paused_since is not None and row.paused_since > tx.now + pauses.APART
    if row.paused_until > tx.now and not moved_back:
        return Standing(0, rests, tries)
    # Locked, so that two do not try at once; looked at again, as one may just have tried.
    tx.connection.execute(_LOCKED, account_now)
    again = tx.connection.execute(_STANDING, account_now).one()
    if again.paused_until != row.paused_until:
        return Standing(0, rests, tries)
    open_one = tx.connection.execute(_OPEN, account_now).one_or_none()
    return Standing(0 if open_one else 1, rests, tries)


def may_try(tx: Tx, account_id: UUID) -> bool:
    """Tell whether no message of the lower lanes is on its way, and let nobody else begin one.

    Whoever tried just now may have found that broadcasts rest on, or that they go on.
    """
    account_now = {"account": account_id}
    tx.connection.execute(_LOCKED, account_now)
    until = tx.connection.execute(_STANDING, account_now).one().gone_until
    if until is None or datetime.fromisoformat(until) > tx.now:
        return False
    return not _is_open_in(tx, account_id, [one for one in Lane if one > Lane.TALK])


def more_urgent_open(tx: Tx, account_id: UUID, lane: Lane) -> bool:
    """Tell whether something more urgent of a run is on its way; a conversation mutes no run."""
    lanes = [one for one in Lane if one < lane and one is not Lane.TALK]
    return _is_open_in(tx, account_id, lanes)


def _is_open_in(tx: Tx, account_id: UUID, lanes: Sequence[Lane]) -> bool:
    asked = {"account": account_id, "lanes": [one.name for one in lanes]}
    return tx.connection.execute(_OPEN_IN, asked).one_or_none() is not None


def _trait(name: str) -> ScalarSelect[str]:
    return (
        select(account_trait.c.value)
        .where(
            account_trait.c.account_id == bindparam("account", type_=Uuid),
            account_trait.c.name == name,
        )
        .scalar_subquery()
    )


# Built once, since they are asked several times a second.
_ONE = account.c.id == bindparam("account", type_=Uuid)
_STANDING = select(
    account.c.down_reason,
    account.c.paused_until,
    account.c.paused_since,
    _trait(traits.GONE_UNTIL).label("gone_until"),
    _trait(traits.TROUBLES).label("troubles"),
).where(_ONE)
_LOCKED = select(account.c.id).where(_ONE).with_for_update()
_OPEN = select(window.c.id).where(window.c.account_id == bindparam("account", type_=Uuid)).limit(1)
_OPEN_IN = _OPEN.where(window.c.lane.in_(bindparam("lanes", expanding=True)))
