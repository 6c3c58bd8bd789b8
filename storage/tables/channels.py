"""What an account needs beside its messages: its tokens, traits, typed numbers, early receipts."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    Uuid,
)

from storage.tables.metadata import metadata
from storage.types import UtcDateTime

# The pair of tokens that works now, sealed; who is getting the next pair, and until when.
account_token = Table(
    "account_token",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("pair", LargeBinary, nullable=False),
    Column("version", Integer, nullable=False),
    Column("access_until", UtcDateTime, nullable=False),
    Column("refresh_since", UtcDateTime, nullable=False),
    Column("refreshing_by", String),
    Column("refreshing_until", UtcDateTime),
    # Why a human must consent again; null: the pair works as far as we know.
    Column("refused", String),
    Column("refused_at", UtcDateTime),
    # Keyed hash of the setting that the chain of tokens began with: another one begins anew.
    Column("begun_with", LargeBinary),
)

# What an account was found to differ in, such as the only way of sending that it takes.
account_trait = Table(
    "account_trait",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("value", String, nullable=False),
)

# When its messages go, shared by all processes: instants in µs since 1970, eight bytes each.
account_pace = Table(
    "account_pace",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("common", LargeBinary, nullable=False),
    Column("kept", LargeBinary, nullable=False),
    # Messages a second at `rated_at`; null: what the platform allows.
    Column("rate", Float),
    Column("rated_at", BigInteger, nullable=False),
    Column("slowed_at", BigInteger),
    Column("ceiling", Float),
)

# What numbers stand for: those under our newest message to somebody, and in a group those under
# each message about a tip, until nobody answers it any more.
typed_choice = Table(
    "typed_choice",
    metadata,
    Column("address_id", ForeignKey("address.id"), primary_key=True),
    Column("delivery_id", Uuid, primary_key=True),
    Column("actions", LargeBinary, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# A receipt that came before our own record of the message.
early_receipt = Table(
    "early_receipt",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("address_id", ForeignKey("address.id"), nullable=False, index=True),
    Column("lookup", LargeBinary, nullable=False),
    Column("kind", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("lookup", "kind"),
)

# How many messages an account sent in a month of Vietnam, such as 2026-11, and how many cost.
account_use = Table(
    "account_use",
    metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("month", String, primary_key=True),
    Column("sent", Integer, nullable=False, server_default="0"),
    Column("paid", Integer, nullable=False, server_default="0"),
    # Up to what share of its month an admin was told, in percent.
    Column("warned", Integer, nullable=False, server_default="0"),
)
