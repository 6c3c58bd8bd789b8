"""Which messages of a chat are ours, where the platform does not say so itself."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from domain.messages import ChatRef
from storage.database import Database, Tx
from storage.deliveries import being_sent
from storage.people import addresses
from storage.tables import attempt

_PAUSES_S = (0.1, 0.3, 0.6)


class SentByUs:
    """Tell from the attempts which messages an account sent."""

    def __init__(self, database: Database, account_id: UUID) -> None:
        self._database = database
        self._account_id = account_id

    async def are_ours(self, chat: ChatRef, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those of the ids that we sent there.

        While something is on its way there one of them may become known in a moment: that is waited
        for, shorter than platforms wait for us. Raises: DatabaseAway.
        """

        def look(tx: Tx) -> tuple[bool, frozenset[str]]:
            # What is on its way first: it may be settled between the two, and is known then.
            coming = _is_written_to(tx, self._account_id, chat.chat_id)
            return coming, ours(tx, self._account_id, chat.chat_id, message_ids)

        for pause_s in _PAUSES_S:
            coming, found = await self._database.read(look)
            if found or not coming:
                return found
            await asyncio.sleep(pause_s)
        return (await self._database.read(look))[1]


def _is_written_to(tx: Tx, account_id: UUID, chat_id: str) -> bool:
    known = addresses.find(tx, account_id, chat_id)
    return known is not None and being_sent.is_written_to(tx, known.id)


def ours(tx: Tx, account_id: UUID, chat_id: str, message_ids: Sequence[str]) -> frozenset[str]:
    """Return those of the ids that an account sent to a chat."""
    known = addresses.find(tx, account_id, chat_id) if message_ids else None
    if known is None:
        return frozenset()
    query = select(attempt.c.message_id).where(
        attempt.c.address_id == known.id, attempt.c.message_id.in_(list(message_ids))
    )
    return frozenset(tx.connection.execute(query).scalars())
