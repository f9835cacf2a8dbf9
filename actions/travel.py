"""Journeys: told ahead, shown with the doses around them, ended early, taken back; the doses' wall follows them."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from actions.planning import facts_as_they_stand, recent_doses, replan
from actions.settings import UnknownZoneError
from actions.visit_plan import visits_of
from models.journey import JourneyRow
from models.participant import Participant
from models.session import Change
from models.visit import Visit
from protocol.moments import local_date
from protocol.plan import PlanFacts, plan
from protocol.terms import DoseState, Source, TravelClock
from protocol.travel import DAY, Journey, JourneyError, TravelDose, around_turns, journey_of, overlapping
from protocol.trial import Trial
from protocol.visits import TO_COME

AHEAD: Final = timedelta(days=366)
KNOWN_MAX: Final = 100
"""Versions of journeys of one participant; far more than anybody makes."""


@dataclass(frozen=True, slots=True)
class NewJourney:
    """Where, on which days, and by which clock the doses are taken."""

    tz: str
    from_on: date
    until_on: date
    clock: TravelClock


@dataclass(frozen=True, slots=True)
class TravelPlan:
    """A journey as it stands, the doses around its two turns, and the visits that fall into it."""

    row: JourneyRow
    doses: tuple[TravelDose, ...]
    visits: tuple[Visit, ...]


async def journeys_known(session: AsyncSession, participant_id: str) -> list[JourneyRow]:
    """The newest version of each journey that was not taken back, in order."""
    rows = await session.scalars(
        select(JourneyRow)
        .where(JourneyRow.participant_id == participant_id)
        .order_by(col(JourneyRow.number), col(JourneyRow.version))
    )
    newest = {row.number: row for row in rows}.values()
    return sorted((row for row in newest if row.starts_at < row.ends_at), key=lambda row: row.starts_at)


async def journey_at_hand(session: AsyncSession, participant_id: str, at: datetime) -> JourneyRow | None:
    """The one they are on, else the next one."""
    return next((row for row in await journeys_known(session, participant_id) if row.ends_at > at), None)


async def check_journey(change: Change, participant: Participant, new: NewJourney) -> Journey:
    """The journey as it would stand; what was due before now stays as it was.

    Raises UnknownZoneError, and JourneyError where the days make no journey or lie in another one.
    """
    if new.tz not in available_timezones():
        raise UnknownZoneError(f"{new.tz} is not a time zone; example: Europe/London")
    made = journey_of(ZoneInfo(new.tz), ZoneInfo(participant.tz), new.clock, new.from_on, new.until_on)
    if made.ends_at <= change.at:
        raise JourneyError("this journey is over already; the record keeps the doses as they were")
    if made.starts_at > change.at + AHEAD:
        raise JourneyError("it lies more than a year ahead: tell it nearer to its day")
    known = await journeys_known(change.session, participant.id)
    if (other := overlapping(made, [row.journey() for row in known])) is not None:
        on = local_date(other.starts_at, other.zone)
        raise JourneyError(f"another journey lies in these days, from {on}: end it or take it back first")
    return replace(made, starts_at=max(made.starts_at, change.at))


async def tell_journey(
    change: Change, participant: Participant, new: NewJourney, trial: Trial, source: Source, by: str
) -> TravelPlan:
    """Keeps the journey and brings the doses to it. `participant` is locked. Raises as `check_journey` does."""
    made = await check_journey(change, participant, new)
    every = select(JourneyRow.number).where(JourneyRow.participant_id == participant.id)
    numbers = list(await change.session.scalars(every))
    if len(numbers) >= KNOWN_MAX:
        raise JourneyError("no more journeys can be kept of this participant")
    row = JourneyRow(
        id=change.new_id(),
        participant_id=participant.id,
        number=max(numbers, default=0) + 1,
        version=1,
        tz=new.tz,
        clock=new.clock,
        from_on=new.from_on,
        until_on=new.until_on,
        starts_at=made.starts_at,
        ends_at=made.ends_at,
        source=source,
        recorded_by=by,
        recorded_at=change.at,
    )
    return await _keep(change, participant, row, trial)


async def end_journey(
    change: Change, participant: Participant, trial: Trial, source: Source, by: str, number: int | None = None
) -> TravelPlan:
    """Back to normal from now on, or never made where it lies ahead. `number`: the one that was seen.

    Raises JourneyError where there is no such journey.
    """
    old = await journey_at_hand(change.session, participant.id, change.at)
    if old is None or number not in (None, old.number):
        raise JourneyError("there is no such journey any more; nothing was changed")
    row = JourneyRow(
        id=change.new_id(),
        participant_id=participant.id,
        number=old.number,
        version=old.version + 1,
        tz=old.tz,
        clock=old.clock,
        from_on=old.from_on,
        until_on=max(old.from_on, min(old.until_on, local_date(change.at, ZoneInfo(old.tz)))),
        starts_at=old.starts_at,
        ends_at=max(old.starts_at, change.at),
        source=source,
        recorded_by=by,
        recorded_at=change.at,
    )
    return await _keep(change, participant, row, trial)


async def _keep(change: Change, participant: Participant, row: JourneyRow, trial: Trial) -> TravelPlan:
    change.session.add(row)
    await change.session.flush()
    change.audit(
        "tell_journey" if row.version == 1 else "end_journey",
        "journey",
        row.id,
        participant_id=participant.id,
        new={"tz": row.tz, "clock": row.clock, "from": row.from_on, "until": row.until_on, "ends_at": row.ends_at},
    )
    change.owe(row, participant_id=participant.id)
    participant.turns_at = change.at  # the plan looks at the journeys
    await replan(change, participant, trial)
    return await travel_plan(change, participant, row, trial)


async def travel_plan(change: Change, participant: Participant, row: JourneyRow, trial: Trial) -> TravelPlan:
    """The doses around the turns of this journey as they are planned now, and the visits that fall into it."""
    facts = await facts_as_they_stand(change, participant, await recent_doses(change, participant.id))
    visits = await visits_within(change, participant, row.from_on, row.until_on) if row.starts_at < row.ends_at else ()
    return TravelPlan(row, doses_around(facts, row.journey(), trial, change.at), visits)


def doses_around(facts: PlanFacts, journey: Journey, trial: Trial, at: datetime) -> tuple[TravelDose, ...]:
    """The doses around both turns of a journey, by these facts."""
    planned = plan(facts, trial, at=at, until=max(journey.ends_at, at) + 3 * DAY).doses
    past = {dose.nominal_at for dose in facts.doses if dose.nominal_at <= at}
    known = past | {dose.nominal_at for dose in planned if dose.state is not DoseState.HELD}
    turns = [turn for turn in (journey.starts_at, journey.ends_at) if turn >= at]
    return around_turns(known, turns, facts.clocks)


async def visits_within(change: Change, participant: Participant, from_on: date, until_on: date) -> tuple[Visit, ...]:
    """Visits to come on these days."""
    known = await visits_of(change.session, participant.id)
    return tuple(one for one in known if one.state in TO_COME and from_on <= one.planned_on <= until_on)
