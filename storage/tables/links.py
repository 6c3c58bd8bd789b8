"""Where people came from who opened a link or QR code of ours: counts alone, no person, no day."""

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table

from storage.tables.metadata import metadata

# `source` is where the link hangs (a group, a pack …), `key` which one it is.
link_count = Table(
    "link_count",
    metadata,
    Column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("source", String, primary_key=True),
    Column("key", String, primary_key=True),
    Column("opened", BigInteger, nullable=False, server_default="0"),
    Column("newcomers", BigInteger, nullable=False, server_default="0"),
    Column("tips", BigInteger, nullable=False, server_default="0"),
)
