"""What comes in: the inbox, tips, their events and attachments."""

from sqlalchemy import (
    BigInteger,
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
    literal_column,
    text,
)

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

inbox = Table(
    "inbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("key", String, nullable=False),
    Column("order_lookup", LargeBinary, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", String, nullable=False),
    Column("body", LargeBinary),
    Column("tries", Integer, nullable=False),
    Column("not_before", UtcDateTime),
    Column("problem", String),
    Column("handled_at", UtcDateTime),
    UniqueConstraint("account_id", "key"),
)

# Written out, not bound: see the ledger's tables.
NEW = inbox.c.state == literal_column("'new'")
ASIDE = inbox.c.state == literal_column("'aside'")
DONE = inbox.c.state == literal_column("'done'")

for _name, _condition, _columns in (
    ("ix_inbox_new", NEW, (inbox.c.order_lookup, inbox.c.id)),
    ("ix_inbox_waiting", NEW, (inbox.c.account_id, inbox.c.id)),
    ("ix_inbox_aside", ASIDE, (inbox.c.id,)),
    ("ix_inbox_done", DONE, (inbox.c.handled_at,)),
):
    Index(_name, *_columns, sqlite_where=_condition, postgresql_where=_condition)

tip = Table(
    "tip",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("area_code", String),
    Column("case_number", String, nullable=False, unique=True),
    Column("kind", String, nullable=False),
    Column("address_id", ForeignKey("address.id"), index=True),
    Column("resident_id", ForeignKey("resident.id"), index=True),
    Column("group_id", ForeignKey("group_chat.id")),
    Column("run_id", ForeignKey("run.id"), index=True),
    Column("bound", String, nullable=False),
    Column("by_post", Boolean, nullable=False, server_default=text("false")),
    Column("state", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("secrecy", String, nullable=False),
    Column("language", String, nullable=False),
    Column("subject", String),
    Column("data_key", LargeBinary),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("card_due_at", UtcDateTime, index=True),
    Column("stub_due_at", UtcDateTime, index=True),
    Column("carded_at", UtcDateTime),
    Column("last_piece_at", UtcDateTime, nullable=False),
    Column("last_answer_at", UtcDateTime),
    Column("taken_by", ForeignKey("staff.id")),
    Column("closed_at", UtcDateTime),
    Column("closed_by", ForeignKey("staff.id")),
    Column("outcome", String),
)

UNTAKEN = tip.c.state == literal_column("'received'")

Index("ix_tip_untaken", tip.c.opened_at, sqlite_where=UNTAKEN, postgresql_where=UNTAKEN)

tip_event = Table(
    "tip_event",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String, nullable=False),
    Column("staff_id", ForeignKey("staff.id")),
    Column("body", LargeBinary),
    Column("message_lookup", LargeBinary, index=True),
    Column("shown", Boolean, nullable=False),
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False, index=True),
    Column("event_id", ForeignKey("tip_event.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("size", BigInteger),
    Column("reference", LargeBinary),
)
