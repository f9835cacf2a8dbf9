"""Self-rated items: their checks and answers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "self_rated_check",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("protocol_version", sa.String(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("source_seq", SEQUENCE, nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_rated_check")),
    )
    op.create_index(
        op.f("ix_self_rated_check_participant_code"), "self_rated_check", ["participant_code"], unique=False
    )
    op.create_table(
        "self_rated_answer",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("check_id", sa.String(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("attribute", sa.Text(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wording_version", sa.String(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source_seq", SEQUENCE, nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_self_rated_answer")),
    )
    op.create_index(op.f("ix_self_rated_answer_check_id"), "self_rated_answer", ["check_id"], unique=False)
    op.create_index(
        op.f("ix_self_rated_answer_participant_code"), "self_rated_answer", ["participant_code"], unique=False
    )
