"""What a participant says on a draw day: blood was taken, or that was a mistake."""

from actions.draw_days import draws_of, wait_for_draw
from actions.hearing import Heard, doses_in_reach, shown
from actions.visits import record_draw
from models.dose import ScheduledDose
from models.visit import Visit
from protocol.lab_entry import LabSource
from protocol.moments import local_date
from protocol.screens import DrawAfterDose, DrawNoted, DrawWait, NothingChanged, ReportClosed, Screen
from protocol.taps import Tap
from protocol.terms import DoseState

MISTAKE = "no"


async def drawn(heard: Heard, tap: Tap, dose: ScheduledDose) -> Screen:
    """Notes the draw, and looks at today's dose first: one that was taken already is asked for by nobody."""
    draw = next(
        (one for one in await draws_of(heard.change, heard.participant.id, heard.at) if one.on == dose.due_on), None
    )
    if draw is None:
        return NothingChanged()
    if local_date(heard.said_at, heard.participant.wall) != draw.on:
        return ReportClosed(shown(dose))  # staff know when blood was taken
    visit = await heard.change.session.get_one(Visit, draw.visit_id)
    at = None if tap.argument == MISTAKE else visit.drawn_at or min(heard.said_at, heard.at)
    if at != visit.drawn_at:
        await record_draw(heard.change, heard.participant, visit, at, heard.trial, heard.source, LabSource.PARTICIPANT)
    if at is None:
        wait = await wait_for_draw(heard.change, dose, heard.trial)
        return DrawWait(shown(dose), draw.fasting) if wait is not None and heard.at < wait.until else NothingChanged()
    if dose.state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY):
        return DrawAfterDose(shown(dose))
    before = await _dose_before(heard, dose)
    return DrawNoted(shown(dose), at, shown(before) if before else None, before.taken_at if before else None)


async def _dose_before(heard: Heard, dose: ScheduledDose) -> ScheduledDose | None:
    """The one before, whose time makes the level readable."""
    reach = await doses_in_reach(heard)
    return next((one for one in reach if one.ordinal < dose.ordinal and one.state is not DoseState.HELD), None)
