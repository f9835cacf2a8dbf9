"""The box is reckoned honestly: silence makes bounds, nothing is clipped, and what cannot be is refused."""

from dataclasses import replace
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.tablets import (
    Movement,
    MovementKind,
    MovementSource,
    Unit,
    UnitBounds,
    expected_remaining,
    likely_remaining,
    movement_problems,
    possible_count,
    use_of,
    used,
)
from protocol.terms import DoseState
from tests.protocol.boxes import OPENS, TABLET, at, counted, day_fact, dispensed, exactly, month, moved, uses
from tests.protocol.lives import SHANGHAI, TRIAL

TAKEN, NOT_TAKEN, PARTLY = DoseState.TAKEN, DoseState.NOT_TAKEN, DoseState.TAKEN_PARTLY
UNREPORTED, NOT_ASKED, HELD, OPEN = DoseState.UNREPORTED, DoseState.NOT_ASKED, DoseState.HELD, DoseState.OPEN
STATES = st.lists(st.sampled_from([TAKEN, NOT_TAKEN, UNREPORTED, NOT_ASKED, HELD, OPEN]), max_size=40)


def problems(new: Movement, *others: Movement, now: float = 100) -> list[str]:
    return list(movement_problems(new, others, TRIAL.tablets, now=at(now), zone=SHANGHAI))


def test_what_is_left_is_what_was_given_less_what_was_reported_taken() -> None:
    box = [dispensed(30), moved(MovementKind.RETURNED, 4, 2.5), moved(MovementKind.LOST, 1, 2.6)]
    taken = uses(month(TAKEN, TAKEN, NOT_TAKEN, HELD, TAKEN))
    assert expected_remaining(box, taken, at(2)) == exactly(28)
    assert expected_remaining(box, taken, at(10)) == exactly(30 - 4 - 1 - 3)


def test_a_dose_nobody_answered_for_makes_bounds_and_no_single_figure() -> None:
    days = month(TAKEN, UNREPORTED, NOT_ASKED, OPEN, TAKEN)
    assert expected_remaining([dispensed(30)], uses(days), at(10)) == UnitBounds(30 - 5, 30 - 2)


def test_more_reported_than_was_there_is_shown_below_nothing() -> None:
    assert expected_remaining([dispensed(2)], uses(month(TAKEN, TAKEN, TAKEN)), at(10)) == exactly(-1)


def test_what_was_taken_is_what_was_said_also_of_a_part_and_of_too_many() -> None:
    days = [day_fact(0, PARTLY, units=2, taken=1), day_fact(1, taken=3), day_fact(2, HELD, taken=1)]
    assert used(uses(days), after=at(-1), until=at(10)) == exactly(5)


def test_a_dose_of_unknown_time_may_lie_on_either_side_of_a_moment_in_its_day() -> None:
    unknown = replace(day_fact(0), taken_at=())
    one = [use_of(unknown, OPENS)]
    assert used(one, after=at(-1), until=at(0.3)) == UnitBounds(0, 1)
    assert used(one, after=at(0.3), until=at(2)) == UnitBounds(0, 1)
    assert used(one, after=at(-1), until=at(2)) == exactly(1)
    known = uses(month(TAKEN))
    assert used(known, after=at(-1), until=at(0)) == exactly(1)
    assert used(known, after=at(0), until=at(1)) == exactly(0)


@given(STATES, st.integers(0, 60), st.floats(0, 45))
def test_bounds_close_to_one_figure_once_nothing_is_silent(states: list[DoseState], units: int, day: float) -> None:
    days = month(*states)
    found = expected_remaining([dispensed(units)], uses(days), at(day))
    resolved = [replace(one, state=NOT_TAKEN) if one.state in (UNREPORTED, NOT_ASKED, OPEN) else one for one in days]
    closed = expected_remaining([dispensed(units)], uses(resolved), at(day))
    assert found.low <= closed.low == closed.high == found.high


def test_a_verified_count_begins_the_reckoning_anew() -> None:
    days = month(*[UNREPORTED] * 10, TAKEN, TAKEN)
    box = [dispensed(30), counted(22, 9.9), dispensed(30, 10.5)]
    assert expected_remaining(box, uses(days), at(20)) == UnitBounds(60 - 12, 60 - 2)
    assert likely_remaining(box, uses(days), at(20)) == exactly(22 + 30 - 2)
    assert likely_remaining(box, uses(days), at(9.8)) == UnitBounds(20, 30)


def test_a_number_that_was_typed_only_lowers_what_a_refill_is_planned_by() -> None:
    days = month(*[TAKEN] * 10)
    typed = MovementSource.PARTICIPANT
    for units, low in ((90, 20), (3, 3)):
        assert likely_remaining([dispensed(30), counted(units, 9.5, typed)], uses(days), at(9.6)) == UnitBounds(low, 20)
    older = [dispensed(30), counted(3, 5.5, typed), counted(24, 5.6)]
    assert likely_remaining(older, uses(days), at(9.6)) == exactly(20)


def test_movements_of_one_ledger_that_can_be_are_not_refused() -> None:
    box = [dispensed(30), counted(4, 26), moved(MovementKind.RETURNED, 4, 26), dispensed(30, 26)]
    for number, one in enumerate(box):
        assert problems(one, *box[:number]) == []
    assert problems(counted(0, 60), *box) == []


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (dispensed(0), "write a whole number from 1 to 400"),
        (dispensed(-3), "write a whole number from 1 to 400"),
        (dispensed(401), "write a whole number from 1 to 400"),
        (counted(-1, 5), "write a whole number from 0 to 400"),
        (dispensed(30, 101), "lies ahead"),
        (moved(MovementKind.RETURNED, 31, 5), "31 units at 2026-03-07 08:00, where at most 30 could be left"),
        (moved(MovementKind.LOST, 31, 5), "enter the missing dispensing first"),
        (moved(MovementKind.RETURNED, 1, -2), "at most 0 could be left"),
        (counted(31, 5), "at most 30 could be left"),
    ],
)
def test_what_cannot_be_is_refused_and_says_what_to_do(new: Movement, told: str) -> None:
    found = problems(new, dispensed(30))
    assert len(found) == 1
    assert told in found[0]


def test_a_movement_entered_late_must_leave_the_later_ones_possible() -> None:
    box = [dispensed(30), moved(MovementKind.RETURNED, 25, 10)]
    assert problems(moved(MovementKind.LOST, 5, 3), *box) == []
    assert "returned: 25 units at 2026-03-12 08:00" in problems(moved(MovementKind.LOST, 6, 3), *box)[0]
    assert problems(moved(MovementKind.RETURNED, 20, 12), dispensed(20, 11)) == []


def test_two_strengths_are_never_added_up() -> None:
    half = Unit(TABLET.product, 0.5)
    new = moved(MovementKind.RETURNED, 1, 5, of=half)
    assert "at most 0 could be left" in problems(new, dispensed(30))[0]


def test_what_a_participant_typed_proves_nothing_and_hinders_nothing() -> None:
    typed = counted(90, 5, MovementSource.PARTICIPANT)
    assert problems(typed, dispensed(30)) == []
    assert problems(moved(MovementKind.RETURNED, 30, 6), dispensed(30), typed) == []
    assert not possible_count(31, [dispensed(30)], at(5))
    assert not possible_count(-1, [dispensed(30)], at(5))
    assert possible_count(30, [dispensed(30)], at(5))
    assert not possible_count(1, [dispensed(30)], at(-2))


KINDS = st.sampled_from(list(MovementKind))


@given(st.lists(st.tuples(KINDS, st.integers(-2, 40), st.floats(0, 50)), max_size=12))
def test_what_is_let_in_never_takes_more_than_was_given(steps: list[tuple[MovementKind, int, float]]) -> None:
    box: list[Movement] = []
    for kind, units, day in steps:
        new = moved(kind, units, day)
        if not problems(new, *box):
            box.append(new)
    for place, one in enumerate(box):
        there = sum(other.added for other in box if other.at < one.at)
        there += sum(other.added for other in box[:place] if other.at == one.at)
        assert one.units <= there or one.kind is MovementKind.DISPENSED


def test_times_are_told_by_the_wall_and_are_no_other_zone() -> None:
    found = list(
        movement_problems(
            moved(MovementKind.RETURNED, 1, 5), [], TRIAL.tablets, now=at(6), zone=ZoneInfo("Europe/London")
        )
    )
    assert "2026-03-07 00:00" in found[0]
    assert at(5).tzinfo is UTC
    assert at(5) - at(4) == timedelta(days=1)
