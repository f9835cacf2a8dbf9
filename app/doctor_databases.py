"""The doctor at the databases: reachable, migrated, of the right kind, durable, and readable with these keys."""

import secrets
import sqlite3
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import col, func, select

from actions.duty import uncovered_hours, years_without_calendar
from actions.enrolment import DEMO, STORE_KIND
from app.clock import RealClock
from app.doctor import Finding, problem, vault_keys, warning, well
from app.settings import Settings
from models.chat_access import chat_index, open_chat
from models.identity import ChatLink
from models.inbox import Note
from models.migrations.upgrade import Which, revision
from models.protocol_file import ProtocolFileError, load_trial
from models.rotation import SEALED, one_value, under_other_keys
from models.session import is_sqlite, open_engine
from models.site import Site, Staff
from models.sqlite import IN_FORCE, UnsafeSqliteError
from models.vault import Keys, SealError, Vault
from protocol.terms import Role

DOWN = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError, sqlite3.Error)
OTHERS_MAY = 0o077


async def look_at_databases(settings: Settings) -> list[Finding]:
    """Both databases; the study database may be away for a while, the operational store may not."""
    found = await _look(settings.database_url, "store", "ANSHI_DATABASE_URL", settings)
    return found + await _look(settings.study_database_url, "study", "ANSHI_STUDY_DATABASE_URL", settings)


async def _look(url: str, which: Which, setting: str, settings: Settings) -> list[Finding]:
    if is_sqlite(url) and not _file(url).is_file():
        return [problem(which, f"there is no database yet ({setting}); `anshi db upgrade` makes it")]
    try:
        before, newest = await revision(url, which)
        if before != newest:
            told = f"is at version {before or 'none'}, {newest} is needed: run `anshi db upgrade`"
            return [problem(which, f"the database {told}")]
        found = [well(which, f"version {newest}")]
        found += await _with_engine(url, lambda engine: _durability(engine, url, which))
        if which == "store":
            found += await _with_engine(url, lambda engine: _contents(engine, settings))
    except UnsafeSqliteError as error:
        return [problem(which, str(error))]
    except DOWN as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        down = f"the database does not answer ({setting}): {kind}"
        return [problem(which, down) if which == "store" else warning(which, f"{down}; changes wait for it")]
    return found


def _file(url: str) -> Path:
    return Path(make_url(url).database or "")


async def _with_engine(url: str, work: Callable[[AsyncEngine], Awaitable[list[Finding]]]) -> list[Finding]:
    engine = open_engine(url, writes=False)
    try:
        return await work(engine)
    finally:
        await engine.dispose()


async def _durability(engine: AsyncEngine, url: str, which: Which) -> list[Finding]:
    async with engine.connect() as connection:
        if not is_sqlite(url):
            server = await connection.scalar(text("SHOW server_version"))
            unsafe = [name for name in ("fsync", "full_page_writes") if await _is_off(connection, name)]
            lost = [warning(which, f"{' and '.join(unsafe)} off: a power cut may destroy it")] if unsafe else []
            return [well(which, f"PostgreSQL {server}"), *lost]
        build = await connection.scalar(text("SELECT sqlite_version()"))
        there = {name: str(await connection.scalar(text(f"PRAGMA {name}"))) for name in IN_FORCE}
    told = ", ".join(f"{name} {value}" for name, value in there.items())
    found = [well(which, f"SQLite {build}: {told}") if there == IN_FORCE else problem(which, f"unsafe pragmas: {told}")]
    if _file(url).stat().st_mode & OTHERS_MAY and _file(url).parent.stat().st_mode & OTHERS_MAY:
        found.append(warning(which, "other accounts of this machine may open the file; chmod 700 its folder"))
    return found


async def _is_off(connection: object, name: str) -> bool:
    return str(await connection.scalar(text(f"SHOW {name}"))) == "off"  # type: ignore[attr-defined]


async def _contents(engine: AsyncEngine, settings: Settings) -> list[Finding]:
    keys = vault_keys(settings)
    async with AsyncSession(engine) as session:
        found = await _kind(session) + await _people(session)
        found += await _on_call(session, settings)
        return found + (await _sealed(session, keys) if keys else [])


async def _kind(session: AsyncSession) -> list[Finding]:
    note = await session.get(Note, STORE_KIND)
    if note is None:
        return [warning("store", "nobody has said whether it is live; `anshi db upgrade` marks it")]
    if note.value == DEMO:
        return [problem("store", "was made by the demo; a real study needs a store of its own (ANSHI_DATABASE_URL)")]
    return [well("store", f"is {note.value}")]


async def _people(session: AsyncSession) -> list[Finding]:
    sites = await session.scalar(select(func.count()).select_from(Site)) or 0
    enabled = list(await session.scalars(select(Staff.role).where(col(Staff.disabled_at).is_(None))))
    found = [well("staff", f"{sites} sites, {len(enabled)} enabled accounts")]
    if not sites:
        found.append(warning("staff", "there is no site yet; `anshi site add` makes one"))
    missing = [role for role in (Role.ADMINISTRATOR, Role.INVESTIGATOR, Role.COORDINATOR) if role not in enabled]
    return found + [warning("staff", f"there is no enabled {role}; `anshi staff add` makes one") for role in missing]


async def _on_call(session: AsyncSession, settings: Settings) -> list[Finding]:
    """Every hour ahead has a name and a phone; without that nobody is enrolled, and no red report reaches a human."""
    try:
        trial = load_trial(settings.protocol_file)
    except ProtocolFileError:
        return []  # said where the protocol file is looked at
    found, at = [], RealClock().now()
    for site in await session.scalars(select(Site).order_by(col(Site.code))):
        gaps = await uncovered_hours(session, site, trial, at)
        if gaps:
            told = f"{site.code}: {len(gaps)} times ahead have no name and phone on call; `anshi duty check` shows them"
            found.append(problem("on call", told))
        else:
            found.append(well("on call", f"{site.code}: every hour ahead has a name and a phone"))
        found += [_without_calendar(site, year) for year in years_without_calendar(site, at)]
    return found


def _without_calendar(site: Site, year: int) -> Finding:
    told = f"{site.code}: the days worked instead of holidays are not known for {year}; `anshi duty day` enters them"
    return warning("on call", told)


async def _sealed(session: AsyncSession, keys: Keys) -> list[Finding]:
    """Whether what is sealed opens with these keys, and which key it is under."""
    vault, names = Vault(keys, secrets.token_bytes), tuple(keys.sealing)
    found, older = [], 0
    for column in SEALED:
        foreign = await under_other_keys(session, column, names)
        if foreign:
            told = f"{column.place}: {foreign} values are sealed with a key that is not in ANSHI_ENCRYPTION_KEYS"
            found.append(problem("keys", told))
        older += await under_other_keys(session, column, names[:1]) - foreign
        sample = await one_value(session, column, names)
        if sample is not None and not _opens(vault, *sample):
            found.append(problem("keys", f"{column.place}: a value does not open; the key has its name, not its bytes"))
    if older:
        found.append(warning("keys", f"{older} values are under an older key; `anshi keys rotate` brings them over"))
    return found + await _index(session, vault)


async def _index(session: AsyncSession, vault: Vault) -> list[Finding]:
    """The index key, tried on a chat: with another one nobody would be recognised."""
    link = await session.scalar(select(ChatLink).limit(1))
    if link is None:
        return []
    try:
        fits = chat_index(vault, link.channel, open_chat(vault, link.id, link.chat)) == link.chat_index
    except SealError:
        return []
    return [] if fits else [problem("keys", "ANSHI_INDEX_KEY is another one than the chats were linked with")]


def _opens(vault: Vault, place: str, sealed: str) -> bool:
    try:
        vault.open(place, sealed)
    except SealError:
        return False
    return True
