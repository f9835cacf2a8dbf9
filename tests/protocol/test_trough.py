"""Blood first, then the dose; no other dose is withheld; what stands beside a level claims nothing that none knows."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.day_facts import DayFact
from protocol.moments import moment
from protocol.terms import DoseState
from protocol.trough import LevelFlags, Steadiness, Void, VoidKind, level_flags
from tests.protocol.lives import SHANGHAI, TRIAL

ON = date(2026, 3, 16)
HOUR = timedelta(hours=1)


def at(wall: time, on: date = ON) -> datetime:
    return moment(on, wall, SHANGHAI)


DRAWN_AT = at(time(8, 30))


def day(back: int, state: DoseState = DoseState.TAKEN, taken: time | None = time(8), **changes: object) -> DayFact:
    """The dose `back` days before the draw day; taken at 8:00 where it was."""
    on = ON - timedelta(days=back)
    times = (at(taken, on),) if taken and state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY) else ()
    known = DayFact(
        ordinal=100 - back,
        due_on=on,
        due_at=at(time(8), on),
        expected_units=1,
        expected_mg=1.0,
        taken_units=int(state is DoseState.TAKEN),
        taken_mg=float(state is DoseState.TAKEN),
        doses_taken=int(state in (DoseState.TAKEN, DoseState.TAKEN_PARTLY)),
        taken_at=times,
        state=state,
        cause=None,
        is_first=False,
    )
    return replace(known, **changes)  # type: ignore[arg-type]


def flags(
    *doses: DayFact, changes: tuple[date, ...] = (), voids: tuple[Void, ...] = (), asked: datetime | None = None
) -> LevelFlags:
    return level_flags(DRAWN_AT, doses, changes, voids, zone=SHANGHAI, rules=TRIAL.trough, asked_last_at=asked)


WEEK = tuple(day(back) for back in range(10, 0, -1))


def test_a_level_before_the_dose_is_a_trough_with_everything_beside_it() -> None:
    found = flags(*WEEK, day(0, taken=time(9)), changes=(ON - timedelta(days=30),))
    assert (found.hours_since_dose, found.dosed_before_draw, found.valid_trough) == (24.5, False, True)
    assert (found.days_since_change, found.steadiness, found.voids) == (30, Steadiness.FROM_14, ())
    assert (found.doses_taken, found.doses_silent, found.doses_due) == (7, 0, 7)


@pytest.mark.parametrize(
    ("hours", "valid"), [(19.99, False), (20, True), (24, True), (28, True), (28.01, False)], ids=str
)
def test_a_trough_lies_twenty_to_twenty_eight_hours_after_a_dose(hours: float, valid: bool) -> None:
    dose = day(1, taken_at=(DRAWN_AT - hours * HOUR,))
    assert flags(dose).valid_trough is valid


def test_a_dose_before_the_draw_that_day_makes_no_trough() -> None:
    found = flags(*WEEK, day(0, taken=time(7)))
    assert (found.dosed_before_draw, found.valid_trough, found.hours_since_dose) == (True, False, 1.5)
    late = level_flags(
        at(time(21)), (day(0, taken=time(0, 30)),), (), (), zone=SHANGHAI, rules=TRIAL.trough
    )  # 20.5 hours, and yet of the same day
    assert (late.hours_since_dose, late.valid_trough) == (20.5, False)


def test_what_was_asked_at_the_draw_counts_where_it_is_later_and_where_nothing_else_is_known() -> None:
    assert flags(*WEEK, asked=DRAWN_AT - HOUR).valid_trough is False
    assert flags(*WEEK[:-1], day(1, taken=None), asked=DRAWN_AT - 24 * HOUR).valid_trough is True
    assert flags(*WEEK, asked=DRAWN_AT - 60 * HOUR).hours_since_dose == 24.5


@pytest.mark.parametrize("newest", [day(1, taken=None), day(1, DoseState.UNREPORTED), day(1, DoseState.NOT_ASKED)])
def test_a_dose_that_nobody_can_date_leaves_it_unknown(newest: DayFact) -> None:
    found = flags(*WEEK[:-1], newest)
    assert (found.hours_since_dose, found.valid_trough, found.dosed_before_draw) == (None, None, None)
    assert flags().valid_trough is None


def test_a_missed_dose_is_no_unknown_one() -> None:
    found = flags(*WEEK[:-1], day(1, DoseState.NOT_TAKEN))
    assert (found.hours_since_dose, found.valid_trough) == (48.5, False)
    assert found.voids == (Void(VoidKind.MISSED_DOSE, ON - timedelta(days=1)),)
    assert (found.doses_taken, found.doses_due) == (6, 7)


@pytest.mark.parametrize(
    ("days", "told"),
    [(0, Steadiness.UNDER_7), (6, Steadiness.UNDER_7), (7, Steadiness.FROM_7_TO_13), (13, Steadiness.FROM_7_TO_13),
     (14, Steadiness.FROM_14)],
)  # fmt: skip
def test_days_since_the_last_change_are_told_in_three_bands(days: int, told: Steadiness) -> None:
    found = flags(*WEEK, changes=(ON - timedelta(days=90), ON - timedelta(days=days), ON + timedelta(days=1)))
    assert (found.days_since_change, found.steadiness) == (days, told)


def test_nobody_knows_of_a_change_is_a_band_of_its_own() -> None:
    assert flags(*WEEK).steadiness is Steadiness.UNKNOWN


def test_a_hold_a_missed_dose_and_a_new_interacting_drug_void_the_days_for_a_fortnight() -> None:
    drug = Void(VoidKind.INTERACTING_DRUG, ON - timedelta(days=2))
    old = Void(VoidKind.INTERACTING_DRUG, ON - timedelta(days=14))
    held = flags(*WEEK[:5], day(5, DoseState.HELD, None), *WEEK[6:], voids=(drug, old))
    assert held.voids == (Void(VoidKind.HOLD, ON - timedelta(days=5)), drug)
    assert held.doses_due == 6, "a held day is no dose that was due"
    assert flags(*WEEK, voids=(old,)).voids == ()
    assert flags(*WEEK, day(5, DoseState.UNREPORTED)).voids == (), "silence is no missed dose"


@given(
    st.lists(
        st.builds(
            day,
            st.integers(0, 20),
            st.sampled_from(DoseState),
            st.none() | st.times(time(0), time(23, 59)),
        ),
        max_size=20,
    )
)
def test_a_valid_trough_is_never_claimed_over_an_unknown_or_newer_dose(doses: list[DayFact]) -> None:
    found = flags(*doses)
    known = [taken for one in doses for taken in one.taken_at if taken <= DRAWN_AT]
    if found.valid_trough:
        assert max(known) >= DRAWN_AT - 28 * HOUR
        assert max(known) <= DRAWN_AT - 20 * HOUR
    assert found.doses_taken + found.doses_silent <= found.doses_due
    assert (found.hours_since_dose is None) == (found.valid_trough is None)


def test_moments_are_utc() -> None:
    assert DRAWN_AT.tzinfo is UTC
