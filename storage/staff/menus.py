"""Which menu of commands stands in whose chat, and putting another there."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select, update

from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import ChatKind, Effect, EffectKind, Outgoing
from domain.roles import Role
from storage.database import Tx
from storage.deliveries import ledger
from storage.deliveries.ledger import NewDelivery
from storage.tables import account, address, staff, staff_role


@dataclass(frozen=True, slots=True)
class Diner:
    """A chat of somebody who is, or was, one of the staff."""

    address_id: UUID
    language: Language
    roles: frozenset[Role] | None
    """None for who is no member of staff any more."""
    resident: bool
    digest: str | None
    """Of the menu that was put there last; None for the platform's own."""
    reachable: bool
    channel: str


def everybody(tx: Tx) -> Iterator[Diner]:
    """Yield the private chats of staff, and those in which a menu still stands."""
    roles: dict[UUID, set[Role]] = {}
    for row in tx.connection.execute(select(staff_role)):
        roles.setdefault(row.staff_id, set()).add(Role(row.role))
    rows = tx.connection.execute(
        select(
            address.c.id,
            address.c.resident_id,
            address.c.menu,
            address.c.unreachable,
            account.c.channel,
            staff.c.id.label("staff"),
            staff.c.language,
            staff.c.active,
        )
        .join(account, account.c.id == address.c.account_id)
        .outerjoin(staff, staff.c.id == address.c.staff_id)
        .where(
            or_(address.c.staff_id.is_not(None), address.c.menu.is_not(None)),
            address.c.kind == ChatKind.PRIVATE.value,
        )
        .order_by(address.c.id)
    )
    for row in rows.all():
        theirs = frozenset(roles.get(row.staff, ())) if row.active else None
        language = Language(row.language) if row.language else Language.VI
        resident = row.resident_id is not None
        reachable = row.unreachable is None
        yield Diner(row.id, language, theirs, resident, row.menu, reachable, row.channel)


def put(tx: Tx, diner: Diner, text: str, digest: str | None) -> None:
    """Let a chat have a menu, a line for each command; without any, the platform's own."""
    ledger.put(
        tx,
        NewDelivery(
            kind=DeliveryKind.EFFECT,
            lane=Lane.ROUTINE,
            address_id=diner.address_id,
            language=diner.language.value,
            outgoing=Outgoing(text=text, effect=Effect(EffectKind.MENU)),
        ),
    )
    note(tx, diner.address_id, digest)


def note(tx: Tx, address_id: UUID, digest: str | None) -> None:
    """Write down which menu stands in a chat; None to put it again when they can be reached."""
    tx.connection.execute(update(address).where(address.c.id == address_id).values(menu=digest))
