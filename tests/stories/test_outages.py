"""Outages: silence while nobody listened is the system's, and what went by is never asked in a burst."""

import asyncio
from datetime import date, datetime, timedelta

from sqlmodel import select

from app.running import receive_until
from app.wiring import receive_once
from bot.receiving import PollResult
from models.inbox import ReceivingGap
from protocol.taps import Verb
from protocol.terms import AlertKind, Cause, DoseState, PromptKind, PromptState
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
SUNDAY, MONDAY = date(2026, 3, 8), date(2026, 3, 9)
MINUTE = timedelta(minutes=1)


async def settled_in(stage: Stage) -> Member:
    """Fang has taken the first dose on Tuesday and the second on Wednesday."""
    fang = await stage.set_up()
    for day in (TUESDAY, WEDNESDAY):
        await fang.until(day, 8)
        await fang.tap(Verb.TAKEN)
    return fang


async def gaps(stage: Stage) -> list[tuple[datetime, datetime]]:
    async with stage.system.store.read() as session:
        return [(row.from_at, row.until_at) for row in await session.scalars(select(ReceivingGap))]


async def test_days_of_an_outage_are_not_asked_and_never_the_participants_silence(stage: Stage) -> None:
    fang = await settled_in(stage)
    await fang.until(WEDNESDAY, 21)
    await stage.stop()
    died_at = stage.clock.now()
    await stage.start(died_at + timedelta(days=3, hours=13))  # Sunday, 10:00
    await fang.until(MONDAY, 22)
    states = {dose.ordinal: (dose.state, dose.cause) for dose in await stage.doses()}
    assert states[1] == states[2] == (DoseState.TAKEN, None)
    for ordinal in (3, 4, 5):
        assert states[ordinal] == (DoseState.NOT_ASKED, Cause.OUTAGE)
    assert states[6] == (DoseState.UNREPORTED, None)
    assert await gaps(stage) == [(died_at, died_at + timedelta(days=3, hours=13))]
    kinds = {alert.kind for alert in await stage.alerts()}
    assert not kinds & {AlertKind.DOSES_UNREPORTED, AlertKind.DOSES_NOT_TAKEN}


async def test_after_an_outage_the_current_dose_is_asked_once_and_the_day_before_apart(stage: Stage) -> None:
    fang = await settled_in(stage)
    await fang.until(WEDNESDAY, 21)
    await stage.stop()
    before = len(fang.messages())
    await stage.start(stage.clock.now() + timedelta(days=3, hours=13))
    await stage.settle()
    assert len(fang.messages()) - before == 1
    assert fang.offers(Verb.TAKEN)
    await fang.until(SUNDAY, 10, 50)
    assert len(fang.messages()) - before == 1
    await fang.until(SUNDAY, 20)
    kinds = [
        prompt.kind
        for prompt in await stage.prompts()
        if (prompt.sent_at or fang.wall(TUESDAY, fang.reminder)) > fang.wall(SUNDAY, fang.reminder)
    ]
    assert sorted(kinds) == [PromptKind.DOSE_RECORD, PromptKind.DOSE_REPEAT, PromptKind.SYMPTOM_CHECK]
    asked = {prompt.kind: prompt.sent_at for prompt in await stage.prompts() if prompt.sent_at}
    repeat, record = asked[PromptKind.DOSE_REPEAT], asked[PromptKind.DOSE_RECORD]
    assert record - repeat >= timedelta(hours=1)
    assert len(fang.messages()) - before == 3


async def test_an_open_dose_is_asked_again_after_a_gap_that_may_have_lost_its_answer(stage: Stage) -> None:
    """Telegram drops a tap after 150 seconds: what was pressed while nobody listened is gone without a sign."""
    fang = await settled_in(stage)
    await fang.until(THURSDAY, 8, 5)
    await stage.stop()
    before = len(fang.messages())
    shown, data = fang.button(Verb.TAKEN)
    stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    await stage.start(stage.clock.now() + 4 * MINUTE)
    await stage.settle()
    assert (await stage.dose(3)).state is DoseState.OPEN
    assert len(fang.messages()) - before == 1
    await fang.tap(Verb.TAKEN)
    assert (await stage.dose(3)).state is DoseState.TAKEN
    count = len(fang.messages())
    await fang.until(THURSDAY, 23)
    assert len(fang.messages()) == count


async def test_after_a_gap_in_the_evening_nothing_asks_to_take_a_dose_past_its_cut_off(stage: Stage) -> None:
    """The evening question may still be asked then; "take now" may not."""
    fang = await settled_in(stage)
    await fang.until(THURSDAY, 20, 35)
    evening = fang.text()
    await stage.stop()
    before = len(fang.messages())
    await stage.start(stage.clock.now() + 20 * MINUTE)
    await stage.settle()
    assert len(fang.messages()) - before == 1
    assert fang.text() == evening
    again = next(prompt for prompt in await stage.prompts() if ":again:" in prompt.key)
    assert again.kind is PromptKind.DOSE_EVENING


async def test_after_a_gap_an_unknown_first_dose_is_asked_about_before_it_is_named(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(WEDNESDAY, 8, 5)
    question = fang.text()
    assert fang.offers(Verb.FIRST_YES)
    await stage.stop()
    await stage.start(stage.clock.now() + 10 * MINUTE)
    await stage.settle()
    assert fang.text() == question
    assert not fang.offers(Verb.TAKEN)
    kinds = {alert.kind for alert in await stage.alerts()}
    assert AlertKind.FIRST_DOSE_UNKNOWN not in kinds


async def test_a_gap_of_a_minute_changes_nothing(stage: Stage) -> None:
    fang = await settled_in(stage)
    await fang.until(THURSDAY, 8, 5)
    await stage.stop()
    before = len(fang.messages())
    shown, data = fang.button(Verb.TAKEN)
    stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    await stage.start(stage.clock.now() + MINUTE)
    await stage.settle()
    assert await gaps(stage) == []
    assert (await stage.dose(3)).state is DoseState.TAKEN
    assert len(fang.messages()) == before


async def test_a_word_typed_while_the_bot_was_down_counts_at_its_own_time(stage: Stage) -> None:
    fang = await settled_in(stage)
    await fang.until(THURSDAY, 8, 5)
    await stage.stop()
    stage.clock.set(fang.wall(THURSDAY, fang.reminder) + timedelta(hours=4))
    said_at = stage.clock.now()
    stage.emulator.phone.send_text(fang.user, "吃了")
    await stage.start(said_at + timedelta(hours=9))
    await stage.settle()
    dose, event = await stage.dose(3), (await stage.events())[-1]
    assert (dose.state, dose.taken_at) == (DoseState.TAKEN, said_at)
    assert (event.reported_at, event.recorded_at - said_at >= timedelta(hours=9)) == (said_at, True)
    assert sum(prompt.kind is PromptKind.DOSE_REPEAT for prompt in await stage.prompts() if prompt.sent_at) == 0


async def test_a_dose_that_was_asked_but_could_hardly_be_answered_is_not_asked(stage: Stage) -> None:
    fang = await settled_in(stage)
    await fang.until(THURSDAY, 8, 5)
    await stage.stop()
    await stage.start(stage.clock.now() + timedelta(days=2))
    await fang.until(SUNDAY, 7)
    dose = await stage.dose(3)
    assert (dose.state, dose.cause) == (DoseState.NOT_ASKED, Cause.OUTAGE)


async def test_a_report_after_the_outage_still_counts_for_its_day(stage: Stage) -> None:
    fang = await settled_in(stage)
    await fang.until(WEDNESDAY, 21)
    await stage.stop()
    await stage.start(fang.wall(date(2026, 3, 6), fang.reminder) + timedelta(hours=4))
    await fang.until(date(2026, 3, 6), 16)
    asked = next(
        prompt.message for prompt in await stage.prompts() if prompt.kind is PromptKind.DOSE_RECORD and prompt.message
    )
    record = next(message for message in fang.messages() if str(message.id) == asked)
    await fang.tap(Verb.EARLIER, message=record)
    await fang.type("8:10")
    assert (await stage.dose(3)).state is DoseState.TAKEN


async def test_while_telegram_is_away_prompts_wait_and_one_goes_out_when_it_is_back(stage: Stage) -> None:
    fang = await settled_in(stage)
    await fang.until(THURSDAY, 7, 55)
    stage.emulator.faults.add(kind="drop_before_accept", times=None)
    before = len(fang.messages())
    await fang.until(THURSDAY, 11)
    stage.emulator.faults.clear()
    await fang.until(THURSDAY, 12)
    assert len(fang.messages()) - before == 1
    assert fang.offers(Verb.TAKEN)
    assert [gap for gap in await gaps(stage) if gap[1] - gap[0] > 3 * timedelta(hours=1)]
    sent = [prompt for prompt in await stage.prompts() if prompt.state is PromptState.DELIVERED and prompt.sent_at]
    assert (
        len([prompt for prompt in sent if prompt.sent_at and prompt.sent_at > fang.wall(THURSDAY, fang.reminder)]) == 1
    )


async def test_a_machine_that_sleeps_between_two_looks_has_not_listened(stage: Stage) -> None:
    """As while it handles what the first of them brought."""
    await settled_in(stage)
    stop, slept_at = asyncio.Event(), stage.clock.now()
    looks: list[datetime] = []

    async def look() -> PollResult:
        looks.append(stage.clock.now())
        result = await receive_once(stage.system, wait_seconds=0)
        if len(looks) == 1:
            stage.clock.set(slept_at + 4 * MINUTE)
        else:
            stop.set()
        return result

    await receive_until(stage.system, stop, look=look)
    assert await gaps(stage) == [(slept_at, slept_at + 4 * MINUTE)]
