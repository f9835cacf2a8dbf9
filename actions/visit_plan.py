"""Visits planned: brought to the template when study day 1 or the last dose is known; a change is one more version."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from actions.duty import hours_of
from actions.visit_prompts import plan_visit_prompts
from models.dose import ScheduledDose
from models.participant import Participant
from models.session import Change
from models.site import Site
from models.visit import Visit
from protocol.moments import local_date
from protocol.terms import ParticipantState
from protocol.trial import Trial
from protocol.visits import TO_COME, ExpectedVisit, VisitState, expected_visits

BY_PROTOCOL = "protocol"


async def visits_of(session: AsyncSession, participant_id: str) -> list[Visit]:
    """All of them, by day."""
    query = select(Visit).where(col(Visit.participant_id) == participant_id)
    return list(await session.scalars(query.order_by(col(Visit.planned_on), col(Visit.key))))


async def bring_visits(
    change: Change,
    participant: Participant,
    first_taken_at: datetime | None,
    doses: Sequence[ScheduledDose],
    trial: Trial,
) -> None:
    """Plans the visits where study day 1 or the last dose has become known, or another one; else it asks nothing."""
    zone = ZoneInfo(participant.tz)
    if first_taken_at is None:
        return  # an undone first dose leaves the plan as it was until another day 1 is known
    last_on = participant.last_dose_on if participant.state is not ParticipantState.ACTIVE else None
    taken = [dose.taken_at for dose in doses if dose.taken_at is not None]
    if participant.state is ParticipantState.DISCONTINUED and taken:
        last_on = local_date(max(taken), zone)
    day_one = local_date(first_taken_at, zone)
    if (day_one, last_on) == (participant.visits_from, participant.last_dose_on):
        return
    participant.visits_from, participant.last_dose_on = day_one, last_on
    await _plan(change, participant, trial, day_one, last_on)


async def _plan(change: Change, participant: Participant, trial: Trial, day_one: date, last_on: date | None) -> None:
    """What staff have settled or moved keeps its day; its target and window follow."""
    stored = {visit.key: visit for visit in await visits_of(change.session, participant.id)}
    found = expected_visits(trial.visits, day_one, last_on, await open_days(change, participant, trial))
    wanted = {expected.plan.key for expected in found}
    for plan in trial.visits:  # a stop that was taken back: what hung on the last dose is not called for
        gone = stored.get(plan.key) if plan.key not in wanted else None
        if gone is not None and gone.state in TO_COME:
            set_visit(change, gone, BY_PROTOCOL, state=VisitState.CANCELLED)
    for expected in found:
        visit = stored.get(expected.plan.key)
        if visit is None:
            _add(change, participant, expected)
        elif differing := _differing(visit, expected):
            set_visit(change, visit, BY_PROTOCOL, **differing)
    await change.session.flush()
    await plan_visit_prompts(change, participant, await visits_of(change.session, participant.id), trial)


async def open_days(change: Change, participant: Participant, trial: Trial) -> Callable[[date], bool]:
    """Whether the clinic of the participant's site is open on a day."""
    site = await change.session.get_one(Site, participant.site_code)
    return (await hours_of(change.session, site, trial)).is_working


def _add(change: Change, participant: Participant, expected: ExpectedVisit) -> None:
    visit = Visit(
        id=change.new_id(),
        participant_id=participant.id,
        key=expected.plan.key,
        target_on=expected.target_on,
        from_on=expected.from_on,
        until_on=expected.until_on,
        planned_on=expected.proposed_on,
        draw=expected.plan.draw,
        fasting=expected.plan.fasting,
        state=VisitState.PLANNED,
        recorded_by=BY_PROTOCOL,
        recorded_at=change.at,
    )
    change.session.add(visit)
    note_visit(change, visit, "plan_visit", None)


def _differing(visit: Visit, expected: ExpectedVisit) -> dict[str, Any]:
    wanted: dict[str, Any] = {
        "target_on": expected.target_on,
        "from_on": expected.from_on,
        "until_on": expected.until_on,
    }
    by_protocol = visit.state is VisitState.CANCELLED and visit.recorded_by == BY_PROTOCOL
    if by_protocol or (visit.state in TO_COME and not visit.moved and visit.planned_on != expected.proposed_on):
        # Another day is not the one that was confirmed.
        wanted |= {"planned_on": expected.proposed_on, "state": VisitState.PLANNED}
    return {name: value for name, value in wanted.items() if getattr(visit, name) != value}


def set_visit(change: Change, visit: Visit, by: str, **values: Any) -> None:
    """One more version of a visit."""
    old = {name: getattr(visit, name) for name in values}
    for name, value in values.items():
        setattr(visit, name, value)
    visit.version, visit.recorded_by, visit.recorded_at = visit.version + 1, by, change.at
    note_visit(change, visit, "change_visit", old)


def note_visit(change: Change, visit: Visit, action: str, old: Mapping[str, Any] | None) -> None:
    """The audit entry of one version, and the study's row."""
    names: Collection[str] = old if old is not None else ("key", "planned_on", "draw")
    change.audit(
        action,
        "visit",
        visit.id,
        participant_id=visit.participant_id,
        old=dict(old) if old is not None else None,
        new={name: getattr(visit, name) for name in names},
    )
    change.owe(visit, participant_id=visit.participant_id)
