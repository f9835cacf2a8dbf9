"""Late doses: what is still to be taken is said by the table, the past is only recorded, and two never come close."""

from datetime import date, datetime, time
from typing import Any

from bot.callback_data import decode
from emulator.views import MessageView
from models.dose import ScheduledDose
from protocol.screens import FirstDoseQuestion, RecordQuestion, Shown
from protocol.taps import Tap, Verb
from protocol.terms import AlertKind, DoseState, NotTakenReason, PromptKind
from tests.stories.sight import approved, delivered, reads, study_days, study_sums, trial_of
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 3, day) for day in range(3, 8))


async def after_the_first(stage: Stage, **keywords: Any) -> Member:
    """At home, the first dose taken on Tuesday."""
    fang = await stage.at_home(**keywords)
    await fang.until(TUESDAY, fang.reminder.hour, fang.reminder.minute)
    await fang.tap(Verb.TAKEN)
    return fang


def wall(member: Member, on: date, hour: int, minute: int = 0) -> datetime:
    return member.wall(on, time(hour, minute))


def shown(dose: ScheduledDose) -> Shown:
    return Shown(dose.id, dose.ordinal, dose.due_at, dose.due_on, dose.units, dose.is_first)


async def test_the_evening_question_before_the_cut_off_says_that_it_can_still_be_taken(stage: Stage) -> None:
    fang = await after_the_first(stage, reminder=time(9))
    await fang.until(WEDNESDAY, 20, 30)
    assert approved(fang, trial_of(fang).texts.late_before_cutoff) in fang.text()
    assert "1片" in fang.text()
    assert fang.offers(Verb.TAKEN)
    await fang.tap(Verb.TAKEN)
    second = await stage.dose(2)
    assert (second.state, second.units_taken) == (DoseState.TAKEN, 1)
    assert (await study_days(stage))[1].taken_at.startswith('["2026-03-04T12:30')
    assert await stage.alerts() == []


async def test_the_evening_question_after_the_cut_off_never_says_take_and_staff_have_been_told(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 20, 30)
    assert approved(fang, trial_of(fang).texts.late_after_cutoff) in fang.text()
    assert not fang.offers(Verb.TAKEN)
    assert fang.offers(Verb.EARLIER)
    assert [alert.kind for alert in await stage.alerts()] == [AlertKind.LATE_BEYOND_CUTOFF]


async def test_not_taken_before_the_cut_off_says_it_can_still_be_taken_and_it_is(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 10)
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, NotTakenReason.FORGOT)
    assert approved(fang, trial_of(fang).texts.late_before_cutoff) in fang.text()
    assert (await stage.dose(2)).state is DoseState.NOT_TAKEN
    await fang.until(WEDNESDAY, 10, 5)
    await fang.tap(Verb.TAKEN)
    second = await stage.dose(2)
    assert (second.state, second.taken_at) == (DoseState.TAKEN, wall(fang, WEDNESDAY, 10, 5))
    assert [event.superseded for event in await stage.events()] == [False, True, False]
    assert await stage.alerts() == []
    days = await study_days(stage)
    assert [day.state for day in days[:2]] == [DoseState.TAKEN, DoseState.TAKEN]


async def test_not_taken_after_the_cut_off_says_no_two_doses_and_tells_staff(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 20, 10)
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, NotTakenReason.FORGOT)
    assert approved(fang, trial_of(fang).texts.late_after_cutoff) in fang.text()
    assert not fang.offers(Verb.TAKEN)
    assert [alert.kind for alert in await stage.alerts()] == [AlertKind.LATE_BEYOND_CUTOFF]
    await fang.until(THURSDAY, 8)
    assert "1片" in fang.text()
    assert "2片" not in fang.text()


async def test_taken_earlier_keeps_the_time_that_is_chosen_or_typed(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 11)
    await fang.tap(Verb.EARLIER)
    await fang.tap(Verb.TAKEN_AT, "T1000")
    second = await stage.dose(2)
    assert (second.state, second.taken_at) == (DoseState.TAKEN, wall(fang, WEDNESDAY, 10))
    await fang.until(THURSDAY, 11)
    await fang.tap(Verb.EARLIER)
    await fang.type("8:20")
    assert (await stage.dose(3)).taken_at == wall(fang, THURSDAY, 8, 20)
    events = await stage.events()
    assert [event.is_late for event in events] == [False] * 3
    assert all(event.reported_at >= event.taken_at for event in events if event.taken_at)


async def test_a_time_to_come_is_never_recorded(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 9)
    await fang.tap(Verb.EARLIER)
    await fang.type("21:00")
    assert (await stage.dose(2)).state is DoseState.OPEN
    assert fang.offers(Verb.TAKEN_AT)  # asks again


async def test_a_first_dose_taken_three_days_late_is_still_two_tablets(stage: Stage) -> None:
    fang = await stage.at_home()
    for day in (WEDNESDAY, THURSDAY, FRIDAY):
        await fang.until(day, 8)
        assert "片" not in fang.text()
        await fang.tap(Verb.FIRST_NO)
        assert "2片" in fang.text()
    await fang.tap(Verb.TAKEN)
    doses = await stage.doses()
    assert [(dose.state, dose.units_taken) for dose in doses[:4]] == [
        (DoseState.NOT_TAKEN, 0),
        (DoseState.NOT_TAKEN, 0),
        (DoseState.NOT_TAKEN, 0),
        (DoseState.TAKEN, 2),
    ]
    await fang.until(SATURDAY, 8)
    assert "1片" in fang.text()
    days = await study_days(stage)
    assert [(day.study_day, day.is_first) for day in days[2:5]] == [(-1, True), (1, True), (2, False)]
    assert (await study_sums(stage)).first_taken_on == FRIDAY


async def test_yesterdays_open_dose_is_asked_next_morning_for_the_record_only(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(THURSDAY, 7, 50)
    question = fang.last()
    assert question.text == reads(fang, RecordQuestion(shown(await stage.dose(2))))
    assert "片" not in question.text
    await fang.until(THURSDAY, 8)
    assert fang.last().id != question.id  # never beside "take now"
    assert "1片" in fang.text()
    third = await stage.dose(3)
    data = [button.data for row in question.buttons for button in row]
    assert all(third.id not in item for item in data)

    await fang.tap(Verb.EARLIER, message=question)
    await fang.tap(Verb.TAKEN_AT, "20260304T0800", message=message_of(fang, question.id))
    second = await stage.dose(2)
    assert (second.state, second.taken_at) == (DoseState.TAKEN, wall(fang, WEDNESDAY, 8))
    assert (await stage.dose(3)).state is DoseState.OPEN


def message_of(member: Member, message_id: int) -> MessageView:
    return next(message for message in member.messages() if message.id == message_id)


async def test_without_an_answer_to_the_first_dose_no_amount_is_named_and_staff_call(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(WEDNESDAY, 8)
    assert fang.text() == reads(fang, FirstDoseQuestion(shown(await stage.dose(2))))
    assert "片" not in fang.text()
    assert not fang.offers(Verb.TAKEN)
    assert await stage.alerts() == []
    for words in ("今天", "吃了", "没吃"):  # asking or typing names none either
        await fang.type(words)
        assert fang.text() == reads(fang, FirstDoseQuestion(shown(await stage.dose(2))))
    assert await stage.events() == []
    await fang.until(WEDNESDAY, 21)
    assert AlertKind.FIRST_DOSE_UNKNOWN in {alert.kind for alert in await stage.alerts()}
    wednesday = [message for message in fang.messages() if message.date and message.date > wall(fang, WEDNESDAY, 0)]
    assert all("片" not in message.text for message in wednesday)

    await stage.call("017", 1, units=2)
    await fang.until(THURSDAY, 8)
    assert "1片" in fang.text()


async def test_an_old_question_about_the_first_dose_names_no_dose_that_was_taken(stage: Stage) -> None:
    """Guards `_first_no`: it showed "take 2 tablets" again, for whatever had become of the dose meanwhile."""
    fang = await stage.at_home()
    await fang.until(WEDNESDAY, 8)
    question = fang.last()
    await fang.tap(Verb.FIRST_NO)
    await fang.tap(Verb.TAKEN)
    await fang.until(FRIDAY, 7)
    await fang.forge(Tap(Verb.FIRST_NO, (await stage.dose(2)).id), question)  # asked twice, and answered once more
    (shown,) = (message for message in fang.messages() if message.id == question.id)
    verbs = {tap.verb for row in shown.buttons for button in row if (tap := decode(button.data))}
    assert Verb.UNDO in verbs
    assert not verbs & {Verb.TAKEN, Verb.LATER}


async def test_yes_to_the_first_dose_asks_how_many_and_when_of_that_day(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.FIRST_YES)
    await fang.tap(Verb.TAKEN, "2")
    await fang.type("8:10")
    first = await stage.dose(1)
    assert (first.units_taken, first.taken_at) == (2, wall(fang, TUESDAY, 8, 10))
    second = await stage.dose(2)
    assert (second.units, second.is_first, second.state) == (1, False, DoseState.OPEN)
    await fang.until(WEDNESDAY, 8, 45)
    assert "1片" in fang.text()  # today's own reminder comes now


async def test_one_tablet_on_the_first_day_is_told_to_staff_and_never_topped_up(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.HOW_MANY)
    await fang.tap(Verb.TAKEN, "1")
    first = await stage.dose(1)
    assert (first.state, first.units_taken, first.units) == (DoseState.TAKEN_PARTLY, 1, 2)
    assert [alert.kind for alert in await stage.alerts()] == [AlertKind.FIRST_DOSE_PARTLY]
    assert not fang.offers(Verb.TAKEN)
    count = len(fang.messages())
    await fang.until(TUESDAY, 23)
    assert len(fang.messages()) == count
    await fang.until(WEDNESDAY, 8)
    assert "1片" in fang.text()
    assert "2片" not in fang.text()


async def test_a_dose_taken_late_moves_the_next_reminder_by_the_minimum_gap(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 23)
    await fang.tap(Verb.EARLIER)
    await fang.type("22:30")
    third = await stage.dose(3)
    assert (third.nominal_at, third.due_at) == (wall(fang, THURSDAY, 8), wall(fang, THURSDAY, 10, 30))
    count = len(fang.messages())
    await fang.until(THURSDAY, 10, 29)
    assert len(fang.messages()) == count
    await fang.type("/today")
    assert not fang.offers(Verb.TAKEN)  # nor does asking bring it sooner
    await fang.until(THURSDAY, 10, 30)
    assert fang.offers(Verb.TAKEN)
    gap = trial_of(fang).windows.minimum_gap
    reminders = await delivered(stage, PromptKind.DOSE_REMINDER)
    assert reminders[-1].sent_at is not None
    assert reminders[-1].sent_at - wall(fang, WEDNESDAY, 22, 30) >= gap
