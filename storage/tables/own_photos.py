"""A unit's own photos: fetched, sealed, used by campaigns, and erased when those are over."""

from sqlalchemy import (
    Boolean,
    Column,
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

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

own_photo = Table(
    "own_photo",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False),
    # Photo, video or file, as it is sent on.
    Column("kind", String, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String),
    Column("created_at", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("due_at", UtcDateTime),
    # What the platform calls it, sealed; null once nobody fetches it any more.
    Column("reference", LargeBinary),
    # Words of an urgent alert that wait for it, sealed.
    Column("alert", LargeBinary),
    # The alert that is to be handed in anew with it.
    Column("replaces", ForeignKey("campaign.id")),
    # Whether who sent it was told what became of it.
    Column("told", Boolean, nullable=False, server_default=text("false")),
    Column("clean", String),
    Column("digest", String),
    Column("file_key", LargeBinary),
    # When a run with it was withdrawn, so that it is taken out of the chats.
    Column("withdrawn_at", UtcDateTime),
)

own_photo_use = Table(
    "own_photo_use",
    metadata,
    Column("photo_id", ForeignKey("own_photo.id"), primary_key=True),
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True, index=True),
    # When all messages of the campaign's runs that a machine can take down were taken down.
    Column("down_at", UtcDateTime),
)

# Where it was shown to staff before it went out.
own_photo_view = Table(
    "own_photo_view",
    metadata,
    # No foreign key: rows of the ledger may be forgotten first.
    Column("delivery_id", Uuid, primary_key=True),
    Column("photo_id", ForeignKey("own_photo.id"), nullable=False, index=True),
)

own_photo_upload = Table(
    "own_photo_upload",
    metadata,
    Column("photo_id", ForeignKey("own_photo.id"), primary_key=True),
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("reference", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

AWAITED = own_photo.c.state == literal_column("'waiting'")
ENDED = own_photo.c.state.in_([literal_column("'clean'"), literal_column("'lost'")])
UNTOLD = ENDED & own_photo.c.told.is_(literal_column("false"))
ERASED = own_photo.c.state == literal_column("'erased'")
LIVING = own_photo.c.state.not_in([literal_column("'erased'"), literal_column("'gone'")])
DOWN = own_photo_use.c.down_at.is_(None)

for _name, _condition, _column in (
    ("ix_own_photo_awaited", AWAITED, own_photo.c.due_at),
    ("ix_own_photo_untold", UNTOLD, own_photo.c.id),
    ("ix_own_photo_erased", ERASED, own_photo.c.id),
    ("ix_own_photo_living", LIVING, own_photo.c.id),
    ("ix_own_photo_use_up", DOWN, own_photo_use.c.photo_id),
):
    Index(_name, _column, sqlite_where=_condition, postgresql_where=_condition)
