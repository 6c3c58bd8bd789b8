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
    # They said that they are not, whatever the roster has.
    Column("off", Boolean, nullable=False, server_default=text("false")),
)

# A turn of the weekly roster: weekdays from Monday 0, minutes of the day in Hanoi's time; it goes
# on into the next day when it ends no later than it begins.
duty_turn = Table(
    "duty_turn",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("weekday", Integer, primary_key=True),
    Column("begins", Integer, primary_key=True),
    Column("ends", Integer, nullable=False),
    # Who does it in their place, since it was handed over; null: they themselves.
    Column("kept_by", ForeignKey("staff.id")),
    Column("unit_id", ForeignKey("unit.id"), nullable=False, index=True),
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
