"""Transfusions as staff record them, one row a version."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

KEY = "(participant_id = NEW.participant_id AND number = NEW.number AND version = NEW.version)"


def upgrade() -> None:
    op.create_table(
        "transfusion",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("in_error", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.Float(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfusion_amount")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_transfusion_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfusion")),
        sa.UniqueConstraint(
            "participant_id", "number", "version", name=op.f("uq_transfusion_participant_id_number_version")
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        refuse = "EXECUTE FUNCTION anshi_append_only()"
        begin = "CREATE TRIGGER transfusion"
        op.execute(f"{begin}_append_only BEFORE DELETE OR UPDATE ON transfusion FOR EACH ROW {refuse}")
        op.execute(f"{begin}_no_truncate BEFORE TRUNCATE ON transfusion FOR EACH STATEMENT {refuse}")


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'transfusion is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER transfusion_no_{event} BEFORE {event.upper()} ON transfusion {refuse}")
    op.execute(
        "CREATE TRIGGER transfusion_no_replace BEFORE INSERT ON transfusion WHEN EXISTS (SELECT 1 "
        f"FROM transfusion WHERE id = NEW.id OR {KEY}) {refuse}"
    )
