"""Forms of the trial: each version is one more row, the newest counts, and a signature names the very version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any, Final, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.access import AccessDeniedError, site_wall
from models.adverse_event import AdverseEvent
from models.form import FormSignature
from models.identity import Identity
from models.medication import Medication
from models.participant import Participant
from models.pregnancy import Pregnancy
from models.session import Actor, Change
from models.site import Staff
from protocol.adverse_event import EventFacts
from protocol.forms import FormError, FormKind, names_person
from protocol.medication import MedicationFacts
from protocol.moments import local_date
from protocol.pregnancy import PregnancyFacts
from protocol.terms import Role

Form: TypeAlias = AdverseEvent | Medication | Pregnancy
F = TypeVar("F", AdverseEvent, Medication, Pregnancy)
T = TypeVar("T", EventFacts, MedicationFacts, PregnancyFacts)
MISSING: Final = object()
SAID: Mapping[FormKind, str] = {kind: kind.replace("_", " ") for kind in FormKind}


def kind_of(form: Form) -> FormKind:
    return FormKind(str(type(form).__tablename__))


async def access_form(session: AsyncSession, actor: Actor, table: type[F], form_id: str) -> F:
    """The newest version of the form of this id, within the actor's site. Raises AccessDeniedError."""
    rows = await versions_of(session, actor, table, form_id)
    return rows[-1]


async def versions_of(session: AsyncSession, actor: Actor, table: type[F], form_id: str) -> Sequence[F]:
    """Every version, the first one first. Raises AccessDeniedError."""
    query = (
        select(table)
        .join(Participant, col(Participant.id) == col(table.participant_id))
        .where(col(table.form_id) == form_id, site_wall(actor, Participant.site_code))
        .order_by(col(table.version))
    )
    rows = (await session.scalars(query)).all()
    if not rows:
        raise AccessDeniedError(f"there is no such {SAID[FormKind(str(table.__tablename__))]} here")
    return rows


async def newest_forms(session: AsyncSession, table: type[F], participant_id: str) -> list[F]:
    """The newest version of each form of this participant, in the order in which they were begun."""
    rows = await session.scalars(
        select(table)
        .where(col(table.participant_id) == participant_id)
        .order_by(col(table.recorded_at), col(table.form_id), col(table.version))
    )
    return list({row.form_id: row for row in rows}.values())


def today_of(change: Change, participant: Participant) -> date:
    """The day on the participant's wall."""
    return local_date(change.at, ZoneInfo(participant.tz))


async def name_problems(change: Change, participant: Participant, **texts: str) -> Sequence[str]:
    """What is wrong with short texts that hold the participant's own name."""
    kept = await change.session.get(Identity, participant.id)
    if kept is None:
        return ()
    name = change.vault.open(f"identity.name/{participant.id}", kept.name)
    told = "holds the participant's name; write it without"
    return [f"{field}: {told}" for field, text in texts.items() if names_person(text, name)]


async def append_version(change: Change, row: Form, narrative: str, *, old: Form | None = None) -> None:
    """Writes one version with its audit and outbox entries; `narrative` is sealed for this very row."""
    if narrative.strip():
        row.narrative = change.vault.seal(_place(row), narrative.strip())
    change.session.add(row)
    await change.session.flush()
    change.audit(
        f"{'correct' if old else 'record'}_{kind_of(row)}",
        kind_of(row),
        row.form_id,
        participant_id=row.participant_id,
        old=_audited(old) if old else None,
        new=_audited(row),
        reason=row.reason,
    )
    change.owe(row, participant_id=row.participant_id)


def narrative_of(change: Change, row: Form) -> str:
    """The sealed words of one version; empty where there are none."""
    return change.vault.open(_place(row), row.narrative) if row.narrative else ""


def told_anew(facts: object, changes: Mapping[str, Any], narrative: str | None) -> dict[str, Any]:
    """What of a correction says something else than the facts do; a narrative always does."""
    found = {name: value for name, value in changes.items() if getattr(facts, name, MISSING) != value}
    return found if narrative is None else found | {"narrative": narrative}


def corrected(facts: T, told: Mapping[str, Any]) -> T:
    """The facts as they stand after a correction."""
    return replace(facts, **{field.name: told[field.name] for field in fields(facts) if field.name in told})


def correction_problems(row: Form, reason: str, changes: Mapping[str, Any]) -> Iterator[str]:
    """Why a version cannot take the place of this one."""
    if row.in_error:
        yield "this form was entered in error and stays so; record a new one"
    if not reason.strip():
        yield "say why it is corrected"
    if not changes:
        yield "nothing would change; name what is to be corrected"


async def sign(change: Change, row: Form, version: int, staff: Staff, missing: Sequence[str] = ()) -> FormSignature:
    """An investigator signs the newest version, by its number. Raises FormError.

    `missing`: what the form has yet to say. The participant is locked by the caller.
    """
    if staff.role is not Role.INVESTIGATOR:
        raise FormError(["an investigator has to sign it"])
    if version != row.version:
        raise FormError([f"version {row.version} is the newest; read that one, and sign it by its number"])
    if missing and not row.in_error:
        raise FormError([f"not said yet: {', '.join(missing)}; correct the form, then sign the new version"])
    if await signature_of(change.session, row) is not None:
        raise FormError([f"version {version} is signed already"])
    signature = FormSignature(
        id=change.new_id(),
        form=kind_of(row),
        form_id=row.form_id,
        version=version,
        participant_id=row.participant_id,
        signed_by=staff.name,
        signed_at=change.at,
    )
    change.session.add(signature)
    change.audit(
        "sign_form",
        kind_of(row),
        row.form_id,
        participant_id=row.participant_id,
        new={"version": version, "id": row.id},
    )
    change.owe(signature, participant_id=row.participant_id)
    return signature


async def signature_of(session: AsyncSession, row: Form) -> FormSignature | None:
    """The signature under this very version."""
    found: FormSignature | None = await session.scalar(
        select(FormSignature).where(
            FormSignature.form == kind_of(row),
            FormSignature.form_id == row.form_id,
            FormSignature.version == row.version,
        )
    )
    return found


async def was_signed(session: AsyncSession, row: Form) -> int | None:
    """The highest version that is signed."""
    versions = await session.scalars(
        select(FormSignature.version).where(FormSignature.form == kind_of(row), FormSignature.form_id == row.form_id)
    )
    return max(versions, default=None)


def _place(row: Form) -> str:
    return f"{kind_of(row)}.narrative/{row.id}"


def _audited(row: Form) -> dict[str, Any]:
    """The version as the study is told of it: no own words."""
    return row.values()
