"""Groups that a file connected: they are told of us like all others, and the chief learns of it."""

from handlers.groups import approvers, deciding
from handlers.turn import Context
from storage.database import Tx
from storage.groups import group_links, group_requests
from storage.groups.group_requests import Wanted
from storage.people import addresses


def put_up_due(tx: Tx, context: Context, limit: int = 20) -> int:
    """Put up the notices that are still to be put up; returns how many.

    What becomes of each, pinned or not, is told to who says yes to groups (`outcomes.tell_due`).
    """
    found = group_links.take_unnoticed(tx, limit)
    for group in found:
        chat = addresses.of_group(tx, group.id)
        if chat is None:
            continue
        notice_id = deciding.put_up(tx, context, group, chat.id)
        for chief in approvers.of(tx, group.unit_id, None):
            wanted = Wanted(group.unit_id, chief.id, group.purpose, group.area_code, group.label)
            group_requests.watch(tx, wanted, group.id, notice_id)
    return len(found)
