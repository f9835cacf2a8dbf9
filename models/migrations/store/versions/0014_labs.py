"""Draws, laboratory results, and the decision at month 6."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

FENCED = ("draw", "lab_result", "month_six_decision")


def upgrade() -> None:
    op.create_table(
        "draw",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_dose_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dose_held", sa.Boolean(), nullable=True),
        sa.Column("visit_id", sa.String(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_draw_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("participant_id", "number", "version", name=op.f("uq_draw_participant_id_number_version")),
    )
    op.create_table(
        "lab_result",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("analyte", sa.String(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("bound", sa.Text(), nullable=False),
        sa.Column("given_value", sa.String(), nullable=False),
        sa.Column("given_unit", sa.String(), nullable=False),
        sa.Column("lower_limit", sa.Float(), nullable=True),
        sa.Column("upper_limit", sa.Float(), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resulted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("laboratory", sa.String(), nullable=False),
        sa.Column("assay", sa.String(), nullable=False),
        sa.Column("fasting", sa.Boolean(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("visit_id", sa.String(), nullable=True),
        sa.Column("draw_number", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("value >= 0", name=op.f("ck_lab_result_value")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_lab_result_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lab_result")),
        sa.UniqueConstraint(
            "participant_id", "number", "version", name=op.f("uq_lab_result_participant_id_number_version")
        ),
    )
    op.create_table(
        "month_six_decision",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("months_on_drug", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participant_id"], ["participant.id"], name=op.f("fk_month_six_decision_participant_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_six_decision")),
        sa.UniqueConstraint(
            "participant_id", "number", "version", name=op.f("uq_month_six_decision_participant_id_number_version")
        ),
    )
    fence = _fence_on_sqlite if op.get_bind().dialect.name == "sqlite" else _fence_on_postgresql
    for name in FENCED:
        fence(name)


def _fence_on_sqlite(name: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER {name}_no_{event} BEFORE {event.upper()} ON {name} {refuse}")
    op.execute(
        f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} WHEN EXISTS (SELECT 1 "
        f"FROM {name} WHERE id = NEW.id OR (participant_id = NEW.participant_id "
        f"AND number = NEW.number AND version = NEW.version)) {refuse}"
    )


def _fence_on_postgresql(name: str) -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    op.execute(f"CREATE TRIGGER {name}_append_only BEFORE DELETE OR UPDATE ON {name} FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {refuse}")
