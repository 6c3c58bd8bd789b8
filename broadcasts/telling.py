"""Whom the room tells what becomes of a campaign: who looks after it, else those who decide.

The one place for that rule. Who has left, has no chat, or has blocked us hears nothing, so the
chief and the named deputies do.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog

from broadcasts import approving
from broadcasts.desk import Desk, Rows, Say
from domain.ids import short
from domain.messages import Button
from domain.roles import Role
from storage.campaigns.campaigns import Campaign, Looked
from storage.database import Tx
from storage.people import addresses, units
from storage.people.units import Staff
from storage.savepoints import Spoiled, apart

log = structlog.get_logger(__name__)

Compose = Callable[[Say], tuple[str, Rows]]


def notify(
    tx: Tx,
    desk: Desk,
    known: Campaign,
    compose: Compose,
    *,
    chiefs: bool = False,
    by: UUID | None = None,
) -> None:
    """Tell who looks after a campaign; `chiefs` tells those who approve in any case.

    Nobody is told of what they did themselves: `by`.
    """
    _notify(tx, desk, known.looked, compose, chiefs=chiefs, by=by)


def tell(
    tx: Tx, desk: Desk, known: Campaign, key: str, /, by: UUID | None = None, **facts: str
) -> None:
    """Tell who looks after a campaign one sentence of the catalogue."""
    _notify(tx, desk, known.looked, lambda say: (say(key, **facts), ()), chiefs=False, by=by)


def tell_of_fault(tx: Tx, desk: Desk, looked: Looked, key: str, /, **facts: str) -> None:
    """Tell of a campaign that may not be readable; nor may who looks after it."""
    _notify(tx, desk, looked, lambda say: (say(key, **facts), ()), chiefs=False, by=None)


def _notify(
    tx: Tx, desk: Desk, looked: Looked, compose: Compose, *, chiefs: bool, by: UUID | None
) -> None:
    own = looked.holder_id == by
    heard = own or _tell_one(tx, desk, looked.holder_id, compose)
    if heard and not chiefs:
        return
    others = [one for one in _deciders(tx, looked) if one.id != by]
    for one in others:
        instead = compose if heard else partial(_instead, compose, looked, one)
        _tell_one(tx, desk, one.id, instead)
    if not heard and not others and by is None:
        log.error("nobody_to_tell", unit=str(looked.unit_id))


def _deciders(tx: Tx, looked: Looked) -> list[Staff]:
    try:
        return apart(tx, lambda: approving.approvers(tx, looked.unit_id, looked.holder_id))
    except Spoiled as fault:
        log.error("deciders_unreadable", unit=str(looked.unit_id), error=str(fault))
        return []


def _tell_one(tx: Tx, desk: Desk, staff_id: UUID, compose: Compose) -> bool:
    """Tell one person; False when it does not reach them now."""
    try:
        if not apart(tx, lambda: desk.notify(tx, staff_id, compose)):
            return False
    except Spoiled as fault:
        # Their name or their chat may be what cannot be read.
        log.error("staff_not_told", staff=str(staff_id), error=str(fault))
        return False
    return is_reached(tx, staff_id)


def is_reached(tx: Tx, staff_id: UUID) -> bool:
    """Tell whether a member of staff is here and has a chat that takes messages now."""
    where = addresses.of_staff(tx, staff_id)
    here = units.get_staff(tx, staff_id) is not None
    return here and where is not None and where.unreachable is None


def _instead(compose: Compose, looked: Looked, one: Staff, say: Say) -> tuple[str, Rows]:
    """Say why it comes to them; what its own buttons ask is for who looks after it."""
    text, _ = compose(say)
    rows: Rows = ()
    if Role.CHIEF in one.roles:
        label = say("handovers.button_theirs")
        rows = ((Button(label, action=f"handof:{short(looked.holder_id)}"),),)
    return f"{say('handovers.told_instead')}\n{text}", rows
