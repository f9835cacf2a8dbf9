"""What a participant's phone shows of a visit, and the way to a site."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.add_column("visit", sa.Column("told_on", sa.Date(), nullable=True))
    op.add_column("visit", sa.Column("told_time", sa.Time(), nullable=True))
    op.add_column("site", sa.Column("directions_zh", sa.String(), server_default="", nullable=False))
    op.add_column("site", sa.Column("directions_en", sa.String(), server_default="", nullable=False))
