"""Which chats belong to which member of staff: one per account, the newest."""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from domain.audit import Act, Thing
from storage.database import Tx
from storage.people import addresses, joining, residents
from storage.people.addresses import Address
from storage.people.residents import Wish
from storage.people.units import Staff
from storage.staff import audit
from storage.tables import address, resident


def link(tx: Tx, chat: Address, who: Staff) -> list[UUID]:
    """Give a chat to a member of staff; returns the chats of that account they had before.

    One of several chats of a resident is parted from them first.
    A chat that only said hello as a resident is none any more: what staff write there is asked
    about before it becomes a tip.
    """
    former = tx.connection.execute(
        update(address)
        .where(
            address.c.staff_id == who.id,
            address.c.account_id == chat.account_id,
            address.c.id != chat.id,
        )
        .values(staff_id=None, former_staff_id=who.id)
        .returning(address.c.id)
    ).scalars()
    before = list(former)
    tx.connection.execute(
        update(address).where(address.c.id == chat.id).values(staff_id=who.id, former_staff_id=None)
    )
    _part(tx, chat)
    _forget_stranger(tx, chat.id)
    audit.append(
        tx,
        Act.STAFF_LINKED,
        Thing.STAFF,
        who.id,
        unit_id=who.unit_id,
        staff_id=who.id,
        channel=chat.channel,
        moved=bool(before),
    )
    return before


def unlink(tx: Tx, who: Staff) -> int:
    """Take every chat from a member of staff; returns how many there were."""
    done = tx.connection.execute(
        update(address)
        .where(address.c.staff_id == who.id)
        .values(staff_id=None, former_staff_id=who.id)
    ).rowcount
    audit.append(
        tx,
        Act.STAFF_UNLINKED,
        Thing.STAFF,
        who.id,
        unit_id=who.unit_id,
        staff_id=None,
        chats=done,
    )
    return done


def was_taken(tx: Tx, chat_id: UUID) -> bool:
    """Tell whether a chat was taken from a member of staff: only a new code links it again."""
    query = select(address.c.id).where(
        address.c.id == chat_id,
        address.c.staff_id.is_(None),
        address.c.former_staff_id.is_not(None),
    )
    return tx.connection.execute(query).scalar_one_or_none() is not None


def _part(tx: Tx, chat: Address) -> None:
    """Part a chat from others of the same resident: whoever works here reads nothing of theirs."""
    person = residents.get(tx, chat.resident_id) if chat.resident_id is not None else None
    if person is None or not person.linked:
        return
    left = [one for one in addresses.all_of_resident(tx, person.id) if one.id != chat.id]
    if left:
        joining.part(tx, person, chat.id, left[0].id, left[0].id)


def _forget_stranger(tx: Tx, chat_id: UUID) -> None:
    untouched = (
        select(resident.c.id)
        .join(address, address.c.resident_id == resident.c.id)
        .where(
            address.c.id == chat_id,
            resident.c.wish == Wish.NONE.value,
            resident.c.area_code.is_(None),
        )
    )
    resident_id = tx.connection.execute(untouched).scalar_one_or_none()
    if resident_id is None:
        return
    try:
        with tx.savepoint():
            tx.connection.execute(
                update(address).where(address.c.id == chat_id).values(resident_id=None)
            )
            tx.connection.execute(delete(resident).where(resident.c.id == resident_id))
    except IntegrityError:
        # They told us something before: then they stay a resident as well.
        return
