"""When a platform that calls us last did so, and what proves that its calls do not reach us.

That nothing comes proves nothing by itself: a small commune may be quiet for weeks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from domain.channel import Unheard
from domain.delivery import DeliveryState
from domain.ids import first_id
from domain.messages import ChatKind
from storage.accounts import traits
from storage.database import Tx
from storage.tables import address, attempt, delivery

_CALLED: Final = "called_at"
_SILENT: Final = "silent"
_ECHO_WITHIN = timedelta(minutes=30)
_ECHOES = 3
"""So many messages of ours without the echo that came of others."""
_RECEIPT_WITHIN = timedelta(days=1)
_RECEIPTS = 20
"""So many people of whom nobody saw what we sent, where at least half of as many others did."""
_ONLY_A_CALL = frozenset({Unheard.MISSED, Unheard.UNANSWERED})
"""What only a call that reaches us disproves."""


@dataclass(frozen=True, slots=True)
class Silence:
    """What shows that calls do not reach us, and since when none came."""

    proof: Unheard
    since: datetime


def note(tx: Tx, account_id: UUID) -> None:
    """Note that the platform called: a silence is over.

    One that was known by missing echoes teaches that they may be switched off, until one comes.
    """
    traits.put(tx, account_id, _CALLED, tx.now.isoformat())
    held = silence(tx, account_id)
    if held is None:
        return
    traits.drop(tx, account_id, _SILENT)
    if held.proof is Unheard.UNANSWERED and traits.has(tx, account_id, traits.ECHOES):
        traits.learn(tx, account_id, traits.ECHOES)


def forget(tx: Tx, account_id: UUID) -> None:
    """Forget all of an account that is polled now."""
    for name in (_CALLED, _SILENT):
        traits.drop(tx, account_id, name)


def last(tx: Tx, account_id: UUID) -> datetime | None:
    """Return when the platform last called, to the minute, or when that was first asked."""
    noted = traits.value(tx, account_id, _CALLED)
    return None if noted is None else datetime.fromisoformat(noted)


def begin(tx: Tx, account_id: UUID) -> datetime:
    """Return when the platform last called; one that never did counts from now on."""
    known = last(tx, account_id)
    if known is None:
        traits.put(tx, account_id, _CALLED, tx.now.isoformat())
    return known or tx.now


def silence(tx: Tx, account_id: UUID) -> Silence | None:
    """Return what shows that calls do not reach us; None while nothing does."""
    noted = traits.value(tx, account_id, _SILENT)
    if noted is None:
        return None
    proof, _, since = noted.partition(" ")
    return Silence(Unheard(proof), datetime.fromisoformat(since))


def judge(
    tx: Tx, account_id: UUID, since: datetime, told: Unheard | None, *, asked: bool
) -> Silence | None:
    """Note what a platform told of its calls after that of `since`, or what our messages show.

    Returns the silence, if there is one. Where a call came meanwhile nothing is noted.
    """
    held = silence(tx, account_id)
    if last(tx, account_id) != since:
        return held
    proof = told or (Unheard.UNANSWERED if _is_unanswered(tx, account_id, since) else None)
    if proof is None:
        if held is not None and asked and held.proof not in _ONLY_A_CALL:
            traits.drop(tx, account_id, _SILENT)
            return None
        return held
    if held is None or held.proof is not proof:
        traits.put(tx, account_id, _SILENT, f"{proof.value} {since.isoformat()}")
    return Silence(proof, since)


def _is_unanswered(tx: Tx, account_id: UUID, since: datetime) -> bool:
    """Tell whether nothing came of so many messages of ours of which something always comes."""
    if traits.value(tx, account_id, traits.ECHOES) == traits.OF_OURS:
        sent = _people(tx, account_id, since + timedelta(minutes=2), tx.now - _ECHO_WITHIN)
        if sent >= _ECHOES:
            return True
    sent = _people(tx, account_id, since + timedelta(minutes=2), tx.now - _RECEIPT_WITHIN)
    return sent >= _RECEIPTS and _receipts_came(tx, account_id, since)


def _people(tx: Tx, account_id: UUID, since: datetime, until: datetime) -> int:
    """Count to how many people something went, up to as many as matter."""
    if since >= until:
        return 0
    some = (
        select(attempt.c.address_id)
        .join(delivery, delivery.c.id == attempt.c.delivery_id)
        .join(address, address.c.id == attempt.c.address_id)
        .where(
            attempt.c.id >= first_id(since),
            attempt.c.id < first_id(until),
            attempt.c.message_id.is_not(None),
            delivery.c.account_id == account_id,
            address.c.kind == ChatKind.PRIVATE.value,
        )
        .distinct()
        .limit(_RECEIPTS)
        .subquery()
    )
    return tx.connection.execute(select(func.count()).select_from(some)).scalar_one()


def _receipts_came(tx: Tx, account_id: UUID, since: datetime) -> bool:
    """Tell whether at least half of what went before was known to arrive."""
    before = (
        select(delivery.c.state)
        .join(attempt, attempt.c.delivery_id == delivery.c.id)
        .where(
            attempt.c.id < first_id(since),
            attempt.c.id >= first_id(since - timedelta(days=31)),
            attempt.c.message_id.is_not(None),
            delivery.c.account_id == account_id,
            delivery.c.resident_id.is_not(None),
        )
        .order_by(attempt.c.id.desc())
        .limit(_RECEIPTS)
    )
    states = tx.connection.execute(before).scalars().all()
    arrived = states.count(DeliveryState.DELIVERED.value)
    return len(states) == _RECEIPTS and arrived * 2 >= _RECEIPTS
