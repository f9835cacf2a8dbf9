"""What is kept of messages and calls beside the dose record."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for column in (
        sa.Column("direction", sa.String(), nullable=False, server_default="to_participant"),
        sa.Column("kind", sa.String(), nullable=False, server_default="text"),
        sa.Column("has_text", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("by_role", sa.Text(), nullable=False, server_default="coordinator"),
    ):
        op.add_column("staff_message", column)
    op.create_table(
        "participant_message",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("participant_code", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("has_text", sa.Boolean(), nullable=True),
        sa.Column("unheard", sa.Boolean(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=True),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("read_at", MOMENT, nullable=True),
        sa.Column("read_role", sa.Text(), nullable=True),
        sa.Column("source_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("synced_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participant_message")),
    )
    op.create_index(
        op.f("ix_participant_message_participant_code"), "participant_message", ["participant_code"], unique=False
    )
