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
    Uuid,
    literal_column,
    text,
)

from storage.tables.metadata import ROOM_TO_CHANGE, metadata
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
    Column("tip_id", ForeignKey("tip.id")),
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
    Column("amends", Uuid),
    postgresql_with=ROOM_TO_CHANGE,
)

# Written out, not bound: SQLite and prepared statements of PostgreSQL take a partial index only
# for a condition that they can see.
PENDING = delivery.c.state == literal_column("'pending'")
UNSURE = delivery.c.state == literal_column("'unsure'")
DUE = PENDING & delivery.c.window_id.is_(None)
FAILED = delivery.c.failed_at.is_not(None)
ALONE = delivery.c.run_id.is_(None)
ARTICLE = delivery.c.kind == literal_column("'article'")
POST = delivery.c.kind == literal_column("'post'")
PAID = delivery.c.paid_at.is_not(None)


def _some(
    name: str, condition: ColumnElement[bool], *columns: Column[Any], unique: bool = False
) -> None:
    Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


# A row of a campaign stands in few of these. No index names the window, so that PostgreSQL writes
# none when a row is put into one; which rows lie in a window their attempts tell.
_some(
    "uq_delivery_run_resident",
    delivery.c.run_id.is_not(None),
    delivery.c.run_id,
    delivery.c.resident_id,
    unique=True,
)
_some(
    "uq_delivery_run_group",
    delivery.c.run_id.is_not(None) & delivery.c.group_id.is_not(None),
    delivery.c.run_id,
    delivery.c.group_id,
    unique=True,
)
_some("uq_delivery_amends", delivery.c.amends.is_not(None), delivery.c.amends, unique=True)
_some("ix_delivery_article", ARTICLE, delivery.c.run_id, delivery.c.address_id, unique=True)
_some("ix_delivery_post", POST, delivery.c.address_id, delivery.c.id)
_some("ix_delivery_tip", delivery.c.tip_id.is_not(None), delivery.c.tip_id)
_some(
    "ix_delivery_due_alone",
    PENDING & ALONE,
    delivery.c.account_id,
    delivery.c.lane,
    delivery.c.id,
)
_some(
    "ix_delivery_due_run",
    PENDING & delivery.c.run_id.is_not(None),
    delivery.c.run_id,
    delivery.c.account_id,
    delivery.c.lane,
    delivery.c.id,
)
_some("ix_delivery_waiting", PENDING, delivery.c.address_id, delivery.c.id)
_some("ix_delivery_alone", ALONE, delivery.c.address_id)
_some("ix_delivery_over", ALONE & delivery.c.settled_at.is_not(None), delivery.c.settled_at)
_some("ix_delivery_unsure", UNSURE, delivery.c.address_id)
_some("ix_delivery_paid", PAID, delivery.c.run_id, delivery.c.account_id)
_some("ix_delivery_failed", FAILED, delivery.c.id)
_some(
    "ix_delivery_told",
    delivery.c.tip_id.is_not(None) & ALONE,
    delivery.c.address_id,
    delivery.c.settled_at,
)
_some("ix_delivery_ending", PENDING & delivery.c.not_after.is_not(None), delivery.c.not_after)
_some(
    "ix_delivery_resident",
    delivery.c.resident_id.is_not(None),
    delivery.c.resident_id,
    delivery.c.run_id,
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("delivery_id", ForeignKey("delivery.id"), nullable=False, index=True),
    # That it exists is looked at when its delivery is written.
    Column("address_id", Uuid, nullable=False),
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

UNDER_WAY = attempt.c.outcome.is_(None)

_some(
    "ix_attempt_message",
    attempt.c.message_id.is_not(None),
    attempt.c.address_id,
    attempt.c.message_id,
)
_some("ix_attempt_under_way", UNDER_WAY, attempt.c.window_id)

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
