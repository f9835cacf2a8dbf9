"""The alerts report, against a week worked out by hand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.alert import Alert, AlertCall
from models.protocol_file import load_trial
from models.session import SYSTEM
from protocol.terms import AlertKind, CallState, Level
from reports.alerts import alert_report, waited
from reports.red_in_time import red_in_time
from tests.stories.stage import Stage

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CLOCKS = load_trial(None).alerts  # red: again after 5 minutes, the next person after 15


def alert(number: int, level: Level, opened: int, seen: int | None, closed: int | None, **more: Any) -> Alert:
    """Minutes after Monday, 10:00 in Shanghai. Acknowledged when seen."""
    at = MONDAY + opened * MINUTE
    seen_at = None if seen is None else at + seen * MINUTE
    values: dict[str, Any] = {
        "id": f"a{number}", "site_code": "PUMCH", "kind": AlertKind.SYMPTOM, "level": level, "cause_key": f"c{number}",
        "opened_at": at, "last_at": at, "clock_from": at, "seen_at": seen_at, "acknowledged_at": seen_at,
        "closed_at": None if closed is None else at + closed * MINUTE,
    }  # fmt: skip
    return Alert(**(values | more))


@pytest.fixture
async def stage(tmp_path: Path) -> Stage:
    return await Stage.open("sqlite", tmp_path, MONDAY)


async def test_a_week_counts_as_worked_out_by_hand(stage: Stage) -> None:
    """One participant, 14 days. Red: seen after 2, 4 and 30 minutes and one not yet; a paged amber one counts as red.
    Closed: three, two of them with an action.
    """
    try:
        await stage.enrol("017")
        person = await stage.participant("017")
        mine = {"participant_id": person.id}
        rows = [
            alert(1, Level.RED, 0, 2, 60, action="called", **mine),
            alert(2, Level.RED, 10, 4, 60, action="", times=3, **mine),
            alert(3, Level.AMBER, 20, 30, 90, action="drew blood", paged=True, **mine),
            alert(4, Level.RED, 30, None, None, **mine),
            alert(5, Level.AMBER, 40, 600, None, kind=AlertKind.CLOCK),
            alert(6, Level.AMBER, 60 * 24 * 60, None, None, **mine),
        ]
        async with stage.system.store.change(at=MONDAY, actor=SYSTEM) as change:
            change.session.add_all(rows)
            await change.session.flush()
            for number, state in enumerate((CallState.DELIVERED, CallState.FAILED, CallState.TO_PHONE)):
                call = AlertCall(id=f"k{number}", alert_id="a4", at=MONDAY, reach=1, name="li", state=state)
                change.session.add(call)
        found = await alert_report(stage.system.store, CLOCKS, as_of=MONDAY + timedelta(days=13), site="PUMCH")
        red, amber = found.answers
        assert (red.level, red.alerts, red.waiting) == (Level.RED, 4, 1)
        assert (red.calls, red.calls_failed, red.to_phone) == (2, 1, 1)
        assert (red.acknowledged.p25_s, red.acknowledged.median_s, red.acknowledged.p75_s) == (120, 240, 1800)
        assert (amber.alerts, amber.acknowledged.max_s) == (1, 36000)
        symptoms = next(row for row in found.counts if (row.level, row.kind) == (Level.RED, AlertKind.SYMPTOM))
        assert (symptoms.alerts, symptoms.reports, symptoms.acknowledged, symptoms.closed) == (3, 5, 2, 2)
        assert (found.participants, found.participant_weeks, found.about_participants) == (1, 2.0, 4)
        assert found.load == 2.0
        assert found.acted_share == 2 / 3
        times = [(one.limit_s, one.judged, one.in_time) for one in (found.red.within_repeat, found.red.before_next)]
        assert times == [(300, 4, 2), (900, 4, 2)], "one waits, and the paged one was seen after half an hour"
        assert [(one.alert.id, one.standing.overdue) for one in found.still_open] == [("a4", False), ("a5", False)]
        early = await alert_report(stage.system.store, CLOCKS, as_of=MONDAY + 3 * MINUTE)
        assert [row.acknowledged for row in early.counts] == [1], "what came after the data cut is not known"
        other = await alert_report(stage.system.store, CLOCKS, as_of=MONDAY + timedelta(days=13), site="OTHER")
        assert (other.counts, other.load) == ((), None)
        later = await alert_report(
            stage.system.store, CLOCKS, as_of=MONDAY + timedelta(days=13), from_on=date(2026, 3, 3)
        )
        assert later.counts == ()
    finally:
        await stage.close()


@dataclass(frozen=True, slots=True)
class Red:
    """Minutes after Monday."""

    clock_from: datetime
    acknowledged_at: datetime | None


def red(began: float, acknowledged: float | None) -> Red:
    return Red(MONDAY + began * MINUTE, None if acknowledged is None else MONDAY + acknowledged * MINUTE)


def test_red_alerts_are_held_against_the_clock_of_the_trial_to_the_second() -> None:
    """Repeat after 5 minutes: 2, 4:59 and 1 are in time; 5:00, 14:59, 15:00 and one waiting since 10 are not, 3 of 7.
    Next person after 15: all that were acknowledged but the one at 15:00, 5 of 6; those that still wait may yet be.
    """
    seconds = 1 / 60
    rows = [
        red(0, 2), red(0, 5 - seconds), red(0, 5), red(0, 15 - seconds), red(0, 15),
        red(50, 51),  # had begun anew
        red(50, None), red(57, None),  # wait since 10 and since 3 minutes
        red(90, 91),  # after the data cut
    ]  # fmt: skip
    found = red_in_time(rows, CLOCKS[Level.RED], MONDAY + 60 * MINUTE)
    assert (found.within_repeat.in_time, found.within_repeat.judged) == (3, 7)
    assert (found.before_next.in_time, found.before_next.judged) == (5, 6)
    assert found.within_repeat.share == 3 / 7
    later = red_in_time(rows[6:7], CLOCKS[Level.RED], MONDAY + 65 * MINUTE)
    assert (later.before_next.in_time, later.before_next.judged) == (0, 1), "at the limit the next person is called"
    unseen = red_in_time([red(0, 30)], CLOCKS[Level.RED], MONDAY + 20 * MINUTE)
    assert (unseen.before_next.in_time, unseen.before_next.judged) == (0, 1), "what comes after the cut is not known"
    assert red_in_time([], CLOCKS[Level.RED], MONDAY).within_repeat.share is None


def test_nobody_waited_is_no_zero() -> None:
    assert waited([]).median_s is None
