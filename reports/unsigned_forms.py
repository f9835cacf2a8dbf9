"""Forms of the trial whose newest version no investigator has signed yet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col
from sqlmodel import select as rows_of

from models.adverse_event import AdverseEvent
from models.form import FormSignature
from models.medication import Medication
from models.participant import Participant
from models.pregnancy import Pregnancy
from models.tables import table_of
from protocol.forms import FormKind

TABLES: Final[Mapping[FormKind, Table]] = {
    FormKind.ADVERSE_EVENT: table_of(AdverseEvent),
    FormKind.MEDICATION: table_of(Medication),
    FormKind.PREGNANCY: table_of(Pregnancy),
}
_SIGNATURE: Final = table_of(FormSignature)


@dataclass(frozen=True, slots=True)
class UnsignedForms:
    """So many forms of one kind of one participant, the oldest of them waiting since a moment."""

    participant: Participant
    kind: FormKind
    count: int
    since: datetime


async def unsigned_forms(session: AsyncSession, as_of: datetime) -> list[UnsignedForms]:
    """Of all sites, whoever has left too: a form is signed all the same. What was entered in error waits for nobody."""
    found = [(kind, row) for kind in FormKind for row in await _of_kind(session, kind, as_of)]
    owners = {row.participant_id for _, row in found}
    people = await session.scalars(rows_of(Participant).where(col(Participant.id).in_(owners)))
    by_id = {one.id: one for one in people}
    return [UnsignedForms(by_id[row.participant_id], kind, row.count, row.since) for kind, row in found]


async def _of_kind(session: AsyncSession, kind: FormKind, as_of: datetime) -> list[Any]:
    form = TABLES[kind]
    newer = form.alias()
    signed = select(_SIGNATURE.c.id).where(
        _SIGNATURE.c.form == kind,
        _SIGNATURE.c.form_id == form.c.form_id,
        _SIGNATURE.c.version == form.c.version,
        _SIGNATURE.c.signed_at <= as_of,
    )
    later = select(newer.c.id).where(
        newer.c.form_id == form.c.form_id, newer.c.version > form.c.version, newer.c.recorded_at <= as_of
    )
    query = (
        select(form.c.participant_id, func.count().label("count"), func.min(form.c.recorded_at).label("since"))
        .where(~signed.exists(), ~later.exists(), form.c.in_error.is_(False), form.c.recorded_at <= as_of)
        .group_by(form.c.participant_id)
    )
    return list(await session.execute(query))
