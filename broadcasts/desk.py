"""What the room says to staff: notices in their own language, in their private chat."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from delivery.outbox import Outbox
from domain.delivery import DeliveryKind, Lane
from domain.language import Language
from domain.messages import Button, MediaRef, Outgoing
from domain.texts.catalogue import Catalogue
from storage.database import Tx
from storage.people import addresses, units

Rows = tuple[tuple[Button, ...], ...]
Say = Callable[..., str]
"""Says a sentence of the catalogue in one language: `say(key, **facts)`."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the room puts what it has to say."""

    outbox: Outbox
    catalogue: Catalogue

    def say(self, language: Language) -> Say:
        """Return the catalogue in one language."""

        def sentence(key: str, /, **facts: str) -> str:
            return self.catalogue.say(language, key, **facts)

        return sentence

    def notify(
        self,
        tx: Tx,
        staff_id: UUID,
        compose: Callable[[Say], tuple[str, Rows]],
        *,
        lane: Lane = Lane.TALK,
    ) -> bool:
        """Write a notice to a member of staff; False when they have no chat to write to.

        `compose` gets the catalogue in their language and returns text and rows of buttons.
        """
        staff = units.get_staff(tx, staff_id)
        where = addresses.of_staff(tx, staff_id)
        if staff is None or where is None:
            return False
        text, rows = compose(self.say(staff.language))
        self.outbox.put(
            tx,
            where.id,
            Outgoing(text=text, buttons=rows),
            kind=DeliveryKind.NOTICE,
            lane=lane,
            language=staff.language.value,
        )
        return True

    def show(
        self, tx: Tx, staff_id: UUID, media: MediaRef, key: str, lane: Lane, /, **facts: str
    ) -> UUID | None:
        """Show a picture with a sentence; returns the row, None when they have no chat."""
        staff = units.get_staff(tx, staff_id)
        where = addresses.of_staff(tx, staff_id)
        if staff is None or where is None:
            return None
        return self.outbox.put(
            tx,
            where.id,
            Outgoing(text=self.say(staff.language)(key, **facts), media=media),
            kind=DeliveryKind.NOTICE,
            lane=lane,
            language=staff.language.value,
        )

    def tell(self, tx: Tx, staff_id: UUID, key: str, /, **facts: str) -> bool:
        """Write one sentence of the catalogue to a member of staff."""
        return self.notify(tx, staff_id, lambda say: (say(key, **facts), ()))
