"""The demo's folder: two stores, the keys and accounts, where the clock stood, and the chats on the phones."""

import base64
import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.seeding import Account
from app.settings import Settings
from app.wiring import DEMO_TOKEN

STATE, CHATS = "demo.json", "phones.json"


@dataclass(frozen=True, slots=True)
class DemoState:
    """What a second start needs to go on. Moments are ISO in UTC; the accounts are the demo's own."""

    encryption_keys: str
    index_key: str
    accounts: list[dict[str, str]]
    clock_at: str
    started_at: str
    seeded_at: str

    def now(self) -> datetime:
        """Where the clock stood."""
        return datetime.fromisoformat(self.clock_at)

    def start(self) -> datetime:
        """When the cohort's time began."""
        return datetime.fromisoformat(self.started_at)

    def seeded_until(self) -> datetime:
        """When the person at the keyboard took over."""
        return datetime.fromisoformat(self.seeded_at)

    def at(self, at: datetime) -> "DemoState":
        """The same, later."""
        return replace(self, clock_at=at.isoformat())

    def with_accounts(self, accounts: list[Account]) -> "DemoState":
        """The same, with these ready accounts."""
        plain = [{name: str(value) for name, value in asdict(account).items()} for account in accounts]
        return replace(self, accounts=plain)


def new_state(start: datetime, until: datetime) -> DemoState:
    """Fresh keys, no accounts yet."""
    return DemoState(f"demo:{_key()}", _key(), [], until.isoformat(), start.isoformat(), until.isoformat())


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def settings_of(folder: Path, state: DemoState, web_port: int, phone_port: int) -> Settings:
    """The embedded defaults; nothing is read from the environment."""
    return Settings(
        telegram_token=SecretStr(DEMO_TOKEN),
        telegram_api_url=f"http://127.0.0.1:{phone_port}",
        database_url=f"sqlite:///{folder / 'anshi.db'}",
        study_database_url=f"sqlite:///{folder / 'study.db'}",
        encryption_keys=SecretStr(state.encryption_keys),
        index_key=SecretStr(state.index_key),
        web_port=web_port,
        log_level="warning",
    )


def load_state(folder: Path) -> DemoState | None:
    """What the last start left; None when its seeding was never finished, and nothing of that stays."""
    try:
        return DemoState(**json.loads((folder / STATE).read_text(encoding="utf-8")))
    except (FileNotFoundError, TypeError, ValueError):
        if folder.exists():
            shutil.rmtree(folder)
        return None


def load_chats(folder: Path) -> dict[str, Any] | None:
    """The chats as they were last saved; None when they cannot be read."""
    try:
        found: dict[str, Any] = json.loads((folder / CHATS).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found


def save_chats(folder: Path, chats: Mapping[str, Any]) -> None:
    """Writes the chats; the file is whole at any moment."""
    _write(folder / CHATS, chats)


def save_state(folder: Path, state: DemoState) -> None:
    """Writes the state, which also says that the seeding is finished."""
    _write(folder / STATE, asdict(state))


def _write(file: Path, content: Mapping[str, Any]) -> None:
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    draft.replace(file)
