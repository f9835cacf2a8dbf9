"""Every command that a page or a message names exists, with the options it names; so does every make target."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from app.__main__ import cli
from tests.house.house import ROOMS, code_spans, documents, fenced_lines, read, sources

EARLIER = "docs/decisions/"  # decisions speak of their day


def told_commands() -> list[tuple[str, str]]:
    """Where each `anshi ...` is told, and what follows the name."""
    pages = [name for name in documents() if not name.startswith(EARLIER)]
    said = [(name, span) for name in pages for span in (*code_spans(name), *fenced_lines(name))]
    said += [(name, span) for name in sources(*ROOMS) for span in re.findall(r"`([^`\n]+)`", read(name))]
    said.append((".env.example", " ".join(re.findall(r"`(anshi [^`]+)`", read(".env.example")))))
    found = [(name, re.sub(r"^(\$ |\.venv/bin/)*", "", span)) for name, span in said]
    return [(name, span.removeprefix("anshi ")) for name, span in found if span.startswith("anshi ")]


def problem(told: str) -> str:
    """What is wrong with the command after `anshi`; empty when it could be typed."""
    try:
        words = [word.strip("[],;") for word in shlex.split(told.split(" | ")[0], comments=True)]
    except ValueError:
        return f"cannot be typed: {told}"
    return _problem(cli, [word for word in words if word])


def _problem(command: click.Command, words: list[str]) -> str:
    for position, word in enumerate(words):
        if isinstance(command, click.Group) and not word.startswith("-"):
            found = command.get_command(click.Context(command), word)
            if found is None:
                return f"no command {' '.join(words[: position + 1])}"
            command = found
        elif word.startswith("-") and word.partition("=")[0] not in _options(command):
            return f"no option {word} of {' '.join(words[:position])}"
    return ""


def _options(command: click.Command) -> set[str]:
    names = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    return names | {"--help", "-h", "--version"}


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        yield " ".join((*path, name)), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


def test_there_are_commands_and_pages_that_tell_them() -> None:
    assert len(list(every_command(cli))) > 10
    assert len({told for _, told in told_commands()}) > 10


def test_a_command_or_option_that_is_not_there_is_found() -> None:
    assert problem("protocol check my-trial.toml") == ""
    assert problem("protocol chek x")
    assert problem("protocol check --fast x")
    assert problem("fly")


def test_every_command_that_is_told_can_be_typed() -> None:
    assert [(name, told, wrong) for name, told in told_commands() if (wrong := problem(told))] == []


def test_every_command_explains_itself() -> None:
    silent = [path for path, command in every_command(cli) if not (command.help or command.short_help)]
    assert silent == []


def test_every_leaf_command_is_told_in_operating_or_the_readme() -> None:
    """A command nobody is told of is a command nobody finds."""
    pages = read("docs/operating.md") + read("README.md") + read("docs/reports.md") + read("docs/protocol-file.md")
    leaves = [path for path, command in every_command(cli) if not isinstance(command, click.Group)]
    assert [path for path in leaves if f"anshi {path}" not in pages] == []


@pytest.mark.parametrize("page", ["README.md", "docs/operating.md", "CONTRIBUTING.md"])
def test_every_make_target_that_is_told_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", read("Makefile"), flags=re.MULTILINE))
    told = re.findall(r"^make ([a-z][\w-]*)", "\n".join([*code_spans(page), *fenced_lines(page)]), flags=re.MULTILINE)
    assert set(told) <= targets
    assert told or page == "docs/operating.md"
