"""Proposed amounts, one row a step."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

KEY = "(participant_id = NEW.participant_id AND number = NEW.number AND version = NEW.version)"


def upgrade() -> None:
    op.create_table(
        "order_proposal",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_id", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("dose_mg", sa.Float(), nullable=False),
        sa.Column("every_days", sa.Integer(), nullable=False),
        sa.Column("then_mg", sa.String(), nullable=False),
        sa.Column("over_version", sa.Integer(), nullable=False),
        sa.Column("order_version", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("every_days >= 1", name=op.f("ck_order_proposal_every_days")),
        sa.ForeignKeyConstraint(["participant_id"], ["participant.id"], name=op.f("fk_order_proposal_participant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_proposal")),
        sa.UniqueConstraint(
            "participant_id", "number", "version", name=op.f("uq_order_proposal_participant_id_number_version")
        ),
    )
    if op.get_bind().dialect.name == "sqlite":
        _fence_on_sqlite()
    else:
        refuse = "EXECUTE FUNCTION anshi_append_only()"
        begin = "CREATE TRIGGER order_proposal"
        op.execute(f"{begin}_append_only BEFORE DELETE OR UPDATE ON order_proposal FOR EACH ROW {refuse}")
        op.execute(f"{begin}_no_truncate BEFORE TRUNCATE ON order_proposal FOR EACH STATEMENT {refuse}")


def _fence_on_sqlite() -> None:
    refuse = "BEGIN SELECT RAISE(ABORT, 'order_proposal is append-only'); END"
    for event in ("update", "delete"):
        op.execute(f"CREATE TRIGGER order_proposal_no_{event} BEFORE {event.upper()} ON order_proposal {refuse}")
    op.execute(
        "CREATE TRIGGER order_proposal_no_replace BEFORE INSERT ON order_proposal WHEN EXISTS (SELECT 1 "
        f"FROM order_proposal WHERE id = NEW.id OR {KEY}) {refuse}"
    )
