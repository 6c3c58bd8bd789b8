"""What came in and is not yet handled; afterwards only its key stays, so a repeat is known."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, literal_column, select

from domain.messages import Incoming, Received
from storage.codec import read_incoming, write_incoming
from storage.database import Tx
from storage.deliveries import waits
from storage.sealing import KeysUnusable, Place
from storage.tables import inbox
from storage.tables.intake import ASIDE, DONE, NEW
from storage.upsert import DIALECTS, insert_for

_CHATS = 256
"""Among so many chats that wait, those that had no turn for longest come first."""
_NO_ORDER = b"\x00"
"""What is handled waits behind nothing: a hash begins with its key's version, never with 0."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """One item to handle, still sealed; `tries` counts the failed tries before.

    `fresh`: nobody tried to handle it, nor told us to try again.
    """

    id: UUID
    account_id: UUID
    order: bytes
    received_at: datetime
    tries: int
    body: bytes = field(repr=False)
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class AsideItem:
    """An item set aside, without anything of its content but its kind.

    `kind` is the name of its type in `domain.messages`, None when it cannot be opened.
    """

    id: UUID
    kind: str | None
    received_at: datetime
    tries: int
    problem: str


def put(tx: Tx, account_id: UUID, items: Sequence[Received]) -> int:
    """Store the items that are not known yet; return how many were new."""
    if not items:
        return 0
    rows: list[dict[str, Any]] = []
    for item in items:
        new_id = tx.new_id()
        body = tx.keys.seal(write_incoming(item.incoming), Place("inbox", "body", new_id))
        rows.append(
            {
                "id": new_id,
                "account_id": account_id,
                "key": item.key,
                "order_lookup": tx.keys.hash(f"order:{account_id.hex}", item.order_key),
                "received_at": tx.now,
                "state": "new",
                "body": body,
                "tries": 0,
            }
        )
    # Whoever brings the same elsewhere, in another order, waits for us then, and we for nobody.
    rows.sort(key=lambda row: row["key"])
    return tx.connection.execute(_PUT[tx.connection.dialect.name], rows).rowcount


def next_items(
    tx: Tx,
    limit: int,
    accounts: Collection[UUID],
    turns: Mapping[bytes, int] = MappingProxyType({}),
) -> list[InboxItem]:
    """Return the oldest item of each chat of these accounts that is due.

    `turns` says of a chat (`InboxItem.order`) when it had its last turn, so that who floods us
    waits behind who just came. An item that waits for its next try holds back the later ones of
    its chat, nobody else's.
    """
    earlier = inbox.alias()
    first_of_chat = ~exists().where(
        earlier.c.order_lookup == inbox.c.order_lookup,
        earlier.c.state == literal_column("'new'"),
        earlier.c.id < inbox.c.id,
    )
    query = (
        select(inbox.c.id, inbox.c.order_lookup)
        .where(NEW, inbox.c.account_id.in_(list(accounts)), first_of_chat)
        .where(waits.is_over(inbox.c.not_before))
        .order_by(inbox.c.id)
        .limit(max(limit, _CHATS))
    )
    told = waits.instants(tx.now)
    heads = [(turns.get(row.order_lookup, 0), row.id) for row in tx.connection.execute(query, told)]
    ids = [item_id for _, item_id in sorted(heads)[:limit]]
    if not ids:
        return []
    rows = tx.connection.execute(select(inbox).where(inbox.c.id.in_(ids)).order_by(inbox.c.id))
    return [
        InboxItem(
            row.id,
            row.account_id,
            row.order_lookup,
            row.received_at,
            row.tries,
            row.body,
            row.not_before is None,
        )
        for row in rows
    ]


def opened(tx: Tx, item: InboxItem) -> Incoming:
    """Open what came in.

    Raises: KeysUnusable, pydantic.ValidationError; one item's fault, no reason to stop the others.
    """
    return read_incoming(tx.keys.unseal(item.body, Place("inbox", "body", item.id)))


def take(tx: Tx, *item_ids: UUID) -> set[UUID]:
    """Empty items that this transaction handles, and return which: others have or had the rest.

    What another worker holds is not waited for: it is done by the time that worker commits, and
    is new again when it does not. A chat's next item is nobody's before that: see `next_items`.
    Their keys stay, but not whose chats they came from. What does not end well is new again.
    """
    asked = {"items": item_ids, "handled_at": tx.now}
    return set(tx.connection.execute(_TAKE, asked).scalars())


def cut(tx: Tx, account_id: UUID, chat_id: str) -> None:
    """Empty what came from a chat and was set aside; what is being handled ends by itself.

    They count as handled when they came: several share no instant then.
    """
    lookups = tx.keys.hashes(f"order:{account_id.hex}", f"chat:{chat_id}")
    tx.connection.execute(
        inbox.update()
        .where(ASIDE, inbox.c.account_id == account_id, inbox.c.order_lookup.in_(lookups))
        .values(
            state="done",
            body=None,
            handled_at=inbox.c.received_at,
            not_before=None,
            problem=None,
            order_lookup=_NO_ORDER,
        )
    )


def failed(tx: Tx, item_id: UUID, problem: str, most_tries: int) -> bool:
    """Put a failed item back for a later try, or set it aside; True when it was set aside.

    Set aside, it keeps its sealed words for a person to look at, and its chat goes on. An item
    that somebody else handled meanwhile stays handled.
    """
    query = select(inbox.c.tries).where(inbox.c.id == item_id, inbox.c.state == "new")
    tries: int | None = tx.connection.execute(query.with_for_update()).scalar_one_or_none()
    if tries is None:
        return False
    aside = tries + 1 >= most_tries
    tx.connection.execute(
        inbox.update()
        .where(inbox.c.id == item_id)
        .values(
            tries=tries + 1,
            problem=problem[:200],
            state="aside" if aside else "new",
            not_before=tx.now + timedelta(seconds=2**tries),
        )
    )
    return aside


def put_off(tx: Tx, item_id: UUID, wait: timedelta) -> None:
    """Let an item, and so its chat, wait for a while; it costs it no try."""
    query = inbox.update().where(inbox.c.id == item_id, inbox.c.state == "new")
    tx.connection.execute(query.values(not_before=tx.now + wait))


def counts(tx: Tx) -> dict[str, int]:
    """Return how many items are `new` and how many are `aside`."""
    return {
        name: tx.connection.execute(
            select(func.count()).select_from(inbox).where(condition)
        ).scalar_one()
        for name, condition in (("new", NEW), ("aside", ASIDE))
    }


def problems(tx: Tx) -> dict[str, int]:
    """Return why items were set aside: the faults' names, and how often."""
    query = select(inbox.c.problem, func.count()).where(ASIDE).group_by(inbox.c.problem)
    return {row.problem or "unknown": row[1] for row in tx.connection.execute(query)}


def aside_ids(tx: Tx) -> list[UUID]:
    """Return the ids of all items set aside, oldest first."""
    return list(
        tx.connection.execute(select(inbox.c.id).where(ASIDE).order_by(inbox.c.id)).scalars()
    )


def aside(tx: Tx, after: UUID | None, limit: int) -> list[AsideItem]:
    """Return up to `limit` items set aside, oldest first, those behind `after`."""
    query = select(inbox).where(ASIDE).order_by(inbox.c.id).limit(limit)
    if after is not None:
        query = query.where(inbox.c.id > after)
    return [
        AsideItem(row.id, _kind(tx, row.id, row.body), row.received_at, row.tries, row.problem)
        for row in tx.connection.execute(query)
    ]


def _kind(tx: Tx, item_id: UUID, body: bytes | None) -> str | None:
    if body is None:
        return None
    try:
        return type(read_incoming(tx.keys.unseal(body, Place("inbox", "body", item_id)))).__name__
    except (KeysUnusable, ValueError):
        return None


def retry(tx: Tx, ids: Collection[UUID]) -> int:
    """Make items set aside new again, with all their tries; return how many still were aside.

    Their place is that of their age, before whatever else waits in their chats. That they wait for
    an instant, if only for this one, tells them from those that nobody tried yet.
    """
    query = inbox.update().where(ASIDE, inbox.c.body.is_not(None), inbox.c.id.in_(list(ids)))
    return tx.connection.execute(
        query.values(state="new", tries=0, problem=None, not_before=tx.now)
    ).rowcount


def oldest_waiting(tx: Tx) -> datetime | None:
    """Return when the oldest unhandled item came in."""
    query = select(func.min(inbox.c.received_at)).where(NEW)
    oldest: datetime | None = tx.connection.execute(query).scalar_one()
    return oldest


def forget_done(tx: Tx, before: datetime, limit: int = 1000) -> int:
    """Forget the keys of up to `limit` items handled before an instant; return how many."""
    old = select(inbox.c.id).where(DONE, inbox.c.handled_at < before).limit(limit)
    return tx.connection.execute(inbox.delete().where(inbox.c.id.in_(old))).rowcount


# Asked again and again, so they are built once.
_PUT = MappingProxyType(
    {
        name: insert_for(name, inbox).on_conflict_do_nothing(
            index_elements=[inbox.c.account_id, inbox.c.key]
        )
        for name in DIALECTS
    }
)
_free = inbox.alias("free")
_TAKE = (
    inbox.update()
    .where(
        inbox.c.id.in_(
            select(_free.c.id)
            .where(_free.c.id.in_(bindparam("items", expanding=True)), _free.c.state == "new")
            .with_for_update(skip_locked=True)
        )
    )
    .values(
        state="done",
        body=None,
        handled_at=bindparam("handled_at"),
        not_before=None,
        order_lookup=_NO_ORDER,
    )
    .returning(inbox.c.id)
)
