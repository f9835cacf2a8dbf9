"""Who polls, under a number that grows; who handled an update; and one person's updates found by the person."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

UNSETTLED = sa.text("state = 'new' OR answers IS NOT NULL")
UNANSWERED = sa.text("answers IS NOT NULL")


def upgrade() -> None:
    op.add_column("inbox_update", sa.Column("handled_by", sa.String(), nullable=True))
    op.create_index(
        "ix_inbox_update_sender",
        "inbox_update",
        ["sender_index", "update_id"],
        unique=False,
        sqlite_where=UNSETTLED,
        postgresql_where=UNSETTLED,
    )
    op.drop_index("ix_inbox_update_unanswered", "inbox_update")
    op.create_index(
        "ix_inbox_update_unanswered",
        "inbox_update",
        ["visible_at"],
        unique=False,
        sqlite_where=UNANSWERED,
        postgresql_where=UNANSWERED,
    )
    op.create_table(
        "lease",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
