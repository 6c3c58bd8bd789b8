"""The audit log."""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, LargeBinary, String, Table, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

audit_entry = Table(
    "audit_entry",
    metadata,
    # The place in the chain, from 1 without a gap.
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("unit_id", ForeignKey("unit.id")),
    # No foreign key: an entry outlives what it tells of.
    Column("staff_id", Uuid),
    Column("act", String, nullable=False),
    Column("thing", String, nullable=False),
    Column("thing_id", Uuid),
    Column("facts", JSON, nullable=False),
    Column("reason", LargeBinary),
    Column("link", LargeBinary, nullable=False),
    Index(None, "unit_id", "number"),
    Index(None, "thing_id"),
)
