"""Tablets: what was dispensed, returned, lost and counted."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "tablet_movement",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("strength_mg", sa.Float(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pack", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units >= 0", name=op.f("ck_tablet_movement_units")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_tablet_movement_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tablet_movement")),
        sa.UniqueConstraint(
            "participant_id", "number", "version", name=op.f("uq_tablet_movement_participant_id_number_version")
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        _fence_on_postgresql()


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'tablet_movement is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER tablet_movement_no_{event} BEFORE {event.upper()} ON tablet_movement {refuse}")
    op.execute(
        "CREATE TRIGGER tablet_movement_no_replace BEFORE INSERT ON tablet_movement WHEN EXISTS (SELECT 1 "
        "FROM tablet_movement WHERE id = NEW.id OR (participant_id = NEW.participant_id "
        f"AND number = NEW.number AND version = NEW.version)) {refuse}"
    )


def _fence_on_postgresql() -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    name = "tablet_movement"
    op.execute(f"CREATE TRIGGER {name}_append_only BEFORE DELETE OR UPDATE ON {name} FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {refuse}")
