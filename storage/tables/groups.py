"""Groups on their way in: who asked to connect which chat, and what became of its notice."""

from sqlalchemy import Column, ForeignKey, LargeBinary, String, Table, UniqueConstraint, Uuid

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

group_request = Table(
    "group_request",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("asked_by", ForeignKey("staff.id"), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    # The chat, until the chief has said yes; then it is an address like any other.
    Column("account_id", ForeignKey("account.id")),
    Column("chat_kind", String),
    Column("lookup", LargeBinary),
    Column("platform_id", LargeBinary),
    Column("purpose", String, nullable=False),
    Column("area_code", ForeignKey("area.code"), nullable=False),
    Column("label", String, nullable=False),
    # Once connected: the group, who said yes, and the notice whose fate is still to be told.
    Column("group_id", ForeignKey("group_chat.id")),
    Column("decided_by", ForeignKey("staff.id")),
    Column("notice_id", ForeignKey("delivery.id")),
    UniqueConstraint("account_id", "lookup"),
)
