"""What is kept of messages and calls beside the dose record; and the menu that stands in a staff chat."""

import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

MOMENT = sa.DateTime(timezone=True)
MESSAGE = sa.table(
    "participant_message",
    sa.column("id", sa.String()),
    sa.column("participant_id", sa.String()),
    sa.column("kind", sa.String()),
    sa.column("has_text", sa.Boolean()),
    sa.column("received_at", MOMENT),
    sa.column("read_at", MOMENT),
    sa.column("read_role", sa.Text()),
    sa.column("tier", sa.Text()),
    sa.column("unheard", sa.Boolean()),
)
OUTBOX = sa.table(
    "outbox_entry",
    sa.column("record_type", sa.String()),
    sa.column("record_id", sa.String()),
    sa.column("participant_id", sa.String()),
    sa.column("payload", sa.String()),
    sa.column("created_at", MOMENT),
    sa.column("visible_at", MOMENT),
    sa.column("attempts", sa.Integer()),
    sa.column("reason", sa.String()),
)


def upgrade() -> None:
    op.add_column("staff_link", sa.Column("menu", sa.String(), nullable=True))
    op.add_column("participant_message", sa.Column("has_text", sa.Boolean(), nullable=True))
    op.add_column("participant_message", sa.Column("read_role", sa.Text(), nullable=True))
    op.add_column("staff_message", sa.Column("by_role", sa.Text(), nullable=False, server_default="coordinator"))
    op.execute("UPDATE staff_message SET by_role = (SELECT role FROM staff WHERE staff.id = staff_message.staff_id)")
    op.execute("UPDATE participant_message SET read_role = (SELECT role FROM staff WHERE staff.name = read_by)")
    op.execute("UPDATE participant_message SET has_text = true WHERE kind = 'text'")
    _owe()


def _owe() -> None:
    """The study is told of what was kept before: each as it stands, at the moment at which it came."""
    there = op.get_bind()
    for row in there.execute(sa.select(MESSAGE)).mappings().all():
        values = {name: _plain(value) for name, value in row.items()}
        payload = json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        there.execute(
            OUTBOX.insert().values(
                record_type="participant_message",
                record_id=row["id"],
                participant_id=row["participant_id"],
                payload=payload,
                created_at=row["received_at"],
                visible_at=row["received_at"],
                attempts=0,
                reason="",
            )
        )


def _plain(value: Any) -> Any:
    if not isinstance(value, datetime):
        return value
    moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
