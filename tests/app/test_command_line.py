"""The command line as a whole: light help, exit codes, one line per failure and no trace."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from app.__main__ import LAZY, Anshi, cli
from tests.app.conftest import Desk

ROOT = Path(__file__).parents[2]
READERS = {
    "alert list", "audit anchors", "audit verify", "db upgrade", "demo", "doctor", "dose list", "dose-order list",
    "dose-order preview", "dose-order proposals", "guard list", "lab list", "month-six list",
    "ae list", "disposition list", "duty check", "duty list", "medication list", "pregnancy list", "sae list",
    "keys new", "message list", "message sent", "participant list", "participant show", "protocol check",
    "protocol diff", "protocol show",
    "report adherence", "report alerts", "report cohort", "report day", "report visits", "report self-rated",
    "report symptoms",
    "report tablets",
    "report outcomes", "report troughs",
    "report delivery", "report worklist", "run", "simulate", "site list", "staff chats", "staff list", "sync drain",
    "symptom items", "symptom show", "sync reconcile",
    "sync status", "tablets list", "transfusion list", "travel list", "visit list",
}  # fmt: skip
FIRST_ACCOUNT = {"staff add", "site add", "staff disable", "staff reset"}  # ask for --as themselves


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    """Every command with its whole name."""
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))
        else:
            yield " ".join((*path, name)), found


ALL = dict(commands(cli))


def test_there_are_commands_to_look_at() -> None:
    assert len(ALL) > 30


@pytest.mark.parametrize("name", ALL)
def test_every_command_explains_itself(name: str) -> None:
    result = CliRunner().invoke(cli, [*name.split(), "--help"])
    assert result.exit_code == 0
    assert ALL[name].get_short_help_str()


@pytest.mark.parametrize("name", sorted(set(ALL) - READERS - FIRST_ACCOUNT))
def test_every_command_that_writes_asks_who_answers_for_it(name: str) -> None:
    asked = [option for option in ALL[name].params if "--as" in option.opts]
    assert [option.required for option in asked] == [True]


def test_the_list_of_commands_says_what_each_group_says_of_itself() -> None:
    context = click.Context(cli)
    for name, (_, line) in LAZY.items():
        found = cli.get_command(context, name)
        assert found is not None
        assert (found.help or "").splitlines()[0] == line


def test_help_and_version_load_no_database_and_no_telegram() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from app.__main__ import cli\n"
        "assert CliRunner().invoke(cli, ['--help']).exit_code == 0\n"
        "print(sorted({'sqlalchemy', 'telegram', 'aiohttp', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_module_and_the_script_are_the_same_command() -> None:
    done = subprocess.run([sys.executable, "-m", "app", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0
    assert done.stdout.startswith("anshi, version ")


def test_a_usage_error_is_exit_code_2(bare: Desk) -> None:
    assert "No such command" in bare.misused("participants")
    assert "Missing option '--as'" in bare.misused("participant", "unlink", "017", "--reason", "lost")


def test_a_store_that_was_never_made_is_one_line(bare: Desk) -> None:
    told = bare.refused("participant", "list")
    assert "anshi db upgrade" in told
    assert len(told.splitlines()) == 1


def test_a_server_that_is_not_there_is_one_line_without_its_address(bare: Desk) -> None:
    bare.settings["ANSHI_DATABASE_URL"] = "postgresql://anshi:hunter2@127.0.0.1:1/none"
    told = bare.refused("participant", "list")
    assert len(told.splitlines()) == 1
    assert "hunter2" not in told


@pytest.mark.parametrize(
    "error", [RuntimeError("hunter2"), KeyError("hunter2"), ConnectionRefusedError(111, "hunter2")]
)
def test_what_nobody_foresaw_is_one_line_without_its_text(error: Exception) -> None:
    @click.group(cls=Anshi)
    def planted() -> None:
        """A group with a fault."""

    @planted.command("break")
    def fault() -> None:
        raise error

    result = CliRunner().invoke(planted, ["break"])
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert len(result.stderr.splitlines()) == 1
    assert "hunter2" not in result.stderr
    assert "Traceback" not in result.output
