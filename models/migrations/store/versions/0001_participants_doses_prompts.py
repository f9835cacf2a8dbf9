"""The first tables of the operational store, and the fence around the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=True),
        sa.Column("header", sa.String(), nullable=False),
        sa.Column("payload", sa.String(), nullable=True),
        sa.Column("salt", sa.String(), nullable=True),
        sa.Column("payload_hash", sa.String(), nullable=False),
        sa.Column("previous_hash", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_record_id"), ["record_id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "inbox_update",
        sa.Column("update_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sender_index", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.String(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_inbox_update")),
    )
    with op.batch_alter_table("inbox_update", schema=None) as batch_op:
        batch_op.create_index(
            "ix_inbox_update_new",
            ["visible_at"],
            unique=False,
            sqlite_where=sa.text("state = 'new'"),
            postgresql_where=sa.text("state = 'new'"),
        )
        batch_op.create_index(
            "ix_inbox_update_unanswered",
            ["done_at"],
            unique=False,
            sqlite_where=sa.text("answers IS NOT NULL"),
            postgresql_where=sa.text("answers IS NOT NULL"),
        )

    op.create_table(
        "login_failure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name_hash", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_failure")),
    )
    with op.batch_alter_table("login_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_failure_address_hash"), ["address_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_failure_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_login_failure_name_hash"), ["name_hash"], unique=False)

    op.create_table(
        "note",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_note")),
    )
    op.create_table(
        "outbox_entry",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("record_type", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=True),
        sa.Column("payload", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox_entry")),
    )
    with op.batch_alter_table("outbox_entry", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_entry_record", ["record_type", "record_id"], unique=False)
        batch_op.create_index(
            "ix_outbox_entry_waiting",
            ["seq"],
            unique=False,
            sqlite_where=sa.text("sent_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL"),
        )

    op.create_table(
        "receiving_gap",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiving_gap")),
    )
    with op.batch_alter_table("receiving_gap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_receiving_gap_until_at"), ["until_at"], unique=False)

    op.create_table(
        "site",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("contact_phone", sa.String(), nullable=False),
        sa.Column("tz", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_site")),
    )
    op.create_table(
        "start_failure",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("chat_index", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_start_failure")),
    )
    with op.batch_alter_table("start_failure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_start_failure_chat_index"), ["chat_index"], unique=False)

    op.create_table(
        "participant",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("tz", sa.String(), nullable=False),
        sa.Column("reminder_time", sa.Time(), nullable=False),
        sa.Column("food", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("messages_stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreachable_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_reason", sa.String(), nullable=True),
        sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("plan_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_participant_site_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant")),
        sa.UniqueConstraint("code", name=op.f("uq_participant_code")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index("ix_participant_plan_due_at", ["plan_due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_participant_site_code"), ["site_code"], unique=False)

    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=True),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("totp_secret", sa.String(), nullable=False),
        sa.Column("totp_last_step", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_staff_site_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("name", name=op.f("uq_staff_name")),
    )
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=True),
        sa.Column("site_code", sa.String(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("cause_key", sa.String(), nullable=False),
        sa.Column("dose_id", sa.String(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_alert_participant_id")),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_alert_site_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_alert_site_code"), ["site_code"], unique=False)
        batch_op.create_index(
            "uq_alert_cause_key_open",
            ["cause_key"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "chat_link",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("chat", sa.String(), nullable=False),
        sa.Column("chat_index", sa.String(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unlinked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_chat_link_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chat_link")),
    )
    with op.batch_alter_table("chat_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_chat_link_participant_id"), ["participant_id"], unique=False)
        batch_op.create_index(
            "uq_chat_link_chat_index_active",
            ["chat_index"],
            unique=True,
            sqlite_where=sa.text("unlinked_at IS NULL"),
            postgresql_where=sa.text("unlinked_at IS NULL"),
        )
        batch_op.create_index(
            "uq_chat_link_own_active",
            ["participant_id"],
            unique=True,
            sqlite_where=sa.text("unlinked_at IS NULL AND role = 'own'"),
            postgresql_where=sa.text("unlinked_at IS NULL AND role = 'own'"),
        )

    op.create_table(
        "consent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("text_version", sa.String(), nullable=False),
        sa.Column("given", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_consent_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "dose_order",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("dose_mg", sa.Float(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("ordered_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_back_units", sa.Integer(), nullable=True),
        sa.Column("read_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_back_missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("every_days >= 1", name=op.f("ck_dose_order_every_days")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_dose_order_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dose_order")),
        sa.UniqueConstraint("participant_id", "version", name=op.f("uq_dose_order_participant_id_version")),
    )
    op.create_table(
        "eligibility",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("criteria", sa.String(), nullable=False),
        sa.Column("prior_therapy", sa.String(), nullable=False),
        sa.Column("pregnancy_test_on", sa.Date(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["signed_by"], ["staff.id"], name=op.f("fk_eligibility_signed_by")),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_eligibility_site_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_eligibility")),
        sa.UniqueConstraint("participant_code", name=op.f("uq_eligibility_participant_code")),
    )
    op.create_table(
        "identity",
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_identity_participant_id")),
        sa.PrimaryKeyConstraint("participant_id", name=op.f("pk_identity")),
    )
    op.create_table(
        "invitation",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_invitation_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_invitation_token_hash")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "paper_consent",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("form_version", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("investigator", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["staff.id"], name=op.f("fk_paper_consent_recorded_by")),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_paper_consent_site_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_consent")),
    )
    with op.batch_alter_table("paper_consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_paper_consent_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "scheduled_dose",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("nominal_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_tz", sa.String(), nullable=False),
        sa.Column("dose_mg", sa.Float(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("order_version", sa.Integer(), nullable=False),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("units_taken", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozes", sa.Integer(), nullable=False),
        sa.Column("settle_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ordinal >= 1", name=op.f("ck_scheduled_dose_ordinal")),
        sa.CheckConstraint("units >= 1", name=op.f("ck_scheduled_dose_units")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_scheduled_dose_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_dose")),
        sa.UniqueConstraint("participant_id", "ordinal", name=op.f("uq_scheduled_dose_participant_id_ordinal")),
    )
    with op.batch_alter_table("scheduled_dose", schema=None) as batch_op:
        batch_op.create_index(
            "ix_scheduled_dose_settle_at",
            ["settle_at"],
            unique=False,
            sqlite_where=sa.text("settle_at IS NOT NULL"),
            postgresql_where=sa.text("settle_at IS NOT NULL"),
        )

    op.create_table(
        "web_session",
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_web_session_staff_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_web_session")),
    )
    with op.batch_alter_table("web_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_web_session_staff_id"), ["staff_id"], unique=False)

    op.create_table(
        "dose_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("dose_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("dose_mg", sa.Float(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("supersedes_id", sa.String(), nullable=True),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("correction_reason", sa.String(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("cause_key", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["dose_id"], ["scheduled_dose.id"], name=op.f("fk_dose_event_dose_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_dose_event_participant_id")),
        sa.ForeignKeyConstraint(["supersedes_id"], ["dose_event.id"], name=op.f("fk_dose_event_supersedes_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dose_event")),
        sa.UniqueConstraint("cause_key", name=op.f("uq_dose_event_cause_key")),
    )
    with op.batch_alter_table("dose_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dose_event_dose_id"), ["dose_id"], unique=False)

    op.create_table(
        "open_question",
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("dose_id", sa.String(), nullable=True),
        sa.Column("argument", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["link_id"], ["chat_link.id"], name=op.f("fk_open_question_link_id")),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_open_question")),
    )
    op.create_table(
        "participant_message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["chat_link.id"], name=op.f("fk_participant_message_link_id")),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_participant_message_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_message")),
    )
    with op.batch_alter_table("participant_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_message_participant_id"), ["participant_id"], unique=False)

    op.create_table(
        "prompt",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("dose_id", sa.String(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("visible_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sa.String(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("link_id", sa.String(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["dose_id"], ["scheduled_dose.id"], name=op.f("fk_prompt_dose_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_prompt_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prompt")),
        sa.UniqueConstraint("key", name=op.f("uq_prompt_key")),
    )
    with op.batch_alter_table("prompt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prompt_dose_id"), ["dose_id"], unique=False)
        batch_op.create_index(
            "ix_prompt_due",
            ["visible_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('waiting', 'claimed', 'sending')"),
            postgresql_where=sa.text("state IN ('waiting', 'claimed', 'sending')"),
        )
        batch_op.create_index(batch_op.f("ix_prompt_participant_id"), ["participant_id"], unique=False)

    _fence_audit()


APPEND_ONLY = ("audit_entry", "consent")


def _fence_audit() -> None:
    """Rows of these tables are only ever added. A bypass needs the owner of the database, and breaks the chain."""
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        _fence_on_postgresql()


def _fence_on_sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    # INSERT OR REPLACE would walk past the trigger on DELETE.
    op.execute(
        "CREATE TRIGGER audit_entry_no_replace BEFORE INSERT ON audit_entry "
        "WHEN NEW.seq <= (SELECT COALESCE(MAX(seq), 0) FROM audit_entry) "
        "BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END"
    )
    op.execute(
        "CREATE TRIGGER consent_no_replace BEFORE INSERT ON consent "
        "WHEN EXISTS (SELECT 1 FROM consent WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'consent is append-only'); END"
    )


def _fence_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION anshi_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION anshi_append_only()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION anshi_append_only()"
        )
