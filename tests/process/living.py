"""A real `anshi` beside a real HTTP emulator: processes, signals, files, and everything they print."""

import asyncio
import json
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlmodel import select

from bot.callback_data import decode
from emulator.server import Emulator
from emulator.views import MessageView
from models.session import Store
from models.vault import Vault, read_keys
from protocol.taps import Verb

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
TOKEN = "123456789:AACanaryOfTheProcessTests_abcdef"
SECRET = "CanaryOfTheWebhook-0123456789"
KEYS, INDEX = "k1:" + "a" * 43 + "=", "b" * 43 + "="
APPROVAL = """
[approval]
investigator = "wu"
approved_on = 2026-01-31
ethics_reference = "EC-2026-1"
version = "2"
"""
CRITERIA = {
    "refractory_prca": "yes",
    "prior_therapy": "yes",
    "other_causes_excluded": "yes",
    "age": "yes",
    "no_blood_donation": "yes",
    "pregnancy_counselling": "yes",
    "pregnant_or_lactating": "no",
    "unable_to_comply": "no",
}


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  real processes live by the real clock


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Process:
    """One running `anshi`; `printed` is what it wrote, once it has ended."""

    child: asyncio.subprocess.Process
    output: Path

    @property
    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8")

    async def killed(self) -> None:
        """SIGKILL: nothing is finished, nothing is closed."""
        self.child.send_signal(signal.SIGKILL)
        await self.child.wait()

    async def terminated(self, within: float = 15.0) -> int:
        """SIGTERM; the exit code, or TimeoutError."""
        self.child.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within):
            return await self.child.wait()


@dataclass
class Site:
    """One Anshi on this machine: its folder, its settings, and the emulator it talks to."""

    folder: Path
    emulator: Emulator
    settings: dict[str, str]
    processes: list[Process] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    def environment(self) -> dict[str, str]:
        bare = {name: value for name, value in os.environ.items() if not name.startswith("ANSHI_")}  # noqa: TID251
        return {**bare, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **self.settings}

    async def command(self, *words: str, code: int = 0) -> str:
        """What a command prints; its exit code is checked."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "app", *words,
            cwd=self.folder, env=self.environment(), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await child.communicate()
        self.told += [out.decode(), err.decode()]
        assert child.returncode == code, err.decode()
        return (err if code else out).decode()

    async def run(self, *words: str) -> Process:
        """Starts `anshi run`; it is killed at the end of the test when it still runs."""
        output = self.folder / f"run-{len(self.processes)}.log"
        with output.open("wb") as file:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "app", "run", *words,
                cwd=self.folder, env=self.environment(), stdout=file, stderr=file,
            )  # fmt: skip
        self.processes.append(Process(child, output))
        return self.processes[-1]

    async def until(self, holds: Callable[[], T | None], seconds: float = 60.0) -> T:
        """Looks again and again until there is something."""
        async with asyncio.timeout(seconds):
            while not (found := holds()):  # noqa: ASYNC110  another process tells nobody
                await asyncio.sleep(0.05)
        return found

    async def until_row(self, table: Any, holds: Callable[[Any], bool], seconds: float = 60.0) -> None:
        """Looks again and again until a row of this table is so."""
        async with asyncio.timeout(seconds):
            while not any(holds(row) for row in await self.rows(table)):  # noqa: ASYNC110  likewise
                await asyncio.sleep(0.2)

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.emulator.phone.calls)

    async def rows(self, table: Any) -> list[Any]:
        """All rows of a table, as another process sees them."""
        vault = Vault(read_keys(KEYS, INDEX), secrets.token_bytes)
        url = self.settings["ANSHI_DATABASE_URL"]
        store = Store(url, vault=vault, new_id=lambda: secrets.token_hex(8), random_bytes=secrets.token_bytes)
        try:
            async with store.read() as session:
                return list(await session.scalars(select(table)))
        finally:
            await store.close()

    async def close(self) -> None:
        for process in self.processes:
            if process.child.returncode is None:
                await process.killed()

    def everything_printed(self) -> str:
        return "\n".join([*self.told, *(process.printed for process in self.processes)])

    # --- a study with one coordinator, one investigator and one participant

    async def furnish(self) -> None:
        """Databases, a site and its people, by command."""
        await self.command("db", "upgrade")
        staff = ("staff", "add", "--json")
        await self.command(*staff, "ada", "--role", "administrator")
        contact = ("--contact-name", "Team", "--contact-phone", "010-69150000", "--tz", "Asia/Shanghai")
        await self.command("site", "add", "PUMCH", *contact, "--as", "ada")
        await self.command("duty", "add", "PUMCH", "--name", "Wu", "--phone", "010-69150001", "--as", "ada")
        for name, role in (("li", "coordinator"), ("wu", "investigator")):
            await self.command(*staff, name, "--role", role, "--site", "PUMCH", "--as", "ada")

    async def enrol(self, code: str = "017", *, tz: str = "Asia/Shanghai") -> str:
        """The token of a new participant's invitation."""
        criteria = [word for key, met in CRITERIA.items() for word in ("--criterion", f"{key}={met}")]
        at = ("--site", "PUMCH", "--as")
        await self.command("participant", "eligibility", code, *criteria, "--prior-therapy", "steroids", *at, "wu")
        signed = ("--form-version", "1", "--signed-on", str(now().date()), "--investigator", "wu")
        await self.command("participant", "consent", code, *signed, *at, "li")
        habits = ("--language", "en", "--tz", tz, "--reminder-time", "08:00", "--food", "with", "--name", "Fang")
        told = await self.command("participant", "enrol", code, *habits, "--phone", "139", *at, "li", "--json")
        start: str = json.loads(told)["invitation"]["start"]
        return start.removeprefix("/start ")


@dataclass
class Phone:
    """A participant's phone on the emulator, with a person who presses what is there."""

    site: Site
    user: int

    def messages(self) -> list[MessageView]:
        return [message for message in self.site.emulator.phone.messages(self.user) if message.from_bot]

    def find(self, verb: Verb, argument: str = "") -> tuple[MessageView, str] | None:
        for message in reversed(self.messages()):
            for row in message.buttons:
                for button in row:
                    tap = decode(button.data)
                    if tap is not None and tap.verb is verb and tap.argument.endswith(argument):
                        return message, button.data
        return None

    async def tap(self, verb: Verb, argument: str = "", seconds: float = 60.0) -> MessageView:
        """Presses the button as soon as it is there."""
        message, data = await self.site.until(lambda: self.find(verb, argument), seconds)
        self.site.emulator.phone.tap(self.user, data=data, message_id=message.id)
        return message

    async def enter(self, token: str, reminder: str) -> None:
        """The whole entry, to the practice button."""
        self.site.emulator.phone.start(self.user, token)
        await self.tap(Verb.LANGUAGE, "en")
        await self.tap(Verb.NOTICE_READ)
        for purpose in ("messaging", "sensitive_data", "cross_border"):
            await self.tap(Verb.CONSENT, f"{purpose}:yes")
        await self.site.until(lambda: self.find(Verb.REMINDER_TIME))
        self.site.emulator.phone.send_text(self.user, reminder)
        await self.tap(Verb.FOOD, "with")
        await self.tap(Verb.PRACTICE)


def next_minute(zone_offset_hours: int) -> tuple[datetime, str]:
    """The first full minute that leaves time for entry, as a moment and on the wall of this offset."""
    at = (now() + timedelta(seconds=75)).replace(second=0, microsecond=0)
    return at, f"{at + timedelta(hours=zone_offset_hours):%H:%M}"


def noon_zone() -> tuple[str, int]:
    """A zone where it is about noon now, so that quiet hours and evenings stay out of the story."""
    hours = 12 - now().hour
    return f"Etc/GMT{-hours:+d}", hours
