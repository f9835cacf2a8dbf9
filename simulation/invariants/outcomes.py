"""What became of each dose: its place in the calendar, its state with a cause, and the sum of what was reported."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from simulation.evidence import Evidence
from simulation.invariants.night import Event, Night, Order
from simulation.invariants.rules import (
    CLOCK_OFF,
    DAY,
    LISTENING,
    MINIMUM_GAP,
    OUR_CAUSES,
    SETTLES_AFTER,
    SILENT,
    STATES,
    TOOK,
    moment,
    stored,
    wall_moment,
)
from simulation.invariants.sight import Dose

LONGEST_STEP = DAY + MINIMUM_GAP + timedelta(hours=2)  # the first wall time that is safe, and a change of the clock
NOTED_WITHIN = timedelta(minutes=2)  # of a gap's ends
COUNTED_DOWN = timedelta(minutes=5)  # a shorter time without listening loses no answer
TOLERANCE = timedelta(minutes=10)
ENTRY = "'language', 'notice', 'messaging', 'sensitive_data', 'cross_border', 'time', 'food', 'practice'"


def no_silent_miss(night: Night) -> Iterator[str]:
    """Each dose has a state, and each silence, gap and hold its cause; when all is quiet none of the past is open."""
    settled_by = night.before(SETTLES_AFTER + TOLERANCE)
    for dose in night.doses:
        if dose.cancelled_at is not None:
            continue
        causes = {"not_asked": OUR_CAUSES, "held": {"order"}}.get(dose.state, {None})
        if dose.state not in STATES or dose.cause not in causes:
            yield f"{dose} has no such outcome"
        if dose.state == "held" and not any(_holds(order, dose) for order in night.orders.values()):
            yield f"{dose} is held by no order"
        if night.whole and dose.state == "open" and dose.due_at < settled_by and not _undone_since(night, dose):
            yield f"{dose} never got an outcome"


def _holds(order: Order, dose: Dose) -> bool:
    own = order.kind == "hold" and order.participant_id == dose.participant_id
    return own and order.from_on <= dose.due_on <= (order.until_on or "9")


def _undone_since(night: Night, dose: Dose) -> bool:
    events = night.events_of.get(dose.id, [])
    return bool(events) and events[-1].recorded_at > night.before(TOLERANCE)


def calendar(night: Night) -> Iterator[str]:
    """One dose a day, none left out, at the wall time chosen, through zones and changes of the clock.

    After a journey two may bear one date, in two zones, never nearer than the minimum gap.
    """
    for before, after in pairwise(night.doses):
        if before.participant_id == after.participant_id:
            yield from (f"{after} does not follow {before}: {why}" for why in _steps(night, before, after))
    unsettled = {row[0] for row in night.rows(_IN_ENTRY)}
    for dose in night.doses:
        if dose.state in ("open", "held") and dose.nominal_at > night.now and dose.cancelled_at is None:
            person = night.people[dose.participant_id]
            wall = wall_moment(date.fromisoformat(dose.due_on), time.fromisoformat(person.reminder_time), dose.due_tz)
            if person.id not in unsettled and stored(wall) != dose.nominal_at:
                yield f"{dose} is not at {person.reminder_time} in {dose.due_tz}"
            if dose.due_tz not in (person.tz, *_places(night, person.id)):
                yield f"{dose} is due on a wall where nobody is"


def _places(night: Night, participant_id: str) -> list[str]:
    """Where a journey by the local clock leads."""
    query = "SELECT tz FROM journey WHERE participant_id = ? AND clock = 'local' AND starts_at < ends_at"
    return [row[0] for row in night.rows(query, participant_id)]


_IN_ENTRY = (
    "SELECT l.participant_id FROM open_question AS q JOIN chat_link AS l ON l.id = q.link_id"  # noqa: S608
    f" WHERE q.question IN ({ENTRY})"
)


def _steps(night: Night, before: Dose, after: Dose) -> Iterator[str]:
    if after.ordinal != before.ordinal + 1:
        yield "an ordinal is left out"
    if before.cancelled_at is not None or after.cancelled_at is not None:
        return
    if after.due_on < before.due_on or (after.due_on, after.due_tz) == (before.due_on, before.due_tz):
        yield "a day has two"
    step = moment(after.nominal_at) - moment(before.nominal_at)
    if step < MINIMUM_GAP:
        yield f"only {step} lie between"
    order = night.orders.get((after.participant_id, after.order_version))
    same = after.order_version == before.order_version
    if same and order is not None and order.every_days == 1 and step > LONGEST_STEP:
        yield f"{step} lie between"


def nothing_before_its_time(night: Night) -> Iterator[str]:
    """Whatever the clock of the machine says: no silence is settled and no prompt expires before its time has come."""
    too_young = night.before(SETTLES_AFTER)
    for dose in night.doses:
        if dose.state in SILENT and dose.due_at > too_young and dose.cancelled_at is None:
            yield f"{dose} was settled before its time"
    for prompt in night.prompts:
        if prompt.state == "expired" and prompt.reason == "outage" and prompt.expires_at > night.now:
            yield f"{prompt} expired before its time"


def our_silence_is_ours(night: Night) -> Iterator[str]:
    """A dose is unreported only where a phone was asked in time, and the bot then listened long enough to hear."""
    for dose in night.doses:
        if dose.state != "unreported" or dose.cancelled_at is not None:
            continue
        ends = moment(dose.due_at) + DAY
        asked = [moment(at) for at in night.memory.asked_at.get(dose.id, ())]
        in_time = [at for at in asked if at < ends]
        if not in_time:
            yield f"{dose} counts as the participant's silence, and no phone was asked in time"
        elif (heard := _listened(night.evidence, min(in_time), ends)) < LISTENING - TOLERANCE:
            yield f"{dose} counts as the participant's silence, and the bot listened for {heard}"


def _listened(evidence: Evidence, start: datetime, end: datetime) -> timedelta:
    lost, counted = timedelta(), start
    for since, until in sorted(evidence.down):
        if until - since >= COUNTED_DOWN:
            lost += max(min(until, end) - max(since, counted), timedelta())
            counted = max(counted, until)
    return end - start - lost


def gaps_are_written_down(night: Night) -> Iterator[str]:
    """When all is quiet, each time in which nobody listened stands in the store; a wrong clock tells no time."""
    if not night.whole:
        return
    since_first = night.rows("SELECT min(received_at) FROM inbox_update")[0][0] or "9"
    gaps = [tuple(map(moment, row)) for row in night.rows("SELECT from_at, until_at FROM receiving_gap")]
    for since, until in night.evidence.down:
        if (
            until - since < COUNTED_DOWN
            or stored(since) < since_first
            or night.evidence.clock_was_wrong(since, until, CLOCK_OFF)
        ):
            continue
        noted = sum((max(min(until, end) - max(since, start), timedelta()) for start, end in gaps), timedelta())
        if noted < until - since - NOTED_WITHIN:
            yield f"nobody listened from {since} to {until}, and {noted} of it is written down"


def the_sum_of_its_reports(night: Night) -> Iterator[str]:
    """State, tablets and time of a dose are those of the reports that stand, and only one of them says "taken"."""
    for dose in night.doses:
        standing = [event for event in night.events_of.get(dose.id, ()) if not event.superseded]
        took = [event for event in standing if event.answer in TOOK]
        units, times = sum(event.units for event in took), [event.taken_at for event in took if event.taken_at]
        if dose.units_taken != units or dose.taken_at != max(times, default=None):
            yield f"{dose} says other tablets or another time than {standing}"
        elif not _fits(dose, standing, units):
            yield f"{dose} has not the state of {standing}"
        if sum(event.answer == "taken" for event in standing) > 1:
            yield f"{dose} is counted twice: {standing}"


def _fits(dose: Dose, standing: list[Event], units: int) -> bool:
    if units:
        return dose.state == ("taken" if units >= dose.units else "taken_partly")
    if any(event.answer == "not_taken" for event in standing):
        return dose.state == "not_taken"
    return dose.state in SILENT | {"open", "held"}
