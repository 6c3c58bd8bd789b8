"""Erasing a resident at their own wish: what goes, what stays, and the entry in the audit log.

The law lets everybody have their data erased (law 91/2025). Proof of what was agreed to is meant to
be kept 24 months, cut off from the chat account; tips stay as records that point to nobody.
"""

from datetime import datetime, timedelta
from functools import partial

from domain.audit import Act, Thing
from storage.database import Tx
from storage.people import erasing
from storage.people.residents import Resident
from storage.staff import audit

CONFIRM_WITHIN = timedelta(hours=24)
"""How long the button that erases works after the question."""


def is_fresh(tx: Tx, asked_at: datetime) -> bool:
    """Tell whether the question whether to erase was asked lately."""
    return timedelta() <= tx.now - asked_at < CONFIRM_WITHIN


def erase(tx: Tx, person: Resident, *, withdrawn: bool = False) -> bool:
    """Erase a resident and write down that it was done; False when it had been done.

    `withdrawn`: their platform told us to, as they had asked there.

    Not even how many tips were theirs is written: it would help to find which.
    """
    if not erasing.erase(tx, person.id):
        return False
    note = partial(
        audit.append,
        tx,
        Act.RESIDENT_ERASED,
        Thing.RESIDENT,
        person.id,
        unit_id=person.unit_id,
        staff_id=None,
    )
    if withdrawn:
        note(withdrawn=True)
    else:
        note()
    return True
