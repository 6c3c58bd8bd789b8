"""Give back whole windows of which nothing was tried."""

from uuid import UUID

from sqlalchemy import delete, select, update

from storage.database import Tx
from storage.deliveries import attempts
from storage.tables import delivery, send_window

UNHEARD = "unheard"
"""Why rows wait again of which nobody heard that they had been taken."""


def untried(tx: Tx, window_id: UUID) -> bool:
    """Let the rows of a window wait as if it had never been; False when there is none."""
    here = send_window.c.id == window_id
    if (
        tx.connection.execute(select(send_window.c.id).where(here).with_for_update()).first()
        is None
    ):
        return False
    rows = [row.id for row in attempts.under_way(tx, window_id)]
    tx.connection.execute(
        update(delivery)
        .where(delivery.c.id.in_(rows))
        .values(window_id=None, reason=UNHEARD, tries=delivery.c.tries - 1)
    )
    attempts.give_up(tx, window_id, "notsent")
    tx.connection.execute(delete(send_window).where(here))
    return True
