"""What a form cannot say is refused with what to do; what it can say passes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.adverse_event import (
    Causality,
    Criterion,
    CtcaeVersion,
    DrugAction,
    EventFacts,
    EventOutcome,
    event_problems,
    missing_for_signature,
)
from protocol.forms import SHORT_MAX, FormError, checked, names_person, short_text, text_problems
from protocol.medication import MedicationFacts, is_history, medication_problems
from protocol.partial_day import PartialDay
from protocol.pregnancy import PregnancyFacts, PregnancyOutcome, pregnancy_problems
from protocol.symptoms import Applies

day = PartialDay.read
TODAY = date(2026, 3, 20)
ULCER = EventFacts(
    "mouth ulcer",
    day("2026-03-02"),
    grade=2,
    ctcae_version=CtcaeVersion.V5,
    serious=False,
    causality=Causality.POSSIBLE,
    action=DrugAction.DOSE_NOT_CHANGED,
    outcome=EventOutcome.NOT_RECOVERED,
)
DEATH = replace(
    ULCER,
    term="sepsis",
    ended_on=day("2026-03-09"),
    grade=5,
    serious=True,
    criteria=frozenset({Criterion.DEATH}),
    outcome=EventOutcome.FATAL,
)
EXPECTED = PregnancyFacts(Applies.PREGNANCY_SELF, date(2026, 3, 10), day("2026-01-20"), day("2026-10-27"))


def problems(facts: EventFacts) -> list[str]:
    return list(event_problems(facts, TODAY))


def test_an_event_as_it_should_be_has_no_problem_and_can_be_signed() -> None:
    for facts in (ULCER, DEATH):
        assert problems(facts) == []
        assert missing_for_signature(facts) == ()
    assert problems(EventFacts("headache", PartialDay.on(TODAY))) == []


def test_what_is_not_said_yet_is_named_before_a_signature() -> None:
    assert missing_for_signature(EventFacts("headache", PartialDay.on(TODAY))) == (
        "grade",
        "serious",
        "causality",
        "action",
        "outcome",
    )
    assert missing_for_signature(replace(ULCER, serious=None)) == ("serious",), "not said is no no"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"ended_on": day("2026-03-01"), "outcome": EventOutcome.RECOVERED}, "before the onset"),
        ({"started_on": PartialDay.on(TODAY + timedelta(days=1))}, "lies ahead"),
        ({"ended_on": PartialDay.on(TODAY + timedelta(days=1)), "outcome": EventOutcome.RECOVERED}, "lies ahead"),
        ({"grade": 0}, "1 to 5"),
        ({"grade": 6}, "1 to 5"),
        ({"ctcae_version": None}, "stand together"),
        ({"grade": None}, "stand together"),
        ({"serious": True}, "by which criterion"),
        ({"criteria": frozenset({Criterion.DISABILITY})}, "mark it so"),
        ({"grade": 5}, "5 is death"),
        ({"outcome": EventOutcome.RECOVERED}, "has its last day"),
        ({"ended_on": day("2026-03-04")}, "has none yet"),
        ({"term": ""}, "is missing"),
    ],
)
def test_what_cannot_be_is_told_with_what_to_do(change: dict[str, object], told: str) -> None:
    found = problems(replace(ULCER, **change))  # type: ignore[arg-type]
    assert any(told in line for line in found), found


@given(
    grade=st.one_of(st.none(), st.integers(1, 5)),
    outcome=st.one_of(st.none(), st.sampled_from(EventOutcome)),
    criteria=st.frozensets(st.sampled_from(Criterion)),
)
def test_grade_five_a_fatal_outcome_and_death_are_one_thing(
    grade: int | None, outcome: EventOutcome | None, criteria: frozenset[Criterion]
) -> None:
    facts = replace(
        DEATH,
        grade=grade,
        ctcae_version=CtcaeVersion.V6 if grade else None,
        outcome=outcome,
        criteria=criteria,
        serious=bool(criteria),
        ended_on=None if outcome in (EventOutcome.NOT_RECOVERED, EventOutcome.RECOVERING, None) else day("2026-03-09"),
    )
    fatal = outcome is EventOutcome.FATAL
    agrees = (grade == 5) == fatal if grade else True
    assert (problems(facts) == []) == (agrees and fatal == (Criterion.DEATH in criteria))


@pytest.mark.parametrize(
    "text",
    [
        "call 13800000000",
        "138-0000-0000",
        "1 3 8 0 0 0",
        "（010）6915·0000",
        "写信 li@example.org",
        "since 2026-03-02",
        "１３８０００",
    ],
)
def test_a_number_or_address_of_a_person_never_goes_to_the_study(text: str) -> None:
    assert list(text_problems("term", text))


@pytest.mark.parametrize(
    "text", ["口腔溃疡", "500 mg twice a day", "ALT 3 x ULN", "5000 IU", "12.5 mg, 1-0-1", "COVID-19"]
)
def test_terms_and_amounts_pass(text: str) -> None:
    assert list(text_problems("term", text)) == []


def test_a_story_is_no_term() -> None:
    assert list(text_problems("term", "x" * SHORT_MAX)) == []
    assert list(text_problems("term", "x" * (SHORT_MAX + 1)))


@pytest.mark.parametrize("text", ["方女士发热", "方 女 士", "fever of Emma Lee", "EMMALEE"])
def test_a_name_is_found_however_it_is_written(text: str) -> None:
    assert names_person(text, "方女士") or names_person(text, "Emma  Lee")


def test_a_name_of_one_sign_or_none_is_found_nowhere() -> None:
    assert not names_person("方形皮疹", "方")
    assert not names_person("rash", "")
    assert short_text("  mouth \n ulcer ") == "mouth ulcer"


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(FormError) as refused:
        checked(["one", "two"])
    assert refused.value.problems == ("one", "two")
    checked([])


def test_a_medication_ends_after_it_began_and_has_a_name() -> None:
    itraconazole = MedicationFacts("itraconazole", "200 mg", "tinea", day("2026-03-01"), day("2026-03-08"))
    assert list(medication_problems(itraconazole, TODAY)) == []
    assert list(medication_problems(replace(itraconazole, started_on=None, ended_on=None), TODAY)) == []
    for wrong in (
        {"ended_on": day("2026-02-01")},
        {"medicine": ""},
        {"started_on": PartialDay.on(TODAY + timedelta(1))},
    ):
        assert list(medication_problems(replace(itraconazole, **wrong), TODAY)), wrong
    assert is_history(itraconazole, date(2026, 3, 9))
    assert not is_history(itraconazole, date(2026, 3, 8))
    assert not is_history(replace(itraconazole, ended_on=None), date(2026, 3, 9))


def test_a_pregnancy_has_a_plausible_length_and_its_outcome_a_day() -> None:
    assert list(pregnancy_problems(EXPECTED, TODAY)) == []
    wrong: list[dict[str, object]] = [
        {"expected_on": day("2027-01-01")},
        {"expected_on": day("2026-01-19")},
        {"last_period_on": day("2026-03-11")},
        {"outcome": PregnancyOutcome.MISCARRIAGE},
        {"outcome_on": day("2026-03-12")},
        {"outcome": PregnancyOutcome.MISCARRIAGE, "outcome_on": day("2026-01-01")},
    ]
    for change in wrong:
        assert list(pregnancy_problems(replace(EXPECTED, **change), TODAY)), change  # type: ignore[arg-type]
    lost = replace(EXPECTED, outcome=PregnancyOutcome.UNKNOWN)
    assert list(pregnancy_problems(lost, TODAY)) == []


@pytest.mark.parametrize("start", ["2026", "2026-03", "2026-03-09"])
@pytest.mark.parametrize("end", ["2026", "2026-03", "2026-03-09", None])
def test_days_known_in_part_stand_wherever_they_can_be_in_order(start: str, end: str | None) -> None:
    facts = replace(EventFacts("headache", day(start)), ended_on=day(end) if end else None)
    assert problems(facts) == []


@pytest.mark.parametrize(
    ("start", "end", "told"),
    [
        ("2026-03", "2026-02", "before the onset"),
        ("2026-03-01", "2026-02", "before the onset"),
        ("2026", "2025-12-31", "before the onset"),
        ("2026-04", None, "lies ahead"),
        ("2027", None, "lies ahead"),
    ],
)
def test_days_known_in_part_are_refused_where_they_cannot_be(start: str, end: str | None, told: str) -> None:
    facts = EventFacts("headache", day(start), day(end) if end else None)
    assert any(told in line for line in problems(facts))


def test_a_medicine_is_history_only_where_its_whole_end_lies_before_the_trial() -> None:
    tinea = MedicationFacts("itraconazole", started_on=day("2025"), ended_on=day("2026-02"))
    assert is_history(tinea, date(2026, 3, 1))
    assert not is_history(tinea, date(2026, 2, 28)), "it may have met the study drug"


def test_a_pregnancy_known_in_part_is_too_long_only_where_each_of_its_days_says_so() -> None:
    for period, expected, fits in (
        ("2026-01", "2026-10", True),
        ("2025", "2026-10", True),
        ("2026-01", "2026", True),
        ("2026-01", "2027", False),
        ("2026-01", "2025-12", False),
    ):
        facts = replace(EXPECTED, last_period_on=day(period), expected_on=day(expected))
        assert (list(pregnancy_problems(facts, TODAY)) == []) is fits, (period, expected)
