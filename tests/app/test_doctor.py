"""The doctor: stops for what stops `run`, warns of the rest, and never shows a value."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from app.clock import RealClock
from app.doctor import Finding, Verdict
from app.doctor_telegram import ask_telegram
from app.settings import Settings
from tests.app.conftest import INDEX, KEYS, Desk, finished
from tests.postgres import fresh_store_url, fresh_study_url

TOKEN = "1234567:" + "x" * 35
DOCTOR = ("doctor", "--offline")


def findings(desk: Desk) -> dict[str, list[tuple[str, str]]]:
    """Area to verdicts and messages."""
    result = desk.run(*DOCTOR, "--json")
    data = json.loads(result.stdout)
    assert data["ready"] is (result.exit_code == 0)
    found: dict[str, list[tuple[str, str]]] = {}
    for one in data["findings"]:
        found.setdefault(one["area"], []).append((one["verdict"], one["message"]))
    return found


def problems(desk: Desk) -> list[str]:
    return [message for rows in findings(desk).values() for verdict, message in rows if verdict == "problem"]


def warnings_of(desk: Desk) -> str:
    return "\n".join(message for rows in findings(desk).values() for verdict, message in rows if verdict == "warning")


@pytest.fixture
def ready(desk: Desk) -> Desk:
    """A desk that could run."""
    desk.settings["ANSHI_TELEGRAM_TOKEN"] = TOKEN
    return desk


def test_a_desk_that_can_run_has_no_problem_and_shows_no_secret(ready: Desk) -> None:
    assert problems(ready) == []
    result = ready.run(*DOCTOR)
    assert result.exit_code == 0
    assert result.stderr == ""
    for secret in (TOKEN, KEYS, INDEX, KEYS.partition(":")[2]):
        assert secret not in result.output


def test_an_empty_folder_lists_all_that_is_missing_and_makes_nothing(bare: Desk) -> None:
    told = "\n".join(problems(bare))
    for name in ("ANSHI_ENCRYPTION_KEYS", "ANSHI_TELEGRAM_TOKEN", "ANSHI_DATABASE_URL", "ANSHI_STUDY_DATABASE_URL"):
        assert name in told
    assert list(bare.folder.iterdir()) == []


def test_wrong_settings_are_all_named(bare: Desk) -> None:
    bare.settings |= {"ANSHI_WEB_PORT": "hunter2", "ANSHI_LOG_LEVL": "info"}
    result = bare.run(*DOCTOR)
    assert result.exit_code == 1
    assert "ANSHI_WEB_PORT" in result.stderr
    assert "ANSHI_LOG_LEVL" in result.stderr
    assert "hunter2" not in result.output


@pytest.mark.parametrize("kind", ["sqlite"])
def test_the_pragmas_that_are_in_force_are_shown(ready: Desk) -> None:
    pragmas = "journal_mode wal, synchronous 2, foreign_keys 1, busy_timeout 5000"
    for area in ("store", "study"):
        assert any(pragmas in message for _, message in findings(ready)[area])


def test_every_unconfirmed_value_is_listed_by_its_path(ready: Desk) -> None:
    assert "proposals" not in warnings_of(ready)
    ready.settings["ANSHI_PROTOCOL_FILE"] = None
    told = warnings_of(ready)
    assert "not approved" in told
    assert "windows.late_cutoff" in told
    assert "texts.emergency" in told
    assert problems(ready) == []


def test_a_broken_protocol_file_is_a_problem_with_its_place(ready: Desk) -> None:
    (ready.folder / "broken.toml").write_text("code = 1", encoding="utf-8")
    ready.settings["ANSHI_PROTOCOL_FILE"] = str(ready.folder / "broken.toml")
    assert any("line" in message or "missing" in message for message in problems(ready))


def test_the_self_rated_items_are_off_without_a_file_and_a_broken_one_is_a_problem(ready: Desk) -> None:
    assert any("ANSHI_PRO_CTCAE_FILE" in message for _, message in findings(ready)["self-rated items"])
    assert problems(ready) == []
    (ready.folder / "words.toml").write_text("[items.3.severity]\nzh = 'secret words'", encoding="utf-8")
    ready.settings["ANSHI_PRO_CTCAE_FILE"] = str(ready.folder / "words.toml")
    told = problems(ready)
    assert any("items.3.severity.en" in message for message in told)
    assert not any("secret words" in message for message in told)


def test_a_demo_store_is_a_problem_and_one_without_a_kind_a_warning(ready: Desk) -> None:
    ready.touch("UPDATE note SET value = 'demo' WHERE name = 'store_kind'")
    assert any("made by the demo" in message for message in problems(ready))
    ready.touch("DELETE FROM note WHERE name = 'store_kind'")
    assert problems(ready) == []
    assert "whether it is live" in warnings_of(ready)


def test_an_old_version_of_the_tables_is_a_problem(ready: Desk) -> None:
    ready.touch("DELETE FROM alembic_version")
    assert any("anshi db upgrade" in message for message in problems(ready))


@pytest.mark.parametrize("kind", ["sqlite"])
def test_a_file_that_is_no_database_is_a_problem_and_no_trace(ready: Desk) -> None:
    (ready.folder / "anshi.db").write_bytes(b"this is a letter and not a database " * 40)
    assert any("does not answer (ANSHI_DATABASE_URL)" in message for message in problems(ready))


def test_a_study_database_that_is_away_is_a_warning(ready: Desk) -> None:
    ready.settings["ANSHI_STUDY_DATABASE_URL"] = "postgresql://anshi:hunter2@127.0.0.1:1/none"
    assert problems(ready) == []
    assert "changes wait for it" in warnings_of(ready)
    assert "hunter2" not in ready.run(*DOCTOR).output


def test_keys_that_are_not_those_of_the_store_are_a_problem(ready: Desk) -> None:
    ready.settings["ANSHI_ENCRYPTION_KEYS"] = "k2:" + "c" * 43 + "="
    assert any("a key that is not in ANSHI_ENCRYPTION_KEYS" in message for message in problems(ready))
    ready.settings["ANSHI_ENCRYPTION_KEYS"] = "k1:" + "c" * 43 + "="
    assert any("the key has its name, not its bytes" in message for message in problems(ready))
    ready.settings["ANSHI_ENCRYPTION_KEYS"] = f"k2:{'c' * 43}=,{KEYS}"
    assert problems(ready) == []
    assert "anshi keys rotate" in warnings_of(ready)


def test_keys_that_cannot_be_read_are_named_and_not_shown(ready: Desk) -> None:
    ready.settings["ANSHI_ENCRYPTION_KEYS"] = "hunter2"
    assert any(message.startswith("ANSHI_ENCRYPTION_KEYS") for message in problems(ready))
    assert "hunter2" not in ready.run(*DOCTOR).output


def test_pages_open_to_the_network_without_https_are_warned_of(ready: Desk) -> None:
    ready.settings["ANSHI_WEB_HOST"] = "0.0.0.0"  # noqa: S104
    assert "ANSHI_WEB_PUBLIC_URL is not https://" in warnings_of(ready)
    ready.settings["ANSHI_WEB_PUBLIC_URL"] = "https://anshi.example.org"
    assert "ANSHI_WEB_PUBLIC_URL" not in warnings_of(ready)


def test_a_token_of_another_form_is_warned_of(ready: Desk) -> None:
    ready.settings["ANSHI_TELEGRAM_TOKEN"] = "hunter2"
    assert "has not the form" in warnings_of(ready)
    assert "hunter2" not in ready.run(*DOCTOR).output


def test_a_postgresql_is_looked_at_too(ready: Desk) -> None:
    ready.settings["ANSHI_DATABASE_URL"] = finished(fresh_store_url("postgresql", ready.folder))
    ready.settings["ANSHI_STUDY_DATABASE_URL"] = finished(fresh_study_url("postgresql", ready.folder))
    assert problems(ready) == []
    assert any("PostgreSQL" in message for _, message in findings(ready)["store"])
    assert "fsync" in warnings_of(ready)  # the tests' own server keeps nothing safe


# --- over the wire --------------------------------------------------------------------------------------------------

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def bot_api(answer: Answer) -> AsyncIterator[Settings]:
    """A Bot API of one answer, on a real socket."""
    application = web.Application()
    application.router.add_post("/{method:.*}", answer)
    server = TestServer(application)
    await server.start_server()
    try:
        yield Settings(telegram_token=SecretStr(TOKEN), telegram_api_url=str(server.make_url("")).rstrip("/"))
    finally:
        await server.close()


def me(status: int = 200, ahead: timedelta = timedelta(0), **body: Any) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.path == f"/bot{TOKEN}/getMe"
        at = RealClock().now() + ahead
        return web.json_response(body, status=status, headers={"Date": format_datetime(at, usegmt=True)})

    return answer


BOT = {"id": 1, "is_bot": True, "first_name": "Anshi", "username": "anshi_test_bot"}


async def asked(answer: Answer) -> list[Finding]:
    async with bot_api(answer) as settings:
        return await ask_telegram(settings)


async def test_a_bot_that_answers_is_named_and_the_clocks_agree() -> None:
    found = await asked(me(ok=True, result=BOT))
    assert [one.verdict for one in found] == [Verdict.OK, Verdict.OK]
    assert "@anshi_test_bot" in found[0].message


async def test_a_refused_token_is_a_problem() -> None:
    found = await asked(me(401, ok=False, error_code=401, description="Unauthorized"))
    assert found[0].verdict is Verdict.PROBLEM
    assert TOKEN not in found[0].message


async def test_a_clock_that_is_wrong_is_warned_of() -> None:
    found = await asked(me(ok=True, result=BOT, ahead=timedelta(minutes=10)))
    assert (found[1].area, found[1].verdict) == ("clock", Verdict.WARNING)
    assert "behind" in found[1].message


@pytest.mark.parametrize("status", [500, 302, 418])
async def test_an_answer_that_is_none_is_a_warning(status: int) -> None:
    found = await asked(me(status, hello="hunter2"))
    assert found[0].verdict is Verdict.WARNING
    assert "hunter2" not in found[0].message


async def test_nobody_there_is_a_warning_without_the_address() -> None:
    settings = Settings(telegram_token=SecretStr(TOKEN), telegram_api_url="http://127.0.0.1:1")
    async with asyncio.timeout(30):
        (found,) = await ask_telegram(settings)
    assert found.verdict is Verdict.WARNING
    assert TOKEN not in found.message
