"""Where staff can be written to: some platforms take nothing a while after somebody last wrote."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from domain.door import OPEN, Door
from storage.database import Tx
from storage.deliveries import hearing
from storage.people import addresses
from storage.people.addresses import Address
from storage.people.units import Staff


def chat_of(
    tx: Tx, staff_id: UUID, doors: Mapping[str, Door], at: datetime | None = None
) -> Address | None:
    """Return the best chat in which a member of staff can be written to, now or `at` an instant.

    `doors` by channel. Of whom nobody knows when they last wrote there it is tried.
    """
    best = addresses.of_staff(tx, staff_id)
    if best is None or best.unreachable is not None:
        return None
    others = [one for one in addresses.all_of_staff(tx, staff_id) if one.id != best.id]
    when = at or tx.now
    return next((one for one in (best, *others) if not _is_shut(tx, one, doors, when)), None)


def shut(
    tx: Tx, staff: Sequence[Staff], doors: Mapping[str, Door], at: datetime
) -> list[tuple[Staff, Address]]:
    """Return who has a chat but none that is open at an instant, with their best."""
    found = []
    for one in staff:
        best = addresses.of_staff(tx, one.id)
        if best is not None and best.unreachable is None and not chat_of(tx, one.id, doors, at):
            found.append((one, best))
    return found


def _is_shut(tx: Tx, chat: Address, doors: Mapping[str, Door], at: datetime) -> bool:
    door = doors.get(chat.channel, OPEN)
    if door.reply_window is None:
        return False
    heard = hearing.last(tx, chat.id)
    return heard is not None and door.is_shut(heard, at)
