"""Contacts that writers left with a tip at their own wish, sealed with the tip's key.

They go when the way back to the writer's chat is destroyed, or with the tip (`tip_ties`).
"""

from uuid import UUID

from sqlalchemy import delete, select

from domain.tip import TipEventKind
from storage.database import Tx
from storage.sealing import Place
from storage.tables import tip_contact
from storage.tips import tip_events
from storage.tips.tip_keys import key_of
from storage.tips.tips import Tip
from storage.upsert import insert_into


def leave(tx: Tx, known: Tip, contact: str, lookup: bytes | None = None) -> None:
    """Keep a contact, in place of one left before; by `lookup` its message is known when edited."""
    values = {"body": key_of(tx, known).seal(contact, _place(known.id)), "left_at": tx.now}
    tx.connection.execute(
        insert_into(tx, tip_contact)
        .values(tip_id=known.id, **values)
        .on_conflict_do_update(index_elements=[tip_contact.c.tip_id], set_=values)
    )
    tip_events.add(tx, known, TipEventKind.CONTACT_LEFT, lookup=lookup)


def is_left(tx: Tx, tip_id: UUID) -> bool:
    """Tell whether a contact is kept with a tip."""
    query = select(tip_contact.c.tip_id).where(tip_contact.c.tip_id == tip_id)
    return tx.connection.execute(query).first() is not None


def of_tip(tx: Tx, known: Tip) -> str | None:
    """Open the contact left with a tip; None when there is none."""
    if known.sealed_key is None:
        return None
    query = select(tip_contact.c.body).where(tip_contact.c.tip_id == known.id)
    body = tx.connection.execute(query).scalar_one_or_none()
    return key_of(tx, known).unseal(body, _place(known.id)) if body is not None else None


def withdraw(tx: Tx, known: Tip) -> bool:
    """Delete the contact of a tip; False when there is none."""
    done = tx.connection.execute(delete(tip_contact).where(tip_contact.c.tip_id == known.id))
    if done.rowcount == 0:
        return False
    tip_events.add(tx, known, TipEventKind.CONTACT_WITHDRAWN)
    return True


def _place(tip_id: UUID) -> Place:
    return Place("tip_contact", "body", tip_id)
