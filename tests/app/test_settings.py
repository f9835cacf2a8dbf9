"""Settings: all problems at once, by name and never by value."""

import re
from pathlib import Path

import pytest

from app.settings import SettingsError, read_settings, setting_names
from tests.app.conftest import INDEX, KEYS, Desk

EXAMPLE = Path(__file__).parents[2] / ".env.example"


def read(**given: str) -> list[str]:
    """The problems of these settings."""
    with pytest.raises(SettingsError) as caught:
        read_settings({f"ANSHI_{name}": value for name, value in given.items()}, Path("none.env"))
    return caught.value.problems


def test_every_wrong_setting_is_named_at_once_and_never_by_value(bare: Desk) -> None:
    bare.settings |= {
        "ANSHI_DATABASE_URL": "mysql://root:hunter2@host/name",
        "ANSHI_WEB_PORT": "hunter3",
        "ANSHI_LOG_LEVEL": "hunter4",
        "ANSHI_TELEGRAM_PROXY_URL": "ftp://hunter5",
        "ANSHI_TELEGRAM_API_URL": "hunter6",
        "ANSHI_TELEGRAM_MESSAGES_PER_SECOND": "3000",
        "ANSHI_TELEGRAM_TOKN": "hunter7",
    }
    told = bare.refused("participant", "list")
    wrong = sorted(name for name, value in bare.settings.items() if value is not None)
    assert sorted(line.split(" ")[1].rstrip(":") for line in told.splitlines()) == wrong
    assert "hunter" not in told
    assert "3000" not in told


def test_run_names_what_is_wrong_and_what_is_missing_at_once(bare: Desk) -> None:
    bare.settings |= {"ANSHI_WEB_PORT": "hunter3", "ANSHI_NO_SUCH": "hunter7"}
    bare.settings |= {"ANSHI_ENCRYPTION_KEYS": None, "ANSHI_INDEX_KEY": None, "ANSHI_TELEGRAM_TOKEN": None}
    told = bare.refused("run", "--only", "bot,kitchen")
    for name in ("WEB_PORT", "NO_SUCH", "TELEGRAM_TOKEN", "ENCRYPTION_KEYS"):
        assert f"ANSHI_{name}" in told, told
    assert "there is no part kitchen" in told
    assert len(told.splitlines()) == 5
    assert "hunter" not in told
    assert "TELEGRAM_TOKEN" not in bare.refused("run", "--only", "web")  # what does not talk needs no token


def test_an_unknown_setting_is_refused() -> None:
    assert read(DATABSE_URL="sqlite:///x.db") == ["ANSHI_DATABSE_URL: is not a setting; .env.example lists them all"]


def test_settings_of_other_programs_are_left_alone() -> None:
    assert read_settings({"PATH": "/bin", "DATABASE_URL": "mysql://x"}, Path("none.env")).web_port == 8000


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(KEYS + "\n", encoding="utf-8")
    given = {"ANSHI_ENCRYPTION_KEYS_FILE": str(tmp_path / "keys"), "ANSHI_INDEX_KEY": INDEX}
    settings = read_settings(given, Path("none.env"))
    assert settings.encryption_keys is not None
    assert settings.encryption_keys.get_secret_value() == KEYS


def test_only_secrets_come_from_files_and_a_missing_file_is_named() -> None:
    assert read(WEB_PORT_FILE="/etc/hostname", TELEGRAM_TOKEN_FILE="/no/such") == [
        "ANSHI_TELEGRAM_TOKEN_FILE: there is no such file",
        "ANSHI_WEB_PORT_FILE: is not a setting; .env.example lists them all",
    ]


def test_keys_and_webhook_are_set_together_or_not_at_all() -> None:
    problems = read(ENCRYPTION_KEYS=KEYS, TELEGRAM_WEBHOOK_URL="http://insecure")
    assert len(problems) == 3


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANSHI_WEB_PORT=9001\nANSHI_WEB_HOST=0.0.0.0\n", encoding="utf-8")
    settings = read_settings({"ANSHI_WEB_PORT": "9002"}, tmp_path / ".env")
    assert (settings.web_port, settings.web_host) == (9002, "0.0.0.0")  # noqa: S104  a value to be read


def test_every_setting_stands_in_the_example_with_a_comment_above_and_nothing_else_does() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    named = [line.partition("=")[0] for line in lines if re.match(r"[A-Z]", line)]
    assert len(named) > 10
    assert sorted(named) == sorted(setting_names())
    assert all(lines[number - 1] for number, line in enumerate(lines) if line.startswith("ANSHI_"))


def test_the_example_itself_is_valid() -> None:
    assert read_settings({}, EXAMPLE).database_url.startswith("sqlite")


def test_printing_settings_prints_no_secret() -> None:
    given = {"ANSHI_DATABASE_URL": "postgresql://anshi:hunter2@host/name", "ANSHI_TELEGRAM_TOKEN": "1:hunter3"}
    assert "hunter" not in repr(read_settings(given, Path("none.env")))
