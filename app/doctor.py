"""The doctor: looks at everything `run` depends on and says what is well, what to look at, and what stops it."""

import re
import zoneinfo
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.settings import Settings, SettingsError, read_settings
from models.pro_ctcae_file import load_pro_wording
from models.protocol_file import ProtocolFileError, load_trial
from models.vault import KeyFormatError, Keys, read_keys
from protocol.terms import Language

LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en"}
LOOPBACK = ("127.0.0.1", "localhost", "::1")
TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{30,}")


class Verdict(StrEnum):
    """How a finding weighs; only a problem stops `run`."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. The message names settings and never their values."""

    area: str
    verdict: Verdict
    message: str


Look = Callable[[Settings], Awaitable[list[Finding]]]


def well(area: str, message: str) -> Finding:
    return Finding(area, Verdict.OK, message)


def warning(area: str, message: str) -> Finding:
    return Finding(area, Verdict.WARNING, message)


def problem(area: str, message: str) -> Finding:
    return Finding(area, Verdict.PROBLEM, message)


async def examine(looks: tuple[Look, ...]) -> list[Finding]:
    """Everything that can be looked at with these settings, then what `looks` find over the wire."""
    try:
        settings = read_settings()
    except SettingsError as error:
        return [problem("settings", line) for line in error.problems]
    found = [well("settings", "every setting has a valid value"), *_web(settings), *_keys(settings)]
    found += [*_protocol(settings), *_catalogues(), *_zones()]
    for look in looks:
        found += await look(settings)
    return found


def _web(settings: Settings) -> Iterator[Finding]:
    if settings.web_host in LOOPBACK:
        return
    if settings.web_public_url is None or not settings.web_public_url.startswith("https://"):
        yield warning("settings", "ANSHI_WEB_HOST is open to the network and ANSHI_WEB_PUBLIC_URL is not https://")


def vault_keys(settings: Settings) -> Keys | None:
    """The keys of the settings; None where there are none, or none that can be read."""
    if settings.encryption_keys is None or settings.index_key is None:
        return None
    try:
        return read_keys(settings.encryption_keys.get_secret_value(), settings.index_key.get_secret_value())
    except KeyFormatError:
        return None


def _keys(settings: Settings) -> Iterator[Finding]:
    if settings.encryption_keys is None or settings.index_key is None:
        yield problem("keys", "ANSHI_ENCRYPTION_KEYS and ANSHI_INDEX_KEY are not set; `anshi keys new` prints a pair")
        return
    try:
        keys = read_keys(settings.encryption_keys.get_secret_value(), settings.index_key.get_secret_value())
    except KeyFormatError as error:
        yield problem("keys", f"ANSHI_ENCRYPTION_KEYS or ANSHI_INDEX_KEY: {error}")
        return
    names = list(keys.sealing)
    yield well("keys", f"{names[0]} seals" + (f"; {', '.join(names[1:])} only open" if names[1:] else ""))


def _protocol(settings: Settings) -> Iterator[Finding]:
    try:
        trial = load_trial(settings.protocol_file)
    except ProtocolFileError as error:
        yield from (problem("protocol", line) for line in str(error).splitlines())
        return
    yield well("protocol", f"{trial.code} version {trial.version} is valid")
    if trial.approved():
        yield well("protocol", "this version is approved")
    else:
        yield warning("protocol", "this version is not approved; a live store enrols nobody with it")
    if unconfirmed := trial.unconfirmed():
        yield warning("protocol", f"{len(unconfirmed)} values are proposals: {', '.join(unconfirmed)}")
    try:
        words = load_pro_wording(settings.pro_ctcae_file, trial.pro_ctcae.items)
    except ProtocolFileError as error:
        yield from (problem("self-rated items", line) for line in str(error).splitlines())
        return
    off = "off: ANSHI_PRO_CTCAE_FILE names no file with their wording"
    yield well("self-rated items", off if words is None else f"on, wording {words.version[:12]}")


def _catalogues() -> Iterator[Finding]:
    from babel.messages.pofile import read_po

    import locales

    folder = Path(next(iter(locales.__path__)))
    for language, locale in LOCALES.items():
        files = sorted((folder / locale).rglob("*.po"))
        if not files:
            yield warning("catalogues", f"{locale}: there is no catalogue; texts fall back to English")
        for file in files:
            with file.open("rb") as opened:
                messages = [one for one in read_po(opened, locale=locale) if one.id]
            # English is the sources' own language: an empty entry reads as it stands there.
            may_be_empty = language is Language.EN
            missing = [one for one in messages if one.fuzzy or not (may_be_empty or _is_translated(one.string))]
            if missing:
                yield warning("catalogues", f"{locale}: {len(missing)} of {len(messages)} sentences are missing")
            else:
                yield well("catalogues", f"{locale}: {len(messages)} sentences")


def _is_translated(text: object) -> bool:
    return all(text) if isinstance(text, tuple | list) else bool(text)


def _zones() -> Iterator[Finding]:
    try:
        packaged = version("tzdata")
    except PackageNotFoundError:
        yield problem("time zones", "the package tzdata is missing")
        return
    system = [place for place in zoneinfo.TZPATH if (Path(place) / "Asia" / "Shanghai").is_file()]
    if system:
        yield well("time zones", f"tzdata {packaged} is installed; the system's in {system[0]} comes before it")
    else:
        yield well("time zones", f"tzdata {packaged}")
