"""What residents chose of their own will: their parts, and subjects they want nothing of."""

from uuid import UUID

from sqlalchemy import delete, select, update

from domain.delivery import DeliveryKind, DeliveryState, SkipReason
from domain.part import Part
from domain.subject import Subject
from storage.counters import Moves
from storage.database import Tx
from storage.ledger import as_delivery, move
from storage.tables import declined_subject, delivery, resident, resident_part, run
from storage.tables.deliveries import DUE
from storage.upsert import insert_into


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
        values = {"resident_id": resident_id, "part": part.value}
        tx.connection.execute(insert_into(tx, table).values(values).on_conflict_do_nothing())
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


def declined(tx: Tx, resident_id: UUID) -> tuple[Subject, ...]:
    """Return the subjects of which a resident wants no broadcasts."""
    found = tx.connection.execute(
        select(declined_subject.c.subject).where(declined_subject.c.resident_id == resident_id)
    ).scalars()
    kept = set(found)
    return tuple(subject for subject in Subject if subject.value in kept)


def decline(tx: Tx, resident_id: UUID, subject: Subject) -> None:
    """Note that a resident wants nothing of a subject; what waits for them is not sent any more."""
    tx.connection.execute(
        insert_into(tx, declined_subject)
        .values(resident_id=resident_id, subject=subject.value)
        .on_conflict_do_nothing()
    )
    waiting = (
        select(delivery)
        .join(run, run.c.id == delivery.c.run_id)
        .where(
            delivery.c.resident_id == resident_id,
            delivery.c.kind == DeliveryKind.CAMPAIGN.value,
            DUE,
            run.c.audience["subject"].as_string() == subject.value,
        )
        .with_for_update(of=delivery)
    )
    moves = Moves()
    for row in tx.connection.execute(waiting).all():
        move(tx, as_delivery(row), DeliveryState.SKIPPED, moves, SkipReason.OPTED_OUT.value)
    moves.apply(tx)


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
