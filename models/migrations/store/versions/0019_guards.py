"""What is written down about the guards, and when they are looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "guard_note",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("guard", sa.String(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("by_name", sa.String(), nullable=False),
        sa.Column("annuls_id", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_guard_note_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guard_note")),
    )
    op.create_index("ix_guard_note_participant", "guard_note", ["participant_id"], unique=False)
    op.add_column("participant", sa.Column("guards_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_participant_guards_at", "participant", ["guards_at"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        _fence_on_postgresql()


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'guard_note is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER guard_note_no_{event} BEFORE {event.upper()} ON guard_note {refuse}")
    op.execute(
        "CREATE TRIGGER guard_note_no_replace BEFORE INSERT ON guard_note "
        f"WHEN EXISTS (SELECT 1 FROM guard_note WHERE id = NEW.id) {refuse}"
    )


def _fence_on_postgresql() -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    name = "guard_note"
    op.execute(f"CREATE TRIGGER {name}_append_only BEFORE DELETE OR UPDATE ON {name} FOR EACH ROW {refuse}")
    op.execute(f"CREATE TRIGGER {name}_no_truncate BEFORE TRUNCATE ON {name} FOR EACH STATEMENT {refuse}")
