"""Being put out of a group or back into it: who looks after the unit's groups is told."""

from uuid import UUID

from broadcasts.desk import Desk
from handlers.groups import approvers
from handlers.turn import Context
from storage.database import Tx
from storage.people import units


def changed(tx: Tx, context: Context, group_id: UUID, *, present: bool) -> None:
    """Note that we are in a connected group or not, and tell it when that is new.

    Being put back connects it as before: it was not let go.
    """
    group = units.get_group(tx, group_id)
    was_present = group.left_at is None
    units.note_presence(tx, group_id, present=present)
    if present == was_present:
        return
    desk = Desk(context.outbox, context.catalogue)
    key = "connecting.is_back" if present else "connecting.was_removed"
    for one in approvers.of(tx, group.unit_id, None):
        desk.tell(tx, one.id, key, label=group.label)
