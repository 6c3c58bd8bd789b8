"""Working on tips: whose they are, what they are about, what their writers are told of them."""

from uuid import UUID

from sqlalchemy import select

from domain.subject import Subject
from domain.tip import TipState, TipStatus
from storage.database import Tx
from storage.tables import tip
from storage.tips import Tip, as_tip, changed


def of_writer(tx: Tx, address_id: UUID, limit: int) -> list[Tip]:
    """Return the newest tips of an address, newest first."""
    rows = tx.connection.execute(
        select(tip)
        .where(tip.c.address_id == address_id, tip.c.state != TipState.ERASED.value)
        .order_by(tip.c.id.desc())
        .limit(limit)
    )
    return [as_tip(row) for row in rows]


def by_number(tx: Tx, unit_id: UUID, number: str) -> UUID | None:
    """Return the id of the tip that a unit knows by a case number."""
    query = select(tip.c.id).where(tip.c.unit_id == unit_id, tip.c.case_number == number)
    return tx.connection.execute(query).scalar_one_or_none()


def set_subject(tx: Tx, known: Tip, subject: Subject) -> Tip:
    """Write down what staff say it is about."""
    return changed(tx, known.id, subject=subject.value, subject_assumed=False)


def set_status(tx: Tx, known: Tip, status: TipStatus) -> Tip:
    """Change what its writer is told of where it stands."""
    return changed(tx, known.id, status=status.value)
