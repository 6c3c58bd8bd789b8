"""Whether somebody answers a message of ours before we know which one it became."""

from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, select

from domain.messages import Message
from storage.database import Tx
from storage.deliveries import ledger
from storage.people import addresses
from storage.tables import delivery
from storage.tables.deliveries import PENDING


def is_answered(tx: Tx, account_id: UUID, message: Message) -> bool:
    """Tell whether a message replies to what may be on its way to its chat, or has just arrived."""
    if message.reply_to is None:
        return False
    where = addresses.find(tx, account_id, message.chat.chat_id)
    # What is on its way first: it may be settled between the two, and is known then.
    if where is None or not is_written_to(tx, where.id):
        return False
    return ledger.by_message(tx, where.id, message.reply_to) is None


def is_written_to(tx: Tx, address_id: UUID) -> bool:
    """Tell whether something is on its way to a chat."""
    return tx.connection.execute(_SENDING, {"address": address_id}).first() is not None


ON_ITS_WAY = and_(
    PENDING,
    delivery.c.address_id == bindparam("address", type_=Uuid),
    delivery.c.window_id.is_not(None),
)
"""What lies in a window for the chat `address`."""
# Asked for each reply, so it is built once.
_SENDING = select(delivery.c.id).where(ON_ITS_WAY).limit(1)
