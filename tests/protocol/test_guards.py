"""Which guard is said on which day: whom it concerns, one at a time, and not a day longer than the protocol says."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.protocol_file import load_trial
from protocol.guards import Guard, GuardFor, Treated, applies, due_guard, due_on, ends_on
from protocol.symptoms import Applies
from protocol.terms import Language

GUARDS = {guard.key: guard for guard in load_trial(None).guards}
DAY_ONE = date(2026, 3, 2)
DAY = timedelta(days=1)


def treated(last_dose_on: date | None = None, concerns: Applies | None = None) -> Treated:
    return Treated(DAY_ONE, last_dose_on, concerns)


def test_contraception_concerns_whom_it_concerns_and_a_mans_partner_counts() -> None:
    own, partner = GUARDS["contraception"], GUARDS["contraception_partner"]
    assert applies(own, treated(concerns=Applies.PREGNANCY_SELF))
    assert not applies(partner, treated(concerns=Applies.PREGNANCY_SELF))
    assert applies(partner, treated(concerns=Applies.PREGNANCY_PARTNER))
    assert not applies(own, treated(concerns=Applies.PREGNANCY_PARTNER))
    assert not applies(own, treated())
    assert not applies(partner, treated())


@pytest.mark.parametrize("key", ["contraception", "contraception_partner", "blood_donation"])
def test_it_goes_on_for_twelve_weeks_after_the_last_dose_and_ends_there(key: str) -> None:
    last = DAY_ONE + 200 * DAY
    assert ends_on(GUARDS[key], treated(last)) == last + timedelta(weeks=12)
    assert ends_on(GUARDS[key], treated()) is None


def test_it_is_said_again_when_its_time_has_passed_since_it_was_said_last() -> None:
    donation = GUARDS["blood_donation"]
    assert due_on(donation, treated(), None) == DAY_ONE + 21 * DAY
    assert due_on(donation, treated(), DAY_ONE + 30 * DAY) == DAY_ONE + 86 * DAY
    assert due_on(donation, treated(), DAY_ONE - 10 * DAY) == DAY_ONE + 46 * DAY, "counselled at enrolment"
    last = DAY_ONE + 30 * DAY
    assert due_on(donation, treated(last), last + 60 * DAY) is None, "the next one would come after its end"


def test_one_at_a_time_and_what_waited_longest_first() -> None:
    today = DAY_ONE + 40 * DAY
    guards = list(GUARDS.values())
    first = due_guard(guards, treated(), {}, today)
    assert first is not None
    assert first.key == "other_medicines"
    second = due_guard(guards, treated(), {"other_medicines": today}, today + DAY)
    assert second is not None
    assert second.key == "blood_donation"


def test_after_its_end_nothing_is_said_even_where_it_was_due_before() -> None:
    last = DAY_ONE + 5 * DAY
    guard = Guard("one", (GuardFor.EVERYBODY,), 3 * DAY, 28 * DAY, timedelta(0), {}, {})
    assert due_guard([guard], treated(last), {}, last) is guard
    assert due_guard([guard], treated(last), {}, last + DAY) is None


def test_every_text_stands_in_both_languages_and_names_nothing() -> None:
    forbidden = load_trial(None).forbidden
    for guard in GUARDS.values():
        for language in Language:
            assert guard.text[language]
            assert not [word for word in forbidden if word.casefold() in guard.text[language].casefold()]


@given(
    last=st.none() | st.integers(0, 300),
    concerns=st.none() | st.sampled_from(list(Applies)),
    away=st.sets(st.integers(0, 500), max_size=120),
)
def test_lived_day_by_day_none_comes_too_often_too_late_or_to_the_wrong_person(
    last: int | None, concerns: Applies | None, away: set[int]
) -> None:
    who = treated(None if last is None else DAY_ONE + last * DAY, concerns)
    said: dict[str, date] = {}
    for ahead in range(500):
        today = DAY_ONE + ahead * DAY
        if ahead in away:
            continue
        found = due_guard(GUARDS.values(), who, said, today)
        if found is None:
            continue
        assert applies(found, who)
        assert today >= DAY_ONE + found.first_after
        assert found.key not in said or today - said[found.key] >= found.every
        end = ends_on(found, who)
        assert end is None or today <= end
        said[found.key] = today
    if last is None and not away:
        assert set(said) == {guard.key for guard in GUARDS.values() if applies(guard, who)}
