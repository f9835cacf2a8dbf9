"""PRO-CTCAE: every combination of the published table gives its grade, and nothing else gives one."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.pro_ctcae import (
    ATTRIBUTES,
    Attribute,
    Composite,
    composite,
    composite_of,
    may_be_answered_by,
    may_be_asked_on,
    next_attribute,
)
from protocol.terms import Source
from tests.protocol.sheets import TRIAL

F, S, I, P = Attribute.FREQUENCY, Attribute.SEVERITY, Attribute.INTERFERENCE, Attribute.PRESENCE  # noqa: E741

# Typed again from the published table, frequency by frequency, so that a slip in either copy shows.
SINGLE = {F: "0 1 1 2 3", S: "0 1 2 3 3", I: "0 1 1 2 2"}
PAIRS = {
    (F, S): "0 0 0 0 0 / 1 1 1 2 2 / 1 1 2 2 2 / 1 1 2 3 3 / 1 1 2 3 3",
    (F, I): "0 0 0 0 0 / 1 1 1 2 2 / 1 1 1 2 2 / 1 1 2 3 3 / 1 1 2 3 3",
    (S, I): "0 0 0 0 0 / 1 1 1 2 2 / 1 1 2 2 3 / 1 2 2 3 3 / 2 2 2 3 3",
}
TRIPLES = {
    1: "0 1 1 2 2 / 1 1 1 2 2 / 1 2 2 2 3 / 2 2 2 3 3 / 2 2 3 3 3",
    2: "0 1 1 2 2 / 1 1 1 2 2 / 2 2 2 3 3 / 2 2 2 3 3 / 2 2 3 3 3",
    3: "1 1 1 2 2 / 1 1 1 2 2 / 2 2 2 3 3 / 2 2 3 3 3 / 2 2 3 3 3",
    4: "1 1 1 2 2 / 1 1 2 2 3 / 2 2 2 3 3 / 2 2 3 3 3 / 2 2 3 3 3",
}


def rows(block: str) -> list[list[int]]:
    return [[int(grade) for grade in row.split()] for row in block.split("/")]


def table() -> dict[tuple[tuple[Attribute, int], ...], int]:
    """Every combination with its grade; a first score of 0 stands once, since nothing more is asked."""
    found: dict[tuple[tuple[Attribute, int], ...], int] = {}
    for attribute, row in SINGLE.items():
        found |= {((attribute, score),): grade for score, grade in enumerate(rows(row)[0])}
    for (first, second), block in PAIRS.items():
        found[(first, 0), (second, 0)] = 0
        for one, row_ in enumerate(rows(block)[1:], start=1):
            found |= {((first, one), (second, two)): grade for two, grade in enumerate(row_)}
    found[(F, 0), (S, 0), (I, 0)] = 0
    for frequency, block in TRIPLES.items():
        for severity, row_ in enumerate(rows(block)):
            found |= {((F, frequency), (S, severity), (I, three)): grade for three, grade in enumerate(row_)}
    return found


TABLE = table()


def test_the_table_is_whole() -> None:
    assert len(TABLE) == 179
    assert set(TABLE.values()) == {0, 1, 2, 3}


@pytest.mark.parametrize("scores", TABLE, ids=lambda scores: "".join(f"{name[0]}{score}" for name, score in scores))
def test_each_combination_has_its_grade(scores: tuple[tuple[Attribute, int], ...]) -> None:
    attributes = tuple(attribute for attribute, _ in scores)
    assert composite_of(attributes, dict(scores)) == Composite(TABLE[scores])


def test_a_first_score_of_zero_is_grade_zero_whatever_follows() -> None:
    assert composite(3, {S: 0}) == Composite(0)
    assert composite(3, {S: 0, I: 4}) == Composite(0)
    assert composite(17, {F: 0, I: 3}) == Composite(0)


def test_interference_that_was_not_asked_counts_as_none_and_says_so() -> None:
    assert composite(17, {F: 3, S: 0}) == Composite(1, branch_imputed=True)
    assert composite(17, {F: 2, S: 0}) == Composite(0, branch_imputed=True)
    assert composite(17, {F: 2, S: 0, I: 0}) == Composite(0)


@pytest.mark.parametrize(
    ("number", "scores"),
    [
        (3, {}),
        (3, {S: 2}),
        (3, {I: 2}),
        (17, {F: 2, S: 1}),
        (17, {F: 2, I: 1}),
        (9, {S: 3}),
        (3, {S: 5, I: 1}),
        (3, {S: -1}),
        (24, {P: 1}),
        (999, {F: 1}),
    ],
)
def test_what_is_missing_impossible_or_without_a_composite_gives_no_grade(
    number: int, scores: dict[Attribute, int]
) -> None:
    assert composite(number, scores) is None


@given(st.sampled_from([*ATTRIBUTES, 999]), st.dictionaries(st.sampled_from(Attribute), st.integers(-1, 5), max_size=4))
def test_whatever_was_scored_is_no_exception(number: int, scores: dict[Attribute, int]) -> None:
    found = composite(number, scores)
    assert found is None or 0 <= found.grade <= 3
    assert next_attribute(number, scores) in (None, *Attribute)


def test_the_next_attribute_is_asked_only_when_the_one_before_is_there() -> None:
    assert next_attribute(17, {}) is F
    assert next_attribute(17, {F: 0}) is None
    assert next_attribute(17, {F: 1}) is S
    assert next_attribute(17, {F: 1, S: 0}) is None
    assert next_attribute(17, {F: 1, S: 2}) is I
    assert next_attribute(17, {F: 1, S: 2, I: 0}) is None
    assert next_attribute(24, {}) is P


def test_the_items_have_the_attributes_of_the_instrument() -> None:
    letters = {number: "".join(one.value[0] for one in attributes) for number, attributes in ATTRIBUTES.items()}
    assert letters == {
        **dict.fromkeys((15, 26, 28, 61), "s"),
        16: "f",
        **dict.fromkeys((9, 10, 23, 74, 78), "fs"),
        **dict.fromkeys((3, 8, 19, 20, 40, 53), "si"),
        **dict.fromkeys((17, 22, 49, 50, 51), "fsi"),
        **dict.fromkeys((24, 57, 58, 64, 73), "p"),
    }
    assert set(TRIAL.pro_ctcae.items) <= set(ATTRIBUTES)


def test_it_is_self_answered_and_at_most_weekly() -> None:
    assert [source for source in Source if may_be_answered_by(source)] == [Source.PARTICIPANT]
    assert may_be_asked_on(date(2026, 3, 8), date(2026, 3, 1))
    assert not may_be_asked_on(date(2026, 3, 7), date(2026, 3, 1))
    assert may_be_asked_on(date(2026, 3, 1), None)
    assert TRIAL.pro_ctcae.every >= timedelta(days=7)
