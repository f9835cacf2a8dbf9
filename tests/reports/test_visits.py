"""Visits counted by hand: in the window, beside it, missed, cancelled, and those of which nobody wrote anything."""

from datetime import date, timedelta

import pytest

from models.session import Store
from models.study.store import StudyStore
from models.visit import Visit
from protocol.trial import Trial
from protocol.visits import VisitState
from reports.visits import VisitReport, visit_report
from study.sync import drain
from tests.study.cast import NOON, enrol

TARGET = date(2026, 3, 16)
AFTER = NOON + timedelta(days=40)


@pytest.fixture
async def report(store: Store, study: StudyStore, trial: Trial) -> VisitReport:
    """Five people at week 2, whose window is three days to each side, and one who is only planned for month 1."""
    came = {"P-1": TARGET + timedelta(days=2), "P-2": TARGET + timedelta(days=5)}
    others = {"P-3": VisitState.MISSED, "P-4": VisitState.CANCELLED, "P-5": VisitState.PLANNED}
    async with store.change(at=NOON) as change:
        for code in (*came, *others):
            one = await enrol(change, code, "PUMCH")
            attended = came.get(code)
            row = Visit(
                id=f"v-{code}",
                participant_id=one.id,
                key="w2",
                target_on=TARGET,
                from_on=TARGET - timedelta(days=3),
                until_on=TARGET + timedelta(days=3),
                planned_on=TARGET,
                state=VisitState.ATTENDED if attended else others[code],
                attended_on=attended,
                recorded_by="li",
                recorded_at=NOON,
            )
            change.session.add(row)
            change.owe(row, participant_id=one.id)
    await drain(store, study, trial, at=NOON)
    return await visit_report(study, trial, as_of=AFTER)


async def test_each_visit_counts_once_and_a_cancelled_one_was_not_expected(report: VisitReport) -> None:
    week_two = next(one for one in report.counts if one.key == "w2")
    assert (week_two.expected, week_two.attended, week_two.in_window) == (4, 2, 1)
    assert (week_two.missed, week_two.open, week_two.cancelled) == (1, 1, 1)
    assert week_two.kept_percent == 25
    assert sum(one.expected for one in report.counts) == 4


async def test_beside_the_window_is_told_with_its_days(report: VisitReport) -> None:
    found = {row.code: (row.in_window, row.days_from_target) for row in report.rows}
    assert found["P-1"] == (True, 2)
    assert found["P-2"] == (False, 5)
    assert found["P-3"] == (None, None)


async def test_before_its_window_has_passed_nothing_is_missing(
    report: VisitReport, study: StudyStore, trial: Trial
) -> None:
    assert report.rows
    early = await visit_report(study, trial, as_of=NOON + timedelta(days=1))
    week_two = next(one for one in early.counts if one.key == "w2")
    assert (week_two.expected, week_two.attended, week_two.open) == (2, 2, 0), "who came counts at once"
    assert week_two.missed == 0
    assert (await visit_report(study, trial, as_of=AFTER, site="SHANG")).rows == ()
