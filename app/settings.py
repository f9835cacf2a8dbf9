"""Settings: read once from the environment or `.env`, checked all at once, reported by name and never by value."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "ANSHI_"
FILE_SUFFIX = "_FILE"
SECRETS = (
    "TELEGRAM_TOKEN",
    "TELEGRAM_WEBHOOK_SECRET",
    "ENCRYPTION_KEYS",
    "INDEX_KEY",
    "DATABASE_URL",
    "STUDY_DATABASE_URL",
    "TELEGRAM_PROXY_URL",
)


class SettingsError(Exception):
    """One or more settings are wrong; `problems` has one line for each, by name."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _database_url(value: str) -> str:
    try:
        backend = make_url(value).get_backend_name()
    except ArgumentError:
        raise ValueError("is not a database URL; example: sqlite:///var/anshi.db") from None
    if backend not in ("sqlite", "postgresql"):
        raise ValueError("names a database that is neither sqlite nor postgresql")
    return value


def _web_url(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")
    return value.rstrip("/")


def _proxy_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith(("http://", "socks5://")):
        raise ValueError("must begin with http:// or socks5://")
    return value


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
WebUrl = Annotated[str, AfterValidator(_web_url)]


class Settings(BaseModel):
    """One field per setting; the name in the environment is ANSHI_ and the field's name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    telegram_token: SecretStr | None = None
    telegram_api_url: WebUrl = "https://api.telegram.org"
    telegram_proxy_url: Annotated[SecretStr, AfterValidator(_proxy_url)] | None = None
    telegram_webhook_url: WebUrl | None = None
    telegram_webhook_secret: SecretStr | None = None
    telegram_messages_per_second: float = Field(default=25, gt=0, le=30)
    database_url: DatabaseUrl = Field(default="sqlite:///var/anshi.db", repr=False)
    study_database_url: DatabaseUrl = Field(default="sqlite:///var/study.db", repr=False)
    protocol_file: Path | None = None
    pro_ctcae_file: Path | None = None
    encryption_keys: SecretStr | None = None
    index_key: SecretStr | None = None
    web_host: str = "127.0.0.1"
    web_port: int = Field(default=8000, ge=0, le=65535)
    web_public_url: WebUrl | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] | None = None


def setting_names() -> list[str]:
    """Every setting's name in the environment."""
    return [PREFIX + name.upper() for name in Settings.model_fields]


def read_settings(
    environment: Mapping[str, str] | None = None,
    env_file: Path = Path(".env"),
    *,
    needs: Mapping[tuple[str, ...], str] = MappingProxyType({}),
) -> Settings:
    """The settings from the environment, then `.env`; secrets also from the file that NAME_FILE names.

    `needs` has what to say where none of some settings is given, such as a token. Raises SettingsError with every
    problem at once.
    """
    found: dict[str, str] = {key: value for key, value in dotenv_values(env_file).items() if value is not None}
    found |= dict(os.environ if environment is None else environment)
    found = {key: value for key, value in found.items() if key.startswith(PREFIX)}
    problems: list[str] = []
    values: dict[str, Any] = {}
    for name, value in sorted(found.items()):
        _take(name, value, values, problems)
    problems += [told for names, told in needs.items() if not any(name in values for name in names)]
    settings = _validated(values, problems)
    if settings is not None:
        problems += _together(settings)
    if settings is None or problems:
        raise SettingsError(problems)
    return settings


def _take(name: str, value: str, values: dict[str, Any], problems: list[str]) -> None:
    short = name.removeprefix(PREFIX)
    if short.endswith(FILE_SUFFIX) and short.removesuffix(FILE_SUFFIX) in SECRETS:
        path = Path(value)
        if not path.is_file():
            problems.append(f"{name}: there is no such file")
            return
        values[short.removesuffix(FILE_SUFFIX).lower()] = path.read_text(encoding="utf-8").strip()
    elif short.lower() not in Settings.model_fields:
        problems.append(f"{name}: is not a setting; .env.example lists them all")
    elif value != "":
        values[short.lower()] = value


def _validated(values: dict[str, Any], problems: list[str]) -> Settings | None:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        for item in error.errors(include_input=False, include_url=False):
            name = PREFIX + str(item["loc"][0]).upper()
            problems.append(f"{name}: {item['msg'].removeprefix('Value error, ')}")
        return None


def _together(settings: Settings) -> list[str]:
    problems = []
    if settings.telegram_webhook_url and not settings.telegram_webhook_secret:
        problems.append("ANSHI_TELEGRAM_WEBHOOK_SECRET: is needed with ANSHI_TELEGRAM_WEBHOOK_URL")
    if settings.telegram_webhook_url and not settings.telegram_webhook_url.startswith("https://"):
        problems.append("ANSHI_TELEGRAM_WEBHOOK_URL: must begin with https://")
    if (settings.encryption_keys is None) != (settings.index_key is None):
        problems.append("ANSHI_ENCRYPTION_KEYS and ANSHI_INDEX_KEY: are set together or not at all")
    return problems
