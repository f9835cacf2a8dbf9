"""Days without a dose: silence is unreported and never "not taken"; staff are told, and at seven a human decides."""

from datetime import date, timedelta

import pytest

from protocol.taps import Verb
from protocol.terms import AlertKind, DoseAnswer, DoseState, OrderKind, PromptKind
from tests.stories.sight import approved, delivered, study_days, study_sums, trial_of
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
SATURDAY = date(2026, 3, 7)


async def after_the_first(stage: Stage) -> Member:
    """At home, the first dose taken on Tuesday."""
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    return fang


async def kinds(stage: Stage) -> set[AlertKind]:
    return {alert.kind for alert in await stage.alerts()}


async def test_three_silent_days_are_unreported_and_staff_call(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(SATURDAY, 19, 50)
    assert AlertKind.DOSES_UNREPORTED not in await kinds(stage)
    await fang.until(SATURDAY, 20, 10)
    assert AlertKind.DOSES_UNREPORTED in await kinds(stage)
    assert AlertKind.DOSES_NOT_TAKEN not in await kinds(stage)
    assert [dose.state for dose in (await stage.doses())[:4]] == ["taken", "unreported", "unreported", "unreported"]
    assert (await stage.participant()).blocked_at is None
    sums = await study_sums(stage)
    assert (sums.taken, sums.unreported, sums.not_taken) == (1, 3, 0)
    assert sums.taking_lower is not None
    assert sums.taking_upper is not None
    assert sums.taking_lower < sums.taking_upper == 100.0


async def test_a_missed_day_is_one_unreported_day_and_no_alert(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(THURSDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 21)
    assert [dose.state for dose in (await stage.doses())[:3]] == ["taken", "unreported", "taken"]
    assert AlertKind.DOSES_UNREPORTED not in await kinds(stage)
    assert (await study_days(stage))[1].state is DoseState.UNREPORTED


async def test_two_days_not_taken_are_a_call_task(stage: Stage) -> None:
    fang = await after_the_first(stage)
    for day in (WEDNESDAY, THURSDAY):
        assert AlertKind.DOSES_NOT_TAKEN not in await kinds(stage)
        await fang.until(day, 8)
        await fang.tap(Verb.NOT_TAKEN)
        await fang.tap(Verb.REASON, "chose_not_to")
    assert AlertKind.DOSES_NOT_TAKEN in await kinds(stage)
    assert [day.state for day in (await study_days(stage))[1:3]] == [DoseState.NOT_TAKEN] * 2


@pytest.mark.slow
async def test_seven_days_not_taken_stop_take_now_until_an_investigator_resumes(stage: Stage) -> None:
    fang = await after_the_first(stage)
    for number in range(7):
        day = WEDNESDAY + timedelta(days=number)
        await fang.until(day, 8)
        assert fang.offers(Verb.TAKEN)
        await stage.call("017", number + 2, DoseAnswer.NOT_TAKEN, units=0)
    assert AlertKind.SEVEN_NOT_TAKEN in await kinds(stage)
    assert (await stage.participant()).blocked_reason == "seven_not_taken"
    eighth, ninth = WEDNESDAY + timedelta(days=7), WEDNESDAY + timedelta(days=8)
    await fang.until(eighth, 12)
    assert approved(fang, trial_of(fang).texts.ask_team) in fang.text()
    assert not fang.offers(Verb.TAKEN)
    await stage.order("017", OrderKind.RESUME, eighth)
    await fang.until(ninth, 8)
    assert fang.offers(Verb.TAKEN)


@pytest.mark.slow
async def test_seven_silent_days_are_a_call_and_never_a_stop(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY + timedelta(days=8), 8, 5)
    assert AlertKind.SEVEN_UNREPORTED in await kinds(stage)
    assert (await stage.participant()).blocked_at is None
    assert fang.offers(Verb.TAKEN)  # asked every day all the same
    assert len(await delivered(stage, PromptKind.DOSE_REMINDER)) == 10
