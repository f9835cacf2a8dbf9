"""Self-rated items: their checks and answers."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

TO_CLOSE = sa.text("closes_at IS NOT NULL")


def upgrade() -> None:
    op.add_column("participant", sa.Column("self_rated_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_participant_self_rated_at", "participant", ["self_rated_at"], unique=False)
    _checks()
    _answers()
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        _fence_on_postgresql()


def _checks() -> None:
    person = op.f("fk_self_rated_check_participant_id")
    op.create_table(
        "self_rated_check",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["link_id"], ["chat_link.id"], name=op.f("fk_self_rated_check_link_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=person),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_rated_check")),
    )
    op.create_index(op.f("ix_self_rated_check_participant_id"), "self_rated_check", ["participant_id"], unique=False)
    op.create_index(
        "ix_self_rated_check_closes_at",
        "self_rated_check",
        ["closes_at"],
        sqlite_where=TO_CLOSE,
        postgresql_where=TO_CLOSE,
    )


def _answers() -> None:
    person = op.f("fk_self_rated_answer_participant_id")
    op.create_table(
        "self_rated_answer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("cause_key", sa.String(), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["self_rated_check.id"], name=op.f("fk_self_rated_answer_check_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=person),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_rated_answer")),
        sa.UniqueConstraint("cause_key", name=op.f("uq_self_rated_answer_cause_key")),
        sa.UniqueConstraint("check_id", "ordinal", name=op.f("uq_self_rated_answer_check_id_ordinal")),
    )
    op.create_index(op.f("ix_self_rated_answer_participant_id"), "self_rated_answer", ["participant_id"], unique=False)


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'self_rated_answer is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER self_rated_answer_no_{event} BEFORE {event.upper()} ON self_rated_answer {refuse}")
    op.execute(
        "CREATE TRIGGER self_rated_answer_no_replace BEFORE INSERT ON self_rated_answer WHEN EXISTS (SELECT 1 FROM "
        "self_rated_answer WHERE id = NEW.id OR cause_key = NEW.cause_key "
        f"OR (check_id = NEW.check_id AND ordinal = NEW.ordinal)) {refuse}"
    )


def _fence_on_postgresql() -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    op.execute(
        "CREATE TRIGGER self_rated_answer_append_only BEFORE DELETE OR UPDATE ON self_rated_answer "
        f"FOR EACH ROW {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER self_rated_answer_no_truncate BEFORE TRUNCATE ON self_rated_answer FOR EACH STATEMENT {refuse}"
    )
