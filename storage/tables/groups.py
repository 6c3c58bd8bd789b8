"""Groups: who asked to connect which chat, what was said to us there, copies of channels' posts."""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

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

# A group that one of our accounts is to make: what it is to be, and the row that makes it.
group_making = Table(
    "group_making",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    # Null: the command line.
    Column("asked_by", ForeignKey("staff.id")),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("purpose", String, nullable=False),
    Column("area_code", ForeignKey("area.code"), nullable=False),
    Column("label", String, nullable=False),
    Column("decided_by", ForeignKey("staff.id")),
    # The ledger's row, once the chief has said yes; no foreign key: it may be forgotten first.
    Column("effect_id", Uuid),
    # What the platform called it, and by which link people join it, sealed.
    Column("made", LargeBinary),
)

# Which message in a group became a piece of a public tip, so that it can be taken down there.
public_words = Table(
    "public_words",
    metadata,
    Column("event_id", ForeignKey("tip_event.id"), primary_key=True),
    Column("tip_id", ForeignKey("tip.id"), nullable=False, index=True),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    # Sealed with the tip's own key, and forgotten when no platform would delete it any more.
    Column("message_id", LargeBinary, nullable=False),
    Column("written_at", UtcDateTime, nullable=False, index=True),
    # The ledger's row that deletes it, once asked for; no foreign key: it may be forgotten first.
    Column("removal_id", Uuid),
    # Which member of staff asked for it; null: its writer.
    Column("asked_by", ForeignKey("staff.id")),
)

ASKED = public_words.c.removal_id.is_not(None)

Index("ix_public_words_asked", public_words.c.tip_id, sqlite_where=ASKED, postgresql_where=ASKED)

# The copy of a channel's post that the platform puts into the channel's discussion group.
post_copy = Table(
    "post_copy",
    metadata,
    Column("address_id", ForeignKey("address.id"), primary_key=True),
    Column("message_id", String, primary_key=True),
    Column("channel_id", ForeignKey("address.id"), nullable=False),
    Column("post_message_id", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # The ledger's rows of the post and of our first comment, once known.
    Column("post_id", Uuid, index=True),
    Column("comment_id", Uuid, index=True),
)

UNCOMMENTED = post_copy.c.comment_id.is_(None)

Index("ix_post_copy_new", post_copy.c.at, sqlite_where=UNCOMMENTED, postgresql_where=UNCOMMENTED)
