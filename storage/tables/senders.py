"""Senders from whom nothing is taken for a while, by the chief's decision."""

from sqlalchemy import Column, ForeignKey, Table, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

mute = Table(
    "mute",
    metadata,
    Column("id", Uuid, primary_key=True),
    # Nobody is shown whose it is: it is found by the tip alone.
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False, index=True),
    Column("told_at", UtcDateTime),
)
