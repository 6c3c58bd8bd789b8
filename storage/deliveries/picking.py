"""Picking: which of the rows that are due may go, and which never will."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import structlog

from domain.delivery import DeliveryState, SkipReason
from domain.door import Door
from domain.messages import ChatRef, Outgoing
from storage.campaigns.caps import Share, Shares
from storage.database import Tx
from storage.deliveries import elsewhere, use
from storage.deliveries.counters import Moves
from storage.deliveries.due import Candidate
from storage.deliveries.elsewhere import Twin
from storage.deliveries.ledger import Delivery, move
from storage.deliveries.run_words import RunWords
from storage.deliveries.slots import Booking
from storage.deliveries.verdicts import NO_MESSAGE, costs, not_through, verdict_on
from storage.sealing import KeysUnusable, Place

log = structlog.get_logger(__name__)

_OF_THE_CHAT = (SkipReason.WINDOW.value, SkipReason.ALLOWANCE.value, SkipReason.ELSEWHERE.value)
UNREADABLE = "unreadable"
"""Why a row is refused whose words or address can no longer be opened."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A row to send, with its words and its chat."""

    row: Delivery
    chat: ChatRef
    outgoing: Outgoing
    paid: bool | None
    priced: bool | None
    paced: bytes | None


def pick(
    tx: Tx,
    account_id: UUID,
    door: Door,
    candidates: Sequence[Candidate],
    size: int,
    booking: Booking | None,
) -> tuple[list[Chosen], int]:
    """Return up to `size` rows to send, one per chat, and how many were settled unsent."""
    moves = Moves()
    words = RunWords(tx)
    shares = Shares(tx, candidates, size)
    purse = use.Purse(tx, account_id, door)
    chosen: list[Chosen] = []
    chats: set[UUID] = set()
    settled = 0
    for candidate in candidates:
        if len(chosen) >= size:
            break
        row = candidate.row
        twin = elsewhere.standing_of_twin(tx, row) if candidate.linked and row.run_id else None
        if twin is Twin.UNDER_WAY:
            continue
        verdict = verdict_on(tx, candidate, twin) or not_through(tx, door, candidate, purse)
        if verdict is not None:
            state, reason = verdict
            _leave_out(tx, row, state, reason, moves)
            settled += 1
            continue
        share = shares.of(candidate)
        if share is Share.FULL:
            _leave_out(tx, row, DeliveryState.SKIPPED, SkipReason.CAPPED.value, moves)
            settled += 1
        elif (
            share is Share.FREE
            and row.address_id not in chats
            and (row.kind in NO_MESSAGE or purse.has_room(row.run_id))
            and (booking is None or booking.chat_is_ready(candidate))
        ):
            try:
                chat, outgoing = _chat(tx, candidate), words.of(candidate)
            except (KeysUnusable, ValueError, LookupError) as error:
                # One row's fault: it must not hold up the others. Its words are kept, for an
                # operator may yet find the key.
                log.error("unreadable", delivery=str(row.id), error=type(error).__name__)
                move(tx, row, DeliveryState.REFUSED, moves, UNREADABLE, keep=True)
                settled += 1
                continue
            paid = costs(tx, door, candidate)
            priced = purse.pay(row.run_id) if paid else paid
            if paid is not None:
                purse.take()
            chosen.append(Chosen(row, chat, outgoing, paid, priced, candidate.paced))
            chats.add(row.address_id)
            shares.take(candidate)
    moves.apply(tx)
    return chosen, settled


def _leave_out(tx: Tx, row: Delivery, state: DeliveryState, reason: str, moves: Moves) -> None:
    """Settle a row that is not sent; of a repeat the first may have arrived, and that stays so.

    What only this chat is in the way of goes to another of the same person.
    """
    of_chat = reason in _OF_THE_CHAT or state is DeliveryState.UNREACHABLE
    if of_chat and elsewhere.pass_on(tx, row, reason, moves, tried=False):
        return
    repeat = row.again and row.run_id is not None
    move(tx, row, DeliveryState.UNSURE if repeat else state, moves, reason)


def _chat(tx: Tx, candidate: Candidate) -> ChatRef:
    place = Place("address", "platform_id", candidate.row.address_id)
    return ChatRef(tx.keys.unseal(candidate.platform_id, place), candidate.chat_kind)
