"""Erase what tells of a resident; what must stay is cut off from them and points to nobody.

The resident's row stays as a tombstone, so that figures and the proofs of consent keep their row.
An address loses its hash at once, so whoever writes from that chat again is a stranger, and its
sealed chat id as soon as the receipt of the erasure is out. Each tip gets an address of its own
that leads nowhere: two tips of one person cannot be lined up any more, and nobody can be answered.
Only a tip that is part of a case keeps its writer's chat id, sealed, in that address of its own.
For that no instant, id or hash may stand both in a tip and in what stays with the tombstone.
"""

import secrets
from datetime import UTC, datetime, time, timedelta
from functools import partial
from uuid import UUID, uuid4

import structlog
from sqlalchemy import ColumnElement, case, delete, exists, func, or_, select, update

from domain.clock import HANOI, local
from domain.delivery import DeliveryKind, DeliveryState, SkipReason
from domain.failures import Until
from domain.language import Language
from domain.messages import ChatKind
from domain.tip import TipState
from storage.campaigns import pledges, reactions
from storage.database import Tx
from storage.deliveries import inbox, receipts, typed_numbers
from storage.deliveries.counters import FACET_COLUMNS, Moves
from storage.deliveries.ledger import as_delivery, move
from storage.groups import public_words
from storage.people import addresses, choices, consents, dialogues, link_codes, mutes, stop_codes
from storage.people.addresses import Address
from storage.people.consents import Answer, Evidence
from storage.people.residents import Wish
from storage.savepoints import Spoiled, each_apart
from storage.sealing import KeysUnusable, Place
from storage.staff import one_time_codes
from storage.tables import address, attempt, delivery, resident, tip, tip_event
from storage.tables.deliveries import ALONE, DUE, PENDING
from storage.tables.people import TO_FORGET
from storage.tips.tip_ties import cut as cut_ties

log = structlog.get_logger(__name__)

RECEIPT_WITHIN = timedelta(hours=24)
"""How long the sealed chat id is kept at most, only to send the receipt of the erasure."""
_NOWHERE = "erased"
ERASED = "[đã xóa dữ liệu]"
"""Stands for the words of a stop that followed from the erasure."""


def erase(tx: Tx, resident_id: UUID) -> bool:
    """Erase a resident; False when they are erased already."""
    query = select(resident.c.erased_at).where(resident.c.id == resident_id).with_for_update()
    if tx.connection.execute(query).scalar_one() is not None:
        return False
    query = select(address.c.id).where(address.c.resident_id == resident_id).with_for_update()
    theirs = [addresses.get(tx, found) for found in tx.connection.execute(query).scalars().all()]
    _stop(tx, resident_id, theirs)
    for chat in theirs:
        _skip_waiting(tx, chat)
        _drop_talk(tx, chat)
        _forget_reactions(tx, chat)
        _cut_tips(tx, chat)
        _cut_address(tx, chat)
    choices.forget(tx, resident_id)
    stop_codes.forget(tx, resident_id)
    link_codes.forget(tx, resident_id)
    pledges.forget(tx, resident_id)
    _blur_instants(tx, resident_id)
    _forget_joined(tx, resident_id)
    tx.connection.execute(
        update(tip).where(tip.c.resident_id == resident_id).values(resident_id=None)
    )
    tx.connection.execute(
        update(resident)
        .where(resident.c.id == resident_id)
        .values(
            area_code=None,
            language=Language.VI.value,
            language_chosen=False,
            wish=Wish.STOPPED.value,
            wish_at=tx.now,
            suspended_until=None,
            invited_by=None,
            words_aside=None,
            words_aside_at=None,
            linked=False,
            shown_elsewhere=False,
            erased_at=tx.now,
        )
    )
    return True


def _forget_reactions(tx: Tx, chat: Address) -> None:
    """Forget what they pressed under posts in groups: a person's private chat has their own id."""
    try:
        known = addresses.chat_of(tx, chat.id)
    except KeysUnusable as fault:
        log.error("reactions_not_forgotten", address=str(chat.id), fault=type(fault).__name__)
        return
    reactions.forget_person(tx, chat.channel, known.chat_id)


def _forget_joined(tx: Tx, resident_id: UUID) -> None:
    """Let the rows of those who turned out to be the same person tell nothing of it any more."""
    theirs = resident.c.joined_to == resident_id
    for joined in tx.connection.execute(select(resident.c.id).where(theirs)).scalars().all():
        _blur_instants(tx, joined)
    tx.connection.execute(update(resident).where(theirs).values(joined_to=None))


def forget_chat(tx: Tx, chat: Address) -> None:
    """Let a chat be found no more and destroy its sealed id now; one of staff is only shut."""
    if chat.staff_id is not None:
        addresses.mark_unreachable(tx, chat.id, Until.THEY_WRITE)
        return
    if chat.resident_id is None:
        _cut_address(tx, chat)
    _forget_address(tx, chat.id)


def forget_addresses(tx: Tx, limit: int = 200) -> int:
    """Destroy the sealed chat ids whose last message is out or too late; return how many.

    One that cannot be destroyed stays, is told in the log, and holds back no other.
    """
    waiting = exists().where(delivery.c.address_id == address.c.id, PENDING)

    def find(wanted: int, last: UUID | None) -> list[UUID]:
        query = select(address.c.id).where(TO_FORGET, or_(address.c.forget_at <= tx.now, ~waiting))
        if last is not None:
            query = query.where(address.c.id > last)
        found = tx.connection.execute(query.order_by(address.c.id).limit(wanted).with_for_update())
        return list(found.scalars())

    def spoiled(address_id: UUID, fault: Spoiled) -> None:
        log.error("chat_id_not_destroyed", address=str(address_id), error=str(fault))

    return each_apart(tx, limit, find, partial(_forget_address, tx), spoiled)


def drop_newcomer(tx: Tx, resident_id: UUID, address_id: UUID) -> bool:
    """Take back what was made of somebody in this very transaction; False for anybody else."""
    made: datetime = tx.connection.execute(
        select(resident.c.created_at).where(resident.c.id == resident_id)
    ).scalar_one()
    if made != tx.now:
        return False
    tx.connection.execute(delete(address).where(address.c.id == address_id))
    tx.connection.execute(delete(resident).where(resident.c.id == resident_id))
    return True


def tips_of(tx: Tx, resident_id: UUID) -> int:
    """Return how many tips are kept that lead to a resident."""
    mine = select(address.c.id).where(address.c.resident_id == resident_id)
    query = (
        select(func.count())
        .select_from(tip)
        .where(or_(tip.c.resident_id == resident_id, tip.c.address_id.in_(mine)))
        .where(tip.c.state != TipState.ERASED.value)
    )
    count: int = tx.connection.execute(query).scalar_one()
    return count


def _stop(tx: Tx, resident_id: UUID, theirs: list[Address]) -> None:
    """Record that who subscribed does so no more: figures are counted from the answers."""
    stands = consents.standing(tx, resident_id)
    if stands is None or stands.answer not in (Answer.YES, Answer.RESUME):
        return
    channel = theirs[0].channel if theirs else stands.channel
    consents.note(tx, resident_id, Answer.STOP, Evidence("", stands.language, channel, ERASED))


def _forget_address(tx: Tx, address_id: UUID) -> None:
    known = addresses.get(tx, address_id)
    _skip_waiting(tx, known)
    _drop_talk(tx, known)
    receipts.forget_of(tx, address_id)
    typed_numbers.forget(tx, address_id)
    values = {"platform_id": _nowhere(tx, address_id), "forget_at": None}
    tx.connection.execute(update(address).where(address.c.id == address_id).values(values))
    addresses.mark_unreachable(tx, address_id, Until.FOREVER)


def _as_resident(chat: Address) -> ColumnElement[bool]:
    """Tell what was said in a chat to the resident: all of it, unless it is also an officer's.

    An officer goes on with the cards, pages and notices of their work.
    """
    told = delivery.c.address_id == chat.id
    if chat.staff_id is None:
        return told
    own = select(tip.c.id).where(tip.c.address_id == chat.id)
    of_own_tip = (delivery.c.kind == DeliveryKind.REPLY.value) & delivery.c.tip_id.in_(own)
    return told & ((delivery.c.kind == DeliveryKind.CAMPAIGN.value) | of_own_tip)


def _skip_waiting(tx: Tx, chat: Address) -> None:
    moves = Moves()
    query = select(delivery).where(_as_resident(chat), DUE).with_for_update()
    for row in tx.connection.execute(query).all():
        known = as_delivery(row)
        move(tx, known, DeliveryState.SKIPPED, moves, SkipReason.OPTED_OUT.value)
    moves.apply(tx)


def _drop_talk(tx: Tx, chat: Address) -> None:
    """Drop what was said outside any run: its instants would tell which tips it was about.

    What is on its way is left to its worker, and tells of no tip; `_forget_address` drops it then,
    and in an officer's chat, which is not forgotten, it is dropped at once.
    """
    said = _as_resident(chat) & ALONE
    over = said & delivery.c.window_id.is_(None) if chat.staff_id is None else said
    talk = select(delivery.c.id).where(over).scalar_subquery()
    tx.connection.execute(delete(attempt).where(attempt.c.delivery_id.in_(talk)))
    tx.connection.execute(delete(delivery).where(delivery.c.id.in_(talk)))
    tx.connection.execute(update(delivery).where(said).values(tip_id=None, failed_at=None))


def _cut_tips(tx: Tx, chat: Address) -> None:
    """Give each tip an address of its own that leads nowhere, and take away its way back."""
    rows = tx.connection.execute(
        select(tip.c.id, tip.c.docket).where(tip.c.address_id == chat.id).with_for_update()
    )
    for tip_id, docket in rows.all():
        chat_id = None if docket is None else addresses.chat_of(tx, chat.id).chat_id
        blank = blank_address(tx, chat.account_id, chat_id)
        tx.connection.execute(
            update(tip).where(tip.c.id == tip_id).values(address_id=blank, resident_id=None)
        )
        public_words.forget_tip(tx, tip_id)
        cut_ties(tx, tip_id)
        theirs = (tip_event.c.tip_id == tip_id) & tip_event.c.staff_id.is_(None)
        tx.connection.execute(update(tip_event).where(theirs).values(message_lookup=None))


def _cut_address(tx: Tx, chat: Address) -> None:
    """Let the address be found no more; one of our own people stays theirs, with their work."""
    mutes.forget(tx, chat.id)
    receipts.forget_of(tx, chat.id)
    typed_numbers.forget(tx, chat.id)
    values: dict[str, object] = {
        "resident_id": None,
        "joined_at": None,
        "preferred_at": None,
        "heard_at": None,
    }
    if chat.staff_id is None:
        inbox.cut(tx, chat.account_id, addresses.chat_of(tx, chat.id).chat_id)
        one_time_codes.forget_wrong(tx, chat.id)
        dialogues.forget_all(tx, chat.id)
        values |= {"lookup": _no_lookup(), "forget_at": tx.now + RECEIPT_WITHIN}
    tx.connection.execute(update(address).where(address.c.id == chat.id).values(**values))


def _blur_instants(tx: Tx, resident_id: UUID) -> None:
    """Leave no instant with the tombstone at which a tip of theirs may have been written.

    That a broadcast was seen or answered stays, to be counted; when, does not.
    """
    run_rows = delivery.c.resident_id == resident_id
    blurred = {
        column.name: case((column.is_not(None), delivery.c.created_at))
        for column in FACET_COLUMNS.values()
    }
    tx.connection.execute(update(delivery).where(run_rows).values(blurred))
    query = select(resident.c.created_at).where(resident.c.id == resident_id)
    came: datetime = tx.connection.execute(query).scalar_one()
    day = datetime.combine(local(came).date(), time(), HANOI).astimezone(UTC)
    tx.connection.execute(
        update(resident).where(resident.c.id == resident_id).values(created_at=day)
    )


def blank_address(tx: Tx, account_id: UUID, chat_id: str | None = None) -> UUID:
    """Make an address that leads nowhere, for what has lost its own.

    With a `chat_id`, that of a tip which is part of a case: it is kept sealed, as the law asks, but
    found by nothing, and nothing is sent to it.
    """
    # Random throughout: our other ids begin with the instant, which all of one erasure share.
    new_id = uuid4()
    tx.connection.execute(
        address.insert().values(
            id=new_id,
            account_id=account_id,
            kind=ChatKind.PRIVATE.value,
            lookup=_no_lookup(),
            platform_id=_nowhere(tx, new_id) if chat_id is None else _sealed(tx, chat_id, new_id),
            unreachable=Until.FOREVER.value,
        )
    )
    return new_id


def leads_somewhere(tx: Tx, address_id: UUID) -> bool:
    """Tell whether an address keeps the id of a chat: not after what lay behind it was erased."""
    return addresses.chat_of(tx, address_id).chat_id != _NOWHERE


def _nowhere(tx: Tx, address_id: UUID) -> bytes:
    return _sealed(tx, _NOWHERE, address_id)


def _sealed(tx: Tx, chat_id: str, address_id: UUID) -> bytes:
    return tx.keys.seal(chat_id, Place("address", "platform_id", address_id))


def _no_lookup() -> bytes:
    """Return what is no hash of anything: a hash begins with its key's version, never with 0."""
    return b"\x00" + secrets.token_bytes(32)
