"""Sheets and cards: their frozen words, and the files that platforms keep of them."""

from sqlalchemy import JSON, Column, ForeignKey, String, Table, UniqueConstraint, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

# The digest is of format and words: the same leaflet is kept, drawn and uploaded once.
leaflet = Table(
    "leaflet",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("digest", String, nullable=False),
    Column("format", String, nullable=False),
    Column("words", JSON, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    UniqueConstraint("unit_id", "digest"),
)

leaflet_upload = Table(
    "leaflet_upload",
    metadata,
    Column("leaflet_id", ForeignKey("leaflet.id"), primary_key=True),
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("reference", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
