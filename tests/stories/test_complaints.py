"""Complaints that users of comparable systems filed, one test each; the number after the hash is theirs."""

import tomllib
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import protocol
from actions.facts import participant_by_code
from actions.settings import set_zone
from models.session import Actor
from models.study.contact import StudyMessageDelivery
from models.study.dose import StudyDoseOrder
from protocol.screens import RecordQuestion, Shown
from protocol.taps import Tap, Verb
from protocol.terms import (
    AlertKind,
    DoseAnswer,
    DoseState,
    FoodMode,
    Language,
    OrderKind,
    PromptKind,
    PromptState,
    Source,
)
from tests.postgres import Kind
from tests.stories.sight import delivered, reads, study_days, study_rows
from tests.stories.stage import LONDON, Member, Stage

FORBIDDEN = tomllib.loads((Path(protocol.__file__).parent / "prca_1.toml").read_text())["wording"]["forbidden"]
MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 3, day) for day in range(2, 7))


async def after_the_first(stage: Stage, code: str = "017") -> Member:
    """At home, the first dose taken on Tuesday."""
    fang = await stage.at_home(code)
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    return fang


async def shown(stage: Stage, ordinal: int) -> Shown:
    dose = await stage.dose(ordinal)
    return Shown(dose.id, dose.ordinal, dose.due_at, dose.due_on, dose.units, dose.is_first)


async def test_yesterdays_dose_can_be_recorded_without_touching_todays(stage: Stage) -> None:  # did-i-take-my-meds 87
    fang = await after_the_first(stage)
    await fang.until(THURSDAY, 7, 50)
    assert fang.text() == reads(fang, RecordQuestion(await shown(stage, 2)))
    await fang.tap(Verb.EARLIER)
    await fang.type("8:30")
    assert (await stage.dose(2)).taken_at == fang.wall(WEDNESDAY, time(8, 30))
    assert (await stage.dose(3)).state is DoseState.OPEN
    await fang.until(THURSDAY, 8)
    assert fang.offers(Verb.TAKEN)


async def test_late_evening_dose_does_not_block_the_next_day(stage: Stage) -> None:  # did-i-take-my-meds 48
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 19, 50)
    await fang.type("吃了")
    await fang.until(THURSDAY, 8)
    assert fang.offers(Verb.TAKEN)
    await fang.tap(Verb.TAKEN)
    assert [dose.state for dose in (await stage.doses())[:3]] == [DoseState.TAKEN] * 3
    assert await stage.alerts() == []


async def test_a_late_first_dose_is_not_booked_as_the_second(stage: Stage) -> None:  # did-i-take-my-meds 68
    fang = await stage.at_home()
    await fang.until(TUESDAY, 22, 30)
    await fang.type("吃了")
    first, second = await stage.dose(1), await stage.dose(2)
    assert (first.units_taken, second.state, second.units) == (2, DoseState.OPEN, 1)
    assert second.due_at == fang.wall(WEDNESDAY, time(10, 30))


async def test_the_old_reminder_does_not_fire_after_the_time_was_moved(stage: Stage) -> None:  # medTimer 1487
    fang = await after_the_first(stage)
    await fang.forge(Tap(Verb.REMINDER_TIME, "", "1000"), fang.last())
    count = len(fang.messages())
    await fang.until(WEDNESDAY, 9, 59)
    assert len(fang.messages()) == count
    await fang.until(WEDNESDAY, 10, 1)
    assert len(fang.messages()) == count + 1


async def test_changing_the_time_again_and_again_makes_no_flood(stage: Stage) -> None:  # medTimer 569
    fang = await after_the_first(stage)
    for minute in range(12):
        await fang.forge(Tap(Verb.REMINDER_TIME, "", f"08{minute:02d}"), fang.last())
    ordinals = [dose.ordinal for dose in await stage.doses()]
    assert ordinals == sorted(set(ordinals))
    waiting = [p.key for p in await stage.prompts() if p.state is PromptState.WAITING and p.kind == "dose_reminder"]
    assert len(waiting) == len(set(waiting)) <= 2
    count = len(fang.messages())
    await fang.until(WEDNESDAY, 8, 12)
    assert len(fang.messages()) == count + 1


async def test_a_change_of_the_clocks_leaves_the_wall_time_alone(kind: Kind, tmp_path: Path) -> None:  # medTimer 943
    stage = await Stage.open(kind, tmp_path, datetime(2026, 3, 27, 12, tzinfo=UTC))
    emma = await stage.at_home("018", language=Language.EN, tz=LONDON)
    walls = []
    for day in (28, 29, 30):  # the clocks go forward on the 29th
        await emma.until(date(2026, 3, day), 8)
        assert emma.offers(Verb.TAKEN)
        await emma.tap(Verb.TAKEN)
        walls.append((await stage.dose(day - 27, "018")).due_at)
    await stage.close()
    assert [(later - earlier) // timedelta(hours=1) for earlier, later in pairwise(walls)] == [23, 24]


async def test_a_traveller_stays_on_the_home_clock_until_it_is_changed(stage: Stage) -> None:  # medTimer 759
    fang = await after_the_first(stage)
    due = [dose.due_at for dose in await stage.doses()]
    stage.emulator.phone.person(fang.user).tz = LONDON  # the phone is abroad; nobody asked for another clock
    await fang.until(WEDNESDAY, 8)
    assert fang.offers(Verb.TAKEN)
    assert [dose.due_at for dose in await stage.doses()][: len(due)] == due
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await set_zone(change, await participant_by_code(change, "017"), LONDON, "a long journey", stage.system.trial)
    coming = await stage.dose(3)
    assert coming.due_at.hour == 8


async def test_each_participant_has_a_zone_and_gets_one_prompt_at_a_time(
    stage: Stage,
) -> None:  # samply 13, rapidpro 1074
    fang, emma = await stage.at_home(), await stage.at_home("018", language=Language.EN, tz=LONDON)
    await emma.until(MONDAY, 8)
    assert (len(await delivered(stage, PromptKind.DOSE_REMINDER, code="018")), emma.offers(Verb.TAKEN)) == (1, True)
    assert await delivered(stage, PromptKind.DOSE_REMINDER) == []
    await fang.until(TUESDAY, 7, 59)
    assert await delivered(stage, PromptKind.DOSE_REMINDER) == []
    await fang.until(TUESDAY, 8)
    assert [p.sent_at for p in await delivered(stage, PromptKind.DOSE_REMINDER)] == [fang.wall(TUESDAY, time(8))]


async def test_nothing_is_announced_on_the_day_somebody_is_enrolled(stage: Stage) -> None:  # LAMP-platform 326
    fang = await stage.at_home()
    count = len(fang.messages())
    await fang.until(MONDAY, 23, 59)
    assert len(fang.messages()) == count


async def test_what_the_store_knows_the_study_shows(stage: Stage) -> None:  # LAMP-platform 805
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    days = await study_days(stage)
    assert [(d.ordinal, d.state, d.units_taken) for d in days] == [
        (dose.ordinal, dose.state, dose.units_taken) for dose in await stage.doses()
    ]


async def test_remind_me_later_stays_inside_the_window_and_outside_quiet_hours(stage: Stage) -> None:  # RADAR 1246
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 18, 45)
    await fang.tap(Verb.LATER)
    assert fang.offers(Verb.SNOOZE)
    offered = [button.data.split(".")[3] for row in fang.last().buttons for button in row]
    assert offered == ["30", "60"]  # two hours later the window is closed
    await fang.tap(Verb.SNOOZE, "60")
    await fang.until(WEDNESDAY, 19, 46)
    assert len(await delivered(stage, PromptKind.DOSE_SNOOZED)) == 1


async def test_a_finished_dose_never_comes_back_when_the_plan_changes(stage: Stage) -> None:  # RADAR 177
    fang = await after_the_first(stage)
    await fang.forge(Tap(Verb.REMINDER_TIME, "", "0900"), fang.last())
    await stage.order("017", OrderKind.DOSE, WEDNESDAY, dose_mg=2.0)
    first = await stage.dose(1)
    assert (first.state, first.due_at) == (DoseState.TAKEN, fang.wall(TUESDAY, time(8)))
    await fang.until(TUESDAY, 22)
    assert [p.dose_id for p in await delivered(stage, PromptKind.DOSE_REMINDER, PromptKind.DOSE_REPEAT)] == [first.id]


async def test_each_delivery_is_in_the_study_with_its_times(stage: Stage) -> None:  # RADAR 227, heartsteps 185, 245
    fang = await stage.at_home()
    await fang.until(TUESDAY, 9)
    rows = sorted(await study_rows(stage, StudyMessageDelivery), key=lambda row: row.due_at)
    assert [(row.kind, row.state) for row in rows] == [
        (PromptKind.DOSE_REMINDER, PromptState.DELIVERED),
        (PromptKind.DOSE_REPEAT, PromptState.DELIVERED),
    ]
    assert [row.sent_at for row in rows] == [fang.wall(TUESDAY, time(8)), fang.wall(TUESDAY, time(8, 30))]


async def test_no_prompt_leaves_while_a_dose_is_held(stage: Stage) -> None:  # fda-mystudies 211
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, reason="fever")
    await fang.until(THURSDAY, 12)
    left = [p.kind for p in await stage.prompts() if p.sent_at is not None]
    assert [kind for kind in left if kind is not PromptKind.ORDER_NOTICE] == [PromptKind.DOSE_REMINDER]  # Tuesday's


async def test_a_queued_prompt_is_worded_when_it_leaves(stage: Stage) -> None:  # REDCap, queued invitations
    fang = await after_the_first(stage)
    assert [p for p in await stage.prompts() if p.state is PromptState.WAITING]
    await stage.order("017", OrderKind.DOSE, WEDNESDAY, dose_mg=3.0)
    await fang.forge(Tap(Verb.LANGUAGE, "", Language.EN), fang.last())
    await fang.until(WEDNESDAY, 8)
    assert "3 tablets" in fang.text()


async def test_a_yes_tapped_by_accident_is_undone_and_the_dose_is_asked_for_again(stage: Stage) -> None:  # DailyPill 25
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.tap(Verb.UNDO)
    assert (await stage.dose(2)).state is DoseState.OPEN
    await fang.until(WEDNESDAY, 8, 30)
    assert fang.offers(Verb.TAKEN)


async def test_an_early_dose_is_taken_down_and_its_prompt_does_not_come(stage: Stage) -> None:  # calendula 121
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 6, 30)
    await fang.type("吃了")
    assert (await stage.dose(2)).state is DoseState.TAKEN
    count = len(fang.messages())
    await fang.until(WEDNESDAY, 12)
    assert len(fang.messages()) == count


async def test_a_hold_carries_its_reason_and_its_days(stage: Stage) -> None:  # care_fe 5353
    await after_the_first(stage)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, until_on=THURSDAY, reason="platelets")
    row = next(row for row in await study_rows(stage, StudyDoseOrder) if row.kind is OrderKind.HOLD)
    assert (row.reason, row.from_on, row.until_on) == ("platelets", WEDNESDAY, THURSDAY)


async def test_a_correction_is_a_new_record_beside_the_old_one(stage: Stage) -> None:  # hmis 19436, care_fe 6340
    fang = await after_the_first(stage)
    before = (await stage.events())[0]
    await fang.tap(Verb.UNDO)
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, "unwell")
    first, undone, last = await stage.events()
    assert (first.id, first.answer, first.taken_at) == (before.id, DoseAnswer.TAKEN, before.taken_at)
    assert (undone.supersedes_id, last.supersedes_id) == (first.id, undone.id)


async def test_a_locked_screen_shows_neither_drug_nor_disease(stage: Stage) -> None:  # medTimer 471, 784
    fang, emma = await stage.at_home(), await stage.at_home("018", language=Language.EN, tz=LONDON)
    await fang.until(WEDNESDAY, 12)
    forbidden = [word.casefold() for word in FORBIDDEN]
    assert len(forbidden) > 10
    texts = [message.text.casefold() for member in (fang, emma) for message in member.messages()]
    assert [(word, text) for word in forbidden for text in texts if word in text] == []


async def test_nobody_is_woken_at_night(stage: Stage) -> None:  # citygram 246, omnigolive 27
    fang = await stage.at_home(reminder=time(21, 45))
    await fang.until(WEDNESDAY, 21, 30)
    walls = [fang.wall(TUESDAY, time(22)), fang.wall(WEDNESDAY, time(7))]
    sent = [p.sent_at for p in await stage.prompts() if p.sent_at is not None]
    assert sent
    assert [at for at in sent if walls[0] <= at < walls[1]] == []


async def test_a_morning_question_is_not_answerable_as_of_the_evening(stage: Stage) -> None:  # beiwe-backend 423
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8)
    morning = fang.last()
    await fang.until(THURSDAY, 9)
    await fang.tap(Verb.TAKEN, message=morning)
    assert (await stage.dose(2)).taken_at is None


async def test_equal_answers_in_a_row_are_two_records(stage: Stage) -> None:  # rdrf 932
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    events = await stage.events()
    assert len({event.id for event in events}) == len({event.dose_id for event in events}) == 2
    assert {event.source for event in events} == {Source.PARTICIPANT}


async def test_a_reason_for_silence_carries_no_blame(stage: Stage) -> None:  # 99DOTS
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 9)
    await fang.tap(Verb.NOT_TAKEN)
    assert len(fang.labels()) == 6
    await fang.tap(Verb.REASON, "doctors_advice")
    assert not fang.offers(Verb.TAKEN)  # nor does anybody argue with the doctor
    assert AlertKind.LATE_BEYOND_CUTOFF not in {alert.kind for alert in await stage.alerts()}


async def test_the_reminder_time_and_the_wording_are_each_persons_own(stage: Stage) -> None:  # MyCap
    fang = await stage.at_home(reminder=time(7, 30))
    other = await stage.at_home("018", reminder=time(9), food=FoodMode.WITHOUT, language=Language.EN)
    await fang.until(TUESDAY, 7, 30)
    assert (fang.offers(Verb.TAKEN), other.offers(Verb.TAKEN)) == (True, False)
    await fang.until(TUESDAY, 9)
    assert "2 tablets" in other.text()
    assert "2片" in fang.text()
