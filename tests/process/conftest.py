"""A site of the test's own; whatever its processes print, the token and the secrets are never in it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from emulator.server import Emulator
from tests.process.living import APPROVAL, INDEX, KEYS, ROOT, SECRET, TOKEN, Site, free_port, now
from tests.serving import serving


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    made = Emulator(now=now, token=TOKEN, username="anshi_real_bot")
    yield made
    await made.aclose()


@pytest.fixture
async def site(emulator: Emulator, tmp_path: Path) -> AsyncIterator[Site]:
    """SQLite files and an approved protocol in a folder, the emulator on loopback. Nothing is prepared yet."""
    protocol = tmp_path / "protocol.toml"
    text = (ROOT / "protocol" / "prca_1.toml").read_text(encoding="utf-8")
    protocol.write_text(text + APPROVAL, encoding="utf-8")
    async with serving(emulator.application()) as api:
        settings = {
            "ANSHI_TELEGRAM_TOKEN": TOKEN,
            "ANSHI_TELEGRAM_API_URL": api,
            "ANSHI_DATABASE_URL": f"sqlite:///{tmp_path / 'anshi.db'}",
            "ANSHI_STUDY_DATABASE_URL": f"sqlite:///{tmp_path / 'study.db'}",
            "ANSHI_PROTOCOL_FILE": str(protocol),
            "ANSHI_ENCRYPTION_KEYS": KEYS,
            "ANSHI_INDEX_KEY": INDEX,
            "ANSHI_WEB_PORT": str(free_port()),
            "ANSHI_LOG_LEVEL": "debug",
        }
        made = Site(tmp_path, emulator, settings)
        yield made
        await made.close()
        await emulator.aclose()
        printed = made.everything_printed()
        for canary in (TOKEN, TOKEN.replace(":", "%3A"), TOKEN.partition(":")[2], SECRET, "a" * 43, "b" * 43):
            assert canary not in printed
