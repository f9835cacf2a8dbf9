"""A person's prompts are found by when they expire: a look before sending does not grow with the days."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.drop_index("ix_prompt_participant_id", "prompt")
    op.create_index("ix_prompt_participant", "prompt", ["participant_id", "expires_at"], unique=False)
