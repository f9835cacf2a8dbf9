"""The trough day: the dose of that morning waits until blood is taken, or until a set hour has come.

Sirolimus is measured just before the next dose. Only the dose of the draw day itself ever waits, and never one due
before it; whoever does not take it in the morning is not told to wait at all, and staff arrange the draw.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from protocol.moments import local_date, moment


@dataclass(frozen=True, slots=True)
class DrawDayRules:
    """Wall times of the participant: the notice of the evening before, and the hour that releases a forgotten dose.

    Only a dose due from `morning_from` on and before `release_time` waits: others give no morning trough.
    """

    notice_time: time
    morning_from: time
    release_time: time


@dataclass(frozen=True, slots=True)
class DrawDay:
    """One day on which blood for a level is to be taken. `on` is the participant's wall date, `drawn_at` in UTC."""

    visit_id: str
    on: date
    fasting: bool = False
    drawn_at: datetime | None = None  # blood was taken
    told: bool = False  # staff know that the dose was taken before it


@dataclass(frozen=True, slots=True)
class Wait:
    """The dose is not asked for before `until`; the notice is due at `notice_at`. Moments in UTC."""

    draw: DrawDay
    notice_at: datetime
    until: datetime


def gives_morning_trough(reminder: time, rules: DrawDayRules) -> bool:
    """Whether a dose at this wall time can wait for a draw of the morning."""
    return rules.morning_from <= reminder < rules.release_time


def wait_of(
    *, due_at: datetime, due_on: date, is_first: bool, draws: Sequence[DrawDay], zone: ZoneInfo, rules: DrawDayRules
) -> Wait | None:
    """How the dose of this day waits; None where it does not. The first dose of all waits for no level."""
    draw = next((one for one in draws if one.on == due_on), None)
    if draw is None or is_first:
        return None
    release_at = moment(due_on, rules.release_time, zone)
    if not moment(due_on, rules.morning_from, zone) <= due_at < release_at:
        return None
    notice_at = moment(due_on - timedelta(days=1), rules.notice_time, zone)
    if draw.drawn_at is None or local_date(draw.drawn_at, zone) != due_on:
        return Wait(draw, notice_at, release_at)  # blood of another day releases nothing
    return Wait(draw, notice_at, min(release_at, max(due_at, draw.drawn_at)))
