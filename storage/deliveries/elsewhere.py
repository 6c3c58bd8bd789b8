"""Another chat of the same person: where a run's message goes that certainly did not arrive.

Never one that may have arrived: nobody gets a thing twice because they have two channels.
"""

from collections.abc import Collection
from enum import Enum, auto
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, select

from domain.delivery import DeliveryKind, DeliveryState, SkipReason
from domain.messages import ChatKind
from storage.database import Tx
from storage.deliveries.counters import FACET_COLUMNS, CounterKey, Moves
from storage.deliveries.ledger import SENDING_RUNS, Delivery, as_delivery, key_of, move
from storage.tables import account, address, attempt, delivery, resident, run
from storage.tables.deliveries import DUE

_MAY_HAVE_ARRIVED = frozenset(
    {DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.UNSURE}
)
_PASSED = "passed_on"
"""What an attempt came to that was not made: the chat was shut, or would have cost too much."""


class Twin(Enum):
    """How far the second row of a person in one run has come."""

    UNDER_WAY = auto()
    MAY_HAVE_ARRIVED = auto()


def pass_on(
    tx: Tx,
    row: Delivery,
    reason: str,
    moves: Moves,
    *,
    tried: bool,
    shut: Collection[UUID] = (),
) -> bool:
    """Let `moves` bring a run's row to the next chat of its person; False where there is none.

    `tried`: an attempt at this chat is written down already. `shut`: accounts that it must not go
    to. The row waits there like a new one; whether it may be sent there is looked at when it is.
    """
    if row.kind is not DeliveryKind.CAMPAIGN or row.resident_id is None or row.again:
        return False
    if row.run_id is None or row.proven:
        # Said to one chat alone, or answered there already.
        return False
    asked = {"resident": row.resident_id, "here": row.address_id, "row": row.id}
    asked_of = {**asked, "shut": [row.account_id, *shut]}
    other = tx.connection.execute(_NEXT, asked_of).one_or_none()
    if other is None:
        return False
    if not tried:
        _note(tx, row, reason)
    moves.write(
        row.id,
        address_id=other.id,
        account_id=other.account_id,
        channel=other.channel,
        state=DeliveryState.PENDING.value,
        reason=reason,
        window_id=None,
        not_before=None,
    )
    before = key_of(row)
    after = before.on(other.channel)
    if after != before:
        for column in ("targeted", DeliveryState.PENDING.value):
            moves.add(before, column, -1)
            moves.add(after, column)
        _take_along(tx, row, before, after, moves)
    return True


def _take_along(tx: Tx, row: Delivery, before: CounterKey, after: CounterKey, moves: Moves) -> None:
    """Count what is noted of a row where it is counted from now on: an answer that was assumed."""
    columns = [column.label(facet.value) for facet, column in FACET_COLUMNS.items()]
    noted = tx.connection.execute(select(*columns).where(delivery.c.id == row.id)).one()
    for facet, at in noted._mapping.items():
        if at is not None:
            moves.add(before, facet, -1)
            moves.add(after, facet)


def pass_on_account(
    tx: Tx, account_id: UUID, reason: str, shut: Collection[UUID], limit: int = 200
) -> int:
    """Bring what waits of runs at an account to other chats of its people; return how many went.

    `shut`: accounts at which it would only wait on. Who has no other chat is left as they are.
    """
    other = address.alias()
    tried = exists().where(
        attempt.c.delivery_id == delivery.c.id, attempt.c.address_id == other.c.id
    )
    elsewhere = (
        select(other.c.id)
        .join(account, account.c.id == other.c.account_id)
        .where(
            other.c.resident_id == delivery.c.resident_id,
            other.c.account_id.not_in([account_id, *shut]),
            other.c.kind == ChatKind.PRIVATE.value,
            other.c.unreachable.is_(None),
            account.c.down_reason.is_(None),
            ~tried,
        )
        .exists()
    )
    rows = tx.connection.execute(
        select(delivery)
        .join(run, run.c.id == delivery.c.run_id)
        .where(
            DUE,
            delivery.c.account_id == account_id,
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
            ~delivery.c.again,
            run.c.state.in_(SENDING_RUNS),
            elsewhere,
        )
        .order_by(delivery.c.id)
        .limit(limit)
        .with_for_update(of=delivery, skip_locked=True)
    ).all()
    moves = Moves()
    went = sum(pass_on(tx, as_delivery(row), reason, moves, tried=False, shut=shut) for row in rows)
    moves.apply(tx)
    return went


def standing_of_twin(tx: Tx, row: Delivery) -> Twin | None:
    """Tell what became of a second row of the run for the same person, written before we knew."""
    asked = {"run": row.run_id, "resident": row.resident_id}
    found = tx.connection.execute(_TWINS, asked).all()
    if any(DeliveryState(one.state) in _MAY_HAVE_ARRIVED or one.again for one in found):
        return Twin.MAY_HAVE_ARRIVED
    return Twin.UNDER_WAY if any(one.window_id is not None for one in found) else None


def pass_on_waiting(tx: Tx, resident_id: UUID, address_id: UUID) -> None:
    """Bring what waits of runs to another chat of its person: this one is somebody else's now.

    What has no other is not sent; what is under way is looked at if it comes back.
    """
    waiting = tx.connection.execute(
        select(delivery)
        .where(
            delivery.c.address_id == address_id,
            delivery.c.resident_id == resident_id,
            delivery.c.run_id.is_not(None),
            delivery.c.state == DeliveryState.PENDING.value,
            delivery.c.window_id.is_(None),
        )
        .order_by(delivery.c.id)
        .with_for_update()
    ).all()
    moves = Moves()
    reason = SkipReason.ELSEWHERE.value
    for row in map(as_delivery, waiting):
        if not pass_on(tx, row, reason, moves, tried=False):
            # Of a repeat the first may have arrived.
            state = DeliveryState.UNSURE if row.again else DeliveryState.SKIPPED
            move(tx, row, state, moves, SkipReason.OPTED_OUT.value)
    moves.apply(tx)


def _note(tx: Tx, row: Delivery, reason: str) -> None:
    """Write down that a chat was come to, so that the row never comes back to it."""
    tx.connection.execute(
        attempt.insert().values(
            id=tx.new_id(),
            delivery_id=row.id,
            address_id=row.address_id,
            window_id=UUID(int=0),
            opened_at=tx.now,
            settled_at=tx.now,
            outcome=f"{_PASSED}: {reason}",
        )
    )


_NEXT = (
    select(address.c.id, address.c.account_id, account.c.channel)
    .join(account, account.c.id == address.c.account_id)
    .where(
        address.c.resident_id == bindparam("resident", type_=Uuid),
        address.c.id != bindparam("here", type_=Uuid),
        address.c.account_id.not_in(bindparam("shut", type_=Uuid, expanding=True)),
        address.c.kind == ChatKind.PRIVATE.value,
        address.c.unreachable.is_(None),
        address.c.id.not_in(
            select(attempt.c.address_id).where(
                attempt.c.delivery_id == bindparam("row", type_=Uuid)
            )
        ),
    )
    # Where all that is left is an account that is down, it waits there.
    .order_by(
        account.c.down_reason.is_not(None),
        address.c.preferred_at.is_(None),
        address.c.preferred_at.desc(),
        address.c.id,
    )
    .limit(1)
)
_TWINS = (
    select(delivery.c.state, delivery.c.again, delivery.c.window_id)
    .join(resident, resident.c.id == delivery.c.resident_id)
    .where(
        delivery.c.run_id == bindparam("run", type_=Uuid),
        resident.c.joined_to == bindparam("resident", type_=Uuid),
    )
)
