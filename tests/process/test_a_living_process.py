"""`anshi run` as it is deployed: a process that is killed, ended, split in two, and told to start with nonsense."""

import asyncio
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from models.dose import DoseEvent, ScheduledDose
from models.inbox import InboxUpdate, Note, ReceivingGap
from models.prompt import Prompt
from protocol.taps import Verb
from protocol.terms import DoseState, PromptState
from tests.postgres import fresh_store_url, fresh_study_url
from tests.process.living import TOKEN, Phone, Site, next_minute, noon_zone, now

pytestmark = pytest.mark.slow


async def test_a_participant_enters_is_reminded_and_answers_though_the_process_is_killed_in_between(site: Site) -> None:
    zone, offset = noon_zone()
    await site.furnish()
    token = await site.enrol(tz=zone)
    first = await site.run()
    phone = Phone(site, site.emulator.phone.create_user("en", "Fang", 1001))
    due_at, wall = next_minute(offset)
    await phone.enter(token, wall)
    assert "anshi_real_bot" in [note.value for note in await site.rows(Note)]
    assert site.emulator.phone.commands(1001)

    left = (due_at - now()).total_seconds()
    await site.until(lambda: phone.find(Verb.TAKEN), left + 60)
    await first.killed()
    await phone.tap(Verb.TAKEN)
    second = await site.run()
    await site.until(lambda: phone.find(Verb.UNDO))

    assert [event.units for event in await site.rows(DoseEvent)] == [2]
    doses = sorted(await site.rows(ScheduledDose), key=lambda dose: int(dose.ordinal))
    assert doses[0].state is DoseState.TAKEN
    # Killed as soon as the phone shows it, it may not have been written down: then it becomes unknown when its lease
    # ends, and is not sent again.
    begun = {PromptState.DELIVERED, PromptState.SENDING, PromptState.UNKNOWN}
    assert len([row for row in await site.rows(Prompt) if row.state in begun]) == 1
    assert all(update.state in ("done", "ignored") for update in await site.rows(InboxUpdate))
    assert await site.rows(ReceivingGap) == []

    assert await second.terminated() == 0
    assert '"stopped"' in second.printed
    assert '"level": "error"' not in first.printed + second.printed


async def test_an_ending_process_writes_down_what_it_has_just_sent(site: Site) -> None:
    """What Telegram has taken is `delivered` after SIGTERM, and not unknown."""
    zone, offset = noon_zone()
    await site.furnish()
    token = await site.enrol(tz=zone)
    process = await site.run()
    phone = Phone(site, site.emulator.phone.create_user("en", "Fang", 1001))
    due_at, wall = next_minute(offset)
    await phone.enter(token, wall)
    await asyncio.sleep(2)
    site.emulator.faults.add(kind="deliver_then_late", method="sendMessage", seconds=1.5)
    left = (due_at - now()).total_seconds()
    await site.until(lambda: phone.find(Verb.TAKEN), left + 60)
    assert await process.terminated() == 0
    states = {prompt.state for prompt in await site.rows(Prompt)}
    assert PromptState.DELIVERED in states
    assert PromptState.SENDING not in states


async def test_bot_and_scheduler_are_two_processes_on_one_postgresql(site: Site, tmp_path: Path) -> None:
    zone, offset = noon_zone()
    site.settings["ANSHI_DATABASE_URL"] = await fresh_store_url("postgresql", tmp_path)
    site.settings["ANSHI_STUDY_DATABASE_URL"] = await fresh_study_url("postgresql", tmp_path)
    await site.furnish()
    token = await site.enrol(tz=zone)
    bot = await site.run("--only", "bot")
    rest = await site.run("--only", "scheduler,sync")
    phone = Phone(site, site.emulator.phone.create_user("en", "Fang", 1001))
    due_at, wall = next_minute(offset)
    await phone.enter(token, wall)
    left = (due_at - now()).total_seconds()
    await site.until(lambda: phone.find(Verb.TAKEN), left + 60)
    await phone.tap(Verb.TAKEN)
    await site.until(lambda: phone.find(Verb.UNDO))
    assert [event.units for event in await site.rows(DoseEvent)] == [2]
    assert await bot.terminated() == 0
    assert await rest.terminated() == 0


async def test_a_process_starts_while_telegram_and_the_study_are_away(site: Site, tmp_path: Path) -> None:
    """Staff's pages and the outbox go on; what Telegram has to be told is told when it is there again."""
    await site.furnish()
    site.settings["ANSHI_STUDY_DATABASE_URL"] = f"postgresql://anshi@/study?host={tmp_path / 'nowhere'}"
    site.emulator.faults.add(kind="status", code=502, description="Bad Gateway", times=None)
    site.emulator.phone.create_user("en", "Fang", 1001)
    process = await site.run()
    await site.until(lambda: "receiving stopped" in process.printed)
    site.emulator.faults.clear()
    await site.until(lambda: site.emulator.phone.commands(1001), 30)
    await site.until_row(Note, lambda note: note.value == "anshi_real_bot")
    assert await process.terminated() == 0
    assert "the study database does not answer" in process.printed


async def test_every_reason_not_to_start_is_told_at_once_and_names_no_value(site: Site) -> None:
    site.settings |= {
        "ANSHI_DATABASE_URL": "mysql://root:hunter2@db/anshi",
        "ANSHI_WEB_PORT": "eighty",
        "ANSHI_LOG_LEVEL": "loud",
        "ANSHI_TELEGRAM_TOKNE": TOKEN,
    }
    told = await site.command("run", code=1)
    for name in ("ANSHI_DATABASE_URL", "ANSHI_WEB_PORT", "ANSHI_LOG_LEVEL", "ANSHI_TELEGRAM_TOKNE"):
        assert f"anshi: {name}: " in told
    assert "hunter2" not in told
    assert len(told.splitlines()) == 4


async def test_a_missing_token_and_missing_keys_are_told_together(site: Site) -> None:
    for name in ("ANSHI_TELEGRAM_TOKEN", "ANSHI_ENCRYPTION_KEYS", "ANSHI_INDEX_KEY"):
        del site.settings[name]
    told = await site.command("run", "--only", "bot,kitchen", code=1)
    named = [line.split()[1] for line in told.splitlines()]
    assert sorted(named) == ["ANSHI_ENCRYPTION_KEYS", "ANSHI_TELEGRAM_TOKEN", "there"]


async def test_an_unprepared_store_and_an_absent_server_are_one_line_each(site: Site, tmp_path: Path) -> None:
    told = await site.command("run", code=1)
    assert "run `anshi db upgrade`" in told
    told += await site.command("participant", "list", code=1)
    site.settings["ANSHI_DATABASE_URL"] = f"postgresql://anshi@/store?host={tmp_path / 'nowhere'}"
    told += await site.command("participant", "list", code=1)
    told += await site.command("run", code=1)
    assert len(told.splitlines()) == 4
    assert "Traceback" not in told


async def test_a_wrong_token_is_logged_and_stops_nothing(site: Site) -> None:
    await site.furnish()
    site.emulator.token = "1:another"
    process = await site.run()
    await site.until(lambda: "receiving stopped" in process.printed)
    assert await process.terminated() == 0
    lines = [json.loads(line) for line in process.printed.splitlines()]
    assert {line["level"] for line in lines} <= {"info", "warning"}
    assert all(line["at"].endswith("Z") for line in lines)
    assert abs(now() - datetime.fromisoformat(lines[-1]["at"])) < timedelta(minutes=1)
