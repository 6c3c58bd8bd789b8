"""Addresses: one person, group or channel in one of our accounts, and the accounts themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, Uuid, bindparam, func, select

from domain.failures import Until
from domain.messages import ChatKind, ChatRef
from storage.database import Tx
from storage.sealing import Place
from storage.tables import account, address, attempt, delivery
from storage.upsert import put_new


@dataclass(frozen=True, slots=True)
class Account:
    """One of our accounts on a platform."""

    id: UUID
    channel: str
    username: str
    unit_id: UUID | None
    down_reason: str | None
    paused_until: datetime | None
    link: str | None = None
    """How links to it are written, with `{payload}` in them; None while none is known."""
    paused_since: datetime | None = None
    """Since when its platform takes nothing, by itself or by its wish; None while it does."""


@dataclass(frozen=True, slots=True)
class Address:
    """A chat partner; its platform id stays sealed until a message is sent."""

    id: UUID
    account_id: UUID
    channel: str
    kind: ChatKind
    resident_id: UUID | None
    staff_id: UUID | None
    group_id: UUID | None
    unreachable: Until | None


@dataclass(frozen=True, slots=True)
class Home:
    """The account that an address belongs to, and its channel."""

    account_id: UUID
    channel: str


_HOME = "address home"
COLUMNS = (
    address.c.id,
    address.c.account_id,
    account.c.channel,
    address.c.kind,
    address.c.resident_id,
    address.c.staff_id,
    address.c.group_id,
    address.c.unreachable,
)


def register_account(
    tx: Tx, channel: str, platform_key: str, username: str, link: str | None = None
) -> Account:
    """Return our account, made known on first sight; its fault mark is cleared.

    An empty name, and no pattern of a link, leave those that are known.
    """
    same = (account.c.channel == channel) & (account.c.platform_key == platform_key)
    row = tx.connection.execute(select(account).where(same)).one_or_none()
    if row is None:
        new_id = tx.new_id()
        tx.connection.execute(
            account.insert().values(
                id=new_id,
                channel=channel,
                platform_key=platform_key,
                username=username,
                link=link,
            )
        )
        return Account(new_id, channel, username, None, None, None, link)
    username, link = username or row.username, link or row.link
    known = {"username": username, "link": link, "down_reason": None}
    tx.connection.execute(account.update().where(account.c.id == row.id).values(known))
    return Account(row.id, channel, username, row.unit_id, None, row.paused_until, link)


def accounts(tx: Tx) -> list[Account]:
    """Return all accounts, oldest first."""
    rows = tx.connection.execute(select(account).order_by(account.c.id))
    return [
        Account(
            row.id,
            row.channel,
            row.username,
            row.unit_id,
            row.down_reason,
            row.paused_until,
            row.link,
            row.paused_since,
        )
        for row in rows
    ]


def has_several_channels(tx: Tx) -> bool:
    """Tell whether we have accounts on more than one platform."""
    count = select(func.count(account.c.channel.distinct()))
    return tx.connection.execute(count).scalar_one() > 1


def channel_of(tx: Tx, account_id: UUID) -> str:
    """Return the platform on which an account is."""
    channel: str = tx.connection.execute(_CHANNEL, {"account": account_id}).scalar_one()
    return channel


def down_reason(tx: Tx, account_id: UUID) -> str | None:
    """Return why an account sends nothing, None when nothing is known against it."""
    query = select(account.c.down_reason).where(account.c.id == account_id)
    reason: str | None = tx.connection.execute(query).scalar_one()
    return reason


def mark_down(tx: Tx, account_id: UUID, reason: str) -> None:
    """Send nothing by an account that its platform refuses."""
    tx.connection.execute(
        account.update().where(account.c.id == account_id).values(down_reason=reason)
    )


def mark_up(tx: Tx, account_id: UUID) -> None:
    """Clear an account's fault mark; one message alone goes first, to see whether it is true."""
    tx.connection.execute(
        account.update()
        .where(account.c.id == account_id)
        .values(down_reason=None, paused_until=func.coalesce(account.c.paused_until, tx.now))
    )


def find(tx: Tx, account_id: UUID, platform_id: str) -> Address | None:
    """Return the address of a platform id, if we know it."""
    lookups = tx.keys.hashes(f"address:{account_id.hex}", platform_id)
    known = {"account": account_id, "lookups": list(lookups)}
    row = tx.connection.execute(_BY_LOOKUP, known).one_or_none()
    return _address(tx, row) if row else None


def home(tx: Tx, address_id: UUID) -> Home:
    """Return where an address is at home, which never changes."""
    place = (_HOME, address_id)
    if place not in tx.seen:
        get(tx, address_id)
    known: Home = tx.seen[place]
    return known


def get(tx: Tx, address_id: UUID) -> Address:
    """Return an address by our id."""
    return _address(tx, tx.connection.execute(_BY_ID, {"address": address_id}).one())


def find_by_id(tx: Tx, address_id: UUID) -> Address | None:
    """Return an address by an id that somebody else may have written."""
    row = tx.connection.execute(_BY_ID, {"address": address_id}).one_or_none()
    return _address(tx, row) if row else None


def ensure(tx: Tx, account_id: UUID, kind: ChatKind, platform_id: str) -> Address:
    """Return the address of a platform id, made on first sight."""
    known = find(tx, account_id, platform_id)
    if known is not None:
        return known
    new_id = tx.new_id()
    lookup = tx.keys.hash(f"address:{account_id.hex}", platform_id)
    # Somebody who writes in a group and in private at once is met by two transactions.
    put_new(
        tx,
        address,
        key=[address.c.account_id, address.c.lookup],
        id=new_id,
        account_id=account_id,
        kind=kind.value,
        lookup=lookup,
        platform_id=tx.keys.seal(platform_id, Place("address", "platform_id", new_id)),
    )
    query = _joined().where(address.c.account_id == account_id, address.c.lookup == lookup)
    return _address(tx, tx.connection.execute(query).one())


def link_resident(tx: Tx, address_id: UUID, resident_id: UUID) -> None:
    """Say whose address it is."""
    _update(tx, address_id, resident_id=resident_id)


def link_staff(tx: Tx, address_id: UUID, staff_id: UUID) -> None:
    """Say which of our people writes from it."""
    _update(tx, address_id, staff_id=staff_id)


def link_group(tx: Tx, address_id: UUID, group_id: UUID) -> None:
    """Say which group it is."""
    _update(tx, address_id, group_id=group_id)


def mark_unreachable(tx: Tx, address_id: UUID, until: Until) -> None:
    """Remember that nothing can be sent there, and since when."""
    since = func.coalesce(address.c.unreachable_at, tx.now)
    _update(tx, address_id, unreachable=until.value, unreachable_at=since)


def mark_reachable(tx: Tx, address_id: UUID) -> None:
    """They wrote, so they can be written to again."""
    _update(tx, address_id, unreachable=None, unreachable_at=None)


def hold_until(tx: Tx, address_id: UUID, instant: datetime) -> None:
    """Send nothing there before the instant, as the platform asked."""
    _update(tx, address_id, not_before=instant)


def relocate(tx: Tx, address_id: UUID, platform_id: str) -> None:
    """Give the address the chat's new platform id.

    The ids of what was sent before mean nothing there, or something else: they are forgotten, so
    that nobody believes an old message could still be changed, deleted or answered.
    """
    row = tx.connection.execute(select(address.c.account_id).where(address.c.id == address_id))
    account_id: UUID = row.scalar_one()
    taken = find(tx, account_id, platform_id)
    if taken is not None and taken.id == address_id:
        # Told a second time: what was sent since then is in the new chat.
        return
    if taken is not None:
        # The new chat wrote before we learned of the move: keep the older address, which carries
        # the history, and let the newer one give up the id.
        spare = f"replaced:{taken.id.hex}"
        _set_platform_id(tx, taken.id, account_id, spare)
        mark_unreachable(tx, taken.id, Until.FOREVER)
    _set_platform_id(tx, address_id, account_id, platform_id)
    tx.connection.execute(
        attempt.update()
        .where(attempt.c.address_id == address_id, attempt.c.message_id.is_not(None))
        .values(message_id=None)
    )


def chat_of(tx: Tx, address_id: UUID) -> ChatRef:
    """Open the platform id, to send there."""
    row = tx.connection.execute(
        select(address.c.platform_id, address.c.kind).where(address.c.id == address_id)
    ).one()
    platform_id = tx.keys.unseal(row.platform_id, Place("address", "platform_id", address_id))
    return ChatRef(platform_id, ChatKind(row.kind))


def of_staff(tx: Tx, staff_id: UUID) -> Address | None:
    """Return where a member of staff is written to: where they can be reached, and like it best."""
    row = tx.connection.execute(
        _joined().where(address.c.staff_id == staff_id).order_by(*best_first()).limit(1)
    ).one_or_none()
    return _address(tx, row) if row else None


def all_of_staff(tx: Tx, staff_id: UUID) -> list[Address]:
    """Return every chat of a member of staff that can be reached, oldest first."""
    rows = tx.connection.execute(
        _joined()
        .where(address.c.staff_id == staff_id, address.c.unreachable.is_(None))
        .order_by(address.c.id)
    )
    return [_address(tx, row) for row in rows]


def of_group(tx: Tx, group_id: UUID) -> Address | None:
    """Return a group's address."""
    row = tx.connection.execute(
        _joined().where(address.c.group_id == group_id).order_by(address.c.id).limit(1)
    ).one_or_none()
    return _address(tx, row) if row else None


def last_of_group(tx: Tx, group_id: UUID) -> Address | None:
    """Return the chat that a group was before it was let go, so that a row can say it was left."""
    former = select(address.c.id).where(address.c.former_group_id == group_id).limit(1)
    found = tx.connection.execute(former).scalar_one_or_none()
    if found is None:
        said = select(delivery.c.address_id).where(delivery.c.group_id == group_id)
        newest = said.order_by(delivery.c.id.desc()).limit(1)
        found = tx.connection.execute(newest).scalar_one_or_none()
    return get(tx, found) if found is not None else None


def of_resident(tx: Tx, resident_id: UUID) -> Address | None:
    """Return where a resident is written to: where they can be reached, and like it best."""
    mine = _joined().where(address.c.resident_id == resident_id)
    row = tx.connection.execute(mine.order_by(*best_first()).limit(1)).one_or_none()
    return _address(tx, row) if row else None


def all_of_resident(tx: Tx, resident_id: UUID) -> list[Address]:
    """Return every chat of a resident, the one that is theirs longest first."""
    oldest = (address.c.joined_at.is_not(None), address.c.joined_at, address.c.id)
    rows = tx.connection.execute(
        _joined().where(address.c.resident_id == resident_id).order_by(*oldest)
    )
    return [_address(tx, row) for row in rows]


def best_first() -> tuple[ColumnElement[Any], ...]:
    """Return the order of a person's addresses: reachable, preferred of late, longest known."""
    preferred = address.c.preferred_at
    return (
        address.c.unreachable.is_not(None),
        preferred.is_(None),
        preferred.desc(),
        address.c.id,
    )


def prefer(tx: Tx, address_id: UUID) -> None:
    """Note that this is where its person wants to be written to."""
    _update(tx, address_id, preferred_at=tx.now)


def _joined() -> Select[Any]:
    return select(*COLUMNS).join(account, account.c.id == address.c.account_id)


def _address(tx: Tx, row: Row[Any]) -> Address:
    return from_columns(tx, tuple(row))


def from_columns(tx: Tx, values: Sequence[Any]) -> Address:
    """Read an address from its `COLUMNS`."""
    address_id, account_id, channel, kind, resident_id, staff_id, group_id, unreachable = values
    tx.seen[_HOME, address_id] = Home(account_id, channel)
    return Address(
        address_id,
        account_id,
        channel,
        ChatKind(kind),
        resident_id,
        staff_id,
        group_id,
        Until(unreachable) if unreachable else None,
    )


def _set_platform_id(tx: Tx, address_id: UUID, account_id: UUID, platform_id: str) -> None:
    _update(
        tx,
        address_id,
        lookup=tx.keys.hash(f"address:{account_id.hex}", platform_id),
        platform_id=tx.keys.seal(platform_id, Place("address", "platform_id", address_id)),
    )


def _update(tx: Tx, address_id: UUID, **values: object) -> None:
    tx.connection.execute(address.update().where(address.c.id == address_id).values(**values))


# Asked for each message, so they are built once.
_BY_ID = _joined().where(address.c.id == bindparam("address", type_=Uuid))
_BY_LOOKUP = _joined().where(
    address.c.account_id == bindparam("account", type_=Uuid),
    address.c.lookup.in_(bindparam("lookups", expanding=True)),
)
_CHANNEL = select(account.c.channel).where(account.c.id == bindparam("account", type_=Uuid))
