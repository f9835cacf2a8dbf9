"""Who has come to the first time point of the outcomes without the decision that belongs to it."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.lab import MonthSixDecision
from models.participant import Participant
from protocol.moments import local_date
from protocol.month_six import target_day
from protocol.standing import FOLLOWED
from protocol.trial import Trial


async def undecided(session: AsyncSession, trial: Trial, as_of: datetime) -> Sequence[tuple[Participant, date]]:
    """Of all sites, with the target day; whoever has stopped the drug too, since the reason is asked for then."""
    followed = (col(Participant.state).in_(FOLLOWED), col(Participant.visits_from).is_not(None))
    people = list(await session.scalars(select(Participant).where(*followed).order_by(col(Participant.code))))
    decided = await _decided(session, as_of) if people else set()
    found = []
    for one in people:
        if one.visits_from is not None and one.id not in decided:
            on = target_day(one.visits_from, min(trial.outcomes.months))
            if on <= local_date(as_of, ZoneInfo(one.tz)):
                found.append((one, on))
    return found


async def _decided(session: AsyncSession, as_of: datetime) -> set[str]:
    """Participants with a decision that stands."""
    rows = select(MonthSixDecision).where(col(MonthSixDecision.recorded_at) <= as_of)
    in_order = rows.order_by(col(MonthSixDecision.number), col(MonthSixDecision.version))
    newest = {(row.participant_id, row.number): row for row in await session.scalars(in_order)}
    return {row.participant_id for row in newest.values() if not row.in_error}
