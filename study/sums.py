"""Writes a participant's adherence over the whole period, as protocol.adherence counts it."""

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from models.study.sums import StudyParticipantAdherence as Sums
from protocol.adherence import Adherence, adherence
from protocol.adherence_fields import adherence_figures, adherence_shares
from protocol.trial import Trial
from reports.day_facts import day_facts, stops
from study.upserts import upsert


async def write_sums(
    session: AsyncSession, trial: Trial, code: str, first_taken_on: date | None, *, at: datetime
) -> None:
    """One row, or none for somebody for whom no dose is scheduled."""
    days = (await day_facts(session, code=code)).get(code, [])
    if not days:
        await session.execute(delete(Sums).where(col(Sums.participant_code) == code))
        return
    stopped_on = (await stops(session, as_of=at, code=code)).get(code)
    found = adherence(days, trial.metrics, as_of=at, stopped_on=stopped_on)
    known = {
        "participant_code": code,
        "as_of": at,
        "protocol_version": trial.version,
        "first_taken_on": first_taken_on,
    }
    await upsert(session, Sums, "participant_code", [known | figure_values(found)])


def figure_values(found: Adherence) -> dict[str, Any]:
    """The figures as columns; those whose names the protocol's widths decide stand together as JSON."""
    figures = adherence_figures(found)
    columns = {name: figures.pop(name) for name in tuple(figures) if name in Sums.model_fields}
    shares = {name: [share.numerator, share.denominator] for name, share in adherence_shares(found).items()}
    timing = {name: value for name, value in (figures | adherence_percents(found)).items() if name.startswith("timing")}
    return columns | {"timing": json.dumps(timing, sort_keys=True), "shares": json.dumps(shares, sort_keys=True)}


def adherence_percents(found: Adherence) -> dict[str, float | None]:
    """Every percentage by its name."""
    return {name: share.percent for name, share in adherence_shares(found).items()}
