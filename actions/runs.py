"""Days in a row without a dose: tells staff, and stops "take now" where the protocol says a human must decide."""

from sqlmodel import col, select

from actions.alerts import open_alert
from actions.planning import replan
from models.dose import ScheduledDose
from models.participant import Participant
from models.session import Change
from protocol.runs import run_alerts
from protocol.standing import has_left
from protocol.terms import AlertKind
from protocol.trial import Trial

LOOK_BACK = 60  # doses; a run is broken long before, whatever holds and outages lie in it


async def look_at_runs(change: Change, participant: Participant, dose: ScheduledDose, trial: Trial) -> None:
    """Looks at the run that ends with this dose and opens what it calls for; one alert per run. Of who has left the
    study nobody is called.
    """
    if has_left(participant.state):
        return
    await change.session.flush()
    rows = await change.session.scalars(
        select(ScheduledDose)
        .where(
            ScheduledDose.participant_id == participant.id,
            ScheduledDose.ordinal <= dose.ordinal,
            col(ScheduledDose.cancelled_at).is_(None),
        )
        .order_by(col(ScheduledDose.ordinal).desc())
        .limit(LOOK_BACK)
    )
    states = [row.state for row in rows][::-1]
    for kind in sorted(run_alerts(states, trial.runs)):
        await open_alert(change, kind, participant, cause="run", dose_id=dose.id)
        if kind is AlertKind.SEVEN_UNREPORTED and participant.silent_at is None:
            participant.silent_at = change.at
        if kind is AlertKind.SEVEN_NOT_TAKEN and participant.blocked_at is None:
            await block(change, participant, "seven_not_taken", trial)


async def block(change: Change, participant: Participant, reason: str, trial: Trial) -> None:
    """From now on "take now" is replaced by "ask your team" until an investigator resumes."""
    participant.blocked_at, participant.blocked_reason = change.at, reason
    change.owe(participant, participant_id=participant.id)
    change.audit(
        "block_doses",
        "participant",
        participant.id,
        participant_id=participant.id,
        new={"reason": reason},
    )
    await replan(change, participant, trial)
