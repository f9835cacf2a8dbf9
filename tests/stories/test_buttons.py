"""Buttons: an old one, a double one, a forged one; none of them records what nobody meant."""

from datetime import date, time

import pytest

from emulator.views import MessageView
from protocol.screens import DoubleDoseQuestion, ReportClosed, Shown, WhichDayQuestion
from protocol.taps import Sure, Tap, Verb
from protocol.terms import AlertKind, DoseAnswer, DoseState, Level, OrderKind, PromptKind
from tests.stories.sight import approved, chain_problems, delivered, reads, study_days, trial_of
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 3, day) for day in range(3, 8))


async def after_the_first(stage: Stage) -> Member:
    """At home, the first dose taken on Tuesday."""
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    return fang


async def shown(stage: Stage, ordinal: int) -> Shown:
    dose = await stage.dose(ordinal)
    return Shown(dose.id, dose.ordinal, dose.due_at, dose.due_on, dose.units, dose.is_first)


def message_of(member: Member, message_id: int) -> MessageView:
    return next(message for message in member.messages() if message.id == message_id)


async def answers(stage: Stage) -> list[DoseAnswer]:
    return [event.answer for event in await stage.events()]


async def test_yesterdays_button_this_morning_asks_which_day_and_records_nothing_until_chosen(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8)
    wednesday = fang.last()
    await fang.until(THURSDAY, 8, 10)
    await fang.tap(Verb.TAKEN, message=wednesday)
    asked = message_of(fang, wednesday.id)
    taps = Tap(Verb.TAKEN), Tap(Verb.TAKEN)
    assert asked.text == reads(fang, WhichDayQuestion(await shown(stage, 2), await shown(stage, 3), *taps))
    assert await answers(stage) == [DoseAnswer.TAKEN]
    second, third = await stage.dose(2), await stage.dose(3)
    older = next(b.data for row in asked.buttons for b in row if second.id in b.data)
    stage.emulator.phone.tap(fang.user, data=older, message_id=asked.id)
    await stage.settle()
    assert await answers(stage) == [DoseAnswer.TAKEN]  # yesterday's "taken" is not as of now: it asks when
    await fang.tap(Verb.TAKEN_AT, "T0800")
    second = await stage.dose(2)
    assert (second.state, second.taken_at) == (DoseState.TAKEN, fang.wall(WEDNESDAY, time(8)))
    assert (await stage.dose(3)).state is DoseState.OPEN
    assert third.id != second.id
    days = await study_days(stage)
    assert [day.state for day in days[:3]] == [DoseState.TAKEN, DoseState.TAKEN, DoseState.OPEN]


async def test_a_double_tap_records_once(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    message, data = fang.button(Verb.TAKEN)
    for _ in range(3):
        stage.emulator.phone.tap(fang.user, data=data, message_id=message.id)
    await stage.settle()
    assert await answers(stage) == [DoseAnswer.TAKEN]
    assert (await stage.dose(1)).units_taken == 2
    assert not fang.offers(Verb.KEEP)
    assert await stage.alerts() == []


async def test_a_second_taken_asks_and_a_slip_changes_nothing(stage: Stage) -> None:
    fang = await after_the_first(stage)
    first = await shown(stage, 1)
    await fang.until(TUESDAY, 8, 30)
    await fang.forge(Tap(Verb.TAKEN, first.dose_id, "2"), fang.last())  # the same button on another phone
    earlier = fang.wall(TUESDAY, time(8))
    taps = Tap(Verb.TAKEN), Tap(Verb.TAKEN)
    assert fang.text() == reads(fang, DoubleDoseQuestion(first, earlier, *taps))
    assert await answers(stage) == [DoseAnswer.TAKEN]
    await fang.tap(Verb.KEEP)
    assert await answers(stage) == [DoseAnswer.TAKEN]
    assert (await stage.participant()).blocked_at is None


async def test_a_true_double_dose_stops_take_now_until_an_investigator_resumes(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(TUESDAY, 8, 30)
    await fang.forge(Tap(Verb.TAKEN, (await stage.dose(1)).id, "2"), fang.last())
    await fang.tap(Verb.TAKEN_AT)  # "I really took more"
    assert approved(fang, trial_of(fang).texts.double_dose) in fang.text()
    assert "010-69150000" in fang.text()
    alert = next(alert for alert in await stage.alerts() if alert.kind is AlertKind.DOUBLE_DOSE)
    assert alert.level is Level.RED
    assert await answers(stage) == [DoseAnswer.TAKEN, DoseAnswer.EXTRA]
    assert (await stage.dose(1)).units_taken == 4

    await fang.until(WEDNESDAY, 12)
    assert approved(fang, trial_of(fang).texts.ask_team) in fang.text()
    assert not fang.offers(Verb.TAKEN)
    assert len(await delivered(stage, PromptKind.DOSE_REMINDER)) == 1
    await fang.type("今天")
    assert not fang.offers(Verb.TAKEN)
    await stage.order("017", OrderKind.RESUME, WEDNESDAY)
    assert (await stage.participant()).blocked_at is None
    await fang.until(THURSDAY, 8)
    assert fang.offers(Verb.TAKEN)
    day = (await study_days(stage))[0]
    assert (day.doses_taken, day.units_taken, day.mg_taken) == (2, 4, 4.0)


async def test_two_doses_too_close_ask_before_anything_is_recorded(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 23)
    await fang.tap(Verb.EARLIER)
    await fang.type("22:30")
    await fang.until(THURSDAY, 9)
    await fang.type("吃了")
    assert fang.offers(Verb.KEEP)
    assert (await stage.dose(3)).state is DoseState.OPEN
    await fang.tap(Verb.TAKEN_AT)
    assert approved(fang, trial_of(fang).texts.double_dose) in fang.text()
    assert (await stage.dose(3)).state is DoseState.TAKEN
    assert AlertKind.DOUBLE_DOSE in {alert.kind for alert in await stage.alerts()}
    assert (await stage.participant()).blocked_reason == "double_dose"


async def test_a_dose_too_close_asks_first_also_when_it_had_been_said_not_taken(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 23)
    await fang.tap(Verb.EARLIER)
    await fang.type("22:30")
    await fang.until(THURSDAY, 8)
    await fang.type("没吃")
    await fang.tap(Verb.REASON)
    assert (await stage.dose(3)).state is DoseState.NOT_TAKEN
    await fang.until(THURSDAY, 9)
    await fang.type("吃了")
    assert fang.offers(Verb.KEEP)
    assert (await stage.dose(3)).state is DoseState.NOT_TAKEN


async def test_asking_for_today_brings_no_dose_within_the_gap_to_the_one_before(stage: Stage) -> None:
    """The window is open an hour before; a dose taken late in the evening still keeps its distance."""
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 19, 50)
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 7)
    await fang.type("/today")
    assert not fang.offers(Verb.TAKEN)
    await fang.until(THURSDAY, 7, 55)
    await fang.type("/today")
    assert fang.offers(Verb.TAKEN)


async def test_forged_data_changes_nothing_and_breaks_nothing(stage: Stage) -> None:
    fang, other = await stage.at_home(), await stage.at_home("018")
    await fang.until(TUESDAY, 8)
    theirs, mine, tomorrow = await stage.dose(1, "018"), await stage.dose(1), await stage.dose(2)
    order_id = "0000000000000000"
    message = fang.last()
    for tap in (
        Tap(Verb.TAKEN, theirs.id, "2"),
        Tap(Verb.REASON, theirs.id, "forgot"),
        Tap(Verb.UNDO, theirs.id),
        Tap(Verb.TAKEN, "nosuchdose", "2"),
        Tap(Verb.PRACTICE, mine.id),
        Tap(Verb.CONSENT, mine.id, "messaging:no"),
        Tap(Verb.HELPER, "", "yes"),
        Tap(Verb.TAKEN_AT, mine.id, "2@99999999T9999", Sure.DAY),
        Tap(Verb.TAKEN_AT, mine.id, "2@20270101T0800"),  # a time to come
        Tap(Verb.SNOOZE, mine.id, "99999"),
        Tap(Verb.STOP, "", "everything"),
        Tap(Verb.FOOD, "", "never"),
        Tap(Verb.REMINDER_TIME, "", "2561"),
        Tap(Verb.HISTORY, "", "999999"),
        Tap(Verb.READ_BACK, order_id, "2"),
        Tap(Verb.TAKEN, tomorrow.id, "1"),
    ):
        await fang.forge(tap, message)
    for data in (
        "1.q..",
        "2.t." + mine.id + ".2.",
        "1.t." + mine.id + ".2.xxx",
        "吃了",
        "1.t.'; drop table.2.",
        "x" * 64,
    ):
        stage.emulator.phone.tap(fang.user, data=data, message_id=message.id)
    await stage.settle()
    await stage.until(stage.clock.now().replace(minute=10))
    assert await stage.events() == await stage.events("018") == []
    assert await stage.alerts() == await stage.alerts("018") == []
    person = await stage.participant()
    assert (person.food, person.reminder_time, person.messages_stopped_at) == ("with", time(8), None)
    await other.tap(Verb.TAKEN)
    await fang.type("吃了")
    assert [(await stage.dose(1, code)).units_taken for code in ("017", "018")] == [2, 2]
    assert await chain_problems(stage) == []


async def test_a_button_older_than_the_limit_is_closed_and_staff_correct_it(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8)
    wednesday, second = fang.last(), await shown(stage, 2)
    await fang.until(SATURDAY, 8, 1)
    count = len(await stage.events())
    await fang.tap(Verb.TAKEN, message=wednesday)
    assert message_of(fang, wednesday.id).text == reads(fang, ReportClosed(second))
    assert len(await stage.events()) == count
    await stage.call("017", 2)
    day = (await study_days(stage))[1]
    assert (day.state, day.source, day.is_late_report) == (DoseState.TAKEN, "staff_call", True)


@pytest.mark.parametrize("verb", [Verb.TAKEN, Verb.HOW_MANY, Verb.NOT_TAKEN, Verb.LATER])
async def test_what_staff_wrote_down_on_the_phone_is_not_counted_again_by_an_open_button(
    stage: Stage, verb: Verb
) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 10)
    prompts = [message for message in fang.messages() if message.labels()[0].startswith("已服")]
    assert len(prompts) == 3
    await stage.call("017", 1, units=2)
    await fang.until(TUESDAY, 10, 30)
    await fang.tap(verb, message=prompts[-1])
    assert "研究团队根据您的电话记录" in fang.text()
    assert "没有重复记录" in fang.text()
    assert await answers(stage) == [DoseAnswer.TAKEN]
    assert (await stage.dose(1)).units_taken == 2
    mine = [message.text for message in fang.messages() if message.id >= prompts[0].id]
    assert mine == [fang.text()] * 3  # no other open button is left
    assert fang.offers(Verb.CORRECT)


async def test_who_took_another_one_after_the_call_can_say_so_and_is_asked_first(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await stage.call("017", 1, units=2)
    await fang.until(TUESDAY, 8, 30)
    await fang.tap(Verb.TAKEN)
    await fang.tap(Verb.TAKEN_AT)
    assert await answers(stage) == [DoseAnswer.TAKEN]
    await fang.tap(Verb.TAKEN_AT)  # "I really took more"
    assert approved(fang, trial_of(fang).texts.double_dose) in fang.text()
    assert await answers(stage) == [DoseAnswer.TAKEN, DoseAnswer.EXTRA]


async def test_a_recorded_dose_leaves_no_open_button_on_its_other_messages(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    first_message = fang.last()
    await fang.until(TUESDAY, 10)
    assert len(await delivered(stage, PromptKind.DOSE_REMINDER, PromptKind.DOSE_REPEAT)) == 3
    await fang.tap(Verb.TAKEN)
    recorded = fang.text()
    mine = [message for message in fang.messages() if message.id >= first_message.id]
    assert [message.text for message in mine] == [recorded] * 3
    await fang.until(WEDNESDAY, 8)
    await fang.until(WEDNESDAY, 8, 35)
    await fang.type("吃了")
    taken = [decoded for message in fang.messages() for decoded in message.labels() if decoded.startswith("已服")]
    assert taken == []
