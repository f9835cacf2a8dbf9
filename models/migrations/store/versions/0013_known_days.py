"""Days of the forms as far as they are known: text in ISO 8601, where a date would make up the rest."""

from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

FORMS = import_module("models.migrations.store.versions.0009_forms")
DAYS = {
    "adverse_event": {"started_on": False, "ended_on": True},
    "medication": {"started_on": True, "ended_on": True},
    "pregnancy": {"last_period_on": True, "expected_on": True, "outcome_on": True},
}
"""Each column, and whether it may be empty."""
FENCES = {
    "sqlite": ("no_update", "no_erasure", "no_delete", "no_replace"),
    "postgresql": ("append_only", "no_erasure", "no_truncate"),
}


def upgrade() -> None:
    """A fence names its columns, so it is taken down while they change: PostgreSQL refuses, SQLite would lose it."""
    dialect = op.get_bind().dialect.name
    put_up = FORMS._fence_form_on_sqlite if dialect == "sqlite" else FORMS._fence_form_on_postgresql
    for table, days in DAYS.items():
        for end in FENCES[dialect]:
            op.execute(f"DROP TRIGGER {table}_{end}" + ("" if dialect == "sqlite" else f" ON {table}"))
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, empty in days.items():
                batch_op.alter_column(
                    name,
                    existing_type=sa.Date(),
                    type_=sa.String(),
                    existing_nullable=empty,
                    postgresql_using=f"to_char({name}, 'YYYY-MM-DD')",
                )
        put_up(table, FORMS.FIXED[table])
