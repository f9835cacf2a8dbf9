"""Journeys of participants."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "journey",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tz", sa.String(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_journey_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journey")),
    )
    op.create_index("ix_journey_participant", "journey", ["participant_id", "number", "version"], unique=True)
    op.add_column("participant", sa.Column("away_tz", sa.String(), nullable=True))
    op.add_column("participant", sa.Column("turns_at", sa.DateTime(timezone=True), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        _fence_on_postgresql()


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'journey is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER journey_no_{event} BEFORE {event.upper()} ON journey {refuse}")
    op.execute(
        "CREATE TRIGGER journey_no_replace BEFORE INSERT ON journey "
        f"WHEN EXISTS (SELECT 1 FROM journey WHERE id = NEW.id) {refuse}"
    )


def _fence_on_postgresql() -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    op.execute(f"CREATE TRIGGER journey_append_only BEFORE DELETE OR UPDATE ON journey FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER journey_no_truncate BEFORE TRUNCATE ON journey FOR EACH STATEMENT {refuse}")
