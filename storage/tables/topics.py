"""Topics of review groups, at most one per tip and group; and what tells of cards held back."""

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, UniqueConstraint, Uuid, text

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

topic = Table(
    "topic",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    # The row of the ledger that opens it; no foreign key: it may be forgotten first.
    Column("asked_by", Uuid, nullable=False, unique=True),
    Column("state", String, nullable=False),
    Column("thread", String),
    # It was asked for twice: one of the same name may stand beside it, empty.
    Column("doubtful", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("tip_id", "address_id"),
)

# When a unit's readers were last told how many tips wait for their cards.
card_digest = Table(
    "card_digest",
    metadata,
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
