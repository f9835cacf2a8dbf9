"""Adherence as a person would count it by hand, from the study database."""

from datetime import timedelta
from pathlib import Path

import pytest

from models.participant import Participant
from models.session import Store
from models.study.store import StudyStore
from protocol.terms import DoseAnswer, DoseState, OrderKind
from protocol.trial import Trial
from reports.adherence import adherence_report
from reports.days import cohort, participant_days
from study.sync import drain
from tests.postgres import Kind, empty_url
from tests.study.cast import DAY_1, NOON, enrol, hours, order, report, schedule

# Fourteen days, as in the worked example of the formulas: hours taken; None silence; () not taken; "held" on hold.
WORKED: dict[int, tuple[float, ...] | str | None] = {
    1: (8.0,),
    2: (8.5,),
    3: (),
    4: (8.0, 20.0),
    5: (8.0,),
    6: (),
    7: (),
    8: (),
    9: (11.5,),
    10: (8.0,),
    11: None,
    12: "held",
    13: "held",
    14: (8.0,),
}
END = NOON + timedelta(days=20)


async def worked_example(store: Store, *, code: str = "PUMCH-001", site: str = "PUMCH") -> None:
    """Fang's fortnight as rows of the store."""
    async with store.change(at=NOON) as change:
        fang = await enrol(change, code, site)
        order(change, fang, 1)
        for ordinal, told in WORKED.items():
            dose = schedule(change, fang, ordinal, _state(told))
            await change.session.flush()
            if told == ():
                report(change, dose, DoseAnswer.NOT_TAKEN)
            for number, clock in enumerate(told if isinstance(told, tuple) else (), start=1):
                answer = DoseAnswer.TAKEN if number == 1 else DoseAnswer.EXTRA
                report(change, dose, answer, number=number, taken_at=hours(ordinal, clock))


def _state(told: tuple[float, ...] | str | None) -> DoseState:
    if told is None:
        return DoseState.UNREPORTED
    if isinstance(told, str):
        return DoseState.HELD
    return DoseState.TAKEN if told else DoseState.NOT_TAKEN


async def test_the_worked_example_gives_the_figures_counted_by_hand(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    await worked_example(store)
    await drain(store, study, trial, at=END)
    report_ = await adherence_report(study, trial, as_of=END)
    figures = report_.rows[0].counted.figures
    by_hand = {
        "scheduled": 12, "held": 2, "unreported": 1, "not_taken": 4,
        "taking_lower": 66.67, "taking_reported": 72.73, "taking_upper": 75.00,
        "correct_days_lower": 50.00, "correct_days_reported": 54.55, "correct_days_upper": 58.33,
        "timing_2h": 50.00, "timing_4h": 58.33, "interval_observed": 33.33,
        "mg_intensity": 69.23, "holidays": 1, "longest_holiday": 3, "initiation_days": 0,
    }  # fmt: skip
    for name, value in by_hand.items():
        assert figures[name] == pytest.approx(value, abs=0.005), name
    assert set(figures) == set(report_.definitions), "every figure is defined, every definition has a figure"
    assert report_.synced_to == END


async def test_the_row_that_the_sync_wrote_says_what_the_report_says(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    await worked_example(store)
    await drain(store, study, trial, at=END)
    figures = (await adherence_report(study, trial, as_of=END)).rows[0].counted.figures
    member = (await cohort(study))[0]
    assert (member.days, member.days_reported, member.first_taken_on) == (12, 11, DAY_1)
    assert (member.taking_low, member.taking_high) == (figures["taking_lower"], figures["taking_upper"])


async def test_dates_choose_the_days_and_the_code_the_person(store: Store, study: StudyStore, trial: Trial) -> None:
    await worked_example(store)
    await worked_example(store, code="PUMCH-002")
    await drain(store, study, trial, at=END)
    third_to_fifth = (DAY_1 + timedelta(days=2), DAY_1 + timedelta(days=4))
    found = await adherence_report(
        study, trial, as_of=END, code="PUMCH-002", from_on=third_to_fifth[0], to_on=third_to_fifth[1]
    )
    assert [row.code for row in found.rows] == ["PUMCH-002"]
    assert found.rows[0].counted.figures["scheduled"] == 3
    early = await adherence_report(study, trial, as_of=hours(3, 9))
    assert [row.counted.figures["unreported"] for row in early.rows] == [0, 0], "silence that is still to come"


async def test_another_site_is_not_seen(store: Store, study: StudyStore, trial: Trial) -> None:
    await worked_example(store)
    await worked_example(store, code="OTTO-001", site="OTHER")
    await drain(store, study, trial, at=END)
    found = await adherence_report(study, trial, as_of=END, site="OTHER")
    assert [row.code for row in found.rows] == ["OTTO-001"]
    assert [member.code for member in await cohort(study, "PUMCH")] == ["PUMCH-001"]
    both = await adherence_report(study, trial, as_of=END)
    assert both.pooled is not None
    assert both.pooled.shares["taking_lower"].denominator == 24


async def test_a_stop_order_ends_persistence(store: Store, study: StudyStore, trial: Trial) -> None:
    await worked_example(store)
    await drain(store, study, trial, at=END)
    before = (await adherence_report(study, trial, as_of=END)).rows[0].counted.figures
    async with store.change(at=END) as change:
        fang = await change.session.get_one(Participant, "id-PUMCH-001")
        order(change, fang, 2, OrderKind.DISCONTINUE, DAY_1 + timedelta(days=15))
    await drain(store, study, trial, at=END)
    after = (await adherence_report(study, trial, as_of=END)).rows[0].counted.figures
    assert (before["persistence_ended"], after["persistence_ended"]) == (False, True)
    earlier = (await adherence_report(study, trial, as_of=hours(14, 9))).rows[0].counted.figures
    assert earlier["persistence_ended"] is False, "the stop was still to come"


async def test_a_calendar_reads_each_day_with_its_times(store: Store, study: StudyStore, trial: Trial) -> None:
    await worked_example(store)
    await drain(store, study, trial, at=END)
    days = await participant_days(
        study, "PUMCH-001", from_on=DAY_1 + timedelta(days=3), to_on=DAY_1 + timedelta(days=3)
    )
    assert [(day.study_day, day.units, day.units_taken, day.doses_taken) for day in days] == [(4, 1, 2, 2)]
    assert days[0].taken_at == (hours(4, 8), hours(4, 20))
    assert len(await participant_days(study, "PUMCH-001")) == 14


async def test_an_empty_or_unprepared_study_reports_nothing(
    study: StudyStore, trial: Trial, kind: Kind, tmp_path: Path
) -> None:
    empty = await adherence_report(study, trial, as_of=END)
    assert (empty.rows, empty.pooled, empty.synced_to) == ((), None, None)
    bare = StudyStore(await empty_url(kind, tmp_path))
    assert (await adherence_report(bare, trial, as_of=END)).rows == ()
    await bare.close()
