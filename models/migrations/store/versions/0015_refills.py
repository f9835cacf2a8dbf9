"""When the box of a participant is looked at again."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("participant", sa.Column("tablets_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_participant_tablets_at", "participant", ["tablets_at"], unique=False)
