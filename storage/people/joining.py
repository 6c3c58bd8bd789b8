"""Two chats of one person: joined into one record, and parted again.

The record that stays takes over what the other had: its chats, tips, pledges, proofs, and its part
in every run, so that a person is in each run once. The other row stays as a tombstone where figures
still need it, and says who they are now. A person's tips always lie with the chat in which they
last wrote: there they are answered.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, update

from domain.delivery import DeliveryState
from storage.campaigns import pledges
from storage.database import Tx
from storage.deliveries import elsewhere, merging, typed_numbers
from storage.people import dialogues, link_codes, residents, stop_codes, words_aside
from storage.people.residents import Resident, Wish
from storage.tables import (
    address,
    attempt,
    consent,
    declined_subject,
    delivery,
    mute,
    resident,
    resident_part,
    tip,
)
from storage.tables.deliveries import ALONE


@dataclass(frozen=True, slots=True)
class Pair:
    """Two residents, locked: who stays, and who becomes part of them."""

    kept: Resident
    other: Resident


def lock(tx: Tx, kept_id: UUID, other_id: UUID) -> Pair | None:
    """Lock two residents, in an order that is the same for everybody; None when one is erased.

    Who only names them waits for nothing, as PostgreSQL looks after each second change of a row
    whether those exist whom it names: else whoever settles would wait here, and be waited for.
    """
    query = select(resident.c.id).where(resident.c.id.in_([kept_id, other_id]))
    query = query.order_by(resident.c.id).with_for_update(key_share=True)
    tx.connection.execute(query).all()
    kept, other = residents.get(tx, kept_id), residents.get(tx, other_id)
    if kept.erased_at is not None or other.erased_at is not None:
        return None
    return Pair(kept, other)


def join(tx: Tx, pair: Pair) -> None:
    """Make two records one; what they wish of broadcasts is not settled here."""
    kept, other = pair.kept, pair.other
    merging.merge(tx, kept.id, other.id)
    pledges.merge(tx, kept.id, other.id)
    _choices(tx, kept.id, other.id)
    words_aside.merge(tx, kept.id, other.id)
    for table in (consent, tip):
        tx.connection.execute(
            update(table).where(table.c.resident_id == other.id).values(resident_id=kept.id)
        )
    joined = {"resident_id": kept.id, "joined_at": tx.now}
    theirs = address.c.resident_id == other.id
    tx.connection.execute(update(address).where(theirs).values(joined))
    stop_codes.forget(tx, other.id)
    for one in (kept, other):
        link_codes.forget(tx, one.id)
    _describe(tx, kept, other)
    tx.connection.execute(
        update(resident).where(resident.c.joined_to == other.id).values(joined_to=kept.id)
    )
    tx.connection.execute(
        update(resident)
        .where(resident.c.id == other.id)
        .values(
            area_code=None,
            invited_by=None,
            wish=Wish.STOPPED.value,
            wish_at=tx.now,
            suspended_until=None,
            linked=False,
            erased_at=tx.now,
            joined_to=kept.id,
        )
    )


def follow(tx: Tx, resident_id: UUID, address_id: UUID) -> None:
    """Let a person's tips lie with the chat in which they write now, and mutes hold there, too.

    The person stays locked until the transaction ends: of two phones that write at once the second
    finds what the first has told. Who only names them, as a new row does, waits for nothing.
    """
    mine = select(resident.c.id).where(resident.c.id == resident_id)
    tx.connection.execute(mine.with_for_update(key_share=True)).all()
    # What was read of who writes before is not so any more.
    tx.seen.clear()
    others = select(address.c.id).where(
        address.c.resident_id == resident_id, address.c.id != address_id
    )
    for table in (tip, mute):
        tx.connection.execute(
            update(table).where(table.c.address_id.in_(others)).values(address_id=address_id)
        )


def part(tx: Tx, person: Resident, address_id: UUID, heir_id: UUID, asked_in: UUID) -> Resident:
    """Let a chat be somebody of its own again, with what came by its account, and mutes by that.

    What was told in both goes with the chat `asked_in`; of several that stay, where it came. What
    is of none lies with `heir_id`. Returns who the parted chat is now: somebody who has agreed to
    nothing.
    """
    lock(tx, person.id, person.id)
    chats = {
        row.id: row.account_id
        for row in tx.connection.execute(
            select(address.c.id, address.c.account_id).where(address.c.resident_id == person.id)
        )
    }
    alone = residents.create(tx, person.unit_id, person.language)
    goes = tip.c.account_id == chats[address_id]
    if len(chats) == 2:
        goes = and_(goes, ~tip.c.crossed)
        if asked_in == address_id:
            goes = or_(goes, tip.c.crossed)
    mine = tip.c.resident_id == person.id
    tx.connection.execute(
        update(tip).where(mine, goes).values(address_id=address_id, resident_id=alone.id)
    )
    tx.connection.execute(
        update(tip).where(mine, tip.c.address_id == address_id).values(address_id=heir_id)
    )
    _part_mutes(tx, chats)
    # Rows and counters before chats, as everybody takes them.
    _drop_talk(tx, address_id, set(chats) - {address_id})
    elsewhere.pass_on_waiting(tx, person.id, address_id)
    dialogues.forget_all(tx, address_id)
    typed_numbers.forget(tx, address_id)
    tx.connection.execute(
        update(address)
        .where(address.c.id == address_id)
        .values(resident_id=alone.id, joined_at=None, preferred_at=None)
    )
    linked = len(chats) > 2
    tx.connection.execute(update(resident).where(resident.c.id == person.id).values(linked=linked))
    link_codes.forget(tx, person.id)
    tx.seen.clear()
    return alone


def _part_mutes(tx: Tx, chats: Collection[UUID]) -> None:
    """Let a mute hold in the chat of the tip by which it was put, and in no other."""
    lies = select(tip.c.address_id).where(tip.c.id == mute.c.tip_id).scalar_subquery()
    tx.connection.execute(
        update(mute)
        .where(mute.c.address_id.in_(chats))
        .values(address_id=func.coalesce(lies, mute.c.address_id))
    )


def _describe(tx: Tx, kept: Resident, other: Resident) -> None:
    """Keep what the one that stays said of themselves, and take over what they had not."""
    values: dict[str, object] = {"linked": True}
    if kept.area_code is None and other.area_code is not None:
        values |= {"area_code": other.area_code, "unit_id": other.unit_id}
    if other.language_chosen and not kept.language_chosen:
        values |= {"language": other.language.value, "language_chosen": True}
    # Whoever allowed it in one chat has not allowed it in the other.
    values["shown_elsewhere"] = kept.shown_elsewhere and other.shown_elsewhere
    tx.connection.execute(update(resident).where(resident.c.id == kept.id).values(values))


def _choices(tx: Tx, kept_id: UUID, other_id: UUID) -> None:
    """Take over the other's parts and declined subjects where the one that stays has none."""
    for table in (resident_part, declined_subject):
        has = select(func.count()).select_from(table).where(table.c.resident_id == kept_id)
        if tx.connection.execute(has).scalar_one():
            tx.connection.execute(delete(table).where(table.c.resident_id == other_id))
        else:
            tx.connection.execute(
                update(table).where(table.c.resident_id == other_id).values(resident_id=kept_id)
            )


def _drop_talk(tx: Tx, address_id: UUID, others: Collection[UUID]) -> None:
    """Drop what was said of tips in chats that have nothing to do with them any more.

    What is on its way still goes out, and tells of no tip.
    """
    went = select(tip.c.id).where(tip.c.address_id == address_id)
    strange = or_(
        and_(delivery.c.address_id == address_id, delivery.c.tip_id.not_in(went)),
        and_(delivery.c.address_id.in_(others), delivery.c.tip_id.in_(went)),
    )
    of_tips = ALONE & delivery.c.tip_id.is_not(None) & strange
    over = of_tips & (delivery.c.state != DeliveryState.PENDING.value)
    talk = select(delivery.c.id).where(over).scalar_subquery()
    tx.connection.execute(delete(attempt).where(attempt.c.delivery_id.in_(talk)))
    tx.connection.execute(delete(delivery).where(over))
    tx.connection.execute(update(delivery).where(of_tips).values(tip_id=None, failed_at=None))
