"""Without a chat: a participant of 75 is followed by phone from enrolment to report, and every figure is right."""

from datetime import date, time

from actions.calls import DayEntry, record_call
from actions.channel import reach_by_phone
from actions.facts import participant_by_code
from models.session import Actor
from models.study.dose import StudyDoseEvent
from models.study.participant import StudyParticipant
from protocol.taps import Verb
from protocol.terms import AlertKind, Cause, Channel, DoseAnswer, DoseState, NotTakenReason, ParticipantState, Source
from tests.stories.sight import audited, invitation, study_days, study_rows, study_sums
from tests.stories.stage import Stage

TAKEN, NOT_TAKEN = DoseAnswer.TAKEN, DoseAnswer.NOT_TAKEN


def march(day: int) -> date:
    return date(2026, 3, day)


async def calls(stage: Stage, *entries: DayEntry, reason: str = "") -> None:
    """Li writes down one call."""
    li = await stage.staff("li")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        person = await participant_by_code(change, "075")
        await record_call(change, person, entries, li, stage.system.trial, reason=reason)


async def test_a_participant_without_a_chat_is_followed_from_enrolment_to_report(stage: Stage) -> None:
    wang, _ = await stage.enrol("075", channel=Channel.PHONE)
    assert (await stage.participant("075")).state is ParticipantState.ACTIVE
    await wang.until(march(5), 22)
    assert wang.messages() == []
    assert await stage.prompts("075") == []

    await calls(
        stage,
        DayEntry(march(3), TAKEN, taken_time=time(8, 10)),
        DayEntry(march(4), TAKEN, taken_time=time(9)),
        DayEntry(march(5), NOT_TAKEN, reason=NotTakenReason.FORGOT),
    )
    await wang.until(march(6), 10)
    await calls(stage, DayEntry(march(6), TAKEN, taken_time=time(8)))
    doses = await stage.doses("075")
    assert [(dose.state, dose.units_taken) for dose in doses[:4]] == [
        (DoseState.TAKEN, 2),
        (DoseState.TAKEN, 1),
        (DoseState.NOT_TAKEN, 0),
        (DoseState.TAKEN, 1),
    ]
    await calls(stage, DayEntry(march(5), TAKEN, taken_time=time(19)), reason="found the empty blister")
    await wang.until(march(8), 21)
    sixth = await stage.dose(5, "075")
    assert (sixth.state, sixth.cause) == (DoseState.NOT_ASKED, Cause.NO_CHAT)

    events = await study_rows(stage, StudyDoseEvent, "075")
    assert {event.source for event in events} == {Source.STAFF_CALL}
    assert sum(event.superseded for event in events) == 1
    days = await study_days(stage, "075")
    assert [day.study_day for day in days[:5]] == [1, 2, 3, 4, 5]
    assert [day.state for day in days[:5]] == ["taken", "taken", "taken", "taken", "not_asked"]
    sums = await study_sums(stage, "075")
    assert (sums.taken, sums.not_taken, sums.not_asked, sums.first_taken_on) == (4, 0, 1, march(3))
    assert (sums.taking_reported, sums.taking_upper) == (100.0, 100.0)
    assert AlertKind.DOSES_UNREPORTED not in {alert.kind for alert in await stage.alerts("075")}
    assert wang.messages() == []


async def channels(stage: Stage) -> tuple[Channel, Channel, list[tuple[str, str]]]:
    """What the store and the study say of 075, and how it came about."""
    (studied,) = await study_rows(stage, StudyParticipant, "075")
    told = [(entry["new"]["channel"], entry["reason"]) for entry in await audited(stage, "set_channel", "075")]
    return (await stage.participant("075")).channel, studied.channel, told


async def test_who_was_called_is_invited_to_a_chat_and_goes_back_to_calls(stage: Stage) -> None:
    wang, _ = await stage.enrol("075", channel=Channel.PHONE)
    await wang.until(march(3), 10)
    await calls(stage, DayEntry(march(3), TAKEN, taken_time=time(8)))

    stage.emulator.phone.start(wang.user, await invitation(stage, "075"))
    await stage.settle()
    assert await channels(stage) == (Channel.TELEGRAM, Channel.TELEGRAM, [("telegram", "a chat was linked")])
    await wang.until(march(4), 9)
    assert [wang.offers(Verb.LANGUAGE), len(wang.messages())] == [True, 1]  # nothing is asked before the consents
    await calls(stage, DayEntry(march(4), TAKEN, taken_time=time(8)))  # until then the calls go on
    await wang.enter()
    await wang.until(march(5), 8)
    await wang.tap(Verb.TAKEN)
    assert [dose.state for dose in (await stage.doses("075"))[:3]] == [DoseState.TAKEN] * 3
    assert [event.source for event in await stage.events("075")][1:] == [Source.STAFF_CALL, Source.PARTICIPANT]

    await wang.until(march(6), 7)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        person = await participant_by_code(change, "075")
        assert await reach_by_phone(change, person, "the screen is too small", stage.system.trial) == 1
    stage.look_now()
    said, told = len(wang.messages()), ("phone", "the screen is too small")
    assert (await channels(stage))[:2] == (Channel.PHONE, Channel.PHONE)
    assert (await channels(stage))[2][1:] == [told]
    await wang.until(march(8), 21)
    await wang.type("吃了")
    assert len(wang.messages()) == said
    fourth = await stage.dose(4, "075")
    assert (fourth.state, fourth.cause) == (DoseState.NOT_ASKED, Cause.NO_CHAT)
    await calls(stage, DayEntry(march(7), TAKEN, taken_time=time(8)))
    assert (await stage.dose(5, "075")).state is DoseState.TAKEN
