"""Units, areas, accounts, residents, staff and groups."""

from sqlalchemy import (
    JSON,
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

from storage.tables.metadata import ROOM_TO_CHANGE, metadata
from storage.types import UtcDateTime

installation = Table(
    "installation",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

sequence = Table(
    "sequence",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

area = Table(
    "area",
    metadata,
    Column("code", String, primary_key=True),
    Column("parent_code", ForeignKey("area.code"), index=True),
    Column("level", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("name", String, nullable=False),
    Column("full_name", String, nullable=False),
    Column("old_names", JSON, nullable=False),
)

unit = Table(
    "unit",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("code", String, nullable=False, unique=True),
    Column("name", JSON, nullable=False),
    Column("area_code", ForeignKey("area.code"), nullable=False),
    Column("duty_phone", String, nullable=False),
    Column("controller", String, nullable=False),
    Column("retention", JSON, nullable=False),
    Column("card_content", Boolean, nullable=False),
    Column("broadcasting", JSON, nullable=False),
    # When it works, its holidays and how long it has; what is left out is as usual.
    Column("working", JSON, nullable=False, server_default=text("'{}'")),
)

account = Table(
    "account",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("channel", String, nullable=False),
    Column("platform_key", String, nullable=False),
    Column("username", String, nullable=False),
    # How links to it are written, with `{payload}` in them; null: none is known yet.
    Column("link", String),
    Column("unit_id", ForeignKey("unit.id")),
    Column("down_reason", String),
    Column("paused_until", UtcDateTime),
    # Since when it has sent nothing, for its platform could not be reached or had us wait.
    Column("paused_since", UtcDateTime),
    UniqueConstraint("channel", "platform_key"),
)

resident = Table(
    "resident",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("area_code", ForeignKey("area.code")),
    Column("language", String, nullable=False),
    Column("wish", String, nullable=False),
    Column("wish_at", UtcDateTime),
    # Until when they want nothing, by their own word; null: until they say otherwise.
    Column("suspended_until", UtcDateTime),
    Column("invited_by", String),
    Column("created_at", UtcDateTime, nullable=False),
    Column("language_chosen", Boolean, nullable=False, server_default=text("false")),
    # Whether they were asked what part they have in the village; once is enough.
    Column("parts_asked", Boolean, nullable=False, server_default=text("false")),
    Column("words_aside", LargeBinary),
    # When the oldest of them were set aside.
    Column("words_aside_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    # Whether they write to us in several chats, on several channels.
    Column("linked", Boolean, nullable=False, server_default=text("false")),
    # Who they are now: two turned out to be one person, and this row is kept for its figures.
    Column("joined_to", ForeignKey("resident.id"), index=True),
    # Whether what they tell may be shown on another channel than the one they wrote on.
    Column("shown_elsewhere", Boolean, nullable=False, server_default=text("false")),
    # Who said yes, in the order in which runs take them.
    Index(None, "unit_id", "wish", "id"),
)

# What they said they are, of their own will: a household, a trader …
resident_part = Table(
    "resident_part",
    metadata,
    Column("resident_id", ForeignKey("resident.id"), primary_key=True),
    Column("part", String, primary_key=True),
)

# The subjects of which they want no broadcasts.
declined_subject = Table(
    "declined_subject",
    metadata,
    Column("resident_id", ForeignKey("resident.id"), primary_key=True),
    Column("subject", String, primary_key=True),
)

consent = Table(
    "consent",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("resident_id", ForeignKey("resident.id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("answer", String, nullable=False),
    Column("words_version", String, nullable=False),
    Column("language", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("exact_words", LargeBinary, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("name", LargeBinary, nullable=False),
    Column("language", String, nullable=False),
    Column("active", Boolean, nullable=False),
    # The number on which they are rung in an emergency, sealed.
    Column("phone", LargeBinary),
    # When the chief was told what lies with them although they cannot look after it any more.
    Column("left_told_at", UtcDateTime),
)

staff_role = Table(
    "staff_role",
    metadata,
    Column("staff_id", ForeignKey("staff.id"), primary_key=True),
    Column("role", String, primary_key=True),
)

group_chat = Table(
    "group_chat",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("area_code", ForeignKey("area.code"), nullable=False),
    Column("purpose", String, nullable=False),
    Column("label", String, nullable=False),
    Column("connected_at", UtcDateTime, nullable=False),
    Column("left_at", UtcDateTime),
    Column("members", Integer),
    # It was connected by a file, and nobody has told it yet what is read.
    Column("notice_due", Boolean, nullable=False, server_default=text("false")),
    # By which link people join it, sealed; null: none is known.
    Column("invitation", LargeBinary),
    # Topics cannot be opened there; tried again after this.
    Column("no_topics_until", UtcDateTime),
)

address = Table(
    "address",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("lookup", LargeBinary, nullable=False),
    Column("platform_id", LargeBinary, nullable=False),
    Column("resident_id", ForeignKey("resident.id"), index=True),
    Column("staff_id", ForeignKey("staff.id"), index=True),
    # Whose chat it was before it was taken from them: no file gives it back.
    Column("former_staff_id", ForeignKey("staff.id")),
    Column("group_id", ForeignKey("group_chat.id"), index=True),
    # The group that it was until it was let go: no file connects it again.
    Column("former_group_id", ForeignKey("group_chat.id")),
    Column("unreachable", String),
    Column("unreachable_at", UtcDateTime),
    Column("not_before", UtcDateTime),
    Column("forget_at", UtcDateTime),
    # When its person last wrote, where a platform lets us answer only for a while after that.
    Column("heard_at", UtcDateTime),
    # When its person said that this is where they want to be written to; the latest counts.
    Column("preferred_at", UtcDateTime),
    # When it was linked to a person who had written from another chat before.
    Column("joined_at", UtcDateTime),
    # When our last messages went there, in µs since 1970, eight bytes each: the chat's own pace.
    Column("paced", LargeBinary),
    # A digest of the menu of commands that was put there for its member of staff.
    Column("menu", String),
    UniqueConstraint("account_id", "lookup"),
    postgresql_with=ROOM_TO_CHANGE,
)

# Written out, not bound: see the ledger's tables.
TO_FORGET = address.c.forget_at.is_not(None)
WITH_MENU = address.c.menu.is_not(None)
HEARD = address.c.heard_at.is_not(None)
PAUSED = resident.c.wish == literal_column("'paused'")
SUSPENDED = resident.c.suspended_until.is_not(None)
ASIDE = resident.c.words_aside_at.is_not(None)

for _name, _condition, _columns in (
    ("ix_address_to_forget", TO_FORGET, (address.c.id,)),
    ("ix_address_with_menu", WITH_MENU, (address.c.id,)),
    ("ix_address_heard", HEARD, (address.c.heard_at,)),
    ("ix_resident_paused", PAUSED, (resident.c.id,)),
    ("ix_resident_suspended", SUSPENDED, (resident.c.id,)),
    ("ix_resident_aside", ASIDE, (resident.c.words_aside_at,)),
):
    Index(_name, *_columns, sqlite_where=_condition, postgresql_where=_condition)

dialogue = Table(
    "dialogue",
    metadata,
    Column("address_id", ForeignKey("address.id"), primary_key=True),
    Column("name", String, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    # What it was laid over, and since when that stands still; its words are in the same seal.
    Column("below", String),
    Column("below_at", UtcDateTime),
)
