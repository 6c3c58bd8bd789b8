"""Tips that became part of a case: its number is kept sealed, and nothing of them is erased."""

from uuid import UUID

from sqlalchemy import func, or_, select

from domain.tip import TipState
from storage.database import Tx
from storage.sealing import Place
from storage.tables import address, tip
from storage.tips.tips import Tip, changed


def note(tx: Tx, known: Tip, number: str) -> Tip:
    """Write down the number of the case that a tip is part of, in place of any other."""
    return changed(tx, known.id, docket=tx.keys.seal(number, _place(known.id)))


def strike(tx: Tx, known: Tip) -> bool:
    """Take a tip out of its case; False when it is part of none."""
    found = of(tx, known.id) is not None
    changed(tx, known.id, docket=None)
    return found


def of(tx: Tx, tip_id: UUID) -> str | None:
    """Open the number of the case that a tip is part of."""
    sealed = tx.connection.execute(select(tip.c.docket).where(tip.c.id == tip_id)).scalar_one()
    return tx.keys.unseal(sealed, _place(tip_id)) if sealed is not None else None


def of_resident(tx: Tx, resident_id: UUID) -> int:
    """Return how many tips that lead to a resident are part of a case."""
    mine = select(address.c.id).where(address.c.resident_id == resident_id)
    query = (
        select(func.count())
        .select_from(tip)
        .where(or_(tip.c.resident_id == resident_id, tip.c.address_id.in_(mine)))
        .where(tip.c.state != TipState.ERASED.value, tip.c.docket.is_not(None))
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _place(tip_id: UUID) -> Place:
    return Place("tip", "docket", tip_id)
