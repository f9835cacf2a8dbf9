"""Restarts: a process may die at any moment, and nobody is asked twice, nothing recorded is lost or left unsaid."""

import asyncio
from datetime import date, timedelta

from protocol.taps import Verb
from protocol.terms import DoseState, PromptKind, PromptState
from scheduler.claims import claim
from tests.stories.stage import Stage

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
MINUTE = timedelta(minutes=1)


async def test_what_was_only_claimed_is_sent_once_after_the_lease(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 7, 59)
    stage.clock.set(fang.wall(TUESDAY, fang.reminder))
    claimed = await claim(stage.system.store, stage.clock.now(), owner="dead", limit=10)
    assert len(claimed) == 1
    await stage.stop()
    before = len(fang.messages())
    await stage.start(stage.clock.now() + MINUTE)
    await stage.settle()
    assert len(fang.messages()) == before
    await fang.until(TUESDAY, 8, 3)
    assert len(fang.messages()) == before + 1
    await fang.until(TUESDAY, 8, 29)
    assert len(fang.messages()) == before + 1


async def test_a_process_killed_after_telegrams_answer_does_not_ask_a_second_time(stage: Stage) -> None:
    """Telegram has the message, our row still says `sending`. Once the lease is over the row is unknown and is never
    sent again; the next rung asks. Guards `scheduler.claims.recover`: waiting instead of unknown sends it twice.
    """
    fang = await stage.set_up()
    before = len(fang.messages())
    await stage.dies(fang.until(TUESDAY, 8, 1), after="sendMessage")
    assert len(fang.messages()) == before + 1
    await stage.start(stage.clock.now() + 30 * timedelta(seconds=1))
    await fang.until(TUESDAY, 8, 29)
    assert len(fang.messages()) == before + 1
    reminder = next(prompt for prompt in await stage.prompts() if prompt.kind is PromptKind.DOSE_REMINDER)
    assert reminder.state is PromptState.UNKNOWN
    await fang.until(TUESDAY, 8, 31)
    assert len(fang.messages()) == before + 2
    await fang.tap(Verb.TAKEN, message=fang.messages()[before])
    assert (await stage.dose(1)).state is DoseState.TAKEN


async def test_an_answer_that_took_effect_is_shown_after_the_restart(stage: Stage) -> None:
    """Guards the order of commit and answer: what was recorded is recorded once, and said in the end."""
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    prompt = fang.last()
    await stage.dies(fang.tap(Verb.TAKEN), before="editMessageText")
    assert fang.last().text == prompt.text
    await stage.start(stage.clock.now() + MINUTE)
    await stage.settle()
    assert (await stage.dose(1)).state is DoseState.TAKEN
    assert len(await stage.events()) == 1
    assert fang.last().id == prompt.id
    assert fang.last().text != prompt.text
    assert fang.offers(Verb.UNDO)


async def test_an_answer_seen_before_the_restart_is_not_shown_over_a_newer_one(stage: Stage) -> None:
    """Guards `take_unshown`: the old words came again over the new, and told of a report that had been taken back."""
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    await stage.dies(fang.tap(Verb.TAKEN), after="editMessageText")
    assert fang.offers(Verb.UNDO)
    await stage.start(stage.clock.now() + MINUTE)
    await fang.tap(Verb.UNDO)
    await stage.settle()
    assert (await stage.dose(1)).state is DoseState.OPEN
    assert fang.offers(Verb.TAKEN)
    assert not fang.offers(Verb.UNDO)


async def test_an_update_that_was_kept_and_not_handled_is_handled_after_the_restart(stage: Stage) -> None:
    from app.wiring import receive_once

    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    shown, data = fang.button(Verb.TAKEN)
    stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    assert (await receive_once(stage.system, wait_seconds=0)).kept == 1
    await stage.stop()
    await stage.start(stage.clock.now() + MINUTE)
    await stage.settle()
    assert (await stage.dose(1)).state is DoseState.TAKEN
    assert len(await stage.events()) == 1


async def test_two_processes_that_claim_never_send_one_prompt_twice(stage: Stage) -> None:
    people = [await stage.set_up(f"{code:03}") for code in range(1, 6)]
    before = [len(person.messages()) for person in people]
    await people[0].until(TUESDAY, 7, 59)
    other = stage._assemble()
    await other.open()
    at = people[0].wall(TUESDAY, people[0].reminder)
    stage.clock.set(at)
    await asyncio.gather(*(system.loop("send").tick(at) for system in (stage.system, other) for _ in range(3)))
    await other.close()
    assert [len(person.messages()) for person in people] == [count + 1 for count in before]


async def test_two_calls_of_the_inbox_handle_an_update_once(stage: Stage) -> None:
    """The metronome and a poll that brought something both call it."""
    from app.wiring import receive_once

    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    count = len(fang.messages())
    stage.emulator.phone.send_text(fang.user, "吃了")
    await receive_once(stage.system, wait_seconds=0)
    at = stage.clock.now()
    await asyncio.gather(*(stage.system.loop("handle").tick(at) for _ in range(3)))
    assert len(await stage.events()) == 1
    assert len(fang.messages()) == count + 1
