"""Visits as staff arrange and record them: added, moved, confirmed, attended, missed, cancelled, and the blood draw."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actions.labs import NewDraw, correct_draw
from actions.labs import record_draw as keep_draw
from actions.numbered import newest
from actions.planning import replan
from actions.visit_plan import note_visit, set_visit, visits_of
from actions.visit_prompts import plan_visit_prompts
from actions.visit_tasks import arranged, call_about
from models.lab import Draw
from models.participant import Participant
from models.session import Change
from models.visit import Visit
from protocol.lab_entry import LabSource
from protocol.moments import local_date
from protocol.terms import AlertKind
from protocol.trial import Trial
from protocol.visits import TO_COME, UNSCHEDULED, VisitState, may_become

AHEAD = timedelta(days=5 * 366)


class VisitError(ValueError):
    """The visit cannot become that; nothing was changed."""


@dataclass(frozen=True, slots=True)
class NewVisit:
    """A visit that staff arrange besides the template."""

    on: date
    at: time | None = None
    draw: bool = False
    fasting: bool = False


async def add_visit(change: Change, participant: Participant, new: NewVisit, trial: Trial, by: str) -> Visit:
    """A visit that no template expects. Raises VisitError."""
    _check_day(change, participant, new.on)
    others = [visit for visit in await visits_of(change.session, participant.id) if visit.key.startswith(UNSCHEDULED)]
    visit = Visit(
        id=change.new_id(),
        participant_id=participant.id,
        key=f"{UNSCHEDULED}-{len(others) + 1}",
        planned_on=new.on,
        planned_time=new.at,
        moved=True,
        draw=new.draw,
        fasting=new.fasting,
        state=VisitState.PLANNED,
        recorded_by=by,
        recorded_at=change.at,
    )
    change.session.add(visit)
    await change.session.flush()
    note_visit(change, visit, "add_visit", None)
    await plan_visit_prompts(change, participant, [visit], trial)
    await replan(change, participant, trial)
    return visit


async def move_visit(
    change: Change, participant: Participant, visit: Visit, on: date, at: time | None, trial: Trial, by: str
) -> None:
    """Another day; what hangs on it moves with it, also what was queued. A missed one is planned anew."""
    _check_day(change, participant, on)
    if visit.state not in TO_COME and not may_become(visit.state, VisitState.PLANNED):
        raise VisitError(f"{visit.key} is {visit.state}; it cannot be moved, add a visit instead")
    if visit.drawn_at is not None:
        raise VisitError(f"blood was taken at {visit.key} already; add a visit instead")
    set_visit(change, visit, by, planned_on=on, planned_time=at, moved=True, state=VisitState.PLANNED)
    await plan_visit_prompts(change, participant, [visit], trial)
    await arranged(change, visit, f"moved to {on}")
    await replan(change, participant, trial)


async def settle_visit(
    change: Change, participant: Participant, visit: Visit, state: VisitState, trial: Trial, by: str, *, on: date | None
) -> None:
    """Confirmed, attended, missed or cancelled. `on`: the day the participant came. Raises VisitError."""
    today = local_date(change.at, ZoneInfo(participant.tz))
    if visit.state is state:
        raise VisitError(f"{visit.key} is {state} already")
    replans = state is VisitState.PLANNED and visit.state not in (VisitState.PROPOSED, VisitState.CONFIRMED)
    if not may_become(visit.state, state) or replans:
        raise VisitError(f"{visit.key} is {visit.state}; it cannot become {state}")
    if state is VisitState.ATTENDED and on is not None and on > today:
        raise VisitError(f"{on} lies ahead; today is {today}")
    if on is not None and participant.visits_from is not None and on < participant.visits_from:
        raise VisitError(f"{on} lies before study day 1, {participant.visits_from}")
    if state is VisitState.MISSED and visit.planned_on > today:
        raise VisitError(f"{visit.key} is planned for {visit.planned_on}; a visit to come can be moved or cancelled")
    attended_on = (on or visit.planned_on) if state is VisitState.ATTENDED else None
    set_visit(change, visit, by, state=state, attended_on=attended_on)
    await plan_visit_prompts(change, participant, [visit], trial)
    await arranged(change, visit, state)
    if state is VisitState.MISSED:
        await call_about(change, participant, visit, AlertKind.VISIT_MISSED)
    await replan(change, participant, trial)


async def record_draw(
    change: Change,
    participant: Participant,
    visit: Visit,
    drawn_at: datetime | None,
    trial: Trial,
    by: str,
    source: LabSource = LabSource.STAFF,
) -> None:
    """Blood was taken; None: it was not, the word was a mistake. Raises VisitError or FormError."""
    if not visit.draw:
        raise VisitError(f"no blood for a level is taken at {visit.key}")
    if drawn_at is not None and drawn_at > change.at:
        raise VisitError("the draw lies ahead")
    if drawn_at is not None and local_date(drawn_at, ZoneInfo(participant.tz)) != visit.planned_on:
        raise VisitError(f"{visit.key} is planned for {visit.planned_on}; move it to the day of the draw first")
    await _keep_draw(change, participant, visit, drawn_at, by, source)
    set_visit(change, visit, by, drawn_at=drawn_at)
    await replan(change, participant, trial)


async def _keep_draw(
    change: Change, participant: Participant, visit: Visit, drawn_at: datetime | None, by: str, source: LabSource
) -> None:
    """The draw as the laboratory's results refer to it: one row of versions for each visit."""
    kept = [row for row in await newest(change.session, Draw, participant.id) if row.visit_id == visit.id]
    standing = next((row for row in kept if not row.in_error), None)
    if standing is None and drawn_at is not None:
        new = NewDraw(visit.planned_on, drawn_at, visit_id=visit.id, source=source)
        await keep_draw(change, participant, new, by)
    elif standing is not None and drawn_at is None:
        await correct_draw(change, participant, standing.number, {"in_error": True}, by, reason="said by mistake")
    elif standing is not None and standing.drawn_at != drawn_at:
        reason = "said anew"
        await correct_draw(change, participant, standing.number, {"drawn_at": drawn_at}, by, reason=reason)


def _check_day(change: Change, participant: Participant, on: date) -> None:
    today = local_date(change.at, ZoneInfo(participant.tz))
    if on < today:
        raise VisitError(f"{on} has passed; today is {today}")
    if on > today + AHEAD:
        raise VisitError(f"{on} is more than five years ahead")
