"""A pill count beside what was reported over the same days: two sources, their numbers, and how far they lie apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from protocol.adherence import Share
from protocol.day_facts import DayFact
from protocol.tablets import BEGINNING, Movement, MovementKind, Unit, UnitBounds, in_order, use_of, used
from protocol.terms import DoseState


@dataclass(frozen=True, slots=True)
class CountDiscrepancy:
    """One count, and the time since the verified count before it; `since_at` None: since the first dispensing.

    `opening`, `dispensed`, `returned`, `lost` and `counted` are units. `expected_units` is Σe of the doses in between.
    """

    of: Unit
    since_at: datetime | None
    counted_at: datetime
    is_verified: bool
    opening: int
    dispensed: int
    returned: int
    lost: int
    counted: int
    expected_units: int
    reported_units: UnitBounds

    @property
    def used_units(self) -> int:
        """What is gone from the box; negative where more were left than could be."""
        return self.opening + self.dispensed - self.returned - self.lost - self.counted

    @property
    def pill_count(self) -> Share:
        """What is gone, of what was called for; over 100 or negative is shown as it is."""
        return Share(self.used_units, self.expected_units)

    @property
    def self_report(self) -> tuple[Share, Share]:
        """Silence counted as nothing taken, and as all taken."""
        return (
            Share(self.reported_units.low, self.expected_units),
            Share(self.reported_units.high, self.expected_units),
        )

    @property
    def units_apart(self) -> UnitBounds:
        """Reported − gone from the box."""
        return UnitBounds(self.reported_units.low - self.used_units, self.reported_units.high - self.used_units)

    @property
    def points(self) -> tuple[float, float] | None:
        """Self-report − pill count, in percentage points; None where no dose was called for."""
        if self.expected_units == 0:
            return None
        apart = self.units_apart
        return 100 * apart.low / self.expected_units, 100 * apart.high / self.expected_units

    def lies_beyond(self, points: float) -> bool:
        """Whether no reading of the silent days brings the two sources as near as this.

        Without a dose called for any tablet that is gone and not reported, or reported and not gone, counts.
        """
        found = self.points
        low, high = found if found is not None else (self.units_apart.low, self.units_apart.high)
        limit = points if found is not None else 0
        return low > limit or high < -limit


def count_discrepancies(
    movements: Sequence[Movement], days: Sequence[DayFact], *, opens_before: timedelta
) -> tuple[CountDiscrepancy, ...]:
    """One for each count of one unit's movements, in order of time."""
    found, since = [], None
    for one in in_order(movements):
        if one.kind is MovementKind.COUNTED:
            found.append(count_discrepancy(one, movements, days, since=since, opens_before=opens_before))
            since = one if one.is_verified else since
    return tuple(found)


def count_discrepancy(
    count: Movement,
    movements: Sequence[Movement],
    days: Sequence[DayFact],
    *,
    since: Movement | None,
    opens_before: timedelta,
) -> CountDiscrepancy:
    """This count, against the movements and the doses later than the count `since`.

    A dose on the day of a count belongs to the side on which it was taken; where nobody knows when, to that of its due
    moment. Held doses are in no denominator (reference: standards 5.2).
    """
    ordered = in_order(movements)
    between = ordered[ordered.index(since) + 1 if since else 0 : ordered.index(count)]
    after = since.at if since else BEGINNING
    uses = [use_of(day, opens_before) for day in days]
    sums = {kind: sum(one.units for one in between if one.kind is kind) for kind in MovementKind}
    return CountDiscrepancy(
        of=count.of,
        since_at=since.at if since else None,
        counted_at=count.at,
        is_verified=count.is_verified,
        opening=since.units if since else 0,
        dispensed=sums[MovementKind.DISPENSED],
        returned=sums[MovementKind.RETURNED],
        lost=sums[MovementKind.LOST],
        counted=count.units,
        expected_units=sum(day.expected_units for day in days if _called_for(day, after, count.at)),
        reported_units=used(uses, after=after, until=count.at),
    )


def _called_for(day: DayFact, after: datetime, until: datetime) -> bool:
    at = day.taken_at[0] if day.taken_at else day.due_at
    return day.state is not DoseState.HELD and after < at <= until
