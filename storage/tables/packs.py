"""Groups that no machine reaches, and the packs that people post there by hand."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, UniqueConstraint, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

hand_group = Table(
    "hand_group",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False, index=True),
    Column("area_code", ForeignKey("area.code"), nullable=False),
    Column("name", String, nullable=False),
    Column("app", String, nullable=False),
    # As somebody typed it; null: not known.
    Column("members", Integer),
    Column("added_by", ForeignKey("staff.id"), nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

posting_pack = Table(
    "posting_pack",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("hand_group_id", ForeignKey("hand_group.id"), nullable=False),
    Column("made_by", ForeignKey("staff.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("posted_at", UtcDateTime),
    Column("posted_by", ForeignKey("staff.id")),
    # Of the group when it was posted.
    Column("members", Integer),
    Column("taken_down_at", UtcDateTime),
    UniqueConstraint("run_id", "hand_group_id"),
)
