"""Staff's record and the participant's answer become one history: no day twice, and no day free by silence."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.response import RESPONDED, ResponseKind, TimePoint, responses
from protocol.transfusions import (
    BloodKind,
    BloodUnit,
    Transfused,
    TransfusionFacts,
    TransfusionSource,
    days_since,
    joined,
    transfusion_problems,
)
from tests.protocol.lives import TRIAL

DAY = date(2026, 9, 2)
DAYS = st.integers(0, 90).map(lambda days: DAY - timedelta(days=days))
AMOUNTS = st.sampled_from(["", "1 cn_u", "2 cn_u", "1 bag", "400 ml"])


def of(*, by_staff: bool) -> st.SearchStrategy[list[Transfused]]:
    return st.lists(st.builds(Transfused, DAYS, AMOUNTS, st.just(by_staff)), max_size=6)


TOLD, RECORDED, ANSWERED = of(by_staff=False), of(by_staff=True), st.lists(DAYS, max_size=12)


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def told(days: int, amount: str = "1 cn_u") -> Transfused:
    return Transfused(ago(days), amount, by_staff=False)


def recorded(days: int, amount: str = "2 cn_u") -> Transfused:
    return Transfused(ago(days), amount, by_staff=True)


@given(TOLD, RECORDED, ANSWERED)
def test_a_day_counts_once_and_staffs_record_is_the_one_that_stands(
    answers: list[Transfused], records: list[Transfused], answered: list[date]
) -> None:
    history = joined(answers, records, answered)
    assert list(history.days) == sorted({one.on for one in (*answers, *records)})
    by_staff = {one.on for one in records}
    for one in history.given:
        assert one.by_staff == (one.on in by_staff)
        assert one in (records if one.by_staff else answers)


@given(TOLD, RECORDED, ANSWERED)
def test_a_record_taken_out_brings_back_exactly_what_was_answered(
    answers: list[Transfused], records: list[Transfused], answered: list[date]
) -> None:
    for number in range(len(records)):
        rest = joined(answers, records[:number] + records[number + 1 :], answered)
        gone = records[number].on
        if gone in {one.on for one in (*answers, *records[:number], *records[number + 1 :])}:
            assert gone in rest.days
        else:
            assert gone not in rest.days
    assert all(not one.by_staff for one in joined(answers, [], answered).given)


@given(TOLD, RECORDED, ANSWERED, DAYS)
def test_a_record_makes_no_day_free_that_nobody_has_answered_about(
    answers: list[Transfused], records: list[Transfused], answered: list[date], on: date
) -> None:
    history = joined(answers, records, answered)
    free, since = history.free_days(on), history.days_since(on)
    assert (free is None) == (since is None)
    if free is None or since is None:
        return
    assert 0 <= free <= since
    last_on = on - timedelta(days=since)
    assert free == 0 or last_on + timedelta(days=free) in answered
    before = joined(answers, [], answered).free_days(on)
    assert before is None or free <= before


@given(TOLD, RECORDED, ANSWERED, st.integers(40, 160))
def test_a_further_record_never_makes_a_response_of_none(
    answers: list[Transfused], records: list[Transfused], answered: list[date], g_l: int
) -> None:
    points = [TimePoint(DAY, float(g_l))]
    (without,) = responses(points, 60.0, joined(answers, [], answered), TRIAL.response)
    (with_them,) = responses(points, 60.0, joined(answers, records, answered), TRIAL.response)
    assert with_them.kind is without.kind or with_them.kind is ResponseKind.NONE
    assert with_them.kind not in RESPONDED or without.kind in RESPONDED


def test_silence_after_a_transfusion_is_no_freedom_and_an_answer_speaks_for_all_since_the_one_before() -> None:
    assert joined([], [recorded(40)], []).free_days(DAY) == 0
    assert joined([], [recorded(40)], [ago(50)]).free_days(DAY) == 0
    assert joined([], [recorded(40)], [ago(19)]).free_days(DAY) == 21
    assert joined([told(40)], [], [ago(33), DAY]).free_days(DAY) == 40
    assert joined([], [], [DAY]).free_days(DAY) is None
    assert joined([], [recorded(40)], []).days_since(DAY) == 40


def test_an_answer_of_none_on_the_day_of_a_record_does_not_take_it_away() -> None:
    history = joined([], [recorded(3)], [ago(3), DAY])
    assert (history.days, history.free_days(DAY)) == ((ago(3),), 3)


def test_what_happens_later_is_not_since() -> None:
    assert days_since([ago(-1)], DAY) is None
    assert days_since([ago(0), ago(9)], DAY) == 0


def facts(**said: object) -> TransfusionFacts:
    values: dict[str, object] = {
        "given_on": DAY, "kind": BloodKind.RED_CELLS, "amount": 2.0, "unit": BloodUnit.CN_U,
        "source": TransfusionSource.CHART,
    }  # fmt: skip
    return TransfusionFacts(**(values | said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"given_on": ago(-1)}, "lies ahead"),
        ({"given_on": DAY - timedelta(days=4000)}, "ten years"),
        ({"unit": None}, "number and its unit"),
        ({"amount": None}, "number and its unit"),
        ({"amount": 400.0}, "hardly possible"),
        ({"amount": 2.0, "unit": BloodUnit.ML}, "hardly possible"),
        ({"amount": float("nan")}, "hardly possible"),
        ({"amount": -1.0}, "hardly possible"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(said: dict[str, object], problem: str) -> None:
    (found,) = transfusion_problems(facts(**said), DAY)
    assert problem in found


def test_an_unknown_amount_is_kept_as_unknown() -> None:
    assert not list(transfusion_problems(facts(amount=None, unit=None), DAY))
    assert not list(transfusion_problems(facts(), DAY))


def test_staff_and_participants_name_the_same_units() -> None:
    asked = TRIAL.sheet.item("transfusion_amount")
    assert asked is not None
    assert set(asked.options) == {one.value for one in BloodUnit}
