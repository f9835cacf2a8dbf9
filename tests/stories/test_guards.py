"""Guards in the chat: one at a time, in the own chat alone, and counselling begins their calendar anew."""

from datetime import date, time, timedelta

import pytest

from actions.channel import reach_by_phone
from actions.disposition import record_death
from actions.facts import participant_by_code
from actions.guards import GuardError, counsel, counselled, guard_of, take_counsel_back
from actions.symptom_calls import set_pregnancy_item
from models.guard import GuardNote
from models.session import Actor
from models.study.guard import StudyGuardNote
from protocol.guards import GuardNoteKind
from protocol.screens import GuardNotice, GuardUnderstood
from protocol.symptoms import Applies
from protocol.taps import Tap, Verb
from protocol.terms import Language, OrderKind, PromptKind, PromptState
from reports.worklist import Section, Why, worklist_report
from tests.stories.sight import reads, study_rows
from tests.stories.stage import Member, Stage

DAYS = [date(2026, 3, 3) + timedelta(days=number) for number in range(140)]


async def at_home(stage: Stage, **keywords: Language) -> Member:
    """The first dose is taken, so study day 1 is known."""
    fang = await stage.at_home(**keywords)
    await fang.until(DAYS[0], 8, 5)
    await fang.tap(Verb.TAKEN)
    return fang


async def said(stage: Stage) -> list[str]:
    """The guards that were said, in their order."""
    rows = [row for row in await stage.prompts() if row.kind is PromptKind.GUARD]
    return [guard_of(row.key) for row in sorted(rows, key=lambda row: row.due_at) if row.state is PromptState.DELIVERED]


async def concerns(stage: Stage, whom: Applies | None) -> None:
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, "017")
        await set_pregnancy_item(change, one, whom, "as told", stage.system.trial)
    stage.look_now()


async def speak(stage: Stage, key: str, on: date) -> GuardNote:
    li = await stage.staff("li")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, "017")
        return await counsel(change, one, key, on, "Dr Wu", li, stage.system.trial)


@pytest.mark.parametrize("language", Language)
async def test_one_is_said_a_day_and_the_button_says_it_was_understood(stage: Stage, language: Language) -> None:
    fang = await at_home(stage, language=language)
    await fang.until(DAYS[7], 17, 59)
    assert await said(stage) == []
    await fang.until(DAYS[7], 18, 1)
    assert await said(stage) == ["other_medicines"]
    assert fang.text() == reads(fang, GuardNotice("other_medicines"))
    await fang.tap(Verb.GUARD)
    assert fang.text() == reads(fang, GuardUnderstood("other_medicines"))
    (row,) = await study_rows(stage, StudyGuardNote)
    assert (row.guard, row.kind, row.on_day) == ("other_medicines", GuardNoteKind.UNDERSTOOD, DAYS[7])


async def test_none_comes_on_the_day_of_the_weekly_check(stage: Stage) -> None:
    fang = await at_home(stage)
    await fang.until(DAYS[21], 19)  # blood donation is due on a Tuesday, 21 days on
    assert await said(stage) == ["other_medicines", "blood_donation"]
    sundays = {on for on in DAYS if on.isoweekday() == 7}
    days = {row.due_at.date() for row in await stage.prompts() if row.kind is PromptKind.GUARD}
    assert not days & sundays


async def test_contraception_is_said_to_whom_it_concerns_and_never_to_a_helper(stage: Stage) -> None:
    fang = await at_home(stage)
    helper = await stage.helper()
    await concerns(stage, Applies.PREGNANCY_SELF)
    before = len(helper.messages())
    await fang.until(DAYS[15], 19)
    assert await said(stage) == ["other_medicines", "contraception"]
    text = reads(fang, GuardNotice("contraception"))
    assert text in [message.text for message in fang.messages()]
    assert text not in [message.text for message in helper.messages()[before:]]
    await helper.forge(Tap(Verb.GUARD, argument="contraception"), helper.last())
    assert await study_rows(stage, StudyGuardNote) == [], "a helper understands for nobody"


async def test_what_waits_is_taken_back_when_it_concerns_them_no_more(stage: Stage) -> None:
    fang = await at_home(stage)
    await concerns(stage, Applies.PREGNANCY_SELF)
    await fang.until(DAYS[13], 19)
    async with stage.system.store.change(at=stage.clock.now()) as change:
        one = await participant_by_code(change, "017")
        one.guards_at = fang.wall(DAYS[14], change.at.time().replace(hour=23, minute=0))  # into the quiet hours
    stage.look_now()
    await fang.until(DAYS[14], 23, 30)
    await concerns(stage, None)
    await fang.until(DAYS[16], 12)
    assert "contraception" not in await said(stage)


async def test_counselling_begins_the_calendar_anew_and_one_in_error_does_not_count(stage: Stage) -> None:
    fang = await at_home(stage)
    await fang.until(DAYS[6], 12)
    note = await speak(stage, "other_medicines", DAYS[6])
    stage.look_now()
    await fang.until(DAYS[9], 12)
    assert await said(stage) == []
    li = await stage.staff("li")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, "017")
        with pytest.raises(GuardError, match="say why"):
            await take_counsel_back(change, one, note.id, li, stage.system.trial, reason=" ")
        await take_counsel_back(change, one, note.id, li, stage.system.trial, reason="it was 018")
        assert await counselled(change.session, one.id) == []
        with pytest.raises(GuardError, match="no such counselling"):
            await take_counsel_back(change, one, note.id, li, stage.system.trial, reason="again")
    stage.look_now()
    await fang.until(DAYS[9], 19)
    assert await said(stage) == ["other_medicines"]


async def test_a_counselling_that_cannot_be_is_refused(stage: Stage) -> None:
    fang = await at_home(stage)
    await fang.until(DAYS[1], 12)
    with pytest.raises(GuardError, match="lies ahead"):
        await speak(stage, "blood_donation", DAYS[2])
    with pytest.raises(GuardError, match="choose from"):
        await speak(stage, "moonlight", DAYS[1])
    with pytest.raises(GuardError, match="does not concern"):
        await speak(stage, "contraception", DAYS[1])


async def test_it_goes_on_twelve_weeks_after_the_last_dose_and_ends_by_itself(stage: Stage) -> None:
    fang = await at_home(stage)
    await stage.order("017", OrderKind.DISCONTINUE, DAYS[1])
    await fang.until(DAYS[90], 12)
    assert await said(stage) == ["blood_donation", "vaccines", "blood_donation"], "what ends with the drug has ended"
    last = max(row.due_at for row in await stage.prompts() if row.kind is PromptKind.GUARD)
    assert last < fang.wall(DAYS[85], time(0))
    assert (await stage.participant()).guards_at is None


async def test_nothing_is_said_after_a_death(stage: Stage) -> None:
    fang = await at_home(stage)
    await fang.until(DAYS[6], 12)
    wu = await stage.staff("han")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "han")) as change:
        one = await participant_by_code(change, "017")
        await record_death(change, one, DAYS[6], wu, stage.system.trial)
    stage.look_now()
    await fang.until(DAYS[9], 12)
    assert await said(stage) == []


async def test_who_is_followed_by_phone_stands_on_the_worklist_with_what_is_to_be_said(stage: Stage) -> None:
    fang = await at_home(stage)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await reach_by_phone(change, await participant_by_code(change, "017"), "wants none", stage.system.trial)
    await fang.until(DAYS[8], 12)
    assert await said(stage) == []
    found = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now())
    (row,) = found.section(Section.GUARD)
    assert (row.why, row.guards) == (Why.GUARD_BY_PHONE, ("blood_donation", "other_medicines"))
    await speak(stage, "other_medicines", DAYS[8])
    await speak(stage, "blood_donation", DAYS[8])
    found = await worklist_report(stage.system.store, stage.system.trial, as_of=stage.clock.now())
    assert found.section(Section.GUARD) == ()
