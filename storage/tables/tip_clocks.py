"""The clocks of tips: recorded legal extensions, and which warnings were given."""

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

# Which one it is, the first or the second: two at once cannot both be the first.
tip_extension = Table(
    "tip_extension",
    metadata,
    Column("tip_id", ForeignKey("tip.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    Column("decided_on", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    # The paper it rests on, sealed with the tip's own key.
    Column("basis", LargeBinary),
)

tip_warning = Table(
    "tip_warning",
    metadata,
    Column("tip_id", ForeignKey("tip.id"), primary_key=True),
    Column("clock", String, primary_key=True),
    Column("stage", String, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
