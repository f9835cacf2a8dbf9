"""`anshi protocol`: checks a protocol file, shows it for people, and compares two."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Never

import click

from models.protocol_checks import hours
from models.protocol_file import ProtocolFileError, load_trial
from protocol.paths import trial_values
from protocol.terms import Mark
from protocol.trial import Trial

FILE = click.Path(path_type=Path)

MARKS = {
    Mark.REGISTERED: "registered 登记",
    Mark.PROPOSED: "proposed 拟定",
    Mark.APPROVED: "approved 批准",
}


@click.group("protocol")
def protocol() -> None:
    """The trial's protocol file."""


@protocol.command("check")
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Check FILE; every problem with its place and its remedy."""
    trial = _read(file)
    unconfirmed = len(trial.unconfirmed())
    approval = f"approved by {trial.approval.investigator}" if trial.approval else f"{unconfirmed} values unconfirmed"
    click.echo(f"{file}: {trial.code} version {trial.version}, no problems; {approval}.")


@protocol.command("show")
@click.argument("file", type=FILE, required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(file: Path | None, *, as_json: bool) -> None:
    """Show FILE, or the built-in trial, with the origin of each value."""
    trial = _read(file)
    click.echo(json.dumps(_as_data(trial), ensure_ascii=False, indent=2) if as_json else "\n".join(_page(trial)))


@protocol.command("diff")
@click.argument("a", type=FILE)
@click.argument("b", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def diff(a: Path, b: Path, *, as_json: bool) -> None:
    """List what differs between two files: path, old value, new value."""
    changes = _changes(_all_values(_read(a)), _all_values(_read(b)))
    if as_json:
        click.echo(json.dumps(changes, ensure_ascii=False, indent=2))
        return
    for change in changes:
        click.echo(f"{change['path']}: {_inline(change['old'])} → {_inline(change['new'])}")
    if not changes:
        click.echo("No differences.")


def _read(file: Path | None) -> Trial:
    try:
        return load_trial(file)
    except ProtocolFileError as error:
        _give_up(error)


def _give_up(error: ProtocolFileError) -> Never:
    for problem in error.problems:
        click.echo(" ".join(str(problem).split()), err=True)
    raise click.exceptions.Exit(1)


def _page(trial: Trial) -> Iterator[str]:
    yield f"{trial.code}, version {trial.version}"
    yield from _approval_lines(trial)
    table = ""
    for path, value in trial_values(trial).items():
        name, _, rest = path.partition(".")
        if rest and name != table:
            table = name
            yield from ("", f"[{name}]")
        yield from _value_lines(rest or name, _plain(value), MARKS[trial.marks[path]])


def _approval_lines(trial: Trial) -> Iterator[str]:
    if trial.approval is None:
        yield "Not approved 未批准: a real study enrols nobody with this file."
        return
    yield f"Approved 批准: version {trial.approval.version}, {trial.approval.approved_on}"
    yield f"  Investigator 研究者: {trial.approval.investigator}"
    yield f"  Ethics reference 伦理批件号: {trial.approval.ethics_reference}"


def _value_lines(name: str, value: object, mark: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"  {name} = {_inline(value)}  ({mark})"
        return
    yield f"  {name}  ({mark})"
    for path, part in _leaves("", value):
        if part is None or part == []:
            continue
        first, *more = (str(part) if isinstance(part, str) else _inline(part)).splitlines()
        yield f"    {path.removeprefix('.').removeprefix('text.')}: {first}"
        yield from (f"        {line}" for line in more)


def _as_data(trial: Trial) -> dict[str, object]:
    values = trial_values(trial)
    return {
        "code": trial.code,
        "version": trial.version,
        "approved": trial.approved(),
        "approval": _plain(trial.approval),
        "unconfirmed": list(trial.unconfirmed()),
        "values": {path: {"value": _plain(value), "mark": trial.marks[path].value} for path, value in values.items()},
    }


def _all_values(trial: Trial) -> dict[str, object]:
    """Each single value by its path, marks and approval too."""
    values = {"version": trial.version, "approval": _plain(trial.approval)}
    values |= {path: _plain(value) for path, value in trial_values(trial).items()}
    values |= {f"marks.{path}": mark.value for path, mark in trial.marks.items()}
    return dict(pair for path, value in values.items() for pair in _leaves(path, value))


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if not isinstance(value, dict):
        yield path, value
        return
    for key, part in value.items():
        yield from _leaves(f"{path}.{key}", part)


def _changes(old: Mapping[str, object], new: Mapping[str, object]) -> list[dict[str, object]]:
    paths = [*old, *(path for path in new if path not in old)]
    return [
        {"path": path, "old": old.get(path), "new": new.get(path)} for path in paths if old.get(path) != new.get(path)
    ]


def _plain(value: object) -> object:
    """A value as JSON has it; lengths and wall times as a protocol file writes them."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if field.name != "key"}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, timedelta):
        return hours(value)
    return f"{value:%H:%M}" if isinstance(value, time) else value.isoformat() if isinstance(value, date) else value


def _inline(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "(nothing)", True: "yes", False: "no"}[value]
    if isinstance(value, list):
        return ", ".join(_inline(part) for part in value)
    if isinstance(value, dict):
        return " ".join(f"{key} {_inline(part)}" for key, part in value.items())
    return " ".join(str(value).split())
