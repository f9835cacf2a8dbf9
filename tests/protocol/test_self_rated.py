"""The walk through the self-rated items: the branch, a skip, and what a corrected answer leaves standing."""

from hypothesis import given as drawn
from hypothesis import strategies as st

from protocol.pro_ctcae import ATTRIBUTES, Attribute
from protocol.self_rated import next_question, question_before, rated, scores_given, walked

F, S, I = Attribute.FREQUENCY, Attribute.SEVERITY, Attribute.INTERFERENCE  # noqa: E741
ITEMS = (3, 17, 24)


def test_the_next_attribute_is_asked_only_when_the_one_before_is_there() -> None:
    assert next_question(ITEMS, {}) == (3, S)
    assert next_question(ITEMS, {(3, S): 1}) == (3, I)
    assert next_question(ITEMS, {(3, S): 0}) == (17, F)


def test_a_skipped_question_ends_its_item_and_is_not_asked_again() -> None:
    assert next_question(ITEMS, {(3, S): None}) == (17, F)
    assert next_question(ITEMS, {(3, S): 2, (3, I): None}) == (17, F)


def test_back_is_the_question_that_was_asked_before() -> None:
    given = {(3, S): 0, (17, F): 1}
    assert question_before(ITEMS, given, (17, S)) == (17, F)
    assert question_before(ITEMS, given, (17, F)) == (3, S)
    assert question_before(ITEMS, given, (3, S)) is None
    assert question_before(ITEMS, given, (999, S)) is None


def test_after_a_correction_only_what_is_still_asked_counts() -> None:
    given = {(3, S): 0, (3, I): 4, (17, F): None}
    assert scores_given(ITEMS, given) == {3: {S: 0}}


QUESTIONS = st.tuples(st.sampled_from([*ATTRIBUTES, 999]), st.sampled_from(Attribute))


@drawn(st.dictionaries(QUESTIONS, st.none() | st.integers(0, 4)), st.lists(st.integers(0, 4), min_size=80))
def test_every_walk_ends_with_each_item_asked(given: dict[tuple[int, Attribute], int | None], more: list[int]) -> None:
    items = tuple(ATTRIBUTES)
    answered = dict(given)
    for score in more:
        if (question := next_question(items, answered)) is None:
            break
        assert question not in answered
        answered[question] = score
    assert next_question(items, answered) is None
    assert [number for number, _ in dict.fromkeys((number, 0) for number, _ in walked(items, answered))] == list(items)


def test_an_item_is_missing_where_nothing_can_be_said_and_never_the_same_as_none() -> None:
    assert [rated(number, {}).is_missing for number in ITEMS] == [True, True, True]
    assert not rated(3, {(3, S): 0}).is_missing
    assert rated(17, {(17, F): 2, (17, S): None}).is_missing
    assert not rated(24, {(24, Attribute.PRESENCE): 0}).is_missing
    assert rated(999, {(999, S): 1}).is_missing


@drawn(st.sampled_from(sorted(ATTRIBUTES)), st.dictionaries(st.sampled_from(Attribute), st.none() | st.integers(0, 4)))
def test_what_is_said_of_an_item_hangs_on_its_own_answers_alone(
    number: int, scores: dict[Attribute, int | None]
) -> None:
    own = {(number, attribute): score for attribute, score in scores.items()}
    others = {(other, S): 4 for other in ITEMS if other != number}
    assert rated(number, {**own, **others}) == rated(number, own)
    finished = next_question((number,), own) is None
    if not finished:
        assert rated(number, own).is_missing
