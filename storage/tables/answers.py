"""What residents answered to a run beside its messages: the pledges they signed."""

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text, UniqueConstraint, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

# The exact words of a version: they are public. A version that was signed stays for good.
pledge_words = Table(
    "pledge_words",
    metadata,
    Column("version", String, primary_key=True),
    Column("words", Text, nullable=False),
)

# The id is random throughout: one of ours would tell the instant of one that was erased.
pledge = Table(
    "pledge",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    # Null once they were erased: it is counted, and points to nobody.
    Column("resident_id", ForeignKey("resident.id"), index=True),
    Column("version", ForeignKey("pledge_words.version"), nullable=False),
    Column("area_code", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("by_post", Boolean, nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    UniqueConstraint("run_id", "resident_id"),
)
