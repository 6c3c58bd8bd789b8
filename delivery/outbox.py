"""The one way out: whatever is meant for somebody becomes rows of the ledger here."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from domain.channel import Capabilities
from domain.delivery import DeliveryKind, Lane
from domain.fit import fit
from domain.messages import Outgoing
from storage import addresses, ledger
from storage.database import Tx


class Outbox:
    """Write messages that will be sent, fitted to what the channel can do."""

    def __init__(self, capabilities: Mapping[str, Capabilities]) -> None:
        self._capabilities = dict(capabilities)

    def put(
        self,
        tx: Tx,
        address_id: UUID,
        outgoing: Outgoing,
        *,
        kind: DeliveryKind,
        lane: Lane,
        language: str,
        resident_id: UUID | None = None,
        group_id: UUID | None = None,
        tip_id: UUID | None = None,
        not_after: datetime | None = None,
    ) -> UUID:
        """Write a message outside any run as one or several rows; return the last row's id.

        `{d}` in a button's action is replaced by the row's own short id when it is sent.
        """
        channel = addresses.get(tx, address_id).channel
        last: UUID | None = None
        for part in fit(outgoing, self._capabilities[channel]).parts:
            last = ledger.put(
                tx,
                ledger.NewDelivery(
                    kind=kind,
                    lane=lane,
                    address_id=address_id,
                    language=language,
                    outgoing=part,
                    resident_id=resident_id,
                    group_id=group_id,
                    tip_id=tip_id,
                    not_after=not_after,
                ),
            )
        if last is None:
            message = "an empty message was put into the outbox"
            raise ValueError(message)
        return last

    def fits_one_message(self, channel: str, outgoing: Outgoing) -> bool:
        """Tell whether the channel can carry it as one message, as a campaign's must be."""
        return len(fit(outgoing, self._capabilities[channel]).parts) == 1
