"""Who is on duty, and the alarms that wait to be acknowledged."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, literal_column, text

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

duty = Table(
    "duty",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
)

page_watch = Table(
    "page_watch",
    metadata,
    Column("tip_id", ForeignKey("tip.id"), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("round_at", UtcDateTime, nullable=False),
    Column("paged_at", UtcDateTime, nullable=False),
    Column("step", Integer, nullable=False),
    Column("late_told", Boolean, nullable=False, server_default=text("false")),
    Column("over", Boolean, nullable=False, server_default=text("false")),
)

WATCHED = page_watch.c.over.is_(literal_column("false"))

Index(
    "ix_page_watch_open",
    page_watch.c.paged_at,
    sqlite_where=WATCHED,
    postgresql_where=WATCHED,
)
"""The few that nobody acknowledged yet."""
