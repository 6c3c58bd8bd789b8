"""Tips whose holder has left, or may not read them any more, are for anybody to take again."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from domain.roles import Role, may_read
from domain.tip import Secrecy, Step, TipEventKind, TipState, after
from storage.database import Tx
from storage.staff import duty
from storage.tables import tip
from storage.tips import tip_events, tip_rows
from storage.tips.tips import Tip, as_tip, changed


def release(tx: Tx, known: Tip, *, announced: bool = False) -> Tip:
    """Let anybody take a tip; `announced`, its readers are shown it anew, whole.

    Of an urgent one people are paged then, as for a new cry.
    Raises: IllegalStep.
    """
    state = after(known.state, Step.RELEASE)
    values: dict[str, object] = {"state": state.value, "taken_by": None, "given": False}
    if announced:
        tip_rows.show_whole(tx, known.id)
        values |= {"carded_at": None, "card_due_at": tx.now}
        if known.urgent:
            duty.begin(tx, known.id)
    tip_events.add(tx, known, TipEventKind.RELEASED, shown=not announced)
    return changed(tx, known.id, **values)


def release_all(tx: Tx, staff_id: UUID, roles: Collection[Role]) -> int:
    """Let anybody take what somebody has and may not read with these roles; return how many."""
    rows = tx.connection.execute(
        select(tip)
        .where(tip.c.taken_by == staff_id, tip.c.state == TipState.TAKEN.value)
        .order_by(tip.c.id)
        .with_for_update()
    )
    lost = [
        one
        for one in map(as_tip, rows.all())
        if not may_read(roles, urgent=one.urgent, only_chief=one.secrecy is Secrecy.CHIEF)
    ]
    for one in lost:
        release(tx, one, announced=True)
    return len(lost)
