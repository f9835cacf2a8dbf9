"""Where CI runs, a PostgreSQL that is missing fails the tests: none of them is passed over in silence."""

from pathlib import Path

import asyncpg
import pytest

from tests.postgres import AT_ONCE, empty_url, missing, over


def test_a_missing_server_fails_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no server"):
        missing("no server")


def test_a_missing_server_skips_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no server"):
        missing("no server")


async def test_a_database_goes_with_the_folder_it_was_made_for(tmp_path: Path) -> None:
    """Databases left standing till the end of a run filled the disk of a small machine."""
    here, elsewhere = tmp_path / "here", tmp_path / "elsewhere"
    kept = await empty_url("postgresql", elsewhere)
    gone = [await empty_url("postgresql", here / str(number)) for number in range(AT_ONCE)]
    over(here)
    await (await asyncpg.connect(kept)).close()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(gone[0])
