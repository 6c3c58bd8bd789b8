"""Echoes: what a platform tells of messages that went out in our account's name.

Most are ours and known. What an administrator wrote by hand is not, and its receipts must settle
nothing of ours. An echo proves that the platform took a message, not that it arrived. It settles a
send of unknown fate only where that is the one in doubt to its chat and has the same words.
"""

from uuid import UUID

import structlog
from sqlalchemy import select, update

from domain.delivery import DeliveryKind, DeliveryState
from domain.messages import ChatKind, Echo, Outgoing
from storage.accounts import traits
from storage.codec import read_outgoing
from storage.database import Tx
from storage.deliveries import ledger, receipts
from storage.deliveries.counters import Moves
from storage.deliveries.ledger import Delivery
from storage.people import addresses
from storage.tables import attempt, run

log = structlog.get_logger(__name__)

_ENOUGH = 60
"""So many letters from the beginning tell one message to somebody from another."""


def note(tx: Tx, account_id: UUID, echo: Echo) -> None:
    """Take an echo of a private message; from now on receipts alone settle nothing in doubt."""
    _learn(tx, account_id, echo)
    where = addresses.find(tx, account_id, echo.chat.chat_id)
    if echo.chat.kind is not ChatKind.PRIVATE or where is None:
        return
    if echo.by_hand:
        receipts.note_foreign(tx, where.id, echo.message_id)
        return
    if ledger.by_message(tx, where.id, echo.message_id) is not None:
        return
    found = receipts.in_doubt(tx, where.id)
    if found is None or not _same_words(tx, found.row, echo.text):
        return
    if found.row.window_id is not None:
        # What is being sent is its worker's, who will look for it when settling.
        receipts.note_echoed(tx, where.id, echo.message_id)
        return
    tx.connection.execute(
        update(attempt).where(attempt.c.id == found.attempt_id).values(message_id=echo.message_id)
    )
    moves = Moves()
    ledger.move(tx, found.row, DeliveryState.ACCEPTED, moves)
    told = receipts.early(tx, [receipts.SentAs(where.id, echo.message_id)])
    moves.apply(tx)
    log.info("echo_of_unknown_fate", delivery=str(found.row.id))
    for what in told.values():
        receipts.raise_by(tx, found.row.id, what)


def _learn(tx: Tx, account_id: UUID, echo: Echo) -> None:
    """Note that echoes come; what is written by hand promises none of what we send."""
    known = traits.value(tx, account_id, traits.ECHOES)
    if known is None and echo.by_hand:
        traits.learn(tx, account_id, traits.ECHOES)
    elif known != traits.OF_OURS and not echo.by_hand:
        traits.put(tx, account_id, traits.ECHOES, traits.OF_OURS)


def _same_words(tx: Tx, row: Delivery, text: str) -> bool:
    """Tell whether an echo is of a row, by the row's own words or its run's."""
    ours = ledger.content(tx, row.id) or _words_of_run(tx, row)
    if ours is None:
        return False
    beginning = _plain(ours.text)[:_ENOUGH]
    return bool(beginning) and beginning in _plain(text)


def _words_of_run(tx: Tx, row: Delivery) -> Outgoing | None:
    if row.run_id is None or row.kind is not DeliveryKind.CAMPAIGN:
        return None
    words = tx.connection.execute(select(run.c.content).where(run.c.id == row.run_id)).scalar_one()
    return read_outgoing(words[row.language]) if row.language in words else None


def _plain(text: str) -> str:
    return " ".join(text.split())
