"""`anshi audit`: whether the chain of who did what still holds."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import click
from sqlmodel import func, select

from app.commands.options import as_json
from app.office import Office, OfficeError, fail, run
from models.audit import AuditProblem, audit_problems, missing
from models.ledger import AuditEntry
from models.study.mark import StudyAuditAnchor
from reports.prepared import is_prepared
from reports.tables import json_text
from study.mark import kept_anchors

SHOWN_MAX = 50
ANCHOR: Final = re.compile(r"(\d+) ([0-9a-f]{64})( |$)")


@click.group("audit")
def audit() -> None:
    """Who did what, when and why."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What the walk found. `anchors` fitted or not; `study_answers` says whether its own were among them."""

    entries: int
    anchors: int
    study_answers: bool
    problems: list[AuditProblem]


@audit.command("anchors")
@as_json
def anchors(*, as_json: bool) -> None:
    """Print the anchors of the study database: number, hash and moment, to be kept where nobody here can write."""

    async def command(office: Office) -> list[StudyAuditAnchor]:
        found = await kept_anchors(office.study)
        if found is None:
            raise OfficeError("the study database does not answer, or is not prepared (run `anshi db upgrade`)")
        return found

    found = run(command)
    if as_json:
        told = [{"seq": one.seq, "hash": one.hash, "anchored_at": one.anchored_at} for one in found]
        click.echo(json_text(told), nl=False)
        return
    for one in found:
        click.echo(f"{one.seq} {one.hash} {one.anchored_at:%Y-%m-%dT%H:%M:%SZ}")


def _read_anchors(_ctx: click.Context, _param: click.Parameter, file: Path | None) -> list[tuple[int, str]]:
    """What `anshi audit anchors` printed."""
    lines = [] if file is None else file.read_text(encoding="utf-8").splitlines()
    found = [(number, ANCHOR.match(line)) for number, line in enumerate(lines, 1) if line.strip()]
    if wrong := [number for number, match in found if match is None]:
        raise click.BadParameter(f"line {wrong[0]} is no anchor; `anshi audit anchors` prints them")
    return [(int(match[1]), match[2]) for _, match in found if match is not None]


@audit.command("verify")
@click.option(
    "--anchors",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_read_anchors,
    metavar="FILE",
    help="Fit these too, as `anshi audit anchors` printed them at another time.",
)
@as_json
def verify(kept: list[tuple[int, str]], *, as_json: bool) -> None:
    """Walk the whole chain: gaps, altered entries, a missing end, anchors that do not fit. Exit code 1 if any.

    Anchors are the chain's head as it stood each hour, kept in the study database: a chain written anew fits none.
    """

    async def command(office: Office) -> Verified:
        if not await is_prepared(office.store):
            return Verified(0, len(kept), study_answers=True, problems=[missing(seq) for seq, _ in kept])
        studied = await kept_anchors(office.study)
        known = {*kept, *((one.seq, one.hash) for one in studied or ())}
        async with office.store.read() as session:
            entries = await session.scalar(select(func.count()).select_from(AuditEntry)) or 0
            problems = await audit_problems(session, known)
        return Verified(entries, len(known), study_answers=studied is not None, problems=problems)

    found = run(command)
    problems = found.problems
    if as_json:
        click.echo(json_text(asdict(found) | {"holds": not problems}), nl=False)
    elif not problems:
        click.echo(f"{found.entries} entries, {found.anchors} anchors; the chain holds.")
        if not found.study_answers:
            click.echo("The study database does not answer: its anchors were not looked at.", err=True)
    if problems:
        more = len(problems) - SHOWN_MAX
        rest = [f"and {more} more"] if more > 0 else []
        fail(*(f"entry {one.seq}: {one.message}" for one in problems[:SHOWN_MAX]), *rest)
