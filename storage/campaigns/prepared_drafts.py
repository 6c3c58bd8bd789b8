"""Campaigns that were got ready elsewhere: each waits for one officer, sealed, for a month."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select

from storage.database import Tx
from storage.sealing import Place
from storage.tables import prepared_draft

KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True, repr=False)
class Prepared:
    """A form as it would stand in its officer's dialogue."""

    id: UUID
    staff_id: UUID
    form: Mapping[str, str]
    created_at: datetime


def add(tx: Tx, staff_id: UUID, form: Mapping[str, str]) -> UUID:
    """Keep a form for an officer."""
    draft_id = tx.new_id()
    text = json.dumps(dict(form), ensure_ascii=False)
    tx.connection.execute(
        prepared_draft.insert().values(
            id=draft_id,
            staff_id=staff_id,
            form=tx.keys.seal(text, _place(draft_id)),
            created_at=tx.now,
        )
    )
    return draft_id


def of_staff(tx: Tx, staff_id: UUID) -> list[Prepared]:
    """Return what waits for an officer, the newest first."""
    rows = tx.connection.execute(
        select(prepared_draft)
        .where(prepared_draft.c.staff_id == staff_id)
        .order_by(prepared_draft.c.id.desc())
    )
    return [_prepared(tx, row) for row in rows]


def take(tx: Tx, staff_id: UUID, draft_id: UUID) -> Prepared | None:
    """Take what waits for this officer out; None when it does not, or another press took it."""
    own = (prepared_draft.c.id == draft_id) & (prepared_draft.c.staff_id == staff_id)
    row = tx.connection.execute(select(prepared_draft).where(own).with_for_update()).one_or_none()
    if row is None:
        return None
    tx.connection.execute(delete(prepared_draft).where(own))
    return _prepared(tx, row)


def forget_old(tx: Tx) -> int:
    """Erase what nobody looked at in time; returns how many."""
    old = prepared_draft.c.created_at <= tx.now - KEPT_FOR
    return tx.connection.execute(delete(prepared_draft).where(old)).rowcount


def _prepared(tx: Tx, row: Row[Any]) -> Prepared:
    form = json.loads(tx.keys.unseal(row.form, _place(row.id)))
    return Prepared(row.id, row.staff_id, form, row.created_at)


def _place(draft_id: UUID) -> Place:
    return Place("prepared_draft", "form", draft_id)
