"""What staff have recorded of a transfusion reaches every report, and nothing is counted twice or freed by it."""

from datetime import datetime, timedelta

from models.participant import Participant
from models.session import Change, Store
from models.study.store import StudyStore
from models.transfusion import Transfusion
from protocol.answers import AnswerState
from protocol.response import ResponseKind
from protocol.transfusions import BloodKind, BloodUnit, TransfusionSource
from protocol.trial import Trial
from reports.lab_rows import transfusions
from reports.outcomes import TimePointRow, outcome_report
from reports.timeline import course_report
from study.sync import drain
from tests.reports.test_labs import (
    END,
    MONTH_6,
    checked,
    keep,
    numbered,
    on,
    transfused,
    twenty_days,
    value,
)
from tests.study.cast import DAY_1, NOON

CODE = "PUMCH-001"
GIVEN = MONTH_6 - timedelta(days=10)


def recorded(change: Change, one: Participant, version: int = 1, *, days: int = 10, in_error: bool = False) -> None:
    row = Transfusion(
        given_on=MONTH_6 - timedelta(days=days), kind=BloodKind.RED_CELLS, amount=2.0, unit=BloodUnit.CN_U,
        source=TransfusionSource.CHART, in_error=in_error, **numbered(change, one, 1, version, "u"),
    )  # fmt: skip
    keep(change, row)


async def responder(change: Change) -> Participant:
    """A complete response by haemoglobin alone."""
    one = await twenty_days(change)
    value(change, one, 1, "haemoglobin", 60.0, on(DAY_1, 7))
    value(change, one, 2, "haemoglobin", 125.0, on(MONTH_6))
    return one


async def month_six(study: StudyStore, trial: Trial, as_of: datetime = END) -> TimePointRow:
    (row,) = (await outcome_report(study, trial, as_of=as_of)).rows
    return row.points[0]


async def test_staffs_record_stands_beside_the_haemoglobin_and_decides_the_response(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        one = await responder(change)
    await drain(store, study, trial, at=END)
    before = await month_six(study, trial)
    assert (before.response.kind, before.registered.days_since_transfusion) == (ResponseKind.COMPLETE, None)
    async with store.change(at=NOON + timedelta(minutes=1)) as change:
        recorded(change, one)
    await drain(store, study, trial, at=END)
    after = await month_six(study, trial)
    assert (after.response.kind, after.registered.days_since_transfusion) == (ResponseKind.NONE, 10)
    assert after.response.transfusion_free_days == 0, "nobody has answered about the days since"
    assert (await course_report(study, trial, as_of=END, code=CODE)).transfused_on == (GIVEN,)
    earlier = await month_six(study, trial, as_of=NOON)
    assert earlier.response.kind is ResponseKind.COMPLETE, "as it was known then"


async def test_a_day_that_both_know_counts_once_with_staffs_amount_until_the_record_is_taken_out(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        one = await responder(change)
        answers = [("transfusion", "expected"), ("transfusion_on", str(GIVEN)), ("transfusion_amount", "1 bag")]
        said = [(item, found, AnswerState.ANSWERED) for item, found in answers]
        await checked(change, one, 1, said, on(MONTH_6 - timedelta(days=4)))
        recorded(change, one)
    await drain(store, study, trial, at=END)
    async with study.read() as session:
        history = (await transfusions(session, {CODE: one.tz}, END))[CODE]
    assert [(entry.on, entry.amount, entry.by_staff) for entry in history.given] == [(GIVEN, "2 cn_u", True)]
    assert (await month_six(study, trial)).response.transfusion_free_days == 6
    async with store.change(at=NOON + timedelta(minutes=1)) as change:
        recorded(change, one, 2, in_error=True)
    await drain(store, study, trial, at=END)
    async with study.read() as session:
        history = (await transfusions(session, {CODE: one.tz}, END))[CODE]
    assert [(entry.on, entry.amount, entry.by_staff) for entry in history.given] == [(GIVEN, "1 bag", False)]


async def test_a_record_taken_out_gives_back_the_response_and_one_moved_counts_on_its_new_day(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        one = await responder(change)
        recorded(change, one)
        recorded(change, one, 2, days=40)
    await drain(store, study, trial, at=END)
    moved = await month_six(study, trial)
    assert (moved.response.kind, moved.registered.days_since_transfusion) == (ResponseKind.COMPLETE, 40)
    async with store.change(at=NOON + timedelta(minutes=1)) as change:
        recorded(change, one, 3, days=40, in_error=True)
    await drain(store, study, trial, at=END)
    gone = await month_six(study, trial)
    assert (gone.response.kind, gone.registered.days_since_transfusion) == (ResponseKind.COMPLETE, None)


async def test_an_answer_of_none_does_not_hide_a_record_and_speaks_for_the_days_after_it(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    async with store.change(at=NOON) as change:
        one = await responder(change)
        recorded(change, one, days=40)
        await transfused(change, one, 1, "none", None, on(MONTH_6 - timedelta(days=30)))
    await drain(store, study, trial, at=END)
    found = await month_six(study, trial)
    assert (found.registered.days_since_transfusion, found.response.transfusion_free_days) == (40, 10)


async def test_a_record_of_one_participant_is_nobody_elses(store: Store, study: StudyStore, trial: Trial) -> None:
    async with store.change(at=NOON) as change:
        one = await responder(change)
        await twenty_days(change, "SHANG-001", "SHANG")
        recorded(change, one)
    await drain(store, study, trial, at=END)
    assert (await course_report(study, trial, as_of=END, code="SHANG-001")).transfused_on == ()
