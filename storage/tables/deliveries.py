"""The ledger: one row for each thing meant for one person or group, and its attempts."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    text,
)

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

send_window = Table(
    "send_window",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False, index=True),
    Column("worker", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime, nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", String, nullable=False),
    Column("lane", Integer, nullable=False),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("run_id", ForeignKey("run.id")),
    Column("resident_id", ForeignKey("resident.id")),
    Column("group_id", ForeignKey("group_chat.id")),
    Column("tip_id", ForeignKey("tip.id"), index=True),
    Column("area_code", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("payload", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime),
    Column("not_after", UtcDateTime),
    Column("window_id", Uuid),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("again", Boolean, nullable=False, server_default=text("false")),
    Column("settled_at", UtcDateTime),
    Column("seen_at", UtcDateTime),
    Column("acknowledged_at", UtcDateTime),
    Column("replied_at", UtcDateTime),
    Column("tip_at", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    UniqueConstraint("run_id", "resident_id"),
    UniqueConstraint("run_id", "group_id"),
)

Index(
    "ix_delivery_due",
    delivery.c.account_id,
    delivery.c.lane,
    delivery.c.id,
    sqlite_where=(delivery.c.state == "pending") & delivery.c.window_id.is_(None),
    postgresql_where=(delivery.c.state == "pending") & delivery.c.window_id.is_(None),
)
Index(
    "ix_delivery_waiting",
    delivery.c.address_id,
    delivery.c.id,
    sqlite_where=delivery.c.state == "pending",
    postgresql_where=delivery.c.state == "pending",
)
Index(
    "ix_delivery_open",
    delivery.c.window_id,
    sqlite_where=delivery.c.window_id.is_not(None),
    postgresql_where=delivery.c.window_id.is_not(None),
)
Index("ix_delivery_resident", delivery.c.resident_id, delivery.c.run_id)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False, index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    Column("window_id", Uuid, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    Column("outcome", String),
    Column("message_id", String),
)

Index("ix_attempt_message", attempt.c.address_id, attempt.c.message_id)

neutral_line = Table(
    "neutral_line",
    metadata,
    Column("delivery_id", ForeignKey("delivery.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
