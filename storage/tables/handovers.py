"""What somebody handed over when on leave, so that it can be given back to them."""

from sqlalchemy import Column, ForeignKey, String, Table, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

handover = Table(
    "handover",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False, index=True),
    Column("from_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("to_id", ForeignKey("staff.id"), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # Until when the duty would have lasted that was handed over; null: there was none.
    Column("duty_until", UtcDateTime),
)

handed_thing = Table(
    "handed_thing",
    metadata,
    Column("handover_id", ForeignKey("handover.id"), primary_key=True),
    # A tip, a campaign, or the turns of the member of staff of that id.
    Column("kind", String, primary_key=True),
    Column("thing_id", Uuid, primary_key=True),
)
