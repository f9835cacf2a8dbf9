"""Entry: one question a screen, each consent apart, one tap to practise, and no prompt before all of it."""

from datetime import UTC, date, datetime, time

from actions.channel import reach_by_phone
from actions.facts import participant_by_code
from messages.screens import home_keyboard
from models.session import Actor
from models.study.participant import StudyDisposition, StudyParticipant
from protocol.screens import ConsentRefused, SetUpDone, SymptomOffer
from protocol.symptoms import Occasion
from protocol.taps import Verb
from protocol.terms import (
    AlertKind,
    Cause,
    Channel,
    DoseAnswer,
    DoseState,
    FoodMode,
    Language,
    ParticipantState,
    PromptKind,
    Purpose,
)
from tests.stories.sight import (
    approved,
    consents,
    delivered,
    invitation,
    kept_messages,
    links,
    opened,
    reads,
    study_days,
    study_rows,
    trial_of,
)
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
FIRST_DOSE = datetime(2026, 3, 3, 0, 0, tzinfo=UTC)  # 8:00 in Shanghai


async def opens(member: Member, token: str) -> None:
    """The member follows an invitation link."""
    member.stage.emulator.phone.start(member.user, token)
    await member.stage.settle()


async def agrees(member: Member, *, but: Purpose | None = None) -> None:
    """From the link's first question through the consents, up to the one that is refused."""
    await member.tap(Verb.LANGUAGE, member.language)
    await member.tap(Verb.NOTICE_READ)
    for purpose in Purpose:
        await member.tap(Verb.CONSENT, f"{purpose}:no" if purpose is but else f"{purpose}:yes")
        if purpose is but:
            return


async def test_entry_asks_one_question_at_a_time_and_ends_with_the_first_reminder_named(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await opens(fang, token)
    assert fang.offers(Verb.LANGUAGE)
    await fang.tap(Verb.LANGUAGE, "zh")
    assert approved(fang, trial_of(fang).texts.privacy_notice) in fang.text()
    await fang.tap(Verb.NOTICE_READ)
    for purpose in Purpose:
        assert approved(fang, trial_of(fang).consents[purpose].text) in fang.text()
        assert (await stage.participant()).set_up_at is None
        await fang.tap(Verb.CONSENT, f"{purpose}:yes")
    await fang.tap(Verb.REMINDER_TIME, "0730")
    await fang.tap(Verb.FOOD, FoodMode.WITHOUT)
    assert (await delivered(stage, PromptKind.DOSE_REMINDER)) == []
    await fang.tap(Verb.PRACTICE)

    due_at = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
    assert fang.messages()[-2].text == reads(fang, SetUpDone(time(7, 30), FoodMode.WITHOUT, due_at))
    assert fang.text() == reads(fang, SymptomOffer(Occasion.BASELINE, date(2026, 3, 2)))
    assert stage.emulator.phone.keyboard(fang.user)[0][0] == home_keyboard(fang.language)[0]
    person = await stage.participant()
    assert (person.state, person.reminder_time, person.food) == (
        ParticipantState.ACTIVE,
        time(7, 30),
        FoodMode.WITHOUT,
    )
    assert [(row.purpose, row.given) for row in await consents(stage)] == [(purpose, True) for purpose in Purpose]
    assert (await study_rows(stage, StudyParticipant))[0].state is ParticipantState.ACTIVE
    assert {row.purpose for row in await study_rows(stage, StudyDisposition) if row.given} == set(Purpose)


async def test_what_was_answered_reaches_the_study_also_when_entry_is_left_halfway(stage: Stage) -> None:
    fang, token = await stage.enrol(food=FoodMode.WITH)
    await opens(fang, token)
    await fang.tap(Verb.LANGUAGE, "en")
    await fang.tap(Verb.NOTICE_READ)
    for purpose in Purpose:
        await fang.tap(Verb.CONSENT, f"{purpose}:yes")
    await fang.tap(Verb.REMINDER_TIME, "0730")
    await fang.tap(Verb.FOOD, FoodMode.WITHOUT)
    row = (await study_rows(stage, StudyParticipant))[0]
    assert (row.language, row.reminder_time, row.food) == (Language.EN, time(7, 30), FoodMode.WITHOUT)


async def test_a_typed_reminder_time_counts_and_anything_else_asks_the_same_again(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await opens(fang, token)
    await agrees(fang)
    question = fang.text()
    await fang.type("吃了")
    assert fang.text() == question
    await fang.type("早上8点半")
    assert fang.offers(Verb.FOOD)
    await fang.tap(Verb.FOOD, FoodMode.WITH)
    await fang.tap(Verb.PRACTICE)
    assert (await stage.participant()).reminder_time == time(8, 30)
    assert (await stage.dose(1)).due_at == datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
    assert await stage.events() == []


async def test_a_restart_in_the_middle_asks_the_same_question_again(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await opens(fang, token)
    await fang.tap(Verb.LANGUAGE, "zh")
    await fang.tap(Verb.NOTICE_READ)
    await fang.tap(Verb.CONSENT, f"{Purpose.MESSAGING}:yes")
    question = fang.text()
    await stage.stop()
    await stage.start()
    await fang.type("/start")
    assert fang.text() == question
    await fang.tap(Verb.CONSENT, f"{Purpose.SENSITIVE_DATA}:yes")
    assert [row.purpose for row in await consents(stage)] == [Purpose.MESSAGING, Purpose.SENSITIVE_DATA]


async def test_a_button_of_an_earlier_question_answers_nothing_and_asks_the_open_one(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await opens(fang, token)
    await fang.tap(Verb.LANGUAGE, "zh")
    await fang.tap(Verb.NOTICE_READ)
    shown, data = fang.button(Verb.CONSENT, f"{Purpose.MESSAGING}:yes")
    await fang.tap(Verb.CONSENT, f"{Purpose.MESSAGING}:yes")
    question = fang.text()
    stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    await stage.settle()
    assert fang.text() == question
    assert len(await consents(stage)) == 1


async def test_one_refused_consent_keeps_the_chat_silent_and_the_study_goes_on_by_phone(stage: Stage) -> None:
    members: dict[str, Member] = {}
    for code, purpose in zip(("017", "018", "019"), Purpose, strict=True):
        members[code], token = await stage.enrol(code)
        await opens(members[code], token)
        await agrees(members[code], but=purpose)
        assert members[code].text() == reads(members[code], ConsentRefused(purpose))
        assert {alert.kind for alert in await stage.alerts(code)} == {AlertKind.CONSENT_REFUSED}
    counts = {code: len(member.messages()) for code, member in members.items()}
    await members["017"].until(WEDNESDAY, 21)
    assert {code: len(member.messages()) for code, member in members.items()} == counts
    for code in members:
        first = await stage.dose(1, code)
        assert (first.state, first.cause) == (DoseState.NOT_ASKED, Cause.BEFORE_CONSENT)

    await stage.call("017", 1, units=2)
    day = (await study_days(stage))[0]
    assert (day.state, day.units_taken, day.study_day) == (DoseState.TAKEN, 2, 1)
    await members["017"].type("我今天头晕")
    assert approved(members["017"], trial_of(members["017"]).texts.not_watched) in members["017"].text()
    assert len(members["017"].messages()) == counts["017"] + 1  # kept and answered, and not asked again
    assert [opened(stage, kept) for kept in await kept_messages(stage)] == ["我今天头晕"]


async def test_after_a_refusal_staff_go_on_by_phone(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await opens(fang, token)
    await agrees(fang, but=Purpose.MESSAGING)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await reach_by_phone(change, await participant_by_code(change, "017"), "did not agree", stage.system.trial)
    await fang.until(WEDNESDAY, 21)
    person, first = await stage.participant(), await stage.dose(1)
    assert (person.state, person.channel) == (ParticipantState.ACTIVE, Channel.PHONE)
    assert (first.state, first.cause) == (DoseState.NOT_ASKED, Cause.NO_CHAT)


async def test_who_refused_may_change_their_mind_and_both_answers_stay(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await opens(fang, token)
    await agrees(fang, but=Purpose.SENSITIVE_DATA)
    await fang.type("/start")
    assert fang.offers(Verb.CONSENT)
    for purpose in (Purpose.SENSITIVE_DATA, Purpose.CROSS_BORDER):
        await fang.tap(Verb.CONSENT, f"{purpose}:yes")
    assert [(row.purpose, row.given) for row in await consents(stage)] == [
        (Purpose.MESSAGING, True),
        (Purpose.SENSITIVE_DATA, False),
        (Purpose.SENSITIVE_DATA, True),
        (Purpose.CROSS_BORDER, True),
    ]
    await fang.type("08:00")
    await fang.tap(Verb.FOOD, "with")
    await fang.tap(Verb.PRACTICE)
    await fang.until(TUESDAY, 8)
    assert fang.offers(Verb.TAKEN)


async def test_feeling_unwell_in_the_middle_of_entry_is_heard_and_entry_goes_on(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await opens(fang, token)
    await fang.tap(Verb.LANGUAGE, "zh")
    await fang.type("我不舒服")
    assert fang.messages()[-2].text.startswith(approved(fang, trial_of(fang).texts.emergency))
    await fang.type("头很晕")
    assert fang.offers(Verb.NOTICE_READ)
    assert [opened(stage, kept) for kept in await kept_messages(stage)] == ["我不舒服", "头很晕"]
    assert AlertKind.FEELS_UNWELL in {alert.kind for alert in await stage.alerts()}
    await agrees_again(fang)
    assert (await stage.participant()).set_up_at is not None


async def test_a_dose_tapped_on_a_new_phone_counts_before_its_entry_is_done(stage: Stage) -> None:
    fang = await stage.at_home()
    stage.emulator.phone.create_user("zh-hans", "Fang's new phone", 2001)
    new = Member(stage, "017", 2001, fang.language, fang.tz, fang.reminder)
    await opens(new, await invitation(stage))
    assert new.offers(Verb.LANGUAGE)
    await new.until(TUESDAY, 8)
    await new.tap(Verb.TAKEN)
    assert (await stage.dose(1)).units_taken == 2


async def test_a_dose_due_before_the_chat_is_set_up_is_the_systems_gap(stage: Stage) -> None:
    fang, token = await stage.enrol()
    await fang.until(WEDNESDAY, 20)
    assert fang.messages() == []
    first = await stage.dose(1)
    assert (first.state, first.cause) == (DoseState.NOT_ASKED, Cause.BEFORE_CONSENT)
    await opens(fang, token)
    await agrees(fang)
    await fang.type("8:00")
    await fang.tap(Verb.FOOD, FoodMode.WITH)
    await fang.tap(Verb.PRACTICE)
    await fang.until(THURSDAY, 8)
    assert fang.offers(Verb.FIRST_YES)  # nobody knows about Tuesday, so no amount is named
    assert "片" not in fang.text()
    assert (await study_days(stage))[0].cause is Cause.BEFORE_CONSENT


async def test_an_evening_time_tells_staff_that_there_will_be_no_morning_trough(stage: Stage) -> None:
    fang = await stage.set_up(reminder=time(20))
    assert [alert.kind for alert in await stage.alerts()] == [AlertKind.EVENING_TAKER]
    await fang.until(date(2026, 3, 2), 20)
    assert fang.offers(Verb.TAKEN)


async def test_a_new_phone_takes_the_place_of_the_old_one(stage: Stage) -> None:
    fang = await stage.at_home()
    stage.emulator.phone.create_user("zh-hans", "Fang's new phone", 2001)
    new = Member(stage, "017", 2001, fang.language, fang.tz, fang.reminder)
    await opens(new, await invitation(stage))
    before = len(fang.messages())
    await fang.until(TUESDAY, 8, 5)
    assert len(fang.messages()) == before
    assert new.offers(Verb.TAKEN)
    assert [link.unlinked_at is None for link in await links(stage)] == [False, True]
    await fang.type("吃了")  # whoever holds the old phone is a stranger now
    assert len(fang.messages()) == before
    assert await stage.events() == []
    await new.tap(Verb.LANGUAGE, "zh")
    await agrees_again(new)
    await new.until(WEDNESDAY, 7)
    await stage.call("017", 1, DoseAnswer.TAKEN, units=2)
    await new.until(WEDNESDAY, 8)
    assert new.offers(Verb.TAKEN)


async def agrees_again(member: Member) -> None:
    await member.tap(Verb.NOTICE_READ)
    for purpose in Purpose:
        await member.tap(Verb.CONSENT, f"{purpose}:yes")
    await member.tap(Verb.REMINDER_TIME, "0800")
    await member.tap(Verb.FOOD, FoodMode.WITH)
    await member.tap(Verb.PRACTICE)
