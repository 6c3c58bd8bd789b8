"""What was forgotten when: counts alone, no content."""

from sqlalchemy import BigInteger, Column, String, Table

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

forgotten = Table(
    "forgotten",
    metadata,
    Column("what", String, primary_key=True),
    # The day in Hanoi, as 2026-03-09.
    Column("day", String, primary_key=True),
    Column("count", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
