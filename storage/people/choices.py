"""What residents chose of their own will: their parts, and subjects they want nothing of."""

from uuid import UUID

from sqlalchemy import delete, select, update

from domain.part import Part
from domain.subject import Subject
from storage.database import Tx
from storage.tables import declined_subject, resident, resident_part
from storage.upsert import put_new


def parts(tx: Tx, resident_id: UUID) -> tuple[Part, ...]:
    """Return the parts a resident said they have, in the order in which they are offered."""
    found = tx.connection.execute(
        select(resident_part.c.part).where(resident_part.c.resident_id == resident_id)
    ).scalars()
    kept = set(found)
    return tuple(part for part in Part if part.value in kept)


def set_part(tx: Tx, resident_id: UUID, part: Part, *, chosen: bool) -> None:
    """Note that a resident has a part, or not; harmless when that is known."""
    table = resident_part
    if chosen:
        put_new(tx, table, resident_id=resident_id, part=part.value)
        return
    tx.connection.execute(
        delete(table).where(table.c.resident_id == resident_id, table.c.part == part.value)
    )


def first_question(tx: Tx, resident_id: UUID) -> bool:
    """Tell whether a resident was not asked for their parts yet; from now on they were."""
    result = tx.connection.execute(
        update(resident)
        .where(resident.c.id == resident_id, resident.c.parts_asked.is_(False))
        .values(parts_asked=True)
    )
    return bool(result.rowcount)


def was_asked(tx: Tx, resident_id: UUID) -> bool:
    """Tell whether a resident was asked for their parts."""
    query = select(resident.c.parts_asked).where(resident.c.id == resident_id)
    asked: bool = tx.connection.execute(query).scalar_one()
    return asked


def declined(tx: Tx, resident_id: UUID) -> tuple[Subject, ...]:
    """Return the subjects of which a resident wants no broadcasts."""
    found = tx.connection.execute(
        select(declined_subject.c.subject).where(declined_subject.c.resident_id == resident_id)
    ).scalars()
    kept = set(found)
    return tuple(subject for subject in Subject if subject.value in kept)


def decline(tx: Tx, resident_id: UUID, subject: Subject) -> None:
    """Note that a resident wants nothing of a subject; it is looked at when a run is sent, too."""
    put_new(tx, declined_subject, resident_id=resident_id, subject=subject.value)


def accept(tx: Tx, resident_id: UUID, subject: Subject) -> None:
    """Note that a resident wants broadcasts of a subject again."""
    table = declined_subject
    tx.connection.execute(
        delete(table).where(table.c.resident_id == resident_id, table.c.subject == subject.value)
    )


def forget(tx: Tx, resident_id: UUID) -> None:
    """Erase what a resident chose."""
    for table in (resident_part, declined_subject):
        tx.connection.execute(delete(table).where(table.c.resident_id == resident_id))
    tx.connection.execute(
        update(resident).where(resident.c.id == resident_id).values(parts_asked=False)
    )
