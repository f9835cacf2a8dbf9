"""A dose day: the first one with two tablets, the second one with one, a tap, an undo, a snooze."""

from datetime import date, timedelta

from protocol.taps import Verb
from protocol.terms import DoseAnswer, DoseState, PromptKind, PromptState
from tests.stories.stage import Stage

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)


async def test_the_first_dose_is_two_tablets_and_the_second_is_one(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    assert "2片" in fang.text()
    await fang.tap(Verb.TAKEN)
    first = await stage.dose(1)
    assert (first.state, first.units_taken, first.is_first) == (DoseState.TAKEN, 2, True)
    assert "已记录" in fang.text()

    await fang.until(WEDNESDAY, 8)
    assert "1片" in fang.text()
    assert "2片" not in fang.text()
    await fang.tap(Verb.TAKEN)
    second = await stage.dose(2)
    assert (second.state, second.units_taken, second.is_first) == (DoseState.TAKEN, 1, False)


async def test_one_tap_ends_the_ladder_of_its_dose(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    count = len(fang.messages())
    await fang.until(TUESDAY, 23)
    assert len(fang.messages()) == count
    states = {prompt.kind: prompt.state for prompt in await stage.prompts() if prompt.dose_id}
    assert states[PromptKind.DOSE_EVENING] in (PromptState.CANCELLED, PromptState.WAITING)


async def test_silence_brings_two_repeats_and_an_evening_question_and_no_more(stage: Stage) -> None:
    fang = await stage.set_up()
    before = len(fang.messages())
    await fang.until(TUESDAY, 23)
    assert len(fang.messages()) - before == 4
    await fang.until(WEDNESDAY, 7)
    assert len(fang.messages()) - before == 4


async def test_an_undone_answer_opens_the_dose_again_and_keeps_both_events(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.tap(Verb.UNDO)
    assert (await stage.dose(1)).state is DoseState.OPEN
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, "forgot")
    answers = [event.answer for event in await stage.events()]
    assert answers == [DoseAnswer.TAKEN, DoseAnswer.UNDONE, DoseAnswer.NOT_TAKEN]
    assert (await stage.dose(1)).state is DoseState.NOT_TAKEN


async def test_a_snooze_comes_back_at_its_time_and_replaces_the_repeats_before_it(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.LATER)
    await fang.tap(Verb.SNOOZE, "60")
    count = len(fang.messages())
    await fang.until(TUESDAY, 8, 59)
    assert len(fang.messages()) == count
    await stage.until(stage.clock.now() + timedelta(minutes=2))
    assert len(fang.messages()) == count + 1
    assert fang.offers(Verb.TAKEN)
