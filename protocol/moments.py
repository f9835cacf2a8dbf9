"""Wall times become moments: the only place where a local time and a zone make a moment in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def moment(on: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment of a wall time: in a gap shifted forward by the gap, in a fold the first of the two."""
    return datetime.combine(on, wall, tzinfo=zone).astimezone(UTC)


def local_date(at: datetime, zone: ZoneInfo) -> date:
    """The calendar date on the participant's wall."""
    return at.astimezone(zone).date()


def local_time(at: datetime, zone: ZoneInfo) -> time:
    """The wall time, without seconds."""
    return at.astimezone(zone).time().replace(second=0, microsecond=0, tzinfo=None)


def first_wall_time(after: datetime, wall: time, zone: ZoneInfo) -> datetime:
    """The first moment strictly later than `after` at which the wall shows `wall`."""
    on = local_date(after, zone) - timedelta(days=1)
    while (found := moment(on, wall, zone)) <= after:
        on += timedelta(days=1)
    return found


def wall_date(found: datetime, wall: time, zone: ZoneInfo) -> date:
    """The date whose `wall` time is `found`; not `found`'s own date where a gap shifts it past midnight."""
    on = local_date(found, zone)
    return on if moment(on, wall, zone) <= found else on - timedelta(days=1)


def within_wall_times(at: datetime, start: time, end: time, zone: ZoneInfo) -> bool:
    """True when the wall shows a time in [start, end), across midnight too."""
    wall = local_time(at, zone)
    return start <= wall < end if start <= end else wall >= start or wall < end
