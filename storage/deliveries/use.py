"""What an account sent in a month of Viet Nam, what of it cost, and what may still cost."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, func, select, update

from domain.clock import local
from domain.door import Door, for_runs
from storage.accounts import told_left
from storage.codec import read_outgoing
from storage.database import Tx
from storage.tables import (
    account,
    account_trait,
    account_use,
    address,
    attempt,
    campaign,
    delivery,
    run,
)
from storage.tables.deliveries import PAID
from storage.upsert import insert_into

WARN_AT = (80, 100)
"""Percent of what an account may send in a month at which an admin is told, once each."""
_STOPPED, _STOP_TOLD = "paid_stopped", "paid_stop_told"
_STOP_LASTS = timedelta(hours=1)
"""After so long one message that costs tries again: somebody may have filled the purse."""


@dataclass(frozen=True, slots=True)
class Use:
    """How many messages an account sent in this month, and how many of them cost.

    What may have arrived counts as sent.
    """

    sent: int
    paid: int


@dataclass(frozen=True, slots=True)
class NearlyUsedUp:
    """An account that has used up much of its month: `percent` is one of `WARN_AT`."""

    percent: int
    sent: int
    most: int


def month_of(instant: datetime) -> str:
    """Return the month of Viet Nam in which an instant lies, such as `2026-11`."""
    return local(instant).strftime("%Y-%m")


def of(tx: Tx, account_id: UUID) -> Use:
    """Return what an account has sent in this month."""
    asked = {"account": account_id, "month": month_of(tx.now)}
    row = tx.connection.execute(_OF, asked).one_or_none()
    return Use(row.sent, row.paid) if row is not None else Use(0, 0)


def add(tx: Tx, account_id: UUID, sent: int, paid: int) -> None:
    """Count messages that were sent just now."""
    if not sent:
        return
    new = insert_into(tx, account_use).values(
        account_id=account_id, month=month_of(tx.now), sent=sent, paid=paid
    )
    tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=list(account_use.primary_key),
            set_={
                "sent": account_use.c.sent + new.excluded.sent,
                "paid": account_use.c.paid + new.excluded.paid,
            },
        )
    )


def hold(tx: Tx, account_id: UUID) -> None:
    """Lock an account until the transaction ends; who only names it waits for nothing."""
    tx.connection.execute(_LOCK, {"account": account_id})


def is_used_up(tx: Tx, account_id: UUID, door: Door) -> bool:
    """Tell whether runs may send nothing more in this month by an account."""
    return door.most_a_month is not None and _left_for_runs(tx, account_id, door.most_a_month) <= 0


def due_warning(tx: Tx, account_id: UUID, door: Door) -> NearlyUsedUp | None:
    """Return what an admin must be told of an account's month, and note that they are told."""
    if not door.most_a_month:
        return None
    mine = (account_use.c.account_id == account_id) & (account_use.c.month == month_of(tx.now))
    row = tx.connection.execute(select(account_use).where(mine).with_for_update()).one_or_none()
    if row is None:
        return None
    reached = max((at for at in WARN_AT if row.sent * 100 >= door.most_a_month * at), default=0)
    if reached <= row.warned:
        return None
    tx.connection.execute(update(account_use).where(mine).values(warned=reached))
    return NearlyUsedUp(reached, row.sent, door.most_a_month)


def stop_paid(tx: Tx, account_id: UUID) -> None:
    """Note that the platform takes no message that costs: the account cannot pay for it."""
    _note(tx, account_id, _STOPPED, tx.now.isoformat())


def resume_paid(tx: Tx, account_id: UUID) -> None:
    """Note that a message that costs went out."""
    tx.connection.execute(
        delete(account_trait).where(
            account_trait.c.account_id == account_id,
            account_trait.c.name.in_([_STOPPED, _STOP_TOLD]),
        )
    )


def due_stop(tx: Tx, account_id: UUID) -> bool:
    """Tell whether an admin must be told that nothing that costs goes, and note that they are."""
    if _noted(tx, account_id, _STOPPED) is None:
        return False
    month = month_of(tx.now)
    if _noted(tx, account_id, _STOP_TOLD) == month:
        return False
    _note(tx, account_id, _STOP_TOLD, month)
    return True


def _is_stopped(tx: Tx, account_id: UUID) -> bool:
    since = _noted(tx, account_id, _STOPPED)
    return since is not None and abs(tx.now - datetime.fromisoformat(since)) < _STOP_LASTS


def _noted(tx: Tx, account_id: UUID, name: str) -> str | None:
    query = select(account_trait.c.value).where(
        account_trait.c.account_id == account_id, account_trait.c.name == name
    )
    value: str | None = tx.connection.execute(query).scalar_one_or_none()
    return value


def _note(tx: Tx, account_id: UUID, name: str, value: str) -> None:
    new = insert_into(tx, account_trait).values(account_id=account_id, name=name, value=value)
    tx.connection.execute(
        new.on_conflict_do_update(
            index_elements=list(account_trait.primary_key), set_={"value": value}
        )
    )


def _left_for_runs(tx: Tx, account_id: UUID, most: int) -> int:
    """Return how many messages of a month runs may still send, what is in flight taken as sent."""
    asked = {"account": account_id}
    # In this order: what is settled in between is counted twice, and not left out.
    under_way: int = tx.connection.execute(_IN_FLIGHT, asked).scalar_one()
    return for_runs(most) - of(tx, account_id).sent - under_way


class Purse:
    """What of an account's broadcasts may still go, and cost; looked up when it is first asked."""

    def __init__(self, tx: Tx, account_id: UUID, door: Door) -> None:
        self._tx = tx
        self._account_id = account_id
        self._door = door
        self._left: int | None = None
        self._stopped = False
        self._by_run: dict[UUID, int] = {}
        self._messages: dict[UUID, int] = {}
        self._of_month: int | None = None
        self._taken = 0

    def has_room(self, run_id: UUID | None) -> bool:
        """Tell whether the month has room for one more; who writes to us is never held back."""
        if run_id is None or self._door.most_a_month is None:
            return True
        if self._of_month is None:
            # Locked, so that two windows do not take the same.
            self._tx.connection.execute(_LOCK, {"account": self._account_id})
            most = self._door.most_a_month
            self._of_month = _left_for_runs(self._tx, self._account_id, most)
        return self._of_month > self._taken

    def take(self) -> None:
        """Note that one more message goes now."""
        self._taken += 1

    def allows(self, run_id: UUID) -> bool:
        """Tell whether one more message of a run may cost.

        What the account has paid for already is there for whoever comes first; beyond that a run
        may send what its own plan says, and nothing without a plan. Nothing may while the platform
        takes none.
        """
        enough = self._of_account() >= self._each(run_id)
        return not self._stopped and (enough or self._of_run(run_id) > 0)

    def pay(self, run_id: UUID | None) -> bool:
        """Note that one more message goes now, and costs; tell whether it costs its run money."""
        if run_id is None:
            # Never held back, so nothing is locked for it; what is known is kept right.
            self._left = self._left - 1 if self._left is not None else None
            return False
        whole, each = self._of_account(), self._each(run_id)
        self._left = whole - each
        if whole >= each:
            return False
        self._by_run[run_id] = self._of_run(run_id) - 1
        return True

    def _of_account(self) -> int:
        if self._left is None:
            asked = {"account": self._account_id}
            # Locked, so that two windows do not spend the same.
            self._tx.connection.execute(_LOCK, asked)
            self._stopped = _is_stopped(self._tx, self._account_id)
            under_way: int = self._tx.connection.execute(_UNDER_WAY, asked).scalar_one()
            paid = of(self._tx, self._account_id).paid
            left = self._door.allowance - paid
            theirs = told_left.of(self._tx, self._account_id, paid)
            if theirs is not None and theirs.fresh:
                left = min(left, theirs.left)
            self._left = left - under_way
        return self._left

    def _each(self, run_id: UUID) -> int:
        """Return how many messages one person's of a run are."""
        if not self._door.apart:
            return 1
        if run_id not in self._messages:
            content = self._tx.connection.execute(_CONTENT, {"run": run_id}).scalar_one()
            told = (words for name, words in content.items() if not name.startswith("article:"))
            first = next(told, None)
            media = read_outgoing(first).media if first is not None else None
            self._messages[run_id] = self._door.messages(media.kind if media else None)
        return self._messages[run_id]

    def _of_run(self, run_id: UUID) -> int:
        """Return how many more people of a run may go beyond what is paid for, by its plan."""
        if run_id not in self._by_run:
            plan: Any = self._tx.connection.execute(_PLAN, {"run": run_id}).scalar_one_or_none()
            paid = (plan or {}).get("paid", {})
            planned = int(paid.get(self._account_id.hex, paid.get(str(self._account_id), 0)))
            self._by_run[run_id] = planned - (self._gone(run_id) if planned else 0)
        return self._by_run[run_id]

    def _gone(self, run_id: UUID) -> int:
        asked = {"account": self._account_id, "run": run_id}
        counts = (self._tx.connection.execute(query, asked) for query in (_GONE, _ON_ITS_WAY))
        return sum(int(found.scalar_one()) for found in counts)


_OF = select(account_use.c.sent, account_use.c.paid).where(
    account_use.c.account_id == bindparam("account", type_=Uuid),
    account_use.c.month == bindparam("month"),
)
_LOCK = (
    select(account.c.id)
    .where(account.c.id == bindparam("account", type_=Uuid))
    .with_for_update(key_share=True)
)
_PLAN = (
    select(campaign.c.reach_plan)
    .join(run, run.c.campaign_id == campaign.c.id)
    .where(run.c.id == bindparam("run", type_=Uuid))
)
_CONTENT = select(run.c.content).where(run.c.id == bindparam("run", type_=Uuid))
_IN_FLIGHT = (
    select(func.count())
    .select_from(attempt)
    .join(delivery, delivery.c.id == attempt.c.delivery_id)
    .where(
        delivery.c.window_id.is_not(None),
        attempt.c.window_id == delivery.c.window_id,
        delivery.c.account_id == bindparam("account", type_=Uuid),
        attempt.c.paid.is_not(None),
        attempt.c.outcome.is_(None),
    )
)
_UNDER_WAY = _IN_FLIGHT.where(attempt.c.paid)
_ON_ITS_WAY = _UNDER_WAY.where(attempt.c.priced, delivery.c.run_id == bindparam("run", type_=Uuid))
# Messages, not rows: of one that is sent again each may have arrived.
_GONE = (
    select(func.count())
    .select_from(delivery)
    .join(attempt, attempt.c.delivery_id == delivery.c.id)
    .join(address, address.c.id == attempt.c.address_id)
    .where(
        PAID,
        delivery.c.run_id == bindparam("run", type_=Uuid),
        address.c.account_id == bindparam("account", type_=Uuid),
        attempt.c.priced,
        attempt.c.outcome.in_(["accepted", "unknowable", "unknown"]),
    )
)
