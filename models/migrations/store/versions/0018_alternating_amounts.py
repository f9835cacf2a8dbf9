"""The amounts of the days after the first, where an order alternates."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.add_column("dose_order", sa.Column("then_mg", sa.String(), nullable=False, server_default=""))
