"""What takes long to read, or must be one snapshot, is read beside the transaction that needs it.

On SQLite whoever reads as part of a transaction keeps all who write waiting; on PostgreSQL two
questions of such a one see what others commit between them.
"""

from collections.abc import Callable, Hashable
from typing import TypeVar

from storage.database import LookFirst, Tx

T = TypeVar("T")


def beside(tx: Tx, name: Hashable, look: Callable[[Tx], T]) -> T:
    """Return what `look` finds on one unchanging snapshot; within one already, on that.

    Otherwise the transaction is undone, and begins anew once it is known, by its name: so ask as
    early as can be, and look again at whatever may have changed since.
    """
    if tx.looked is None:
        return look(tx)
    if name not in tx.looked:
        raise LookFirst(name, look)
    found: T = tx.looked[name]
    return found
