"""Asking to connect a group: what waits for the chief, and for the fate of the group's notice.

Until the chief says yes the chat stands here alone, sealed, and no address of it is made; a no, or
silence, deletes the row and with it all that was known of the chat.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update

from domain.messages import ChatKind, ChatRef
from storage.database import Tx
from storage.sealing import Place
from storage.tables import group_request
from storage.upsert import put_new

ANSWERED_WITHIN = timedelta(hours=24)
"""How long the chief may think; afterwards the group is asked for anew."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a group is to be connected as."""

    unit_id: UUID
    asked_by: UUID
    purpose: str
    area_code: str
    label: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request that waits for an answer; `chat` is opened only to connect it."""

    id: UUID
    wanted: Wanted
    asked_at: datetime
    account_id: UUID
    chat: ChatRef = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connected:
    """A group that was connected and whose notice's fate is still to be told."""

    id: UUID
    wanted: Wanted
    group_id: UUID
    decided_by: UUID
    notice_id: UUID


def ask(tx: Tx, wanted: Wanted, account_id: UUID, chat: ChatRef) -> UUID | None:
    """Let a chat wait for the chief's answer; None when it waits already."""
    request_id = tx.new_id()
    fresh = put_new(
        tx,
        group_request,
        key=[group_request.c.account_id, group_request.c.lookup],
        id=request_id,
        unit_id=wanted.unit_id,
        asked_by=wanted.asked_by,
        asked_at=tx.now,
        account_id=account_id,
        chat_kind=chat.kind.value,
        lookup=tx.keys.hash(f"group_request:{account_id.hex}", chat.chat_id),
        platform_id=tx.keys.seal(chat.chat_id, _place(request_id)),
        purpose=wanted.purpose,
        area_code=wanted.area_code,
        label=wanted.label,
    )
    return request_id if fresh else None


def get(tx: Tx, request_id: UUID) -> Request | None:
    """Return a request that waits for an answer; it is locked."""
    row = tx.connection.execute(
        select(group_request)
        .where(group_request.c.id == request_id, group_request.c.group_id.is_(None))
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    chat_id = tx.keys.unseal(row.platform_id, _place(row.id))
    chat = ChatRef(chat_id, ChatKind(row.chat_kind))
    return Request(row.id, _wanted(row), row.asked_at, row.account_id, chat)


def forget(tx: Tx, request_id: UUID) -> None:
    """Delete a request and what it knows of a chat."""
    tx.connection.execute(delete(group_request).where(group_request.c.id == request_id))


def moved(tx: Tx, account_id: UUID, chat_id: str, new_chat_id: str) -> None:
    """Give a waiting chat its new platform id; where that waits already, the older gives way."""
    purpose = f"group_request:{account_id.hex}"
    here = group_request.c.account_id == account_id
    old = group_request.c.lookup.in_(tx.keys.hashes(purpose, chat_id))
    found = tx.connection.execute(select(group_request.c.id).where(here, old)).scalar_one_or_none()
    if found is None:
        return
    new = tx.keys.hash(purpose, new_chat_id)
    same = group_request.c.lookup.in_(tx.keys.hashes(purpose, new_chat_id))
    if tx.connection.execute(select(group_request.c.id).where(here, same)).first() is not None:
        forget(tx, found)
        return
    tx.connection.execute(
        update(group_request)
        .where(group_request.c.id == found)
        .values(lookup=new, platform_id=tx.keys.seal(new_chat_id, _place(found)))
    )


def note_connected(
    tx: Tx, request_id: UUID, group_id: UUID, decided_by: UUID, notice_id: UUID
) -> None:
    """Let a request wait for its notice; the chat is an address now and is forgotten here."""
    tx.connection.execute(
        update(group_request)
        .where(group_request.c.id == request_id)
        .values(
            group_id=group_id,
            decided_by=decided_by,
            notice_id=notice_id,
            account_id=None,
            lookup=None,
            platform_id=None,
        )
    )


def watch(tx: Tx, wanted: Wanted, group_id: UUID, notice_id: UUID) -> None:
    """Let who asks be told what becomes of a notice that is put up once more."""
    tx.connection.execute(
        group_request.insert().values(
            id=tx.new_id(),
            unit_id=wanted.unit_id,
            asked_by=wanted.asked_by,
            asked_at=tx.now,
            purpose=wanted.purpose,
            area_code=wanted.area_code,
            label=wanted.label,
            group_id=group_id,
            decided_by=wanted.asked_by,
            notice_id=notice_id,
        )
    )


def connected(tx: Tx) -> list[Connected]:
    """Return the connected groups whose notice's fate is still to be told, oldest first."""
    rows = tx.connection.execute(
        select(group_request)
        .where(group_request.c.group_id.is_not(None))
        .order_by(group_request.c.id)
        .with_for_update(skip_locked=True)
    )
    return [
        Connected(row.id, _wanted(row), row.group_id, row.decided_by, row.notice_id) for row in rows
    ]


def overdue(tx: Tx) -> list[tuple[UUID, Wanted]]:
    """Return the requests that nobody answered in time."""
    rows = tx.connection.execute(
        select(group_request)
        .where(
            group_request.c.group_id.is_(None),
            group_request.c.asked_at <= tx.now - ANSWERED_WITHIN,
        )
        .order_by(group_request.c.id)
        .with_for_update(skip_locked=True)
    )
    return [(row.id, _wanted(row)) for row in rows]


def _wanted(row: Row[Any]) -> Wanted:
    return Wanted(row.unit_id, row.asked_by, row.purpose, row.area_code, row.label)


def _place(request_id: UUID) -> Place:
    return Place("group_request", "platform_id", request_id)
