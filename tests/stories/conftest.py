"""Every story runs on SQLite and on a real PostgreSQL."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.postgres import Kind
from tests.stories.stage import Stage

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture
async def stage(kind: Kind, tmp_path: Path) -> AsyncIterator[Stage]:
    """A system that starts on Monday, 2 March 2026, at 10:00 in Shanghai."""
    opened = await Stage.open(kind, tmp_path, START)
    yield opened
    await opened.close()
