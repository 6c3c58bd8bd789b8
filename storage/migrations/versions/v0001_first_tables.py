"""The first tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

import storage.types

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "area",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("old_names", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["area.code"], name=op.f("fk_area_parent_code_area")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "forgotten",
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("what", "day", name=op.f("pk_forgotten")),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "pledge_words",
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_pledge_words")),
    )
    op.create_table(
        "send_mark",
        sa.Column("worker_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker_id", "slot", name=op.f("pk_send_mark")),
    )
    op.create_table(
        "sequence",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sequence")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.JSON(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("duty_phone", sa.String(), nullable=False),
        sa.Column("controller", sa.String(), nullable=False),
        sa.Column("retention", sa.JSON(), nullable=False),
        sa.Column("card_content", sa.Boolean(), nullable=False),
        sa.Column("broadcasting", sa.JSON(), nullable=False),
        sa.Column("working", sa.JSON(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["area_code"], ["area.code"], name=op.f("fk_unit_area_code_area")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("platform_key", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("link", sa.String(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("down_reason", sa.String(), nullable=True),
        sa.Column("paused_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paused_since", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_account_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint(
            "channel", "platform_key", name=op.f("uq_account_channel_platform_key")
        ),
    )
    op.create_table(
        "audit_entry",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("thing", sa.String(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("link", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_audit_entry_unit_id_unit")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("id", name=op.f("uq_audit_entry_id")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_thing_id"), ["thing_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_entry_unit_id_number"), ["unit_id", "number"], unique=False
        )

    op.create_table(
        "card_digest",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_card_digest_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", name=op.f("pk_card_digest")),
    )
    op.create_table(
        "group_chat",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("connected_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("left_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("notice_due", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("invitation", sa.LargeBinary(), nullable=True),
        sa.Column("no_topics_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_group_chat_area_code_area")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_group_chat_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_chat")),
    )
    op.create_table(
        "leaflet",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("words", sa.JSON(), nullable=False),
        sa.Column("made_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_leaflet_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaflet")),
        sa.UniqueConstraint("unit_id", "digest", name=op.f("uq_leaflet_unit_id_digest")),
    )
    op.create_table(
        "link_count",
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("opened", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("newcomers", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("tips", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_link_count_unit_id_unit")),
        sa.PrimaryKeyConstraint("unit_id", "source", "key", name=op.f("pk_link_count")),
    )
    op.create_table(
        "resident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("wish_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("suspended_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("invited_by", sa.String(), nullable=True),
        sa.Column("created_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "language_chosen", sa.Boolean(), server_default=sa.text("(false)"), nullable=False
        ),
        sa.Column("parts_asked", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("words_aside", sa.LargeBinary(), nullable=True),
        sa.Column("words_aside_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("erased_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("linked", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("joined_to", sa.Uuid(), nullable=True),
        sa.Column(
            "shown_elsewhere", sa.Boolean(), server_default=sa.text("(false)"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_resident_area_code_area")
        ),
        sa.ForeignKeyConstraint(
            ["joined_to"], ["resident.id"], name=op.f("fk_resident_joined_to_resident")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_resident_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resident")),
    )
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.create_index(
            "ix_resident_aside",
            ["words_aside_at"],
            unique=False,
            sqlite_where=sa.text("words_aside_at IS NOT NULL"),
            postgresql_where=sa.text("words_aside_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_resident_joined_to"), ["joined_to"], unique=False)
        batch_op.create_index(
            "ix_resident_paused",
            ["id"],
            unique=False,
            sqlite_where=sa.text("wish = 'paused'"),
            postgresql_where=sa.text("wish = 'paused'"),
        )
        batch_op.create_index(
            "ix_resident_suspended",
            ["id"],
            unique=False,
            sqlite_where=sa.text("suspended_until IS NOT NULL"),
            postgresql_where=sa.text("suspended_until IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_resident_unit_id_wish_id"), ["unit_id", "wish", "id"], unique=False
        )

    op.create_table(
        "staff",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("left_told_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_staff_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
    )
    op.create_table(
        "account_pace",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("common", sa.LargeBinary(), nullable=False),
        sa.Column("kept", sa.LargeBinary(), nullable=False),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("rated_at", sa.BigInteger(), nullable=False),
        sa.Column("slowed_at", sa.BigInteger(), nullable=True),
        sa.Column("ceiling", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_pace_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_pace")),
    )
    op.create_table(
        "account_token",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("pair", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("access_until", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("refresh_since", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("refreshing_by", sa.String(), nullable=True),
        sa.Column("refreshing_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("refused", sa.String(), nullable=True),
        sa.Column("refused_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("begun_with", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_token_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_token")),
    )
    op.create_table(
        "account_trait",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_trait_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "name", name=op.f("pk_account_trait")),
    )
    op.create_table(
        "account_use",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("sent", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paid", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warned", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_account_use_account_id_account")
        ),
        sa.PrimaryKeyConstraint("account_id", "month", name=op.f("pk_account_use")),
    )
    op.create_table(
        "address",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("platform_id", sa.LargeBinary(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("former_staff_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("former_group_id", sa.Uuid(), nullable=True),
        sa.Column("unreachable", sa.String(), nullable=True),
        sa.Column("unreachable_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("not_before", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("forget_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("heard_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("preferred_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("joined_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paced", sa.LargeBinary(), nullable=True),
        sa.Column("menu", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_address_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["former_group_id"],
            ["group_chat.id"],
            name=op.f("fk_address_former_group_id_group_chat"),
        ),
        sa.ForeignKeyConstraint(
            ["former_staff_id"], ["staff.id"], name=op.f("fk_address_former_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group_chat.id"], name=op.f("fk_address_group_id_group_chat")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_address_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_address_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("account_id", "lookup", name=op.f("uq_address_account_id_lookup")),
        postgresql_with={"fillfactor": 50},
    )
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_address_group_id"), ["group_id"], unique=False)
        batch_op.create_index(
            "ix_address_heard",
            ["heard_at"],
            unique=False,
            sqlite_where=sa.text("heard_at IS NOT NULL"),
            postgresql_where=sa.text("heard_at IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_address_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_staff_id"), ["staff_id"], unique=False)
        batch_op.create_index(
            "ix_address_to_forget",
            ["id"],
            unique=False,
            sqlite_where=sa.text("forget_at IS NOT NULL"),
            postgresql_where=sa.text("forget_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_address_with_menu",
            ["id"],
            unique=False,
            sqlite_where=sa.text("menu IS NOT NULL"),
            postgresql_where=sa.text("menu IS NOT NULL"),
        )

    op.create_table(
        "campaign",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("template_id", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("keeper_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("created_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("rules", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("schedule", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("terms", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reach_plan", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("times_left", sa.Integer(), nullable=True),
        sa.Column("proposal", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("next_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("submitted_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("submitted_hash", sa.String(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.LargeBinary(), nullable=True),
        sa.Column("faults", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["author_id"], ["staff.id"], name=op.f("fk_campaign_author_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_campaign_decided_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["keeper_id"], ["staff.id"], name=op.f("fk_campaign_keeper_id_staff")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_campaign_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("unit_id", "number", name=op.f("uq_campaign_unit_id_number")),
    )
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_next_at"), ["next_at"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("words_version", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("exact_words", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_consent_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "declined_subject",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_declined_subject_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", "subject", name=op.f("pk_declined_subject")),
    )
    op.create_table(
        "duty",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("since", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("off", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_duty_staff_id_staff")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_duty_unit_id_unit")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_duty")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "duty_turn",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("begins", sa.Integer(), nullable=False),
        sa.Column("ends", sa.Integer(), nullable=False),
        sa.Column("kept_by", sa.Uuid(), nullable=True),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["kept_by"], ["staff.id"], name=op.f("fk_duty_turn_kept_by_staff")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_duty_turn_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_duty_turn_unit_id_unit")),
        sa.PrimaryKeyConstraint("staff_id", "weekday", "begins", name=op.f("pk_duty_turn")),
    )
    with op.batch_alter_table("duty_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_turn_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "group_making",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("effect_id", sa.Uuid(), nullable=True),
        sa.Column("made", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_group_making_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_group_making_area_code_area")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_group_making_asked_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_group_making_decided_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_group_making_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_making")),
    )
    op.create_table(
        "hand_group",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("app", sa.String(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["added_by"], ["staff.id"], name=op.f("fk_hand_group_added_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_hand_group_area_code_area")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_hand_group_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_group")),
    )
    with op.batch_alter_table("hand_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hand_group_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("from_id", sa.Uuid(), nullable=False),
        sa.Column("to_id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("duty_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["from_id"], ["staff.id"], name=op.f("fk_handover_from_id_staff")),
        sa.ForeignKeyConstraint(["to_id"], ["staff.id"], name=op.f("fk_handover_to_id_staff")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_handover_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_from_id"), ["from_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handover_unit_id"), ["unit_id"], unique=False)

    op.create_table(
        "inbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("order_lookup", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("not_before", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("handled_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_inbox_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_inbox_account_id_key")),
    )
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_aside",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'aside'"),
            postgresql_where=sa.text("state = 'aside'"),
        )
        batch_op.create_index(
            "ix_inbox_done",
            ["handled_at"],
            unique=False,
            sqlite_where=sa.text("state = 'done'"),
            postgresql_where=sa.text("state = 'done'"),
        )
        batch_op.create_index(
            "ix_inbox_new",
            ["order_lookup", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.create_index(
            "ix_inbox_waiting",
            ["account_id", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )

    op.create_table(
        "leaflet_upload",
        sa.Column("leaflet_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_leaflet_upload_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["leaflet_id"], ["leaflet.id"], name=op.f("fk_leaflet_upload_leaflet_id_leaflet")
        ),
        sa.PrimaryKeyConstraint("leaflet_id", "account_id", name=op.f("pk_leaflet_upload")),
    )
    op.create_table(
        "one_time_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("used_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_one_time_code_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_one_time_code_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_code")),
        sa.UniqueConstraint("lookup", name=op.f("uq_one_time_code_lookup")),
    )
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_one_time_code_staff_id_purpose"), ["staff_id", "purpose"], unique=False
        )

    op.create_table(
        "prepared_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("form", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_prepared_draft_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_draft")),
    )
    with op.batch_alter_table("prepared_draft", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prepared_draft_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "resident_part",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_resident_part_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", "part", name=op.f("pk_resident_part")),
    )
    op.create_table(
        "send_window",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("worker", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("opened_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("lease_until", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_send_window_account_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_send_window")),
    )
    with op.batch_alter_table("send_window", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_send_window_account_id"), ["account_id"], unique=False)

    op.create_table(
        "sign_off",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("text_hash", sa.String(), nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=False),
        sa.Column("signed_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["signed_by"], ["staff.id"], name=op.f("fk_sign_off_signed_by_staff")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_sign_off_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
    )
    with op.batch_alter_table("sign_off", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sign_off_unit_id_text_hash"), ["unit_id", "text_hash"], unique=False
        )

    op.create_table(
        "staff_role",
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_role_staff_id_staff")
        ),
        sa.PrimaryKeyConstraint("staff_id", "role", name=op.f("pk_staff_role")),
    )
    op.create_table(
        "stop_code",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_stop_code_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_stop_code")),
        sa.UniqueConstraint("lookup", name=op.f("uq_stop_code_lookup")),
    )
    op.create_table(
        "dialogue",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("updated_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("below", sa.String(), nullable=True),
        sa.Column("below_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_dialogue_address_id_address")
        ),
        sa.PrimaryKeyConstraint("address_id", name=op.f("pk_dialogue")),
    )
    op.create_table(
        "early_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_early_receipt_address_id_address")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_receipt")),
        sa.UniqueConstraint("lookup", "kind", name=op.f("uq_early_receipt_lookup_kind")),
    )
    with op.batch_alter_table("early_receipt", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_early_receipt_address_id"), ["address_id"], unique=False
        )

    op.create_table(
        "handed_thing",
        sa.Column("handover_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("thing_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["handover.id"], name=op.f("fk_handed_thing_handover_id_handover")
        ),
        sa.PrimaryKeyConstraint("handover_id", "kind", "thing_id", name=op.f("pk_handed_thing")),
    )
    op.create_table(
        "link_code",
        sa.Column("resident_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_link_code_address_id_address")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_link_code_resident_id_resident")
        ),
        sa.PrimaryKeyConstraint("resident_id", name=op.f("pk_link_code")),
        sa.UniqueConstraint("lookup", name=op.f("uq_link_code_lookup")),
    )
    op.create_table(
        "own_photo",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.Column("alert", sa.LargeBinary(), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.Column("told", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("clean", sa.String(), nullable=True),
        sa.Column("digest", sa.String(), nullable=True),
        sa.Column("file_key", sa.LargeBinary(), nullable=True),
        sa.Column("withdrawn_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_own_photo_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["replaces"], ["campaign.id"], name=op.f("fk_own_photo_replaces_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_own_photo_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_own_photo_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_photo")),
    )
    with op.batch_alter_table("own_photo", schema=None) as batch_op:
        batch_op.create_index(
            "ix_own_photo_awaited",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "ix_own_photo_erased",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'erased'"),
            postgresql_where=sa.text("state = 'erased'"),
        )
        batch_op.create_index(
            "ix_own_photo_living",
            ["id"],
            unique=False,
            sqlite_where=sa.text("(state NOT IN ('erased', 'gone'))"),
            postgresql_where=sa.text("(state NOT IN ('erased', 'gone'))"),
        )
        batch_op.create_index(
            "ix_own_photo_untold",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('clean', 'lost') AND told IS false"),
            postgresql_where=sa.text("state IN ('clean', 'lost') AND told IS false"),
        )

    op.create_table(
        "post_copy",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("post_message_id", sa.String(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("post_id", sa.Uuid(), nullable=True),
        sa.Column("comment_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_post_copy_address_id_address")
        ),
        sa.ForeignKeyConstraint(
            ["channel_id"], ["address.id"], name=op.f("fk_post_copy_channel_id_address")
        ),
        sa.PrimaryKeyConstraint("address_id", "message_id", name=op.f("pk_post_copy")),
    )
    with op.batch_alter_table("post_copy", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_post_copy_comment_id"), ["comment_id"], unique=False)
        batch_op.create_index(
            "ix_post_copy_new",
            ["at"],
            unique=False,
            sqlite_where=sa.text("comment_id IS NULL"),
            postgresql_where=sa.text("comment_id IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_post_copy_post_id"), ["post_id"], unique=False)

    op.create_table(
        "run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("due_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_after", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("open_from", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("open_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("counted", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("a_day", sa.Integer(), server_default="0", nullable=False),
        sa.Column("a_month", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("cursor", sa.Uuid(), nullable=True),
        sa.Column("rest_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("newcomers_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("expanded_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("finished_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("pause_reason", sa.String(), nullable=True),
        sa.Column("refused_as", sa.String(), nullable=True),
        sa.Column("faults", sa.Integer(), server_default="0", nullable=False),
        sa.Column("retry_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("archived_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_run_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_run_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint(
            "campaign_id", "occurrence", name=op.f("uq_run_campaign_id_occurrence")
        ),
        sa.UniqueConstraint("code", name=op.f("uq_run_code")),
    )
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_state"), ["state"], unique=False)

    op.create_table(
        "typed_choice",
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("actions", sa.LargeBinary(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_typed_choice_address_id_address")
        ),
        sa.PrimaryKeyConstraint("address_id", "delivery_id", name=op.f("pk_typed_choice")),
    )
    op.create_table(
        "wrong_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_wrong_code_address_id_address")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wrong_code")),
    )
    with op.batch_alter_table("wrong_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_wrong_code_address_id_at"), ["address_id", "at"], unique=False
        )

    op.create_table(
        "archived_hour",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("hour", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_archived_hour_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", "hour", name=op.f("pk_archived_hour")),
    )
    op.create_table(
        "archived_run",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("first_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("handed", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_archived_run_run_id_run")),
        sa.PrimaryKeyConstraint("run_id", "channel", name=op.f("pk_archived_run")),
    )
    op.create_table(
        "own_photo_upload",
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_own_photo_upload_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["own_photo.id"], name=op.f("fk_own_photo_upload_photo_id_own_photo")
        ),
        sa.PrimaryKeyConstraint("photo_id", "account_id", name=op.f("pk_own_photo_upload")),
    )
    op.create_table(
        "own_photo_use",
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("down_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_own_photo_use_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["own_photo.id"], name=op.f("fk_own_photo_use_photo_id_own_photo")
        ),
        sa.PrimaryKeyConstraint("photo_id", "campaign_id", name=op.f("pk_own_photo_use")),
    )
    with op.batch_alter_table("own_photo_use", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_own_photo_use_campaign_id"), ["campaign_id"], unique=False
        )
        batch_op.create_index(
            "ix_own_photo_use_up",
            ["photo_id"],
            unique=False,
            sqlite_where=sa.text("down_at IS NULL"),
            postgresql_where=sa.text("down_at IS NULL"),
        )

    op.create_table(
        "own_photo_view",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("photo_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["own_photo.id"], name=op.f("fk_own_photo_view_photo_id_own_photo")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_own_photo_view")),
    )
    with op.batch_alter_table("own_photo_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_own_photo_view_photo_id"), ["photo_id"], unique=False)

    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("by_post", sa.Boolean(), nullable=False),
        sa.Column("signed_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_pledge_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_pledge_run_id_run")),
        sa.ForeignKeyConstraint(
            ["version"], ["pledge_words.version"], name=op.f("fk_pledge_version_pledge_words")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
        sa.UniqueConstraint("run_id", "resident_id", name=op.f("uq_pledge_run_id_resident_id")),
    )
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pledge_resident_id"), ["resident_id"], unique=False)

    op.create_table(
        "posting_pack",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("hand_group_id", sa.Uuid(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("posted_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("posted_by", sa.Uuid(), nullable=True),
        sa.Column("members", sa.Integer(), nullable=True),
        sa.Column("taken_down_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["hand_group_id"],
            ["hand_group.id"],
            name=op.f("fk_posting_pack_hand_group_id_hand_group"),
        ),
        sa.ForeignKeyConstraint(
            ["made_by"], ["staff.id"], name=op.f("fk_posting_pack_made_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["posted_by"], ["staff.id"], name=op.f("fk_posting_pack_posted_by_staff")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_posting_pack_run_id_run")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_posting_pack")),
        sa.UniqueConstraint(
            "run_id", "hand_group_id", name=op.f("uq_posting_pack_run_id_hand_group_id")
        ),
    )
    op.create_table(
        "run_counter",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("targeted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pending", sa.Integer(), server_default="0", nullable=False),
        sa.Column("accepted", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unreachable", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unsure", sa.Integer(), server_default="0", nullable=False),
        sa.Column("skipped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("seen", sa.Integer(), server_default="0", nullable=False),
        sa.Column("acknowledged", sa.Integer(), server_default="0", nullable=False),
        sa.Column("pressed", sa.Integer(), server_default="0", nullable=False),
        sa.Column("replied", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tips", sa.Integer(), server_default="0", nullable=False),
        sa.Column("stopped", sa.Integer(), server_default="0", nullable=False),
        sa.Column("safe", sa.Integer(), server_default="0", nullable=False),
        sa.Column("paid", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reopened", sa.Integer(), server_default="0", nullable=False),
        sa.Column("newcomers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("members", sa.Integer(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_counter_run_id_run")),
        sa.PrimaryKeyConstraint(
            "run_id", "kind", "area_code", "channel", "language", name=op.f("pk_run_counter")
        ),
    )
    op.create_table(
        "run_reason",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_run_reason_run_id_run")),
        sa.PrimaryKeyConstraint(
            "run_id",
            "kind",
            "area_code",
            "channel",
            "language",
            "state",
            "reason",
            name=op.f("pk_run_reason"),
        ),
    )
    op.create_table(
        "tip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=True),
        sa.Column("case_number", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("bound", sa.String(), nullable=False),
        sa.Column("by_post", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("secrecy", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column(
            "subject_assumed", sa.Boolean(), server_default=sa.text("(false)"), nullable=False
        ),
        sa.Column("status", sa.String(), server_default="received", nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=True),
        sa.Column("opened_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("card_due_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stub_due_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("carded_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("last_piece_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_answer_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.Uuid(), nullable=True),
        sa.Column("given", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("closed_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("passed_to", sa.String(), nullable=True),
        sa.Column("cut_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("docket", sa.LargeBinary(), nullable=True),
        sa.Column("held_until", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("heard", sa.String(), nullable=True),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("crossed", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_tip_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_tip_address_id_address")
        ),
        sa.ForeignKeyConstraint(["closed_by"], ["staff.id"], name=op.f("fk_tip_closed_by_staff")),
        sa.ForeignKeyConstraint(["entered_by"], ["staff.id"], name=op.f("fk_tip_entered_by_staff")),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group_chat.id"], name=op.f("fk_tip_group_id_group_chat")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_tip_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_tip_run_id_run")),
        sa.ForeignKeyConstraint(["taken_by"], ["staff.id"], name=op.f("fk_tip_taken_by_staff")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_tip_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip")),
        sa.UniqueConstraint("case_number", name=op.f("uq_tip_case_number")),
    )
    with op.batch_alter_table("tip", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tip_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tip_card_due_at"), ["card_due_at"], unique=False)
        batch_op.create_index("ix_tip_carded", ["unit_id", "carded_at"], unique=False)
        batch_op.create_index(
            "ix_tip_closed",
            ["closed_at"],
            unique=False,
            sqlite_where=sa.text("state = 'closed'"),
            postgresql_where=sa.text("state = 'closed'"),
        )
        batch_op.create_index(
            "ix_tip_held",
            ["unit_id"],
            unique=False,
            sqlite_where=sa.text("held_until IS NOT NULL"),
            postgresql_where=sa.text("held_until IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_tip_resident_id"), ["resident_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tip_run_id"), ["run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_tip_stub_due_at"), ["stub_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_tip_taken_by"), ["taken_by"], unique=False)
        batch_op.create_index(
            "ix_tip_untaken",
            ["opened_at"],
            unique=False,
            sqlite_where=sa.text("state = 'received'"),
            postgresql_where=sa.text("state = 'received'"),
        )

    op.create_table(
        "delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("lane", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.Column("resident_id", sa.Uuid(), nullable=True),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("tip_id", sa.Uuid(), nullable=True),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("not_before", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("not_after", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("window_id", sa.Uuid(), nullable=True),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("again", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("settled_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("seen_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("pressed_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("replied_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("tip_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("stopped_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("safe_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("paid_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reopened_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("newcomer_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("failed_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("amends", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_delivery_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_delivery_address_id_address")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group_chat.id"], name=op.f("fk_delivery_group_id_group_chat")
        ),
        sa.ForeignKeyConstraint(
            ["resident_id"], ["resident.id"], name=op.f("fk_delivery_resident_id_resident")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_delivery_run_id_run")),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_delivery_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        postgresql_with={"fillfactor": 50},
    )
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.create_index(
            "ix_delivery_alone",
            ["address_id"],
            unique=False,
            sqlite_where=sa.text("run_id IS NULL"),
            postgresql_where=sa.text("run_id IS NULL"),
        )
        batch_op.create_index(
            "ix_delivery_article",
            ["run_id", "address_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'article'"),
            postgresql_where=sa.text("kind = 'article'"),
        )
        batch_op.create_index(
            "ix_delivery_due_alone",
            ["account_id", "lane", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending' AND run_id IS NULL"),
            postgresql_where=sa.text("state = 'pending' AND run_id IS NULL"),
        )
        batch_op.create_index(
            "ix_delivery_due_run",
            ["run_id", "account_id", "lane", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending' AND run_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'pending' AND run_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_ending",
            ["not_after"],
            unique=False,
            sqlite_where=sa.text("state = 'pending' AND not_after IS NOT NULL"),
            postgresql_where=sa.text("state = 'pending' AND not_after IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_failed",
            ["id"],
            unique=False,
            sqlite_where=sa.text("failed_at IS NOT NULL"),
            postgresql_where=sa.text("failed_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_over",
            ["settled_at"],
            unique=False,
            sqlite_where=sa.text("run_id IS NULL AND settled_at IS NOT NULL"),
            postgresql_where=sa.text("run_id IS NULL AND settled_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_paid",
            ["run_id", "account_id"],
            unique=False,
            sqlite_where=sa.text("paid_at IS NOT NULL"),
            postgresql_where=sa.text("paid_at IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_post",
            ["address_id", "id"],
            unique=False,
            sqlite_where=sa.text("kind = 'post'"),
            postgresql_where=sa.text("kind = 'post'"),
        )
        batch_op.create_index(
            "ix_delivery_resident",
            ["resident_id", "run_id"],
            unique=False,
            sqlite_where=sa.text("resident_id IS NOT NULL"),
            postgresql_where=sa.text("resident_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_tip",
            ["tip_id"],
            unique=False,
            sqlite_where=sa.text("tip_id IS NOT NULL"),
            postgresql_where=sa.text("tip_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_delivery_told",
            ["address_id", "settled_at"],
            unique=False,
            sqlite_where=sa.text("tip_id IS NOT NULL AND run_id IS NULL"),
            postgresql_where=sa.text("tip_id IS NOT NULL AND run_id IS NULL"),
        )
        batch_op.create_index(
            "ix_delivery_unsure",
            ["address_id"],
            unique=False,
            sqlite_where=sa.text("state = 'unsure'"),
            postgresql_where=sa.text("state = 'unsure'"),
        )
        batch_op.create_index(
            "ix_delivery_waiting",
            ["address_id", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "uq_delivery_amends",
            ["amends"],
            unique=True,
            sqlite_where=sa.text("amends IS NOT NULL"),
            postgresql_where=sa.text("amends IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_delivery_run_group",
            ["run_id", "group_id"],
            unique=True,
            sqlite_where=sa.text("run_id IS NOT NULL AND group_id IS NOT NULL"),
            postgresql_where=sa.text("run_id IS NOT NULL AND group_id IS NOT NULL"),
        )
        batch_op.create_index(
            "uq_delivery_run_resident",
            ["run_id", "resident_id"],
            unique=True,
            sqlite_where=sa.text("run_id IS NOT NULL"),
            postgresql_where=sa.text("run_id IS NOT NULL"),
        )

    op.create_table(
        "mute",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("since", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("until", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("told_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_mute_address_id_address")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_mute_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mute")),
    )
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mute_address_id"), ["address_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mute_tip_id"), ["tip_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mute_until"), ["until"], unique=False)

    op.create_table(
        "page_watch",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("since", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("round_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("paged_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("late_told", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("over", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_page_watch_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_page_watch")),
    )
    with op.batch_alter_table("page_watch", schema=None) as batch_op:
        batch_op.create_index(
            "ix_page_watch_open",
            ["paged_at"],
            unique=False,
            sqlite_where=sa.text("over IS false"),
            postgresql_where=sa.text("over IS false"),
        )

    op.create_table(
        "phone_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("round_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("put_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_phone_call_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_phone_call_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_call")),
    )
    with op.batch_alter_table("phone_call", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_phone_call_put_at"), ["put_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_phone_call_tip_id"), ["tip_id"], unique=False)
        batch_op.create_index(
            "ix_phone_call_waiting",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.create_table(
        "tip_claim",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("lookup", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_claim_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_tip_claim")),
        sa.UniqueConstraint("lookup", name=op.f("uq_tip_claim_lookup")),
    )
    op.create_table(
        "tip_contact",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("left_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_contact_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_tip_contact")),
    )
    op.create_table(
        "tip_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("message_lookup", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_tip_event_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_event_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_event")),
    )
    with op.batch_alter_table("tip_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tip_event_message_lookup"), ["message_lookup"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_tip_event_tip_id"), ["tip_id"], unique=False)
        batch_op.create_index(
            "ix_tip_event_unsettled",
            ["at"],
            unique=False,
            sqlite_where=sa.text("kind = 'unclear' AND body IS NOT NULL AND shown IS false"),
            postgresql_where=sa.text("kind = 'unclear' AND body IS NOT NULL AND shown IS false"),
        )

    op.create_table(
        "tip_extension",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Uuid(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_tip_extension_staff_id_staff")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_extension_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", "number", name=op.f("pk_tip_extension")),
        sa.UniqueConstraint("id", name=op.f("uq_tip_extension_id")),
    )
    op.create_table(
        "tip_value",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("confirmed_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("confirmed_by", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("cases", sa.BigInteger(), nullable=True),
        sa.Column("persons", sa.BigInteger(), nullable=True),
        sa.Column("property", sa.BigInteger(), nullable=True),
        sa.Column("prevented", sa.BigInteger(), nullable=True),
        sa.Column("found", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["confirmed_by"], ["staff.id"], name=op.f("fk_tip_value_confirmed_by_staff")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_value_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", name=op.f("pk_tip_value")),
    )
    with op.batch_alter_table("tip_value", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tip_value_confirmed_at"), ["confirmed_at"], unique=False
        )

    op.create_table(
        "tip_warning",
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("clock", sa.String(), nullable=False),
        sa.Column("stage", sa.String(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_warning_tip_id_tip")),
        sa.PrimaryKeyConstraint("tip_id", "clock", "stage", name=op.f("pk_tip_warning")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("thread", sa.String(), nullable=True),
        sa.Column("doubtful", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_topic_address_id_address")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_topic_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("asked_by", name=op.f("uq_topic_asked_by")),
        sa.UniqueConstraint("tip_id", "address_id", name=op.f("uq_topic_tip_id_address_id")),
    )
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_topic_address_id"), ["address_id"], unique=False)

    op.create_table(
        "typed_under",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.LargeBinary(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_typed_under_address_id_address")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_typed_under_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_typed_under")),
    )
    with op.batch_alter_table("typed_under", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_typed_under_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_typed_under_tip_id"), ["tip_id"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["tip_event.id"], name=op.f("fk_attachment_event_id_tip_event")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_attachment_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_tip_id"), ["tip_id"], unique=False)

    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("window_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("settled_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        sa.Column("paid", sa.Boolean(), nullable=True),
        sa.Column("priced", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_attempt_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempt_delivery_id"), ["delivery_id"], unique=False)
        batch_op.create_index(
            "ix_attempt_message",
            ["address_id", "message_id"],
            unique=False,
            sqlite_where=sa.text("message_id IS NOT NULL"),
            postgresql_where=sa.text("message_id IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_attempt_under_way",
            ["window_id"],
            unique=False,
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )

    op.create_table(
        "group_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("chat_kind", sa.String(), nullable=True),
        sa.Column("lookup", sa.LargeBinary(), nullable=True),
        sa.Column("platform_id", sa.LargeBinary(), nullable=True),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("group_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_group_request_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_group_request_area_code_area")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_group_request_asked_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["staff.id"], name=op.f("fk_group_request_decided_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["group_chat.id"], name=op.f("fk_group_request_group_id_group_chat")
        ),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["delivery.id"], name=op.f("fk_group_request_notice_id_delivery")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_group_request_unit_id_unit")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_request")),
        sa.UniqueConstraint(
            "account_id", "lookup", name=op.f("uq_group_request_account_id_lookup")
        ),
    )
    op.create_table(
        "neutral_line",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_neutral_line_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_neutral_line")),
    )
    op.create_table(
        "post_reaction",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("person", sa.LargeBinary(), nullable=False),
        sa.Column("at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_post_reaction_delivery_id_delivery")
        ),
        sa.PrimaryKeyConstraint("delivery_id", "kind", "person", name=op.f("pk_post_reaction")),
    )
    with op.batch_alter_table("post_reaction", schema=None) as batch_op:
        batch_op.create_index(
            "ix_post_reaction_known",
            ["delivery_id"],
            unique=False,
            sqlite_where=sa.text("known IS true"),
            postgresql_where=sa.text("known IS true"),
        )

    op.create_table(
        "public_words",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("address_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.LargeBinary(), nullable=False),
        sa.Column("written_at", storage.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("removal_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["address_id"], ["address.id"], name=op.f("fk_public_words_address_id_address")
        ),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["staff.id"], name=op.f("fk_public_words_asked_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["tip_event.id"], name=op.f("fk_public_words_event_id_tip_event")
        ),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_public_words_tip_id_tip")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_public_words")),
    )
    with op.batch_alter_table("public_words", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_public_words_address_id"), ["address_id"], unique=False
        )
        batch_op.create_index(
            "ix_public_words_asked",
            ["tip_id"],
            unique=False,
            sqlite_where=sa.text("removal_id IS NOT NULL"),
            postgresql_where=sa.text("removal_id IS NOT NULL"),
        )
        batch_op.create_index(batch_op.f("ix_public_words_tip_id"), ["tip_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_public_words_written_at"), ["written_at"], unique=False
        )

    op.create_table(
        "tip_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tip_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=True),
        sa.Column("bulky", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("told", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("due_at", storage.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("file_key", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("original", sa.String(), nullable=True),
        sa.Column("clean", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["attachment.id"], name=op.f("fk_tip_file_id_attachment")),
        sa.ForeignKeyConstraint(["tip_id"], ["tip.id"], name=op.f("fk_tip_file_tip_id_tip")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_file")),
    )
    with op.batch_alter_table("tip_file", schema=None) as batch_op:
        batch_op.create_index(
            "ix_tip_file_awaited",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.create_index(
            "ix_tip_file_erased",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'erased'"),
            postgresql_where=sa.text("state = 'erased'"),
        )
        batch_op.create_index(batch_op.f("ix_tip_file_tip_id"), ["tip_id"], unique=False)
        batch_op.create_index(
            "ix_tip_file_untold",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state IN ('clean', 'kept', 'lost') AND told IS false"),
            postgresql_where=sa.text("state IN ('clean', 'kept', 'lost') AND told IS false"),
        )

    op.create_table(
        "tip_file_view",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("over", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"], ["tip_file.id"], name=op.f("fk_tip_file_view_file_id_tip_file")
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_tip_file_view")),
    )
    with op.batch_alter_table("tip_file_view", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_tip_file_view_file_id"), ["file_id"], unique=False)
        batch_op.create_index(
            "ix_tip_file_view_on",
            ["delivery_id"],
            unique=False,
            sqlite_where=sa.text("over IS false"),
            postgresql_where=sa.text("over IS false"),
        )


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("tip_file_view", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_tip_file_view_on",
            sqlite_where=sa.text("over IS false"),
            postgresql_where=sa.text("over IS false"),
        )
        batch_op.drop_index(batch_op.f("ix_tip_file_view_file_id"))

    op.drop_table("tip_file_view")
    with op.batch_alter_table("tip_file", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_tip_file_untold",
            sqlite_where=sa.text("state IN ('clean', 'kept', 'lost') AND told IS false"),
            postgresql_where=sa.text("state IN ('clean', 'kept', 'lost') AND told IS false"),
        )
        batch_op.drop_index(batch_op.f("ix_tip_file_tip_id"))
        batch_op.drop_index(
            "ix_tip_file_erased",
            sqlite_where=sa.text("state = 'erased'"),
            postgresql_where=sa.text("state = 'erased'"),
        )
        batch_op.drop_index(
            "ix_tip_file_awaited",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.drop_table("tip_file")
    with op.batch_alter_table("public_words", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_words_written_at"))
        batch_op.drop_index(batch_op.f("ix_public_words_tip_id"))
        batch_op.drop_index(
            "ix_public_words_asked",
            sqlite_where=sa.text("removal_id IS NOT NULL"),
            postgresql_where=sa.text("removal_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_public_words_address_id"))

    op.drop_table("public_words")
    with op.batch_alter_table("post_reaction", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_post_reaction_known",
            sqlite_where=sa.text("known IS true"),
            postgresql_where=sa.text("known IS true"),
        )

    op.drop_table("post_reaction")
    op.drop_table("neutral_line")
    op.drop_table("group_request")
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_attempt_under_way",
            sqlite_where=sa.text("outcome IS NULL"),
            postgresql_where=sa.text("outcome IS NULL"),
        )
        batch_op.drop_index(
            "ix_attempt_message",
            sqlite_where=sa.text("message_id IS NOT NULL"),
            postgresql_where=sa.text("message_id IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_attempt_delivery_id"))

    op.drop_table("attempt")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_tip_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("typed_under", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_typed_under_tip_id"))
        batch_op.drop_index(batch_op.f("ix_typed_under_at"))

    op.drop_table("typed_under")
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_topic_address_id"))

    op.drop_table("topic")
    op.drop_table("tip_warning")
    with op.batch_alter_table("tip_value", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_tip_value_confirmed_at"))

    op.drop_table("tip_value")
    op.drop_table("tip_extension")
    with op.batch_alter_table("tip_event", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_tip_event_unsettled",
            sqlite_where=sa.text("kind = 'unclear' AND body IS NOT NULL AND shown IS false"),
            postgresql_where=sa.text("kind = 'unclear' AND body IS NOT NULL AND shown IS false"),
        )
        batch_op.drop_index(batch_op.f("ix_tip_event_tip_id"))
        batch_op.drop_index(batch_op.f("ix_tip_event_message_lookup"))

    op.drop_table("tip_event")
    op.drop_table("tip_contact")
    op.drop_table("tip_claim")
    with op.batch_alter_table("phone_call", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_phone_call_waiting",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )
        batch_op.drop_index(batch_op.f("ix_phone_call_tip_id"))
        batch_op.drop_index(batch_op.f("ix_phone_call_put_at"))

    op.drop_table("phone_call")
    with op.batch_alter_table("page_watch", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_page_watch_open",
            sqlite_where=sa.text("over IS false"),
            postgresql_where=sa.text("over IS false"),
        )

    op.drop_table("page_watch")
    with op.batch_alter_table("mute", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mute_until"))
        batch_op.drop_index(batch_op.f("ix_mute_tip_id"))
        batch_op.drop_index(batch_op.f("ix_mute_address_id"))

    op.drop_table("mute")
    with op.batch_alter_table("delivery", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_delivery_run_resident",
            sqlite_where=sa.text("run_id IS NOT NULL"),
            postgresql_where=sa.text("run_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_delivery_run_group",
            sqlite_where=sa.text("run_id IS NOT NULL AND group_id IS NOT NULL"),
            postgresql_where=sa.text("run_id IS NOT NULL AND group_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "uq_delivery_amends",
            sqlite_where=sa.text("amends IS NOT NULL"),
            postgresql_where=sa.text("amends IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_waiting",
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )
        batch_op.drop_index(
            "ix_delivery_unsure",
            sqlite_where=sa.text("state = 'unsure'"),
            postgresql_where=sa.text("state = 'unsure'"),
        )
        batch_op.drop_index(
            "ix_delivery_told",
            sqlite_where=sa.text("tip_id IS NOT NULL AND run_id IS NULL"),
            postgresql_where=sa.text("tip_id IS NOT NULL AND run_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_tip",
            sqlite_where=sa.text("tip_id IS NOT NULL"),
            postgresql_where=sa.text("tip_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_resident",
            sqlite_where=sa.text("resident_id IS NOT NULL"),
            postgresql_where=sa.text("resident_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_post",
            sqlite_where=sa.text("kind = 'post'"),
            postgresql_where=sa.text("kind = 'post'"),
        )
        batch_op.drop_index(
            "ix_delivery_paid",
            sqlite_where=sa.text("paid_at IS NOT NULL"),
            postgresql_where=sa.text("paid_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_over",
            sqlite_where=sa.text("run_id IS NULL AND settled_at IS NOT NULL"),
            postgresql_where=sa.text("run_id IS NULL AND settled_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_failed",
            sqlite_where=sa.text("failed_at IS NOT NULL"),
            postgresql_where=sa.text("failed_at IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_ending",
            sqlite_where=sa.text("state = 'pending' AND not_after IS NOT NULL"),
            postgresql_where=sa.text("state = 'pending' AND not_after IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_due_run",
            sqlite_where=sa.text("state = 'pending' AND run_id IS NOT NULL"),
            postgresql_where=sa.text("state = 'pending' AND run_id IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_due_alone",
            sqlite_where=sa.text("state = 'pending' AND run_id IS NULL"),
            postgresql_where=sa.text("state = 'pending' AND run_id IS NULL"),
        )
        batch_op.drop_index(
            "ix_delivery_article",
            sqlite_where=sa.text("kind = 'article'"),
            postgresql_where=sa.text("kind = 'article'"),
        )
        batch_op.drop_index(
            "ix_delivery_alone",
            sqlite_where=sa.text("run_id IS NULL"),
            postgresql_where=sa.text("run_id IS NULL"),
        )

    op.drop_table("delivery")
    with op.batch_alter_table("tip", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_tip_untaken",
            sqlite_where=sa.text("state = 'received'"),
            postgresql_where=sa.text("state = 'received'"),
        )
        batch_op.drop_index(batch_op.f("ix_tip_taken_by"))
        batch_op.drop_index(batch_op.f("ix_tip_stub_due_at"))
        batch_op.drop_index(batch_op.f("ix_tip_run_id"))
        batch_op.drop_index(batch_op.f("ix_tip_resident_id"))
        batch_op.drop_index(
            "ix_tip_held",
            sqlite_where=sa.text("held_until IS NOT NULL"),
            postgresql_where=sa.text("held_until IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_tip_closed",
            sqlite_where=sa.text("state = 'closed'"),
            postgresql_where=sa.text("state = 'closed'"),
        )
        batch_op.drop_index("ix_tip_carded")
        batch_op.drop_index(batch_op.f("ix_tip_card_due_at"))
        batch_op.drop_index(batch_op.f("ix_tip_address_id"))

    op.drop_table("tip")
    op.drop_table("run_reason")
    op.drop_table("run_counter")
    op.drop_table("posting_pack")
    with op.batch_alter_table("pledge", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pledge_resident_id"))

    op.drop_table("pledge")
    with op.batch_alter_table("own_photo_view", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_own_photo_view_photo_id"))

    op.drop_table("own_photo_view")
    with op.batch_alter_table("own_photo_use", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_own_photo_use_up",
            sqlite_where=sa.text("down_at IS NULL"),
            postgresql_where=sa.text("down_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_own_photo_use_campaign_id"))

    op.drop_table("own_photo_use")
    op.drop_table("own_photo_upload")
    op.drop_table("archived_run")
    op.drop_table("archived_hour")
    with op.batch_alter_table("wrong_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_wrong_code_address_id_at"))

    op.drop_table("wrong_code")
    op.drop_table("typed_choice")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_state"))

    op.drop_table("run")
    with op.batch_alter_table("post_copy", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_copy_post_id"))
        batch_op.drop_index(
            "ix_post_copy_new",
            sqlite_where=sa.text("comment_id IS NULL"),
            postgresql_where=sa.text("comment_id IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_post_copy_comment_id"))

    op.drop_table("post_copy")
    with op.batch_alter_table("own_photo", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_own_photo_untold",
            sqlite_where=sa.text("state IN ('clean', 'lost') AND told IS false"),
            postgresql_where=sa.text("state IN ('clean', 'lost') AND told IS false"),
        )
        batch_op.drop_index(
            "ix_own_photo_living",
            sqlite_where=sa.text("(state NOT IN ('erased', 'gone'))"),
            postgresql_where=sa.text("(state NOT IN ('erased', 'gone'))"),
        )
        batch_op.drop_index(
            "ix_own_photo_erased",
            sqlite_where=sa.text("state = 'erased'"),
            postgresql_where=sa.text("state = 'erased'"),
        )
        batch_op.drop_index(
            "ix_own_photo_awaited",
            sqlite_where=sa.text("state = 'waiting'"),
            postgresql_where=sa.text("state = 'waiting'"),
        )

    op.drop_table("own_photo")
    op.drop_table("link_code")
    op.drop_table("handed_thing")
    with op.batch_alter_table("early_receipt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_early_receipt_address_id"))

    op.drop_table("early_receipt")
    op.drop_table("dialogue")
    op.drop_table("stop_code")
    op.drop_table("staff_role")
    with op.batch_alter_table("sign_off", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sign_off_unit_id_text_hash"))

    op.drop_table("sign_off")
    with op.batch_alter_table("send_window", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_send_window_account_id"))

    op.drop_table("send_window")
    op.drop_table("resident_part")
    with op.batch_alter_table("prepared_draft", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_prepared_draft_staff_id"))

    op.drop_table("prepared_draft")
    with op.batch_alter_table("one_time_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_one_time_code_staff_id_purpose"))

    op.drop_table("one_time_code")
    op.drop_table("leaflet_upload")
    with op.batch_alter_table("inbox", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_inbox_waiting",
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.drop_index(
            "ix_inbox_new",
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.drop_index(
            "ix_inbox_done",
            sqlite_where=sa.text("state = 'done'"),
            postgresql_where=sa.text("state = 'done'"),
        )
        batch_op.drop_index(
            "ix_inbox_aside",
            sqlite_where=sa.text("state = 'aside'"),
            postgresql_where=sa.text("state = 'aside'"),
        )

    op.drop_table("inbox")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_unit_id"))
        batch_op.drop_index(batch_op.f("ix_handover_from_id"))

    op.drop_table("handover")
    with op.batch_alter_table("hand_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hand_group_unit_id"))

    op.drop_table("hand_group")
    op.drop_table("group_making")
    with op.batch_alter_table("duty_turn", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_turn_unit_id"))

    op.drop_table("duty_turn")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_unit_id"))

    op.drop_table("duty")
    op.drop_table("declined_subject")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_resident_id"))

    op.drop_table("consent")
    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_next_at"))

    op.drop_table("campaign")
    with op.batch_alter_table("address", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_address_with_menu",
            sqlite_where=sa.text("menu IS NOT NULL"),
            postgresql_where=sa.text("menu IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_address_to_forget",
            sqlite_where=sa.text("forget_at IS NOT NULL"),
            postgresql_where=sa.text("forget_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_address_staff_id"))
        batch_op.drop_index(batch_op.f("ix_address_resident_id"))
        batch_op.drop_index(
            "ix_address_heard",
            sqlite_where=sa.text("heard_at IS NOT NULL"),
            postgresql_where=sa.text("heard_at IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_address_group_id"))

    op.drop_table("address")
    op.drop_table("account_use")
    op.drop_table("account_trait")
    op.drop_table("account_token")
    op.drop_table("account_pace")
    op.drop_table("staff")
    with op.batch_alter_table("resident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_resident_unit_id_wish_id"))
        batch_op.drop_index(
            "ix_resident_suspended",
            sqlite_where=sa.text("suspended_until IS NOT NULL"),
            postgresql_where=sa.text("suspended_until IS NOT NULL"),
        )
        batch_op.drop_index(
            "ix_resident_paused",
            sqlite_where=sa.text("wish = 'paused'"),
            postgresql_where=sa.text("wish = 'paused'"),
        )
        batch_op.drop_index(batch_op.f("ix_resident_joined_to"))
        batch_op.drop_index(
            "ix_resident_aside",
            sqlite_where=sa.text("words_aside_at IS NOT NULL"),
            postgresql_where=sa.text("words_aside_at IS NOT NULL"),
        )

    op.drop_table("resident")
    op.drop_table("link_count")
    op.drop_table("leaflet")
    op.drop_table("group_chat")
    op.drop_table("card_digest")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_unit_id_number"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_thing_id"))

    op.drop_table("audit_entry")
    op.drop_table("account")
    op.drop_table("unit")
    op.drop_table("sequence")
    op.drop_table("send_mark")
    op.drop_table("pledge_words")
    op.drop_table("installation")
    op.drop_table("forgotten")
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_area_parent_code"))

    op.drop_table("area")
