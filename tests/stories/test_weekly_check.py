"""The weekly check: offered at the chosen day and time, repeated while not begun, and closed without an alert."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actions.channel import reach_by_phone
from actions.check_plan import plan_check
from actions.disposition import withdraw
from actions.facts import participant_by_code
from actions.settings import set_zone
from models.session import Actor
from models.study.symptom import StudySymptomCheck
from protocol.screens import SymptomOffer, SymptomThanks
from protocol.standing import may_be_written_to
from protocol.symptoms import Occasion
from protocol.taps import Verb
from protocol.terms import Channel, Language, OrderKind, ParticipantState, PromptKind, PromptState
from reports.worklist import Section, Why, worklist_report
from tests.stories.sight import delivered, reads, study_rows
from tests.stories.stage import LONDON, Member, Stage
from tests.stories.walking import answers, checks, feels_unwell, nothing, open_item

SUNDAY, MONDAY, WEDNESDAY = date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 11)


async def offers(stage: Stage) -> list[PromptState]:
    return [row.state for row in await stage.prompts() if row.kind is PromptKind.SYMPTOM_CHECK]


async def walk_through(member: Member) -> None:
    while member.offers(Verb.SYMPTOM_SKIP):
        await nothing(member)


async def test_it_is_offered_at_the_protocols_day_and_time_in_the_participants_zone_and_language(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN, tz=LONDON)
    await emma.until(SUNDAY, 17, 59)
    assert await delivered(stage, PromptKind.SYMPTOM_CHECK) == []
    await emma.until(SUNDAY, 18, 1)
    assert emma.text() == reads(emma, SymptomOffer(Occasion.WEEKLY, SUNDAY))
    await emma.tap(Verb.SYMPTOM_BEGIN)
    assert open_item(emma).key == "danger_breath"
    await walk_through(emma)
    assert emma.text() == reads(emma, SymptomThanks(emergency=False, told=False))
    asked = {row.item for row in await answers(stage)}
    assert {"transfusion", "admission", "surgery", "vaccine", "medicine", "other"} <= asked
    (row,) = await study_rows(stage, StudySymptomCheck)
    assert (row.occasion, row.finished_at is not None) == (Occasion.WEEKLY, True)


async def test_the_participant_chooses_its_day_and_time(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.type("/settings")
    await fang.tap(Verb.SETTINGS, "check")
    await fang.tap(Verb.CHECK_TIME, "3")
    await fang.type("19:15")
    assert "19:15" in fang.text()
    await fang.until(SUNDAY, 20)
    await fang.until(WEDNESDAY, 19, 14)
    first = [row.due_at for row in await delivered(stage, PromptKind.SYMPTOM_CHECK)]
    assert first[0] == fang.wall(date(2026, 3, 4), time(19, 15))
    await fang.until(WEDNESDAY, 19, 16)
    assert len(await delivered(stage, PromptKind.SYMPTOM_CHECK)) == 3  # with the repeat of the first


async def test_it_is_repeated_once_while_not_begun_and_silence_is_no_alert(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(SUNDAY, 17)
    before = {alert.id for alert in await stage.alerts()}
    await fang.until(MONDAY, 18, 1)
    assert len(await delivered(stage, PromptKind.SYMPTOM_CHECK)) == 2
    await fang.until(date(2026, 3, 13), 12)
    assert len(await delivered(stage, PromptKind.SYMPTOM_CHECK)) == 2
    new = {alert.kind.value for alert in await stage.alerts() if alert.id not in before}
    assert not any("symptom" in kind for kind in new)


async def test_once_begun_it_is_not_offered_again(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(SUNDAY, 18, 1)
    await fang.tap(Verb.SYMPTOM_BEGIN)
    await fang.until(date(2026, 3, 10), 12)
    assert await offers(stage) == [PromptState.DELIVERED, PromptState.SKIPPED, PromptState.WAITING, PromptState.WAITING]


async def test_an_unfinished_one_is_closed_after_its_time_and_its_answers_stay(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(SUNDAY, 18, 1)
    await fang.tap(Verb.SYMPTOM_BEGIN)
    await nothing(fang)
    await fang.until(date(2026, 3, 12), 12)
    (check,) = await checks(stage)
    assert check.closed_at is not None
    assert abs(check.closed_at - check.begun_at - timedelta(hours=72)) < timedelta(minutes=1)
    assert len(await answers(stage)) == 1


async def test_who_has_stopped_the_treatment_is_still_asked_and_who_has_left_is_not(stage: Stage) -> None:
    fang = await stage.at_home()
    gone = await stage.at_home("018")
    han = await stage.staff("han")
    await stage.order("017", OrderKind.DISCONTINUE, date(2026, 3, 4))
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "han")) as change:
        await withdraw(change, await participant_by_code(change, "018"), "a reason", han, stage.system.trial)
    stage.look_now()
    count = len(gone.messages())
    await fang.until(SUNDAY, 18, 1)
    assert fang.offers(Verb.SYMPTOM_BEGIN)
    assert len(gone.messages()) == count


async def test_nobody_is_asked_in_a_chat_that_was_given_up(stage: Stage) -> None:
    fang = await stage.at_home()
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await reach_by_phone(change, await participant_by_code(change, "017"), "asked for it", stage.system.trial)
    stage.look_now()
    await fang.until(SUNDAY, 19)
    assert await offers(stage) == [PromptState.CANCELLED, PromptState.CANCELLED]


async def test_one_week_is_announced_at_a_time_and_none_on_the_day_of_entry(stage: Stage) -> None:  # lamp 326
    fang = await stage.at_home()
    assert len(await offers(stage)) == 2
    await fang.until(date(2026, 3, 2), 23)
    assert await delivered(stage, PromptKind.SYMPTOM_CHECK) == []


async def test_a_finished_check_does_not_come_back_after_a_change_of_zone(stage: Stage) -> None:  # radar 177
    fang = await stage.at_home()
    await fang.until(SUNDAY, 18, 1)
    await fang.tap(Verb.SYMPTOM_BEGIN)
    await walk_through(fang)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await set_zone(change, await participant_by_code(change, "017"), LONDON, "travels", stage.system.trial)
    stage.look_now()
    await stage.until(stage.clock.now() + timedelta(days=2))
    assert len(await delivered(stage, PromptKind.SYMPTOM_CHECK)) == 1
    assert len(await checks(stage)) == 1


async def test_two_checks_in_a_row_are_two_and_the_older_is_not_overwritten(stage: Stage) -> None:  # rdrf 932
    fang = await feels_unwell(stage)
    await walk_through(fang)
    await stage.until(stage.clock.now() + timedelta(hours=1))
    await fang.type("我不舒服")
    await walk_through(fang)
    first, second = await checks(stage)
    assert first.id != second.id
    assert len({row.check_id for row in await answers(stage)}) == 2


async def test_the_offer_of_a_check_that_is_answered_says_so_and_asks_nothing_twice(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(SUNDAY, 18, 1)
    _, data = fang.button(Verb.SYMPTOM_BEGIN)
    shown = fang.last()
    await fang.tap(Verb.SYMPTOM_BEGIN)
    await walk_through(fang)
    stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    await stage.settle()
    assert fang.text() == reads(fang, SymptomThanks(emergency=False, told=False, already=True))
    assert len(await checks(stage)) == 1


async def test_after_days_without_the_system_one_offer_comes_and_no_burst(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(SUNDAY, 12)
    await stage.stop()
    await stage.start(fang.wall(date(2026, 3, 10), time(9)))
    await stage.settle()
    assert len(await delivered(stage, PromptKind.SYMPTOM_CHECK)) == 1


async def test_silence_about_it_is_a_line_for_the_worklist_until_the_next_one_comes(stage: Stage) -> None:
    fang = await stage.at_home()
    await stage.enrol("019", channel=Channel.PHONE)
    await fang.until(date(2026, 3, 12), 12)
    work = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now(), site="PUMCH")
    assert {(row.code, row.why) for row in work.section(Section.CHECK)} == {
        ("017", Why.CHECK_UNANSWERED),
        ("019", Why.CHECK_BY_PHONE),
    }
    elsewhere = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now(), site="OTHER")
    assert elsewhere.section(Section.CHECK) == ()


async def test_it_ends_twelve_weeks_after_the_last_dose_and_not_a_day_before(stage: Stage) -> None:
    """The last dose is due on Tuesday the 3rd of March, so Tuesday the 26th of May is the last day."""
    await stage.at_home()
    await stage.enrol("019", channel=Channel.PHONE)
    await stage.order("017", OrderKind.DISCONTINUE, date(2026, 3, 4))
    await stage.order("019", OrderKind.DISCONTINUE, date(2026, 3, 4))
    on_tuesday = await planned(stage, 2, date(2026, 5, 25))
    assert on_tuesday == date(2026, 5, 26)
    assert await planned(stage, 3, date(2026, 5, 25)) is None
    assert await planned(stage, 2, date(2026, 5, 27)) is None
    assert "019" in await to_be_called(stage, date(2026, 5, 26))
    assert "019" not in await to_be_called(stage, date(2026, 5, 27))
    async with stage.system.store.change(at=noon(date(2026, 5, 27))) as change:
        one = await participant_by_code(change, "017")
        assert may_be_written_to(one.state), "messages of staff stay possible"
        one.state = ParticipantState.ACTIVE
    assert await planned(stage, 3, date(2026, 5, 27)) == date(2026, 6, 3), "who takes the drug again is asked again"


def noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


async def planned(stage: Stage, weekday: int, on: date) -> date | None:
    """When the next check is offered to 017, seen from noon of a day, by this day of the week."""
    async with stage.system.store.change(at=noon(on)) as change:
        one = await participant_by_code(change, "017")
        one.check_weekday, one.check_at = weekday, None
        await plan_check(change, one, stage.system.trial)
        found = (await participant_by_code(change, "017")).check_at
        return None if found is None else found.date()


async def to_be_called(stage: Stage, on: date) -> set[str | None]:
    """Whose weekly questions are due by phone at noon of this day."""
    work = await worklist_report(stage.system.store, stage.system.trial, as_of=noon(on), site="PUMCH")
    return {row.code for row in work.section(Section.CHECK) if row.why is Why.CHECK_BY_PHONE}
