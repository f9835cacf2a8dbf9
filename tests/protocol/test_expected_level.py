"""The estimate of a level follows its model: known answers, superposition, and bounds where nobody has answered."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.expected_level import ExpectedLevel, LevelDose, LevelModel, expected_level, level_doses
from protocol.terms import DoseState
from tests.protocol.boxes import DAY, at, day_fact, month
from tests.protocol.lives import TRIAL

MODEL = TRIAL.expected_level
TAKEN, NOT_TAKEN, UNREPORTED = DoseState.TAKEN, DoseState.NOT_TAKEN, DoseState.UNREPORTED
LEFT = 2 ** (-24 / 62)


def trough(doses: list[LevelDose], day: float) -> float:
    found = expected_level(doses, at(day), MODEL)
    assert found.estimate_low == found.estimate_high
    return found.estimate_low


def taken(days: int, mg: float = 1.0) -> list[LevelDose]:
    return [LevelDose(at(day), mg, mg) for day in range(days)]


def test_the_built_in_model_has_the_half_life_of_the_reference() -> None:
    assert MODEL.half_life == timedelta(hours=62)
    assert MODEL.left_after(timedelta(hours=62)) == pytest.approx(0.5)
    assert MODEL.left_after(timedelta(0)) == 1


def test_one_missed_dose_lowers_the_next_trough_by_about_a_quarter() -> None:
    steady, missed = trough(taken(60), 60), trough(taken(59), 60)
    assert 1 - missed / steady == pytest.approx(1 - LEFT, abs=1e-6)
    assert round(100 * (1 - missed / steady), 1) == 23.5


def test_the_same_amount_every_day_comes_to_the_steady_trough() -> None:
    assert trough(taken(60), 60) == pytest.approx(MODEL.trough_per_mg, rel=1e-6)
    assert trough(taken(60, mg=2), 60) == pytest.approx(2 * MODEL.trough_per_mg, rel=1e-6)


@pytest.mark.parametrize("days", [1, 3, 7, 14])
def test_the_way_there_is_the_share_of_accumulation(days: int) -> None:
    """After n daily doses the trough is 1 − r^n of the steady one: a day about a quarter, a week 85 %."""
    assert trough(taken(days), days) / MODEL.trough_per_mg == pytest.approx(1 - LEFT**days)


def test_the_trials_first_dose_is_no_loading_dose() -> None:
    """2 mg once and 1 mg after it: the next morning is under half of what will come."""
    first = [LevelDose(at(0), 2.0, 2.0), *taken(8)[1:]]
    assert trough(first[:1], 1) / MODEL.trough_per_mg == pytest.approx(2 * (1 - LEFT))
    assert trough(first, 8) < MODEL.trough_per_mg


AMOUNTS = st.tuples(st.floats(0, 30), st.floats(0, 4), st.floats(0, 2))
DOSES = st.lists(AMOUNTS.map(lambda one: LevelDose(at(one[0]), one[1], one[1] + one[2])), max_size=20)


@given(DOSES, DOSES, st.floats(0, 40))
def test_two_histories_together_make_the_sum_of_their_levels(
    some: list[LevelDose], others: list[LevelDose], day: float
) -> None:
    both, one, other = (expected_level(doses, at(day), MODEL) for doses in (some + others, some, others))
    for name in ("low", "estimate_low", "estimate_high", "high"):
        assert getattr(both, name) == pytest.approx(getattr(one, name) + getattr(other, name), abs=1e-9)


@given(DOSES, st.floats(0, 40))
def test_the_four_figures_stand_in_their_order(doses: list[LevelDose], day: float) -> None:
    found = expected_level(doses, at(day), MODEL)
    assert 0 <= found.low <= found.estimate_low <= found.estimate_high <= found.high


def test_a_dose_after_the_draw_or_at_its_moment_is_not_in_the_blood() -> None:
    assert trough(taken(11), 10) == trough(taken(10), 10)
    assert expected_level([], at(10), MODEL) == ExpectedLevel(0, 0, 0, 0)


def test_silence_is_read_both_ways_and_the_band_spreads_around_it() -> None:
    days = month(*[TAKEN] * 29, UNREPORTED)
    found = expected_level(level_doses(days), at(30), MODEL)
    assert found.estimate_high - found.estimate_low == pytest.approx(MODEL.rise_per_mg * LEFT)
    assert found.low == pytest.approx(found.estimate_low / MODEL.band_factor)
    assert found.high == pytest.approx(found.estimate_high * MODEL.band_factor)
    assert found.holds(found.low)
    assert found.holds(found.high)
    assert not found.holds(found.high + 0.01)


def test_doses_are_read_from_the_days_as_they_were_reported() -> None:
    twice = replace(day_fact(1, taken=2), doses_taken=2, taken_at=(at(1), at(1.5)))
    unknown = replace(day_fact(2), taken_at=())
    held = day_fact(3, DoseState.HELD)
    days = [day_fact(0, units=2), twice, unknown, held, day_fact(4, NOT_TAKEN), day_fact(5, UNREPORTED)]
    amounts = [(dose.at, dose.mg_low, dose.mg_high) for dose in level_doses(days) if dose.mg_high]
    assert amounts == [(at(0), 2, 2), (at(1), 1, 1), (at(1.5), 1, 1), (at(2), 1, 1), (at(5), 0, 1)]


@given(st.floats(1, 400), st.floats(0.1, 20))
def test_any_half_life_comes_to_its_own_steady_trough(hours: float, per_mg: float) -> None:
    model = LevelModel(timedelta(hours=hours), per_mg, 2.0)
    doses = [LevelDose(at(0) - number * DAY, 1, 1) for number in range(400)]
    assert expected_level(doses, at(1), model).estimate_low == pytest.approx(per_mg, rel=1e-3)
