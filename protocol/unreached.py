"""When staff have to hear that no prompt of a dose gets through: while the dose can still be taken. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from protocol.ladder import take_now_until
from protocol.moments import first_wall_time, within_wall_times
from protocol.trial import Trial

DAY = timedelta(days=1)
PART = 2  # of the window: so long it is tried before anybody is told


def tells_staff(
    *, due_at: datetime, is_first: bool, at: datetime, next_at: datetime | None, zone: ZoneInfo, trial: Trial
) -> bool:
    """Whether a try in vain at `at` is the one to tell of: half the window has gone, or no other try falls into it.

    `next_at`: when the next prompt of this dose is due, put off to the end of the quiet hours it falls into; None:
    there is none. That nothing has got through so far is the caller's to know.
    """
    until = take_now_until(due_at, due_at + DAY, trial, is_first=is_first)
    if at >= due_at + (until - due_at) / PART:
        return True
    return next_at is None or _awake(next_at, zone, trial) >= until


def _awake(at: datetime, zone: ZoneInfo, trial: Trial) -> datetime:
    ladder = trial.ladder
    quiet = within_wall_times(at, ladder.quiet_from, ladder.quiet_until, zone)
    return first_wall_time(at, ladder.quiet_until, zone) if quiet else at
