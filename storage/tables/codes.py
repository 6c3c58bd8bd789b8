"""One-time codes, and how often somebody typed a wrong one."""

from sqlalchemy import JSON, Column, ForeignKey, Index, LargeBinary, String, Table, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

one_time_code = Table(
    "one_time_code",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("purpose", String, nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("facts", JSON, nullable=False),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "staff_id", "purpose"),
)

# What a resident reads out on the phone to have broadcasts stopped.
stop_code = Table(
    "stop_code",
    metadata,
    Column("resident_id", ForeignKey("resident.id"), primary_key=True),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

# What a resident types on another channel, so that both chats are theirs.
link_code = Table(
    "link_code",
    metadata,
    Column("resident_id", ForeignKey("resident.id"), primary_key=True),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("lookup", LargeBinary, nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
)

wrong_code = Table(
    "wrong_code",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "address_id", "at"),
)
