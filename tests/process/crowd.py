"""Many participants at home with a dose that is due, seeded through the actions, and handed to a real `anshi run`."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from actions.enrolment import LIVE, STORE_KIND
from emulator.server import Emulator
from protocol.terms import Language
from tests.postgres import Kind
from tests.process.living import APPROVAL, ROOT, TOKEN, Site, free_port, noon_zone, now
from tests.process.raw import Raw
from tests.serving import serving
from tests.stories.stage import Stage

KEYS = "k1:" + base64.b64encode(b"1" * 32).decode()
INDEX = base64.b64encode(b"2" * 32).decode()
FIRST_AFTER = 2.0  # seconds from the hand-over to the first prompt


@asynccontextmanager
async def crowd(kind: Kind, folder: Path, emulator: Emulator, people: int, spread: float) -> AsyncIterator[Site]:
    """A site whose prompts come due one by one over `spread` seconds, the first of them in two seconds."""
    store_url, study_url = await _seeded(kind, folder, emulator, people, spread)
    protocol = folder / "protocol.toml"
    text = (ROOT / "protocol" / "prca_1.toml").read_text(encoding="utf-8")
    protocol.write_text(text + APPROVAL, encoding="utf-8")
    async with serving(emulator.application()) as api:
        settings = {
            "ANSHI_TELEGRAM_TOKEN": TOKEN,
            "ANSHI_TELEGRAM_API_URL": api,
            "ANSHI_DATABASE_URL": store_url,
            "ANSHI_STUDY_DATABASE_URL": study_url,
            "ANSHI_PROTOCOL_FILE": str(protocol),
            "ANSHI_ENCRYPTION_KEYS": KEYS,
            "ANSHI_INDEX_KEY": INDEX,
            "ANSHI_WEB_PORT": str(free_port()),
        }
        site = Site(folder, emulator, settings)
        try:
            yield site
        finally:
            await site.close()
            await emulator.aclose()
            assert TOKEN not in site.everything_printed()


async def _seeded(kind: Kind, folder: Path, emulator: Emulator, people: int, spread: float) -> tuple[str, str]:
    """Enrols everyone just before the full minute their dose is due at; the URLs of store and study."""
    due_at = now().replace(second=0, microsecond=0)
    zone, offset = noon_zone()
    stage = await Stage.open(kind, folder, due_at - timedelta(seconds=people + 30))  # each takes a second to enter
    try:
        reminder = (due_at + timedelta(hours=offset)).time()
        for number in range(people):
            await stage.at_home(f"{number + 1:03}", language=Language.EN, tz=zone, reminder=reminder)
        raw = Raw(stage.settings.database_url)
        await raw.run(f"UPDATE note SET value = '{LIVE}' WHERE name = '{STORE_KIND}'")  # noqa: S608
        await _spread(raw, spread)
        await stage.until(now())  # no receiving gap before the real process listens
        emulator.load(stage.emulator.save())
        return stage.settings.database_url, stage.settings.study_database_url
    finally:
        await stage.close()


async def _spread(raw: Raw, spread: float) -> None:
    """What the rate limit of a great crowd does: one due prompt after the other may be claimed."""
    query = f"SELECT id FROM prompt WHERE state = 'waiting' AND due_at < {await raw.moment()} ORDER BY id"  # noqa: S608
    due = await raw.rows(query)
    assert due, "nothing is due"
    for number, row in enumerate(due):
        visible = await raw.moment(FIRST_AFTER + spread * number / len(due))
        await raw.run(f"UPDATE prompt SET visible_at = {visible} WHERE id = '{row['id']}'")  # noqa: S608
