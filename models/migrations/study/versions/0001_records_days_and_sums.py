"""The first tables of the study database: records, days, sums and the two views."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=True),
        sa.Column("site_code", sa.String(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("dose_id", sa.String(), nullable=True),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert")),
    )
    with op.batch_alter_table("alert", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alert_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "audit_anchor",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("anchored_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_anchor")),
    )
    op.create_table(
        "disposition",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("given", sa.Boolean(), nullable=True),
        sa.Column("text_version", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition")),
    )
    with op.batch_alter_table("disposition", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_disposition_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "dose_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("dose_id", sa.String(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("dose_mg", sa.Float(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("supersedes_id", sa.String(), nullable=True),
        sa.Column("superseded", sa.Boolean(), nullable=False),
        sa.Column("correction_reason", sa.String(), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dose_event")),
    )
    with op.batch_alter_table("dose_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dose_event_dose_id"), ["dose_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_dose_event_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "dose_order",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("dose_mg", sa.Float(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_back_units", sa.Integer(), nullable=True),
        sa.Column("read_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dose_order")),
    )
    with op.batch_alter_table("dose_order", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_dose_order_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "message_delivery",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("dose_id", sa.String(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_delivery")),
    )
    with op.batch_alter_table("message_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_delivery_dose_id"), ["dose_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_delivery_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "participant",
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("record_id", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("tz", sa.String(), nullable=False),
        sa.Column("reminder_time", sa.Time(), nullable=False),
        sa.Column("food", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("participant_code", name=op.f("pk_participant")),
        sa.UniqueConstraint("record_id", name=op.f("uq_participant_record_id")),
    )
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_site_code"), ["site_code"], unique=False)

    op.create_table(
        "participant_adherence",
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("first_taken_on", sa.Date(), nullable=True),
        sa.Column("scheduled", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("taken_partly", sa.Integer(), nullable=False),
        sa.Column("not_taken", sa.Integer(), nullable=False),
        sa.Column("unreported", sa.Integer(), nullable=False),
        sa.Column("not_asked", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("open", sa.Integer(), nullable=False),
        sa.Column("response", sa.Float(), nullable=True),
        sa.Column("taking_lower", sa.Float(), nullable=True),
        sa.Column("taking_reported", sa.Float(), nullable=True),
        sa.Column("taking_upper", sa.Float(), nullable=True),
        sa.Column("correct_days_lower", sa.Float(), nullable=True),
        sa.Column("correct_days_reported", sa.Float(), nullable=True),
        sa.Column("correct_days_upper", sa.Float(), nullable=True),
        sa.Column("interval_observed", sa.Float(), nullable=True),
        sa.Column("interval_expected", sa.Float(), nullable=True),
        sa.Column("intervals_left_out", sa.Integer(), nullable=False),
        sa.Column("mg_intensity", sa.Float(), nullable=True),
        sa.Column("holidays", sa.Integer(), nullable=False),
        sa.Column("longest_holiday", sa.Integer(), nullable=True),
        sa.Column("holidays_sensitivity", sa.Integer(), nullable=False),
        sa.Column("longest_holiday_sensitivity", sa.Integer(), nullable=True),
        sa.Column("initiation_days", sa.Integer(), nullable=True),
        sa.Column("persistence_days", sa.Integer(), nullable=True),
        sa.Column("persistence_ended", sa.Boolean(), nullable=True),
        sa.Column("timing", sa.String(), nullable=False),
        sa.Column("shares", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("participant_code", name=op.f("pk_participant_adherence")),
    )
    op.create_table(
        "participant_day",
        sa.Column("dose_id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_tz", sa.String(), nullable=False),
        sa.Column("study_day", sa.Integer(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("dose_mg", sa.Float(), nullable=False),
        sa.Column("doses_taken", sa.Integer(), nullable=False),
        sa.Column("units_taken", sa.Integer(), nullable=False),
        sa.Column("mg_taken", sa.Float(), nullable=False),
        sa.Column("taken_at", sa.String(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_late_report", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("dose_id", name=op.f("pk_participant_day")),
    )
    with op.batch_alter_table("participant_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_participant_day_due_on"), ["due_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_participant_day_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "receiving_gap",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receiving_gap")),
    )
    op.create_table(
        "scheduled_dose",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
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
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduled_dose")),
    )
    with op.batch_alter_table("scheduled_dose", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_scheduled_dose_participant_code"), ["participant_code"], unique=False)

    op.create_table(
        "sync_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("synced_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sync_mark")),
    )
    op.execute(
        "CREATE VIEW adherence_day AS "
        "SELECT p.participant_code, p.site_code, d.dose_id, d.ordinal, d.due_on, d.due_at, d.due_tz, "
        "d.study_day, d.is_first, d.state, d.cause, d.units, d.dose_mg, d.doses_taken, d.units_taken, "
        "d.mg_taken, d.taken_at, d.reported_at, d.is_late_report, d.source, d.computed_at FROM "
        "participant_day AS d JOIN participant AS p ON p.participant_code = d.participant_code"
    )
    op.execute(
        "CREATE VIEW adherence_summary AS "
        "SELECT p.participant_code, p.site_code, p.state, d.as_of, d.protocol_version, d.first_taken_on, "
        "d.scheduled, d.taken, d.taken_partly, d.not_taken, d.unreported, d.not_asked, d.held, d.open, "
        "d.response, d.taking_lower, d.taking_reported, d.taking_upper, d.correct_days_lower, "
        "d.correct_days_reported, d.correct_days_upper, d.interval_observed, d.interval_expected, "
        "d.intervals_left_out, d.mg_intensity, d.holidays, d.longest_holiday, d.holidays_sensitivity, "
        "d.longest_holiday_sensitivity, d.initiation_days, d.persistence_days, d.persistence_ended, "
        "d.timing, d.shares FROM participant_adherence AS d JOIN participant AS p ON p.participant_code "
        "= d.participant_code"
    )
