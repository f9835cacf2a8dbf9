"""How a participant's part in the trial ended."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "disposition",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason_code", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("takes_back_id", sa.String(), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_disposition_participant_id")),
        sa.ForeignKeyConstraint(["takes_back_id"], ["disposition.id"], name=op.f("fk_disposition_takes_back_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disposition")),
        sa.UniqueConstraint("participant_id", "version", name=op.f("uq_disposition_participant_id_version")),
    )
    op.create_index(op.f("ix_disposition_participant_id"), "disposition", ["participant_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        _fence_on_postgresql()


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'disposition is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER disposition_no_{event} BEFORE {event.upper()} ON disposition {refuse}")
    op.execute(
        "CREATE TRIGGER disposition_no_replace BEFORE INSERT ON disposition WHEN EXISTS (SELECT 1 FROM disposition "
        "WHERE id = NEW.id OR (participant_id = NEW.participant_id AND version = NEW.version)) "
        f"{refuse}"
    )


def _fence_on_postgresql() -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    op.execute(f"CREATE TRIGGER disposition_append_only BEFORE DELETE OR UPDATE ON disposition FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER disposition_no_truncate BEFORE TRUNCATE ON disposition FOR EACH STATEMENT {refuse}")
