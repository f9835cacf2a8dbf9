"""The adherence arithmetic gives the worked vector, and its bounds hold for any history."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.protocol_file import load_trial
from protocol.adherence import Adherence, adherence, pooled
from protocol.adherence_fields import adherence_fields, adherence_figures
from protocol.day_facts import DayFact
from protocol.persistence import Duration, kaplan_meier
from protocol.terms import Cause, DoseState

METRICS = load_trial(None).metrics
FIRST_ON = date(2026, 3, 2)
LONG_AFTER = datetime(2027, 1, 1, tzinfo=UTC)


def fact(day: int, hours: tuple[float, ...] = (), state: DoseState | None = None, **facts: object) -> DayFact:
    """Study day `day`, due at 08:00, with the hours of its doses."""
    midnight = datetime(FIRST_ON.year, FIRST_ON.month, FIRST_ON.day, tzinfo=UTC) + timedelta(days=day - 1)
    units = 2 if day == 1 else 1
    settled = state or (DoseState.TAKEN if hours else DoseState.NOT_TAKEN)
    values: dict[str, object] = {
        "ordinal": day,
        "due_on": midnight.date(),
        "due_at": midnight + timedelta(hours=8),
        "expected_units": units,
        "expected_mg": float(units),
        "taken_units": units * len(hours),
        "taken_mg": float(units * len(hours)),
        "doses_taken": len(hours),
        "taken_at": tuple(midnight + timedelta(hours=hour) for hour in hours),
        "state": settled,
        "cause": Cause.OUTAGE if settled is DoseState.NOT_ASKED else None,
        "is_first": day == 1,
    }
    return DayFact(**(values | facts))  # type: ignore[arg-type]


def worked_vector(silence: DoseState = DoseState.UNREPORTED) -> list[DayFact]:
    hours = {1: (8.0,), 2: (8.5,), 4: (8.0, 20.0), 5: (8.0,), 9: (11.5,), 10: (8.0,), 14: (8.0,)}
    states = {11: silence, 12: DoseState.HELD, 13: DoseState.HELD}
    return [fact(day, hours.get(day, ()), states.get(day)) for day in range(1, 15)]


def of(days: list[DayFact], as_of: datetime = LONG_AFTER) -> Adherence:
    return adherence(days, METRICS, as_of=as_of)


def test_the_worked_vector_gives_the_published_figures() -> None:
    figures = adherence_figures(of(worked_vector()))
    expected = {
        "scheduled": 12,
        "held": 2,
        "response": 100 * 11 / 12,
        "taking_lower": 66.67,
        "taking_reported": 72.73,
        "taking_upper": 75.00,
        "correct_days_lower": 50.00,
        "correct_days_reported": 54.55,
        "correct_days_upper": 58.33,
        "timing_2h": 50.00,
        "timing_4h": 58.33,
        "interval_observed": 33.33,
        "interval_expected": 18.18,
        "intervals_left_out": 1,
        "mg_intensity": 69.23,
        "holidays": 1,
        "longest_holiday": 3,
        "initiation_days": 0,
        "persistence_days": 14,
        "persistence_ended": False,
    }
    assert {key: figures[key] for key in expected} == pytest.approx(expected, abs=0.005)


def test_the_only_holiday_of_the_vector_is_the_sixth_to_the_eighth_day() -> None:
    (holiday,) = of(worked_vector()).holidays
    assert (holiday.from_on, holiday.until_on, holiday.doses) == (date(2026, 3, 7), date(2026, 3, 9), 3)


def test_a_day_the_system_did_not_ask_about_leaves_only_the_response_rate() -> None:
    silent, unasked = of(worked_vector()), of(worked_vector(DoseState.NOT_ASKED))
    assert unasked.response.percent == 100
    assert unasked.not_asked == {Cause.OUTAGE: 1}
    assert (unasked.taking, unasked.correct_days) == (silent.taking, silent.correct_days)


def test_nothing_to_divide_by_is_none_and_never_zero() -> None:
    found = adherence_figures(of([]))
    for key in ("response", "taking_lower", "taking_reported", "timing_2h", "interval_observed", "mg_intensity"):
        assert found[key] is None, key
    assert found["initiation_days"] is None
    assert found["persistence_days"] is None


def test_only_silence_leaves_reported_only_without_a_figure() -> None:
    found = of([fact(1, state=DoseState.UNREPORTED)])
    assert (found.taking.lower.percent, found.taking.reported.percent, found.taking.upper.percent) == (0, None, 100)


def test_open_doses_and_doses_to_come_are_in_no_denominator() -> None:
    days = [fact(1, (8,)), fact(2, state=DoseState.OPEN), fact(3, state=DoseState.OPEN), fact(4, state=DoseState.HELD)]
    found = of(days, as_of=fact(2).due_at)
    assert (found.scheduled, found.open, found.held) == (1, 1, 0)
    assert found.taking.lower.percent == 100


def test_the_boundary_of_a_timing_window_counts() -> None:
    assert of([fact(1, (10.0,))]).timing[0].share.percent == 100
    assert of([fact(1, (10.01,))]).timing[0].share.percent == 0


def test_a_dose_of_unknown_time_is_not_on_time_and_is_counted() -> None:
    found = of([fact(1, (8,)), fact(2, (8,), taken_at=()), fact(3, (8,))])
    assert [(timing.share.numerator, timing.unknown) for timing in found.timing] == [(2, 1), (2, 1)]
    assert (found.interval_observed.denominator, found.intervals_left_out) == (0, 1)


def test_a_double_dose_raises_taking_above_a_hundred_and_is_not_correct() -> None:
    found = of([fact(1, (8, 20))])
    assert found.taking.lower.percent == 200
    assert found.correct_days.lower.percent == 0


def test_a_dose_taken_partly_counts_as_a_dose_but_not_as_correct() -> None:
    found = of([fact(1, (8,), DoseState.TAKEN_PARTLY, taken_units=1, taken_mg=1.0)])
    assert (found.taking.lower.percent, found.correct_days.lower.percent, found.mg_intensity.percent) == (100, 0, 50)


def test_alternate_days_are_measured_against_their_own_spacing() -> None:
    days = [fact(day, (8,)) for day in (1, 3, 5)]
    assert of(days).interval_observed.percent == 100


def test_a_hold_neither_breaks_nor_extends_a_holiday_and_silence_extends_it_only_in_the_sensitivity_case() -> None:
    states = [DoseState.NOT_TAKEN, DoseState.HELD, DoseState.NOT_TAKEN, DoseState.UNREPORTED, DoseState.NOT_TAKEN]
    found = of([fact(1, (8,)), *(fact(day, (), state) for day, state in enumerate(states, start=2))])
    assert found.holidays == ()
    assert [one.doses for one in found.holidays_sensitivity] == [4]


def test_initiation_counts_the_days_to_the_first_dose_taken() -> None:
    assert of([fact(1), fact(2), fact(3, (8,))]).initiation == (2,)
    assert of([fact(1), fact(2)]).initiation == (None,)


def test_persistence_ends_with_a_stop_order_or_a_gap_without_return() -> None:
    days = [fact(1, (8,)), fact(2, (8,))]
    gap = [fact(day) for day in range(3, 33)]
    silent = [fact(day, state=DoseState.UNREPORTED) for day in range(3, 33)]
    assert of(days).persistence == (Duration(2, event=False),)
    assert of(days + gap[:-1]).persistence == (Duration(31, event=False),)
    assert of(days + gap).persistence == (Duration(2, event=True),)
    assert of(days + silent).persistence == (Duration(2, event=True, by_silence=True),)
    assert of([*days, *gap, fact(33, (8,))]).persistence == (Duration(33, event=False),)
    stopped = adherence(days, METRICS, as_of=LONG_AFTER, stopped_on=date(2026, 3, 4))
    assert stopped.persistence == (Duration(2, event=True),)


def test_kaplan_meier_drops_by_the_people_at_risk() -> None:
    durations = [
        Duration(10, event=True),
        Duration(10, event=False),
        Duration(20, event=True),
        Duration(30, event=False),
    ]
    steps = kaplan_meier(durations)
    assert [(step.day, step.at_risk, step.events, step.censored) for step in steps] == [
        (10, 4, 1, 1),
        (20, 2, 1, 0),
        (30, 1, 0, 1),
    ]
    assert [step.survival for step in steps] == pytest.approx([0.75, 0.375, 0.375])
    assert kaplan_meier([]) == ()


def test_a_cohort_sums_numerators_and_denominators() -> None:
    one, other = of(worked_vector()), of([fact(1, (8,)), fact(2)])
    both = pooled([one, other])
    assert (both.taking.lower.numerator, both.taking.lower.denominator) == (9, 14)
    assert both.timing[0].share.denominator == 14
    assert len(both.initiation) == len(both.persistence) == 2
    assert adherence_figures(both)["persistence_days"] is None
    assert pooled([one]) == one


def test_every_figure_has_its_definition() -> None:
    assert set(adherence_figures(of(worked_vector()))) == set(adherence_fields(METRICS.timing))


@st.composite
def histories(draw: st.DrawFn) -> list[DayFact]:
    days = []
    for day in range(1, draw(st.integers(1, 40)) + 1):
        state = draw(st.sampled_from(DoseState))
        taken = state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY)
        doses = draw(st.integers(1, 2)) if taken else 0
        hours = tuple(sorted(draw(st.lists(st.floats(4, 27), min_size=doses, max_size=doses))))
        known = hours if draw(st.booleans()) else ()
        one = fact(day, hours, state)
        days.append(fact(day, hours, state, taken_at=one.taken_at if known else ()))
    return days


@given(histories())
def test_the_bounds_enclose_what_was_reported(days: list[DayFact]) -> None:
    found = of(days)
    for bounds in (found.taking, found.correct_days):
        lower, reported, upper = bounds.lower.percent, bounds.reported.percent, bounds.upper.percent
        if lower is None or upper is None:
            assert found.scheduled == 0
            continue
        assert 0 <= lower <= upper
        if reported is not None:
            assert reported >= lower
            assert reported <= upper or bounds.reported.numerator > bounds.reported.denominator
    assert found.scheduled + found.held + found.open == len(days)
    assert all(one.share.numerator + one.unknown <= found.taking.lower.numerator for one in found.timing)


@given(histories(), st.data())
def test_an_answer_to_a_silent_day_only_narrows_the_bounds(days: list[DayFact], data: st.DataObject) -> None:
    silent = [index for index, day in enumerate(days) if day.state in (DoseState.UNREPORTED, DoseState.NOT_ASKED)]
    if not silent:
        return
    index = data.draw(st.sampled_from(silent))
    before = of(days).taking
    for answered in (fact(days[index].ordinal, (8.0,)), fact(days[index].ordinal)):
        after = of([*days[:index], answered, *days[index + 1 :]]).taking
        assert after.lower.numerator >= before.lower.numerator
        assert after.upper.numerator <= before.upper.numerator


@given(st.lists(histories(), max_size=4))
def test_a_cohort_counts_every_person_once(people: list[list[DayFact]]) -> None:
    both = pooled([of(days) for days in people])
    assert both.scheduled + both.held + both.open == sum(len(days) for days in people)


@given(st.lists(st.builds(Duration, st.integers(1, 60), st.booleans()), max_size=30))
def test_the_persistence_curve_only_falls(durations: list[Duration]) -> None:
    curve = [1.0, *(step.survival for step in kaplan_meier(durations))]
    assert curve == sorted(curve, reverse=True)
    assert all(0 <= share <= 1 for share in curve)
