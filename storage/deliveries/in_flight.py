"""One message at a time in each chat, also where several transactions open windows at once.

What is due is looked for before anything is locked: nobody sees there what another transaction is
just taking. Slots of an account are given to one transaction after the other. Whoever has some asks
again, in a statement of its own, which sees all that was taken before.
"""

from collections.abc import Collection

import orjson
from sqlalchemy import Integer, literal_column, select

from storage.database import Tx
from storage.deliveries.listed import listed
from storage.tables import delivery
from storage.tables.deliveries import PENDING


def busy(tx: Tx, chats: Collection[str]) -> frozenset[str]:
    """Return those of some chats to which something is on its way already; ids in hex digits.

    To be asked after the slots were taken, and before anything of the window is written.
    """
    if not chats or tx.connection.dialect.name == "sqlite":
        # Only one transaction writes there.
        return frozenset()
    asked = {"chats": orjson.dumps(list(chats)).decode()}
    return frozenset(one.hex for one in tx.connection.execute(_BUSY, asked).scalars())


_CHATS = listed("postgresql", "chats").subquery()
_CHAT = _CHATS.c[0]
# Looked up for each chat in turn, whatever the server thinks of how many there are.
_BUSY = select(_CHAT).where(
    select(literal_column("1", Integer))
    .where(PENDING, delivery.c.address_id == _CHAT, delivery.c.window_id.is_not(None))
    .limit(1)
    .scalar_subquery()
    .is_not(None)
)
