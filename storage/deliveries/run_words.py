"""What rows of the ledger say: a run's words are read once, however many rows they are for."""

from uuid import UUID

from sqlalchemy import select

from domain.delivery import DeliveryKind
from domain.messages import Outgoing
from storage.codec import read_outgoing
from storage.database import Tx
from storage.deliveries.due import Candidate
from storage.sealing import Place
from storage.tables import run


class RunWords:
    """Read words within one transaction."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._contents: dict[UUID, dict[str, str]] = {}
        self._read: dict[tuple[UUID, str], Outgoing] = {}

    def of(self, candidate: Candidate) -> Outgoing:
        """Open a row's own words, or its run's.

        Raises: KeysUnusable, pydantic.ValidationError (a ValueError), LookupError.
        """
        row = candidate.row
        if candidate.payload is not None:
            place = Place("delivery", "payload", row.id)
            return read_outgoing(self._tx.keys.unseal(candidate.payload, place))
        if row.run_id is None:
            message = f"delivery {row.id} has neither content of its own nor a run"
            raise LookupError(message)
        name = "post" if row.kind is DeliveryKind.POST else row.language
        if row.kind is DeliveryKind.ARTICLE:
            name = f"article:{row.account_id.hex}"
        known = (row.run_id, name)
        if known not in self._read:
            self._read[known] = read_outgoing(self._content(row.run_id)[name])
        return self._read[known]

    def for_many(self, run_id: UUID, language: str) -> Outgoing | None:
        """Return what a run says in a language; None where each row needs a look of its own."""
        try:
            words = read_outgoing(self._content(run_id)[language])
        except (ValueError, LookupError):
            return None
        # A file of ours is opened, or is known to the platform, message by message.
        return None if words.media is not None and words.media.sealed else words

    def _content(self, run_id: UUID) -> dict[str, str]:
        if run_id not in self._contents:
            query = select(run.c.content).where(run.c.id == run_id)
            self._contents[run_id] = self._tx.connection.execute(query).scalar_one()
        return self._contents[run_id]
