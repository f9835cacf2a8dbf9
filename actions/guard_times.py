"""When the guards of a participant are looked at, and what the rule is told of one."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from actions.check_plan import chosen_time
from models.participant import Participant
from protocol.guards import Treated, due_on
from protocol.moments import first_wall_time, moment
from protocol.standing import in_follow_up
from protocol.trial import Trial

DAY: Final = timedelta(days=1)


def treated(participant: Participant) -> Treated | None:
    """None before study day 1 is known, and for who has left."""
    if participant.visits_from is None or not in_follow_up(participant.state):
        return None
    return Treated(participant.visits_from, participant.last_dose_on, participant.pregnancy_item)


def watch_guards(participant: Participant, trial: Trial, at: datetime) -> None:
    """The guards are looked at at the next time of day of the weekly check, where nothing says when."""
    if participant.guards_at is None and treated(participant) is not None and participant.last_dose_on is None:
        participant.guards_at = next_time(participant, trial, at)


def look_next(
    participant: Participant, trial: Trial, who: Treated, said: Mapping[str, date], today: date
) -> datetime | None:
    """When the next one is due, tomorrow at the earliest; None where nothing will ever be said again."""
    days = [on for guard in trial.guards if (on := due_on(guard, who, said.get(guard.key))) is not None]
    if not days:
        return None
    _, wall = chosen_time(participant, trial)
    return moment(max(min(days), today + DAY), wall, participant.wall)


def next_time(participant: Participant, trial: Trial, at: datetime) -> datetime:
    """The next time of day at which the weekly check would come."""
    _, wall = chosen_time(participant, trial)
    return first_wall_time(at, wall, participant.wall)
