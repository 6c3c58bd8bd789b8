"""The ledger: one row for each thing meant for one person or group, and its attempts."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
    literal_column,
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

# How many windows each task of a process that sends has opened: its file outside of the database
# knows that, too, so that an older copy of the database is noticed.
send_mark = Table(
    "send_mark",
    metadata,
    Column("worker_id", Uuid, primary_key=True),
    Column("slot", Integer, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
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
    Column("pressed_at", UtcDateTime),
    Column("replied_at", UtcDateTime),
    Column("tip_at", UtcDateTime),
    Column("stopped_at", UtcDateTime),
    Column("safe_at", UtcDateTime),
    # It went outside the window in which messages cost nothing; where nothing ever costs: null.
    Column("paid_at", UtcDateTime),
    # They wrote after it, and had been silent for longer than the free window before it.
    Column("reopened_at", UtcDateTime),
    # They joined the run's audience after it had been written down.
    Column("newcomer_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    Column("amends", Uuid, unique=True),
    UniqueConstraint("run_id", "resident_id"),
    UniqueConstraint("run_id", "group_id"),
)

# Written out, not bound: SQLite and prepared statements of PostgreSQL take a partial index only
# for a condition that they can see.
PENDING = delivery.c.state == literal_column("'pending'")
UNSURE = delivery.c.state == literal_column("'unsure'")
DUE = PENDING & delivery.c.window_id.is_(None)
FAILED = delivery.c.failed_at.is_not(None)
ALONE = delivery.c.run_id.is_(None)
ARTICLE = delivery.c.kind == literal_column("'article'")
PAID = delivery.c.paid_at.is_not(None)


def _some(name: str, condition: ColumnElement[bool], *columns: Column[Any]) -> None:
    Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


_some(
    "ix_delivery_due_alone",
    DUE & delivery.c.run_id.is_(None),
    delivery.c.account_id,
    delivery.c.lane,
    delivery.c.id,
)
_some("ix_delivery_due_run", DUE, delivery.c.run_id, delivery.c.account_id, delivery.c.id)
_some("ix_delivery_waiting", PENDING, delivery.c.address_id, delivery.c.id)
_some("ix_delivery_alone", ALONE, delivery.c.address_id)
_some("ix_delivery_over", ALONE, delivery.c.settled_at)
_some("ix_delivery_open", delivery.c.window_id.is_not(None), delivery.c.window_id)
_some("ix_delivery_unsure", UNSURE, delivery.c.id)
Index(
    "ix_delivery_article",
    delivery.c.run_id,
    delivery.c.address_id,
    unique=True,
    sqlite_where=ARTICLE,
    postgresql_where=ARTICLE,
)
_some("ix_delivery_paid", PAID, delivery.c.run_id, delivery.c.account_id)
_some("ix_delivery_failed", FAILED, delivery.c.id)
_some(
    "ix_delivery_told",
    delivery.c.tip_id.is_not(None) & delivery.c.run_id.is_(None),
    delivery.c.address_id,
    delivery.c.settled_at,
)
_some("ix_delivery_ending", DUE & delivery.c.not_after.is_not(None), delivery.c.not_after)
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
    # Whether it goes outside the free window; null where the account's messages are not counted.
    Column("paid", Boolean),
    # Whether it goes beyond what the account has paid for already, and so costs its run money.
    Column("priced", Boolean),
)

Index("ix_attempt_message", attempt.c.address_id, attempt.c.message_id)

post_reaction = Table(
    "post_reaction",
    metadata,
    Column("delivery_id", ForeignKey("delivery.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("person", LargeBinary, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("known", Boolean, nullable=False),
)

KNOWN = post_reaction.c.known.is_(literal_column("true"))

_some("ix_post_reaction_known", KNOWN, post_reaction.c.delivery_id)

neutral_line = Table(
    "neutral_line",
    metadata,
    Column("delivery_id", ForeignKey("delivery.id"), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)
