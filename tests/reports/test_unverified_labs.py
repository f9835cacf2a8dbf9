"""A value of the participant's own is in no report, course or count of results before staff have verified it."""

from pathlib import Path

from models.session import Store
from models.study.store import StudyStore
from protocol.lab_entry import LabSource
from protocol.month_six import HAEMOGLOBIN
from protocol.response import ResponseKind
from protocol.trial import Trial
from protocol.trough import LEVEL
from reports.lab_rows import results_of, unverified_of
from reports.levels import level_report
from reports.outcomes import outcome_report
from reports.printed_labs import printed_levels, printed_outcomes
from reports.timeline import course_report
from study.sync import drain
from tests.reports.test_labs import END, MONTH_6, on, twenty_days, value
from tests.study.cast import DAY_1, NOON

CODE = "PUMCH-001"
HB, TROUGH = 131.25, 7.625  # found in print by their digits


async def told(store: Store, *, verified: bool = False) -> None:
    """A baseline of staff; haemoglobin and level at month 6 that the participant told."""
    async with store.change(at=NOON) as change:
        one = await twenty_days(change)
        value(change, one, 1, HAEMOGLOBIN, 60.0, on(DAY_1, 7))
        for number, (analyte, found) in enumerate(((HAEMOGLOBIN, HB), (LEVEL, TROUGH)), start=2):
            value(change, one, number, analyte, found, on(MONTH_6), source=LabSource.PARTICIPANT)
            if verified:
                value(change, one, number, analyte, found, on(MONTH_6), version=2)


async def printed(study: StudyStore, trial: Trial) -> str:
    outcomes = printed_outcomes(await outcome_report(study, trial, as_of=END), trial, None)
    levels = printed_levels(await level_report(study, trial, as_of=END), trial, None)
    return "".join(one.as_csv() + one.as_json() + one.as_text() for one in (outcomes, levels))


async def test_no_reader_of_results_sees_a_value_that_nobody_has_verified(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    await told(store)
    await drain(store, study, trial, at=END)
    async with study.read() as session:
        assert [row.value for row in (await results_of(session, HAEMOGLOBIN, END))[CODE]] == [60.0]
        assert CODE not in await results_of(session, LEVEL, END)
        assert [row.value for row in (await unverified_of(session, HAEMOGLOBIN, END))[CODE]] == [HB]
    (row,) = (await outcome_report(study, trial, as_of=END)).rows
    point = row.points[0]
    assert (point.registered.haemoglobin, point.registered.unverified) == (None, 1)
    assert point.response.kind is ResponseKind.UNKNOWN
    assert (await level_report(study, trial, as_of=END)).rows == ()
    course = await course_report(study, trial, as_of=END, code=CODE)
    assert ([one.value for one in course.haemoglobin], course.levels) == ([60.0], ())
    shown = await printed(study, trial)
    assert str(HB) not in shown
    assert str(TROUGH) not in shown


async def test_the_same_values_are_everywhere_once_they_are_verified(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    await told(store, verified=True)
    await drain(store, study, trial, at=END)
    (row,) = (await outcome_report(study, trial, as_of=END)).rows
    point = row.points[0]
    assert point.registered.haemoglobin is not None
    assert (point.registered.haemoglobin.g_l, point.registered.unverified) == (HB, 0)
    assert point.response.kind is ResponseKind.COMPLETE
    assert [one.result.value for one in (await level_report(study, trial, as_of=END)).rows] == [TROUGH]
    shown = await printed(study, trial)
    assert str(HB) in shown
    assert str(TROUGH) in shown


def test_no_other_file_of_the_reports_or_pages_reads_the_table_of_values() -> None:
    """One that did could miss the wall of `results_of`."""
    root = Path(__file__).parents[2]
    files = [path for room in ("reports", "web", "scheduler", "messages") for path in (root / room).rglob("*.py")]
    reads = ("(session, StudyLabResult", "select(StudyLabResult", "select(LabResult")
    found = {path.name for path in files if any(text in path.read_text(encoding="utf-8") for text in reads)}
    assert found == {"lab_rows.py", "lab_tasks.py"}
