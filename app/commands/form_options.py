"""What the commands of the forms share: finding one, texts that may be read, days that may be taken away."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from actions.forms import access_form, narrative_of, newest_forms, signature_of, versions_of, was_signed
from app.acting import KNOWS_NAMES, acting, reader, theirs
from app.commands.options import show
from app.office import Office, fail, run
from models.access import access_participant, access_participants
from models.adverse_event import AdverseEvent
from models.medication import Medication
from models.participant import Participant
from models.pregnancy import Pregnancy
from models.session import Actor, Change
from models.site import Staff
from protocol.forms import FormError
from protocol.partial_day import PartialDay, PartialDayError

F = TypeVar("F", AdverseEvent, Medication, Pregnancy)
NONE: Final = object()
"""A day that is to be taken away."""
LISTED = {"id": "id", "participant_code": "participant", "version": "version"}
SIGNED = {"signed": "signed"}
TEXTS = {"narrative": "narrative"}


class KnownDay(click.ParamType[PartialDay]):
    """A day as far as it is known."""

    name = "YYYY[-MM[-DD]]"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if isinstance(value, PartialDay):
            return value
        try:
            return PartialDay.read(str(value))
        except PartialDayError:
            self.fail(f"{value!r} is no day; write 2026-03-02, or 2026-03 or 2026 if no more is known", param, ctx)


class KnownDayOrNone(KnownDay):
    """A day as far as it is known, or `none` to take one away."""

    name = "YYYY[-MM[-DD]]|none"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return NONE if value is NONE or str(value).lower() == "none" else super().convert(value, param, ctx)


narrative = click.option("--narrative", help="In own words; sealed, and never told to the study database.")
in_error = click.option("--entered-in-error", "in_error", is_flag=True, help="The form should never have been.")
versions = click.option("--versions", is_flag=True, help="Every version, not the newest alone.")
texts = click.option("--texts", is_flag=True, help="Open the narratives; needs CODE and --as, and is audited.")
version = click.option("--version", type=int, required=True, help="The version that was read.")


def changes_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """What was named on the command line; `none` takes a value away."""
    named = {name: value for name, value in given.items() if value not in (None, False, ())}
    return {name: None if value is NONE else value for name, value in named.items()}


def written(command: Callable[[Office], Any]) -> Any:
    """Runs a command that writes a form; a refusal is one line for each problem."""

    async def inside(office: Office) -> Any:
        try:
            return await command(office)
        except FormError as error:
            return error

    found = run(inside, keys_needed=True)
    if isinstance(found, FormError):
        fail(*found.problems)
    return found


async def form_of(change: Change, table: type[F], form_id: str) -> tuple[Participant, F]:
    """Whose form it is, locked, and its newest version. Raises AccessDeniedError."""
    found = await access_form(change.session, change.actor, table, form_id)
    code = (await change.session.get_one(Participant, found.participant_id)).code
    return await theirs(change, code), await access_form(change.session, change.actor, table, form_id)


def signing(
    table: type[F],
    values: Callable[[F], dict[str, Any]],
    sign: Callable[[Change, F, int, Staff], Any],
    form_id: str,
    number: int,
    as_name: str,
) -> dict[str, Any]:
    """One version signed by an investigator; whoever else tries is told so."""

    async def command(office: Office) -> dict[str, Any]:
        async with acting(office, as_name, KNOWS_NAMES) as (change, staff):
            one, row = await form_of(change, table, form_id)
            await sign(change, row, number, staff)
            await change.session.flush()
            return await form_values(change.session, one.code, row, values)

    found: dict[str, Any] = written(command)
    return found


async def form_values(
    session: AsyncSession, code: str, row: F, values: Callable[[F], dict[str, Any]]
) -> dict[str, Any]:
    """One version for a table or JSON."""
    signature = await signature_of(session, row)
    earlier = await was_signed(session, row)
    if row.in_error:
        signed = "entered in error"
    elif signature is not None:
        signed = f"{signature.signed_by}, {signature.signed_at:%Y-%m-%d}"
    else:
        signed = f"no longer: version {earlier} was" if earlier and earlier < row.version else "no"
    return {
        "id": row.form_id,
        "participant_code": code,
        "version": row.version,
        **values(row),
        "in_error": row.in_error,
        "reason": row.reason or None,
        "recorded_by": row.recorded_by,
        "recorded_at": row.recorded_at,
        "signed": signed,
        "signed_by": signature.signed_by if signature else None,
        "signed_at": signature.signed_at if signature else None,
        "alert_id": row.alert_id,
        "has_narrative": row.narrative is not None,
    }


def listing(
    table: type[F],
    values: Callable[[F], dict[str, Any]],
    columns: Mapping[str, str],
    code: str | None,
    as_name: str | None,
    *,
    versions: bool,
    texts: bool,
    as_json: bool,
) -> None:
    """The forms of one participant or of everybody; `texts` opens what is sealed, for a named person."""
    if texts and (as_name is None or code is None):
        raise click.UsageError("--texts needs CODE and --as: it is audited who reads whose")

    async def command(office: Office) -> list[dict[str, Any]]:
        if texts:
            return await _opened(office, table, values, code or "", as_name or "", versions=versions)
        actor = await reader(office, as_name)
        async with office.store.read() as session:
            people = [await access_participant(session, actor, code)] if code else None
            return [
                await form_values(session, one.code, row, values)
                for one in people or await access_participants(session, actor)
                for row in await _rows(session, actor, table, one, versions=versions)
            ]

    shown = LISTED | dict(columns) | SIGNED | (TEXTS if texts else {})
    show(run(command, keys_needed=texts), shown, as_json=as_json)


async def _rows(session: AsyncSession, actor: Actor, table: type[F], one: Participant, *, versions: bool) -> list[F]:
    newest = await newest_forms(session, table, one.id)
    if not versions:
        return newest
    return [row for form in newest for row in await versions_of(session, actor, table, form.form_id)]


async def _opened(
    office: Office, table: type[F], values: Callable[[F], dict[str, Any]], code: str, as_name: str, *, versions: bool
) -> list[dict[str, Any]]:
    async with acting(office, as_name, KNOWS_NAMES) as (change, _):
        one = await theirs(change, code)
        rows = await _rows(change.session, change.actor, table, one, versions=versions)
        change.audit("read_narratives", str(table.__tablename__), one.id, participant_id=one.id)
        return [
            await form_values(change.session, one.code, row, values) | {"narrative": narrative_of(change, row)}
            for row in rows
        ]
