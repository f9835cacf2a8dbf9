"""Alerts get owners, clocks, calls, an on-call list and possible serious events."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

MOMENT = sa.DateTime(timezone=True)


def _numbers() -> tuple[sa.Column[int], sa.Column[object]]:
    return (
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", MOMENT, nullable=False),
    )


def upgrade() -> None:
    op.add_column("alert", sa.Column("paged", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("alert", sa.Column("check_id", sa.String(), nullable=True))
    op.add_column("alert", sa.Column("seen_at", MOMENT, nullable=True))
    op.add_column("alert", sa.Column("acted", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "alert_call",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=True),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("reach", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        *_numbers(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_call")),
    )
    op.create_index(op.f("ix_alert_call_alert_id"), "alert_call", ["alert_id"], unique=False)
    op.create_index(op.f("ix_alert_call_participant_code"), "alert_call", ["participant_code"], unique=False)
    op.create_table(
        "safety_event",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("alert_id", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=True),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("delivered_at", MOMENT, nullable=True),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("aware_at", MOMENT, nullable=True),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("verdict_at", MOMENT, nullable=True),
        sa.Column("has_reason", sa.Boolean(), nullable=False),
        *_numbers(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safety_event")),
    )
    op.create_index(op.f("ix_safety_event_participant_code"), "safety_event", ["participant_code"], unique=False)
