"""Days of the forms as far as they are known: text in ISO 8601, where a date would make up the rest."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

DAYS = {
    "adverse_event": {"started_on": False, "ended_on": True},
    "medication": {"started_on": True, "ended_on": True},
    "pregnancy": {"last_period_on": True, "expected_on": True, "outcome_on": True},
}
"""Each column, and whether it may be empty."""


def upgrade() -> None:
    for table, days in DAYS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, empty in days.items():
                batch_op.alter_column(
                    name,
                    existing_type=sa.Date(),
                    type_=sa.String(),
                    existing_nullable=empty,
                    postgresql_using=f"to_char({name}, 'YYYY-MM-DD')",
                )
