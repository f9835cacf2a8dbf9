"""Staff and their alerts: a red one rings until a human acknowledges, ever further, and never at another site."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from simulation.invariants.night import Night
from simulation.invariants.rules import CLOCK_FAULT, CLOCK_OFF, LEASE, RED_NEXT, RED_REPEAT, moment, stored
from simulation.invariants.sight import Seen

SLOW = timedelta(minutes=2)  # between the moment of a call and its leaving, when all goes well
HINDERED = timedelta(minutes=20)  # the same, where calls fail, stores are busy and processes stand still
ACKNOWLEDGES = "oa"
HELP = "/answer "


class Alert(NamedTuple):
    """One alert that runs by the red clock."""

    id: str
    clock_from: str
    ended_at: str | None


ALERTS = (
    "SELECT id, clock_from, min(coalesce(acknowledged_at, '9'), coalesce(closed_at, '9')) FROM alert"
    " WHERE (level = 'red' OR paged = 1) AND site_code IS NOT NULL"
)


def rings_until_acknowledged(night: Night) -> Iterator[str]:
    """From the report on, every five minutes, whatever dies in between: the calls written down have no gap."""
    for alert, calls, until in _looked_at(night):
        times = [moment(alert.clock_from), *(at for at, _ in calls), until]
        for number, (before, after) in enumerate(pairwise(times)):
            allowed = (RED_REPEAT if number else timedelta()) + _tolerance(night)
            if night.evidence.clock_was_wrong(before, after, CLOCK_OFF):
                continue
            if after - before - _without_us(night, before, after) > allowed:
                yield f"{alert} was left alone from {before} to {after}"
                break


def goes_further(night: Night) -> Iterator[str]:
    """Whom nobody answers for a quarter of an hour rings at the next person's too."""
    for alert, calls, until in _looked_at(night):
        start = moment(alert.clock_from)
        if night.evidence.clock_was_wrong(start, until, CLOCK_OFF):
            continue
        run = until - start - _without_us(night, start, until)
        if run > RED_NEXT + RED_REPEAT + _tolerance(night) and len({name for _, name in calls}) == 1:
            yield f"{alert} rang at one person's only until {until}: {calls}"


def told_is_delivered(night: Night) -> Iterator[str]:
    """What is written down as delivered has reached a phone of staff."""
    staff = night.evidence.staff
    reached = {(staff[one.chat][0], one.message) for one in night.evidence.delivered if one.chat in staff}
    for own_id, name, message in night.rows("SELECT id, name, message FROM alert_call WHERE state = 'delivered'"):
        if (name, int(message)) not in reached:
            yield f"call {own_id} is delivered as message {message}, which the phone of {name} does not have"


def silent_after_acknowledgement(seen: Seen) -> Iterator[str]:
    """Whoever has acknowledged is not rung out of bed again."""
    for alert_id, at in _rings(seen, "acknowledged_at"):
        wrong = CLOCK_OFF if seen.evidence.faults.get(CLOCK_FAULT) else LEASE
        if at is not None and at < stored(seen.sent.at - wrong):
            yield f"{seen.sent} rings for {alert_id}, acknowledged at {at}"


def no_call_after_acknowledgement(night: Night) -> Iterator[str]:
    """Nor is a call of it written down: what is told of a matter that somebody has seen shows no button to press."""
    wrong = CLOCK_OFF if night.evidence.faults.get(CLOCK_FAULT) else LEASE
    for _, alert_id, at, name in night.fresh("silent", "alert_call", "alert_id, at, name"):
        query = "SELECT acknowledged_at FROM alert WHERE id = ? AND acknowledged_at < ?"
        for (seen_at,) in night.rows(query, alert_id, stored(moment(at) - wrong)):
            yield f"{name} is called at {at} for {alert_id}, acknowledged at {seen_at}"


def at_its_own_site(seen: Seen) -> Iterator[str]:
    """An alert rings at its own site, and nobody elsewhere reads a participant's code."""
    name, site = seen.evidence.staff[seen.sent.chat]
    for alert_id, of_site in _rings(seen, "site_code"):
        if of_site is not None and of_site != site:
            yield f"{seen.sent} rings for {alert_id} of {of_site} at {name}'s, of {site}"
    if HELP in seen.sent.text:
        return  # names a code as an example
    query = "SELECT code FROM participant WHERE site_code <> ?"
    yield from (f"{seen.sent} names {code} to {name}" for (code,) in seen.rows(query, site) if code in seen.sent.text)


def _rings(seen: Seen, column: str) -> Iterator[tuple[str, Any]]:
    if seen.sent.is_edit or ACKNOWLEDGES not in seen.taps:
        return
    alert_id = seen.taps[ACKNOWLEDGES].record
    found = seen.rows(f"SELECT {column} FROM alert WHERE id = ?", alert_id)  # noqa: S608  names of our own
    yield alert_id, found[0][0] if found else None


def _looked_at(night: Night) -> Iterator[tuple[Alert, list[tuple[datetime, str]], datetime]]:
    """Alerts that were open since the last look, with their calls and until when they had to ring."""
    for row in night.rows(ALERTS):
        alert = Alert(*row)
        ended = alert.ended_at if alert.ended_at != "9" else None
        if not night.whole and ended is not None and ended < night.before(timedelta(days=2)):
            continue
        query = "SELECT at, name FROM alert_call WHERE alert_id = ? AND at >= ? ORDER BY at"
        calls = [(moment(at), name) for at, name in night.rows(query, alert.id, alert.clock_from)]
        yield alert, calls, moment(ended) if ended else night.evidence.at


def _tolerance(night: Night) -> timedelta:
    return HINDERED if night.evidence.faults else SLOW


def _without_us(night: Night, since: datetime, until: datetime) -> timedelta:
    """How much of this time no process of ours lived, or by a clock that was wrong."""
    spans = [*night.evidence.down, *night.evidence.clock_wrong]
    return sum((max(timedelta(), min(until, end) - max(since, start)) for start, end in spans), timedelta())
