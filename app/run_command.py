"""What `anshi run` does: checks the settings, opens everything, and runs the named parts until a signal."""

import asyncio
import logging
import secrets
from collections.abc import Sequence

from starlette.routing import BaseRoute

from actions.enrolment import DEMO, STORE_KIND
from app.clock import RealClock
from app.hook import hook_routes
from app.logs import start_logging
from app.office import OfficeError, fail, fail_of_database, make_folder, new_id
from app.readiness import readiness_of
from app.running import PARTS, run_until_stopped
from app.settings import Settings, SettingsError, read_settings
from app.wiring import Chance, System, Transport, assemble
from bot.transport import AiohttpRequest
from models.inbox import Note
from models.migrations.upgrade import Which, revision
from models.protocol_file import ProtocolFileError
from models.sqlite import UnsafeSqliteError
from models.vault import KeyFormatError
from study.faults import DOWN

log = logging.getLogger("anshi.app")

BOT_MISSING = (
    "ANSHI_TELEGRAM_TOKEN is not set: ask @BotFather in Telegram for a bot (/newbot) and put its token into .env; "
    "`anshi demo` needs none"
)
NO_KEYS = "ANSHI_ENCRYPTION_KEYS and ANSHI_INDEX_KEY are not set; `anshi keys new` prints a pair"


def run_command(only: Sequence[str]) -> None:
    """Runs until SIGINT or SIGTERM. Every reason not to start is one line, all of them at once."""
    parts = tuple(only) or tuple(PARTS)
    unknown = [f"there is no part {part}; the parts are {', '.join(PARTS)}" for part in parts if part not in PARTS]
    try:
        settings = read_settings(needs=_needs(parts))
        if unknown:
            fail(*unknown)
        start_logging(settings)
        asyncio.run(_run(settings, parts))
    except SettingsError as error:
        fail(*unknown, *error.problems)
    except ProtocolFileError as error:
        fail(*str(error).splitlines())
    except (OfficeError, KeyFormatError, UnsafeSqliteError) as error:
        fail(str(error))
    except DOWN as error:
        fail_of_database(error)


def _needs(parts: Sequence[str]) -> dict[tuple[str, ...], str]:
    """What these parts cannot do without, and what to say of it."""
    needs: dict[tuple[str, ...], str] = {("encryption_keys", "index_key"): NO_KEYS}
    if "bot" in parts or "scheduler" in parts:
        needs[("telegram_token",)] = BOT_MISSING
    return needs


async def _run(settings: Settings, parts: Sequence[str]) -> None:
    for url in (settings.database_url, settings.study_database_url):
        make_folder(url)
    await _check_versions(settings)
    proxy = settings.telegram_proxy_url.get_secret_value() if settings.telegram_proxy_url else None
    transport = Transport(
        AiohttpRequest(proxy_url=proxy),
        AiohttpRequest(proxy_url=proxy, connections=2),
        settings.telegram_messages_per_second,
    )
    system = assemble(settings, RealClock(), Chance(new_id), transport)
    await _refuse_demo(system)
    web = None
    if "web" in parts or ("bot" in parts and settings.telegram_webhook_url):
        web = _web(system, settings, hook_routes(system) if "bot" in parts else [])
    log.info("started", extra={"action": "start", "parts": ",".join(parts), "protocol": system.trial.version})
    await run_until_stopped(system, parts, web)
    log.info("stopped", extra={"action": "stop"})


async def _check_versions(settings: Settings) -> None:
    await _check_version(settings.database_url, "store")
    try:
        await _check_version(settings.study_database_url, "study")
    except DOWN as error:  # the study is waited for: what we owe it waits in the outbox
        extra = {"action": "start", "why": type(getattr(error, "orig", None) or error).__name__}
        log.warning("the study database does not answer", extra=extra)


async def _check_version(url: str, which: Which) -> None:
    there, newest = await revision(url, which)
    if there != newest:
        raise OfficeError(
            f"the {which} database is at version {there or 'none'}, {newest} is needed: run `anshi db upgrade`"
        )


async def _refuse_demo(system: System) -> None:
    async with system.store.read() as session:
        kind = await session.get(Note, STORE_KIND)
    if kind is not None and kind.value == DEMO:
        raise OfficeError("this store was made by the demo; a real study needs a store of its own (ANSHI_DATABASE_URL)")


def _web(system: System, settings: Settings, extra_routes: Sequence[BaseRoute]) -> object:
    from web.application import build_web

    return build_web(
        system.store,
        system.study,
        system.trial,
        now=system.clock.now,
        new_token=lambda: secrets.token_urlsafe(32),
        public_url=settings.web_public_url,
        readiness=readiness_of(system),
        extra_routes=extra_routes,
    )
