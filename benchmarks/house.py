"""One Anshi for a benchmark: wired as `run` wires it, on databases that were made before, with a clock that stands."""

import secrets
from datetime import datetime

from app.clock import StillClock
from app.office import new_id
from app.settings import Settings
from app.wiring import Chance, System, Transport, assemble
from benchmarks.rows import KEYS
from bot.transport import AiohttpRequest
from models.session import Store
from models.vault import Vault

FAST = 100_000.0  # messages a second: the limiter works, and never waits


def vault() -> Vault:
    return Vault(KEYS, secrets.token_bytes)


def open_store(url: str) -> Store:
    return Store(url, vault=vault(), new_id=new_id, random_bytes=secrets.token_bytes)


def build(store_url: str, study_url: str, api_url: str, at: datetime) -> tuple[System, StillClock]:
    """The system, not yet opened, and its clock."""
    settings = Settings(database_url=store_url, study_database_url=study_url, telegram_api_url=api_url)
    clock = StillClock(at)
    transport = Transport(AiohttpRequest(), AiohttpRequest(), FAST)
    return assemble(settings, clock, Chance(new_id), transport, vault=vault()), clock
