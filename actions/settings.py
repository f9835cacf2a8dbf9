"""Settings that staff change for a participant: the time zone of the reminder's wall time."""

from zoneinfo import available_timezones

from actions.planning import replan
from actions.read_backs import plan_read_backs
from actions.visit_plan import visits_of
from actions.visit_prompts import plan_visit_prompts
from models.participant import Participant
from models.session import Change
from protocol.trial import Trial


class UnknownZoneError(ValueError):
    """There is no such time zone; an IANA name such as Asia/Shanghai is needed."""


async def set_zone(change: Change, participant: Participant, tz: str, reason: str, trial: Trial) -> None:
    """From now on the reminder time is meant on the wall of this zone; the minimum gap between doses is kept.

    `participant` is locked by the caller. Raises UnknownZoneError, and ValueError without a reason.
    """
    if tz not in available_timezones():
        raise UnknownZoneError(tz)
    if not reason.strip():
        raise ValueError("a reason is needed")
    if tz == participant.tz:
        return
    old, participant.tz = participant.tz, tz
    change.audit(
        "set_zone",
        "participant",
        participant.id,
        participant_id=participant.id,
        old={"tz": old},
        new={"tz": tz},
        reason=reason.strip(),
    )
    change.owe(participant, participant_id=participant.id)
    await plan_visit_prompts(change, participant, await visits_of(change.session, participant.id), trial)
    await replan(change, participant, trial)
    await plan_read_backs(change, participant, trial)
