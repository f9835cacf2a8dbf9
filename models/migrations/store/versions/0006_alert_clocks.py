"""Alerts get owners, clocks, calls, an on-call list and possible serious events."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

CALLED = sa.text("next_call_at IS NOT NULL")


def upgrade() -> None:
    _alerts()
    _sites()
    _calls()
    _duty()
    _safety_events()
    _openings_and_moves()


def _alerts() -> None:
    moment = sa.DateTime(timezone=True)
    for column in (
        sa.Column("paged", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("check_id", sa.String(), nullable=True),
        sa.Column("message_id", sa.String(), nullable=True),
        # What is open already is told from now on; no moment can stand as a default that SQLite takes here.
        sa.Column("clock_from", moment, nullable=False, server_default="2000-01-01 00:00:00.000000"),
        sa.Column("calls", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("last_called_at", moment, nullable=True),
        sa.Column("next_call_at", moment, nullable=True),
        sa.Column("owner", sa.String(), nullable=True),
        sa.Column("seen_at", moment, nullable=True),
        sa.Column("seen_by", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False, server_default=""),
    ):
        op.add_column("alert", column)
    op.execute(
        "UPDATE alert SET clock_from = opened_at, seen_at = acknowledged_at, seen_by = acknowledged_by, "
        "next_call_at = CASE WHEN closed_at IS NULL AND acknowledged_at IS NULL AND level <> 'task' "
        "THEN opened_at END"
    )
    op.create_index(
        "ix_alert_next_call_at",
        "alert",
        ["next_call_at"],
        unique=False,
        sqlite_where=CALLED,
        postgresql_where=CALLED,
    )


def _sites() -> None:
    for name in ("takes_photos", "alerts_with_text"):
        op.add_column("site", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))


def _calls() -> None:
    op.create_table(
        "alert_call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_alert_call_alert_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_alert_call_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_call")),
    )
    op.create_index(op.f("ix_alert_call_alert_id"), "alert_call", ["alert_id"], unique=False)


def _duty() -> None:
    op.create_table(
        "on_call_shift",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("staff_id", sa.String(), nullable=True),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("until_time", sa.Time(), nullable=False),
        sa.Column("days", sa.Text(), nullable=False),
        sa.Column("weekdays", sa.String(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_on_call_shift_site_code")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_on_call_shift_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_on_call_shift")),
    )
    op.create_index(op.f("ix_on_call_shift_site_code"), "on_call_shift", ["site_code"], unique=False)
    op.create_table(
        "site_day",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_site_day_site_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_day")),
        sa.UniqueConstraint("site_code", "day", "recorded_at", name=op.f("uq_site_day_site_code_day_recorded_at")),
    )


def _safety_events() -> None:
    op.create_table(
        "safety_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("site_code", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("aware_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("verdict_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verdict_by", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_safety_event_alert_id")),
        sa.ForeignKeyConstraint(["check_id"], ["symptom_check.id"], name=op.f("fk_safety_event_check_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_safety_event_participant_id")),
        sa.ForeignKeyConstraint(["site_code"], ["site.code"], name=op.f("fk_safety_event_site_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_event")),
        sa.UniqueConstraint("alert_id", name=op.f("uq_safety_event_alert_id")),
    )
    op.create_index(op.f("ix_safety_event_participant_id"), "safety_event", ["participant_id"], unique=False)


def _openings_and_moves() -> None:
    op.create_table(
        "safety_opening",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["safety_event.id"], name=op.f("fk_safety_opening_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_opening")),
    )
    op.create_index(op.f("ix_safety_opening_event_id"), "safety_opening", ["event_id"], unique=False)
    op.create_table(
        "awareness_moved",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("by_role", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["safety_event.id"], name=op.f("fk_awareness_moved_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_awareness_moved")),
    )
    op.create_index(op.f("ix_awareness_moved_event_id"), "awareness_moved", ["event_id"], unique=False)
