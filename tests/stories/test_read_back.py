"""Another amount is read back in the chat: right, wrong, in silence, on short notice, by phone, and too late."""

from datetime import date, time

from actions.facts import participant_by_code
from actions.settings import set_zone
from models.alert import Alert
from models.session import Actor
from protocol.screens import OrderNotice, ReadBackKept, ResumeNotice
from protocol.taps import Verb
from protocol.terms import AlertKind, Channel, DoseState, OrderKind, PromptKind, PromptState
from tests.stories.sight import orders, reads
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY = (date(2026, 3, day) for day in range(3, 8))


async def told(stage: Stage, code: str = "017") -> list[Alert]:
    return [alert for alert in await stage.alerts(code) if alert.kind is AlertKind.READ_BACK]


async def at_noon(stage: Stage) -> Member:
    """Tuesday noon, the first dose taken at eight."""
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(TUESDAY, 12)
    return fang


async def notices(stage: Stage) -> list[PromptState]:
    """By version, from the second one on."""
    states = {prompt.key: prompt.state for prompt in await stage.prompts()}
    return [states[f"{row.id}:{PromptKind.ORDER_NOTICE}"] for row in (await orders(stage))[1:]]


async def test_a_right_answer_asks_nobody_to_call(stage: Stage) -> None:
    fang = await at_noon(stage)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await fang.until(TUESDAY, 12, 5)
    await fang.tap(Verb.READ_BACK, "2")
    await fang.until(THURSDAY, 9)
    row = (await orders(stage))[-1]
    assert (row.read_back_units, row.read_back_due_at, row.read_back_missed_at) == (2, None, None)
    assert await told(stage) == []


async def test_a_wrong_answer_asks_staff_to_call_at_once(stage: Stage) -> None:
    fang = await at_noon(stage)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await fang.until(TUESDAY, 12, 5)
    await fang.tap(Verb.READ_BACK, "1")
    assert [alert.opened_at.date() for alert in await told(stage)] == [TUESDAY]


async def test_silence_is_a_call_before_the_first_new_dose_and_once(stage: Stage) -> None:
    fang = await at_noon(stage)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await fang.until(THURSDAY, 12)
    (alert,) = await told(stage)
    assert fang.wall(WEDNESDAY, time(12)) <= alert.opened_at <= fang.wall(WEDNESDAY, time(12, 10))
    assert alert.times == 1


async def test_an_order_from_today_leaves_half_of_the_time_for_an_answer(stage: Stage) -> None:
    fang = await stage.at_home(reminder=time(20))
    await fang.until(TUESDAY, 12)
    await stage.order("017", OrderKind.DOSE, TUESDAY, dose_mg=3.0)
    await fang.until(TUESDAY, 15, 59)
    assert await told(stage) == []
    await fang.until(TUESDAY, 20)
    assert [fang.wall(TUESDAY, time(16)) <= alert.opened_at for alert in await told(stage)] == [True]


async def test_an_order_minutes_before_its_first_dose_is_a_call_at_once(stage: Stage) -> None:
    fang = await at_noon(stage)
    await fang.until(THURSDAY, 7, 50)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    assert len(await told(stage)) == 1


async def test_a_superseded_order_answered_late_changes_nothing_and_shows_the_one_that_counts(stage: Stage) -> None:
    fang = await at_noon(stage)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await fang.until(TUESDAY, 12, 5)
    old = fang.last()
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=3.0)
    await fang.until(TUESDAY, 12, 10)
    await fang.tap(Verb.READ_BACK, "1", message=old)
    second, third = (await orders(stage))[1:]
    assert fang.text() == reads(fang, OrderNotice(third.id, THURSDAY, 3, 1, held=False, choices=(2, 3, 4)))
    assert (second.read_back_units, second.read_back_at, third.read_back_units) == (None, None, None)
    assert await told(stage) == []
    await fang.tap(Verb.READ_BACK, "3", message=fang.last())
    assert fang.text() == reads(fang, ReadBackKept(3, right=True))
    await fang.until(THURSDAY, 8)
    assert "3片" in fang.text()
    assert await told(stage) == []


async def test_of_two_changes_on_one_day_the_later_one_alone_is_told_asked_and_taken(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(TUESDAY, 23)  # in quiet hours no notice has left yet
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=3.0)
    await fang.until(THURSDAY, 8)
    assert await notices(stage) == [PromptState.SKIPPED, PromptState.DELIVERED]
    assert [alert.times for alert in await told(stage)] == [1]
    assert "3片" in fang.text()
    assert [(dose.units, dose.order_version) for dose in (await stage.doses())[1:3]] == [(1, 1), (3, 3)]


async def test_an_amount_whose_message_may_not_have_arrived_is_a_call_at_the_next_look(stage: Stage) -> None:
    fang = await at_noon(stage)
    stage.emulator.faults.add(kind="deliver_then_drop", method="sendMessage")
    await stage.order("017", OrderKind.DOSE, date(2026, 3, 9), dose_mg=2.0)
    await fang.until(TUESDAY, 12, 15)
    assert await notices(stage) == [PromptState.UNKNOWN]
    assert [alert.times for alert in await told(stage)] == [1]


async def test_a_discontinuation_ends_an_open_read_back(stage: Stage) -> None:
    fang = await at_noon(stage)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await fang.until(TUESDAY, 12, 5)
    await stage.order("017", OrderKind.DISCONTINUE, TUESDAY, reason="rash")
    await fang.tap(Verb.READ_BACK, "3")
    await fang.until(THURSDAY, 12)
    assert await told(stage) == []


async def test_who_has_no_chat_is_called_at_once_about_an_amount_and_about_a_hold(stage: Stage) -> None:
    await stage.enrol("018", channel=Channel.PHONE)
    await stage.order("018", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    assert len(await told(stage, "018")) == 1
    await stage.order("018", OrderKind.HOLD, FRIDAY, reason="fever")
    assert len(await told(stage, "018")) == 2


async def test_a_journey_to_an_earlier_clock_brings_the_call_forward(stage: Stage) -> None:
    fang = await at_noon(stage)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    before = (await orders(stage))[-1].read_back_due_at
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        participant = await participant_by_code(change, "017")
        await set_zone(change, participant, "Pacific/Auckland", "travels", stage.system.trial)
    after = (await orders(stage))[-1].read_back_due_at
    assert before is not None
    assert after is not None
    assert after < before
    assert fang.messages()


async def test_the_first_dose_is_taken_once_with_its_own_amount_although_another_one_was_ordered(stage: Stage) -> None:
    fang = await stage.at_home()
    await stage.order("017", OrderKind.DOSE, WEDNESDAY, dose_mg=3.0)
    await fang.until(TUESDAY, 8)
    assert "2片" in fang.text()
    await fang.tap(Verb.TAKEN)
    await fang.until(WEDNESDAY, 8)
    assert [(dose.units, dose.is_first) for dose in (await stage.doses())[:3]] == [(2, True), (3, False), (3, False)]


async def test_after_a_pause_an_alternating_amount_is_read_back_for_the_day_it_begins_on(stage: Stage) -> None:
    fang = await at_noon(stage)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, reason="infection")
    await fang.until(TUESDAY, 12, 5)
    await stage.order("017", OrderKind.DOSE, WEDNESDAY, dose_mg=1.0, then_mg=(2.0,))
    await fang.until(WEDNESDAY, 12)
    assert await told(stage) == []  # no dose comes while the pause stands
    await stage.order("017", OrderKind.RESUME, THURSDAY)
    await fang.until(WEDNESDAY, 12, 5)
    row = (await orders(stage))[-2]
    notice = ResumeNotice(row.id, THURSDAY, fang.wall(THURSDAY, time(8)), 2, (1, 2, 3), asked_on=THURSDAY)
    assert fang.text() == reads(fang, notice)
    await fang.tap(Verb.READ_BACK, "2", message=fang.last())
    assert fang.text() == reads(fang, ReadBackKept(2, right=True))
    await fang.until(THURSDAY, 8)
    assert "2片" in fang.text()
    assert [dose.state for dose in (await stage.doses())[1:3]] == [DoseState.HELD, DoseState.OPEN]
    assert await told(stage) == []
