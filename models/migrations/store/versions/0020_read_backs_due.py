"""When an amount that nobody has read back becomes a call."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("dose_order", sa.Column("read_back_due_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ix_dose_order_read_back_due_at",
        "dose_order",
        ["read_back_due_at"],
        unique=False,
        sqlite_where=sa.text("read_back_due_at IS NOT NULL"),
        postgresql_where=sa.text("read_back_due_at IS NOT NULL"),
    )
    # What is unanswered by now is called about at the next look.
    op.execute(
        "UPDATE dose_order SET read_back_due_at = recorded_at WHERE kind = 'dose' AND version > 1 "
        "AND read_back_at IS NULL AND read_back_missed_at IS NULL"
    )
