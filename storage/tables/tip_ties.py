"""What ties a tip to its writer beside their chat, at their wish: a contact, a claim code."""

from sqlalchemy import Column, ForeignKey, LargeBinary, Table

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

tip_contact = Table(
    "tip_contact",
    metadata,
    Column("tip_id", ForeignKey("tip.id"), primary_key=True),
    # Sealed with the tip's own key.
    Column("body", LargeBinary, nullable=False),
    Column("left_at", UtcDateTime, nullable=False),
)

tip_claim = Table(
    "tip_claim",
    metadata,
    Column("tip_id", ForeignKey("tip.id"), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
)
