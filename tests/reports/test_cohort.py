"""The cohort counted by hand: who came how far, and the weeks of the worked fortnight."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.session import Store
from models.study.store import StudyStore
from protocol.day_facts import DayFact
from protocol.terms import DoseState, ParticipantState
from protocol.trial import Trial
from reports.adherence import adherence_report
from reports.cohort import WEEK, Week, cohort_report, weeks_of
from study.sync import drain
from tests.reports.test_adherence import END, worked_example
from tests.study.cast import NOON


async def test_the_worked_fortnight_is_two_weeks(store: Store, study: StudyStore, trial: Trial) -> None:
    await worked_example(store)
    await drain(store, study, trial, at=END)
    found = await cohort_report(study, trial, as_of=END)
    assert found.weeks == {
        "PUMCH-001": (
            Week(1, taken=4, taken_partly=0, not_taken=3, unreported=0, not_asked=0, held=0),
            Week(2, taken=3, taken_partly=0, not_taken=1, unreported=1, not_asked=0, held=2),
        )
    }
    first, second = found.weeks["PUMCH-001"]
    assert (first.taken_percent, second.taken_percent) == (100 * 4 / 7, 100 * 3 / 5), "a hold calls for no dose"


async def test_the_weeks_add_up_to_the_figures_of_adherence(store: Store, study: StudyStore, trial: Trial) -> None:
    await worked_example(store)
    await drain(store, study, trial, at=END)
    weeks = (await cohort_report(study, trial, as_of=END)).weeks["PUMCH-001"]
    counted = (await adherence_report(study, trial, as_of=END)).rows[0].counted.adherence
    assert sum(week.scheduled for week in weeks) == counted.scheduled
    assert sum(week.held for week in weeks) == counted.held
    assert sum(week.unreported for week in weeks) == counted.unreported


async def test_the_flow_counts_people_and_another_site_is_not_among_them(
    store: Store, study: StudyStore, trial: Trial
) -> None:
    await worked_example(store)
    await drain(store, study, trial, at=END)
    flow = (await cohort_report(study, trial, as_of=END, site="PUMCH")).flow
    assert (flow.enrolled, flow.first_dose) == (1, 1)
    assert sum(flow.states.values()) == 1
    assert flow.states[ParticipantState.DIED] == 0, "a state in which nobody stands is told as nobody"
    assert [one.reached for one in flow.points] == [0] * len(trial.outcomes.months), "a fortnight is no half year"
    elsewhere = await cohort_report(study, trial, as_of=END, site="SHANG")
    assert (elsewhere.flow.enrolled, dict(elsewhere.weeks)) == (0, {})


def day(on: int, state: DoseState) -> DayFact:
    due_at = NOON + timedelta(days=on)
    return DayFact(on + 1, date(2026, 3, 2) + timedelta(days=on), due_at, 1, 1.0, 0, 0.0, 0, (), state, None, on == 0)


def test_a_dose_that_is_open_or_ahead_is_no_gap() -> None:
    days = [day(0, DoseState.TAKEN), day(1, DoseState.OPEN), day(2, DoseState.HELD)]
    assert weeks_of(days, NOON + timedelta(days=1)) == (Week(1, 1, 0, 0, 0, 0, 0),)
    assert weeks_of([day(0, DoseState.OPEN)], NOON) == ()


def test_a_week_without_any_dose_stands_between_two_that_have_some() -> None:
    days = [day(0, DoseState.TAKEN), day(15, DoseState.UNREPORTED)]
    assert [week.scheduled for week in weeks_of(days, NOON + timedelta(days=30))] == [1, 0, 1]


@given(
    st.dictionaries(st.integers(0, 60), st.sampled_from(list(DoseState)), min_size=1, max_size=40), st.integers(0, 70)
)
def test_every_dose_that_is_over_stands_in_one_week(states: dict[int, DoseState], cut: int) -> None:
    days = [day(on, state) for on, state in sorted(states.items())]
    as_of = NOON + timedelta(days=cut)
    weeks = weeks_of(days, as_of)
    over = [one for one in days if one.due_at <= as_of and one.state is not DoseState.OPEN]
    assert sum(week.scheduled + week.held for week in weeks) == len(over)
    assert [week.number for week in weeks] == list(range(1, len(weeks) + 1))
    if over:
        assert len(weeks) == (over[-1].due_on - days[0].due_on) // WEEK + 1
