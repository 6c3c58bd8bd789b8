"""Campaigns, their runs, and the counters of a run."""

from sqlalchemy import (
    JSON,
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

campaign = Table(
    "campaign",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("template_id", String),
    Column("subject", String, nullable=False),
    Column("author_id", ForeignKey("staff.id"), nullable=False),
    # Who looks after it in its author's place, since it was handed over; null: its author.
    Column("keeper_id", ForeignKey("staff.id")),
    Column("state", String, nullable=False),
    Column("lane", String, nullable=False),
    Column("content", JSON, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("due_at", UtcDateTime),
    Column("rules", JSON(none_as_null=True)),
    # When it repeats; null: it goes out once.
    Column("schedule", JSON(none_as_null=True)),
    # How long it may go on, and how fast.
    Column("terms", JSON(none_as_null=True)),
    # Whom it will reach by which path, as the second person sees it when they approve.
    Column("reach_plan", JSON(none_as_null=True)),
    # How often a repeated one may still go out; null: as long as its schedule says.
    Column("times_left", Integer),
    # Another plan that waits for a second person, beside the one that holds.
    Column("proposal", JSON(none_as_null=True)),
    Column("next_at", UtcDateTime, index=True),
    Column("occurrence", Integer, nullable=False),
    Column("submitted_at", UtcDateTime),
    Column("submitted_hash", String),
    Column("decided_by", ForeignKey("staff.id")),
    Column("decided_at", UtcDateTime),
    Column("decision_note", LargeBinary),
    Column("faults", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcDateTime),
    UniqueConstraint("unit_id", "number"),
)

run = Table(
    "run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("occurrence", Integer, nullable=False),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("code", String, nullable=False, unique=True),
    Column("lane", String, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("content", JSON, nullable=False),
    Column("audience", JSON, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("not_after", UtcDateTime, nullable=False),
    # Between quiet hours: from when until when rows may be sent; null: no limit.
    Column("open_from", UtcDateTime),
    Column("open_until", UtcDateTime),
    # Whether it counts among the broadcasts a person had, and how many of those stop it; 0: none.
    Column("counted", Boolean, nullable=False, server_default=text("false")),
    Column("a_day", Integer, nullable=False, server_default="0"),
    Column("a_month", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("cursor", Uuid),
    # When somebody decided to send it to its rest.
    Column("rest_at", UtcDateTime),
    # When somebody decided to send it to who joined its audience since.
    Column("newcomers_at", UtcDateTime),
    Column("expanded_at", UtcDateTime),
    Column("finished_at", UtcDateTime),
    Column("pause_reason", String),
    # Why the platform refused many of its messages in a row, the first time.
    Column("refused_as", String),
    Column("faults", Integer, nullable=False, server_default="0"),
    Column("retry_at", UtcDateTime),
    # From when on only figures of its private messages are kept.
    Column("archived_at", UtcDateTime),
    UniqueConstraint("campaign_id", "occurrence"),
)

# What is left of the private messages of a run whose rows are gone, for the reports of its time.
archived_run = Table(
    "archived_run",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("channel", String, primary_key=True),
    Column("first_at", UtcDateTime),
    *(
        Column(name, Integer, nullable=False)
        for name in ("handed", "taken", "delivered", "seen", "answered")
    ),
)

_COUNTS = (
    "targeted",
    "pending",
    "accepted",
    "delivered",
    "unreachable",
    "refused",
    "unsure",
    "skipped",
    "seen",
    "acknowledged",
    "pressed",
    "replied",
    "tips",
    "stopped",
    "safe",
    "paid",
    "reopened",
    "newcomers",
    "members",
)

run_counter = Table(
    "run_counter",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("area_code", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("language", String, primary_key=True),
    *(Column(name, Integer, nullable=False, server_default="0") for name in _COUNTS),
)

# Why rows are as they are, for each line of `run_counter`: of those settled with a reason.
run_reason = Table(
    "run_reason",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("area_code", String, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("language", String, primary_key=True),
    Column("state", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("number", Integer, nullable=False),
)

archived_hour = Table(
    "archived_hour",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("hour", UtcDateTime, primary_key=True),
    Column("taken", Integer, nullable=False),
)

# A campaign that was got ready elsewhere and waits for an officer to look at it and hand it in.
prepared_draft = Table(
    "prepared_draft",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, index=True),
    Column("form", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

sign_off = Table(
    "sign_off",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("text_hash", String, nullable=False),
    Column("signed_by", ForeignKey("staff.id"), nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "unit_id", "text_hash"),
)
