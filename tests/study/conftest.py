"""A store and a study database for each test, on SQLite and on PostgreSQL."""

import random
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

import pytest

from models.protocol_file import load_trial
from models.session import Store
from models.study.store import StudyStore
from models.vault import Keys, Vault
from protocol.trial import Trial
from tests.postgres import Kind, fresh_store_url, fresh_study_url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


@pytest.fixture(scope="session")
def trial() -> Trial:
    return load_trial(None)


@pytest.fixture
async def store(kind: Kind, tmp_path: Path) -> AsyncIterator[Store]:
    numbers, source = count(1), random.Random(7)
    vault = Vault(Keys({"k1": b"k" * 32}, b"i" * 32), source.randbytes)
    opened = Store(
        await fresh_store_url(kind, tmp_path),
        vault=vault,
        new_id=lambda: f"n{next(numbers):06d}",
        random_bytes=source.randbytes,
    )
    yield opened
    await opened.close()


@pytest.fixture
async def study(kind: Kind, tmp_path: Path) -> AsyncIterator[StudyStore]:
    opened = StudyStore(await fresh_study_url(kind, tmp_path))
    yield opened
    await opened.close()
