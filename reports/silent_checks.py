"""Weekly checks that nobody answered, and participants without a chat whose weekly questions are due by phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, func, select

from models.last_dose import last_asked_on
from models.participant import Participant
from models.prompt import Prompt
from models.symptom import SymptomCheck
from protocol.moments import local_date
from protocol.standing import FOLLOWED
from protocol.symptoms import Occasion
from protocol.terms import Channel, PromptKind, PromptState
from protocol.trial import Trial

WEEK = timedelta(days=7)
OFFERED = (PromptState.DELIVERED, PromptState.UNKNOWN, PromptState.EXPIRED, PromptState.FAILED)


@dataclass(frozen=True, slots=True)
class SilentCheck:
    """One participant whose weekly questions stand open since a moment."""

    participant: Participant
    since: datetime
    by_phone: bool


async def silent_checks(session: AsyncSession, trial: Trial, as_of: datetime) -> list[SilentCheck]:
    """Of all sites; those of a chat once the check has closed, until the next one is offered.

    Who has stopped the drug is called no more once the weekly questions have ended.
    """
    return [*await _unanswered(session, as_of), *await _due_by_phone(session, trial, as_of)]


async def _unanswered(session: AsyncSession, as_of: datetime) -> list[SilentCheck]:
    query = (
        select(Participant, Prompt.due_at)
        .join(Prompt, col(Prompt.participant_id) == col(Participant.id))
        .where(
            col(Participant.state).in_(FOLLOWED),
            col(Prompt.kind) == PromptKind.SYMPTOM_CHECK,
            col(Prompt.rung) == 0,
            col(Prompt.state).in_(OFFERED),
            col(Prompt.expires_at) <= as_of,
            col(Prompt.due_at) > as_of - WEEK,
        )
    )
    offered = [(found, due_at) for found, due_at in await session.execute(query)]
    answered = await _newest(session, finished=True) if offered else {}
    return [
        SilentCheck(found, due_at, by_phone=False)
        for found, due_at in offered
        if found.id not in answered or answered[found.id] < due_at
    ]


async def _due_by_phone(session: AsyncSession, trial: Trial, as_of: datetime) -> list[SilentCheck]:
    query = select(Participant).where(
        col(Participant.state).in_(FOLLOWED),
        Participant.channel == Channel.PHONE,
        col(Participant.enrolled_at) <= as_of - WEEK,
    )
    people = list(await session.scalars(query))
    newest = await _newest(session, finished=False) if people else {}
    due = {found.id: newest.get(found.id, found.enrolled_at) + WEEK for found in people}
    ends = await last_asked_on(session, people, trial.check.goes_on_after_drug)
    return [
        SilentCheck(found, due[found.id], by_phone=True)
        for found in people
        if due[found.id] <= as_of and not _is_over(found, ends, as_of)
    ]


def _is_over(found: Participant, ends: Mapping[str, date], as_of: datetime) -> bool:
    return found.id in ends and local_date(as_of, ZoneInfo(found.tz)) > ends[found.id]


async def _newest(session: AsyncSession, *, finished: bool) -> Mapping[str, datetime]:
    """When each participant's newest weekly check was begun."""
    query = (
        select(SymptomCheck.participant_id, func.max(SymptomCheck.begun_at))
        .where(SymptomCheck.occasion == Occasion.WEEKLY)
        .group_by(col(SymptomCheck.participant_id))
    )
    if finished:
        query = query.where(col(SymptomCheck.finished_at).is_not(None))
    return {row[0]: row[1] for row in await session.execute(query)}
