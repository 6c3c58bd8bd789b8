"""Which messages of a chat are ours, where the platform does not say so itself."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.messages import ChatRef
from storage.database import Database, Tx
from storage.people import addresses
from storage.tables import attempt


class SentByUs:
    """Tell from the attempts which messages an account sent."""

    def __init__(self, database: Database, account_id: UUID) -> None:
        self._database = database
        self._account_id = account_id

    async def are_ours(self, chat: ChatRef, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that we sent there.

        Raises: DatabaseAway.
        """
        return await self._database.read(
            lambda tx: ours(tx, self._account_id, chat.chat_id, message_ids)
        )


def ours(tx: Tx, account_id: UUID, chat_id: str, message_ids: Sequence[str]) -> frozenset[str]:
    """Return those of the ids that an account sent to a chat."""
    known = addresses.find(tx, account_id, chat_id) if message_ids else None
    if known is None:
        return frozenset()
    query = select(attempt.c.message_id).where(
        attempt.c.address_id == known.id, attempt.c.message_id.in_(list(message_ids))
    )
    return frozenset(tx.connection.execute(query).scalars())
