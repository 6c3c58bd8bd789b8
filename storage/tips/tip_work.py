"""Working on tips: whose they are, what they are about, what their writers are told of them."""

from uuid import UUID

from sqlalchemy import select

from domain.subject import Subject
from domain.tip import Body, Secrecy, Step, TipState, TipStatus, after
from storage.database import Tx
from storage.tables import tip
from storage.tips.tips import Tip, as_tip, changed


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


def assign(tx: Tx, known: Tip, staff_id: UUID, *, given: bool) -> Tip:
    """Give an open tip to a member of staff, from whoever had it.

    Raises: IllegalStep.
    """
    state = after(known.state, Step.ASSIGN)
    return changed(tx, known.id, state=state.value, taken_by=staff_id, given=given)


def hide(tx: Tx, known: Tip, secrecy: Secrecy) -> Tip:
    """Say who may see the content from now on."""
    return changed(tx, known.id, secrecy=secrecy.value)


def note_answer(tx: Tx, known: Tip) -> Tip:
    """Record that an officer said something to its writer."""
    return changed(tx, known.id, last_answer_at=tx.now)


def pass_on(tx: Tx, known: Tip, body: Body) -> Tip:
    """Write down to whom it was passed."""
    return changed(tx, known.id, passed_to=body.value)


def held_by(tx: Tx, unit_id: UUID, staff_id: UUID) -> list[Tip]:
    """Return the open tips of a member of staff for a change, oldest first."""
    rows = tx.connection.execute(
        select(tip)
        .where(
            tip.c.unit_id == unit_id,
            tip.c.taken_by == staff_id,
            tip.c.state == TipState.TAKEN.value,
        )
        .order_by(tip.c.id)
        .with_for_update()
    )
    return [as_tip(row) for row in rows]


def set_subject(tx: Tx, known: Tip, subject: Subject) -> Tip:
    """Write down what staff say it is about."""
    return changed(tx, known.id, subject=subject.value, subject_assumed=False)


def set_status(tx: Tx, known: Tip, status: TipStatus) -> Tip:
    """Change what its writer is told of where it stands."""
    return changed(tx, known.id, status=status.value)
