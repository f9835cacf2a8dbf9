"""Symptom checks: what was asked and answered, and when the next one is offered."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

UNFINISHED = sa.text("finished_at IS NULL AND closed_at IS NULL")
TO_CLOSE = sa.text("closes_at IS NOT NULL")
FIXED = (
    "id, check_id, participant_id, ordinal, item, value, state, source, reported_by, cause_key, said_at, recorded_at"
)
"""Every column but the sealed one, which a new key seals again."""


def upgrade() -> None:
    _participants()
    _checks()
    _answers()
    _messages()
    _photos()
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        _fence_on_postgresql()


def _participants() -> None:
    op.add_column("participant", sa.Column("check_weekday", sa.Integer(), nullable=True))
    op.add_column("participant", sa.Column("check_time", sa.Time(), nullable=True))
    op.add_column("participant", sa.Column("check_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("participant", sa.Column("pregnancy_item", sa.Text(), nullable=True))
    op.create_index("ix_participant_check_at", "participant", ["check_at"], unique=False)
    # Who takes part already is planned for by the first look.
    op.execute(
        "UPDATE participant SET check_at = enrolled_at "
        "WHERE set_up_at IS NOT NULL AND channel = 'telegram' AND state IN ('active', 'discontinued')"
    )


def _checks() -> None:
    op.create_table(
        "symptom_check",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("link_id", sa.String(), nullable=True),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("follows_id", sa.String(), nullable=True),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["follows_id"], ["symptom_check.id"], name=op.f("fk_symptom_check_follows_id")),
        sa.ForeignKeyConstraint(["link_id"], ["chat_link.id"], name=op.f("fk_symptom_check_link_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_symptom_check_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_symptom_check")),
    )
    op.create_index(op.f("ix_symptom_check_participant_id"), "symptom_check", ["participant_id"], unique=False)
    op.create_index(
        "ix_symptom_check_closes_at", "symptom_check", ["closes_at"], sqlite_where=TO_CLOSE, postgresql_where=TO_CLOSE
    )
    op.create_index(
        "uq_symptom_check_unfinished",
        "symptom_check",
        ["participant_id", "reported_by"],
        unique=True,
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def _answers() -> None:
    op.create_table(
        "symptom_answer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("reported_by", sa.String(), nullable=False),
        sa.Column("cause_key", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["check_id"], ["symptom_check.id"], name=op.f("fk_symptom_answer_check_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_symptom_answer_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_symptom_answer")),
        sa.UniqueConstraint("cause_key", name=op.f("uq_symptom_answer_cause_key")),
        sa.UniqueConstraint("check_id", "ordinal", name=op.f("uq_symptom_answer_check_id_ordinal")),
    )
    op.create_index(op.f("ix_symptom_answer_participant_id"), "symptom_answer", ["participant_id"], unique=False)


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'symptom_answer is append-only'); END"
    op.execute(f"CREATE TRIGGER symptom_answer_no_update BEFORE UPDATE OF {FIXED} ON symptom_answer {refuse}")
    op.execute(
        "CREATE TRIGGER symptom_answer_no_erasure BEFORE UPDATE OF body ON symptom_answer "
        f"WHEN OLD.body IS NULL OR NEW.body IS NULL {refuse}"
    )
    op.execute(f"CREATE TRIGGER symptom_answer_no_delete BEFORE DELETE ON symptom_answer {refuse}")
    op.execute(
        "CREATE TRIGGER symptom_answer_no_replace BEFORE INSERT ON symptom_answer "
        f"WHEN EXISTS (SELECT 1 FROM symptom_answer WHERE id = NEW.id OR cause_key = NEW.cause_key) {refuse}"
    )


def _fence_on_postgresql() -> None:
    refuse = "EXECUTE FUNCTION anshi_append_only()"
    op.execute(
        f"CREATE TRIGGER symptom_answer_append_only BEFORE DELETE OR UPDATE OF {FIXED} ON symptom_answer "
        f"FOR EACH ROW {refuse}"
    )
    op.execute(
        "CREATE TRIGGER symptom_answer_no_erasure BEFORE UPDATE OF body ON symptom_answer "
        f"FOR EACH ROW WHEN (OLD.body IS NULL OR NEW.body IS NULL) {refuse}"
    )
    op.execute(
        f"CREATE TRIGGER symptom_answer_no_truncate BEFORE TRUNCATE ON symptom_answer FOR EACH STATEMENT {refuse}"
    )


def _messages() -> None:
    """What a message was found to say, and who has read it."""
    op.add_column("participant_message", sa.Column("tier", sa.Text(), nullable=True))
    op.add_column("participant_message", sa.Column("cause_key", sa.String(), nullable=True))
    op.add_column("participant_message", sa.Column("unheard", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("participant_message", sa.Column("read_by", sa.String(), nullable=True))
    op.execute("UPDATE participant_message SET unheard = (kind = 'voice')")
    op.create_index(
        "ix_participant_message_unread",
        "participant_message",
        ["received_at"],
        sqlite_where=sa.text("read_at IS NULL"),
        postgresql_where=sa.text("read_at IS NULL"),
    )


def _photos() -> None:
    waiting = sa.text("due_at IS NOT NULL")
    op.create_table(
        "kept_photo",
        sa.Column("message_id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("picture", sa.String(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["participant_message.id"], name=op.f("fk_kept_photo_message_id")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_kept_photo_participant_id")),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_kept_photo")),
    )
    op.create_index("ix_kept_photo_due_at", "kept_photo", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
