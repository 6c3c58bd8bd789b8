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
    # By the link of a post that somebody posted by hand; then by_post too.
    Column("by_hand", Boolean, nullable=False, server_default=text("false")),
    Column("state", String, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("public", Boolean, nullable=False),
    Column("secrecy", String, nullable=False),
    Column("language", String, nullable=False),
    Column("subject", String),
    # Taken from the campaign that it answers; nobody of the staff has said so yet.
    Column("subject_assumed", Boolean, nullable=False, server_default=text("false")),
    # What its writer is told of where it stands while it is open.
    Column("status", String, nullable=False, server_default="received"),
    Column("data_key", LargeBinary),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("card_due_at", UtcDateTime, index=True),
    Column("stub_due_at", UtcDateTime, index=True),
    Column("carded_at", UtcDateTime),
    Column("last_piece_at", UtcDateTime, nullable=False),
    Column("last_answer_at", UtcDateTime),
    Column("taken_by", ForeignKey("staff.id"), index=True),
    # Somebody else gave it to them: what comes later is brought to their own chat too.
    Column("given", Boolean, nullable=False, server_default=text("false")),
    Column("closed_at", UtcDateTime),
    Column("closed_by", ForeignKey("staff.id")),
    Column("outcome", String),
    Column("passed_to", String),
    # When the way back to its writer was destroyed, since its time was over.
    Column("cut_at", UtcDateTime),
    # The number of the case it became part of, sealed: while there is one, nothing is erased.
    Column("docket", LargeBinary),
    # Many wait: its card comes no earlier.
    Column("held_until", UtcDateTime),
    # How staff heard of it who entered it; null: it came by chat.
    Column("heard", String),
    Column("entered_by", ForeignKey("staff.id")),
    # In which of our accounts it came, whatever becomes of the chat; null: staff entered it.
    Column("account_id", ForeignKey("account.id")),
    # Part of it came on another channel, by the same person: on neither is it all of it.
    Column("crossed", Boolean, nullable=False, server_default=text("false")),
)

UNTAKEN = tip.c.state == literal_column("'received'")

CLOSED = tip.c.state == literal_column("'closed'")
HELD = tip.c.held_until.is_not(None)

Index("ix_tip_closed", tip.c.closed_at, sqlite_where=CLOSED, postgresql_where=CLOSED)
Index("ix_tip_carded", tip.c.unit_id, tip.c.carded_at)
Index("ix_tip_held", tip.c.unit_id, sqlite_where=HELD, postgresql_where=HELD)
Index("ix_tip_untaken", tip.c.opened_at, sqlite_where=UNTAKEN, postgresql_where=UNTAKEN)

# That an officer confirmed a tip as valuable, and what it helped to; null: not told.
tip_value = Table(
    "tip_value",
    metadata,
    Column("tip_id", ForeignKey("tip.id"), primary_key=True),
    Column("confirmed_at", UtcDateTime, nullable=False, index=True),
    Column("confirmed_by", ForeignKey("staff.id"), nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("cases", BigInteger),
    Column("persons", BigInteger),
    Column("property", BigInteger),
    Column("prevented", BigInteger),
    Column("found", BigInteger),
)

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
    # How a closing ended, readable without the tip's key: figures of a period that is over are told
    # from it, whatever becomes of the tip.
    Column("outcome", String),
)

# Words of an officer that are neither a note nor an answer yet, and of which nobody was reminded.
UNSETTLED = (
    (tip_event.c.kind == literal_column("'unclear'"))
    & tip_event.c.body.is_not(None)
    & tip_event.c.shown.is_(literal_column("false"))
)

Index(
    "ix_tip_event_unsettled",
    tip_event.c.at,
    sqlite_where=UNSETTLED,
    postgresql_where=UNSETTLED,
)

tip_file = Table(
    "tip_file",
    metadata,
    Column("id", ForeignKey("attachment.id"), primary_key=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False, index=True),
    # As its platform says it is, and once it is fetched as its content shows.
    Column("kind", String, nullable=False),
    Column("size", BigInteger),
    Column("seconds", Integer),
    # Large: fetched one at a time, so that nothing small waits for it.
    Column("bulky", Boolean, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("told", Boolean, nullable=False, server_default=text("false")),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcDateTime),
    Column("file_key", LargeBinary),
    Column("digest", LargeBinary),
    Column("original", String),
    Column("clean", String),
)

tip_file_view = Table(
    "tip_file_view",
    metadata,
    # No foreign key: rows of the ledger may be forgotten first.
    Column("delivery_id", Uuid, primary_key=True),
    Column("file_id", ForeignKey("tip_file.id"), nullable=False, index=True),
    Column("over", Boolean, nullable=False, server_default=text("false")),
)

AWAITED = tip_file.c.state == literal_column("'waiting'")
ENDED = tip_file.c.state.in_(
    [literal_column("'clean'"), literal_column("'kept'"), literal_column("'lost'")]
)
UNTOLD = ENDED & tip_file.c.told.is_(literal_column("false"))
ERASED = tip_file.c.state == literal_column("'erased'")
ON_VIEW = tip_file_view.c.over.is_(literal_column("false"))

for _name, _condition, _columns in (
    ("ix_tip_file_awaited", AWAITED, (tip_file.c.due_at,)),
    ("ix_tip_file_untold", UNTOLD, (tip_file.c.id,)),
    ("ix_tip_file_erased", ERASED, (tip_file.c.id,)),
    ("ix_tip_file_view_on", ON_VIEW, (tip_file_view.c.delivery_id,)),
):
    Index(_name, *_columns, sqlite_where=_condition, postgresql_where=_condition)

# Which message of staff in a review group was about a tip, so that it can be deleted there.
typed_under = Table(
    "typed_under",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False, index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False),
    # Sealed with the tip's own key, and forgotten when no platform would delete it any more.
    Column("message_id", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False, index=True),
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
