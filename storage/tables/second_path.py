"""Phones that are rung, or are to be, about urgent tips."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Uuid, literal_column

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

phone_call = Table(
    "phone_call",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False, index=True),
    # Whose phone; null: the unit's own duty phone.
    Column("staff_id", ForeignKey("staff.id")),
    # The cry that it is about, and how far its alarm had come.
    Column("round_at", UtcDateTime, nullable=False),
    Column("step", Integer, nullable=False),
    Column("put_at", UtcDateTime, nullable=False, index=True),
    Column("due_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
)

WAITING = phone_call.c.state == literal_column("'waiting'")

Index("ix_phone_call_waiting", phone_call.c.due_at, sqlite_where=WAITING, postgresql_where=WAITING)
