"""Cut what ties a tip to its writer beside their chat: a contact left, a claim code."""

from uuid import UUID

from sqlalchemy import delete

from storage.database import Tx
from storage.tables import tip_claim, tip_contact


def cut(tx: Tx, tip_id: UUID) -> None:
    """Delete both."""
    for tie in (tip_contact, tip_claim):
        tx.connection.execute(delete(tie).where(tie.c.tip_id == tip_id))
