"""Orders: a hold, a resume, another amount, other days, the end; the past stays as it was recorded."""

from datetime import date, time, timedelta

import pytest

from models.study.dose import StudyDoseOrder
from protocol.orders import NotComposableError, PatternError
from protocol.screens import OrderNotice, ReadBackKept, ResumeNotice
from protocol.taps import Verb
from protocol.terms import AlertKind, Cause, DoseState, OrderKind, ParticipantState, PromptKind, PromptState
from tests.stories.sight import delivered, orders, reads, study_days, study_rows, study_sums
from tests.stories.stage import Member, Stage

TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 3, day) for day in range(3, 9))


async def after_the_first(stage: Stage) -> Member:
    """At home, the first dose taken on Tuesday."""
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    return fang


async def asked(stage: Stage) -> int:
    """How many prompts about a dose have left; a notice of an order is none."""
    return len([p for p in await stage.prompts() if p.sent_at is not None and p.dose_id is not None])


async def test_a_hold_silences_at_once_and_its_days_leave_the_denominator(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8, 5)  # this morning's reminder is out already
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, until_on=THURSDAY, reason="fever")
    waiting = [p for p in await stage.prompts() if p.state is PromptState.WAITING]
    held = {dose.id for dose in await stage.doses() if dose.state is DoseState.HELD}
    assert held
    assert not [p for p in waiting if p.dose_id in held]
    await fang.until(FRIDAY, 7, 59)
    assert await asked(stage) == 2
    assert [(d.state, d.cause) for d in (await stage.doses())[1:3]] == [(DoseState.HELD, Cause.ORDER)] * 2
    await fang.type("今天")
    await fang.until(FRIDAY, 8)
    assert fang.offers(Verb.TAKEN)  # the hold has its own end
    await fang.tap(Verb.TAKEN)
    sums = await study_sums(stage)
    assert (sums.taken, sums.held) == (2, 2)
    assert sums.taking_reported == 100.0
    assert [day.state for day in (await study_days(stage))[:4]] == ["taken", "held", "held", "taken"]


async def test_a_resume_ends_a_hold_and_the_next_dose_is_asked_for(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, reason="infection")
    await fang.until(THURSDAY, 12)
    assert len(await delivered(stage, PromptKind.DOSE_REMINDER)) == 1
    await stage.order("017", OrderKind.RESUME, FRIDAY)
    await fang.until(FRIDAY, 8)
    assert "1片" in fang.text()
    assert [dose.state for dose in (await stage.doses())[:4]] == ["taken", "held", "held", "open"]
    assert [row.kind for row in await study_rows(stage, StudyDoseOrder)] == ["dose", "hold", "resume"]


async def test_a_resume_is_told_with_the_next_time_and_the_number_of_tablets(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, reason="infection")
    await fang.until(THURSDAY, 12)
    await stage.order("017", OrderKind.RESUME, FRIDAY)
    await fang.until(THURSDAY, 12, 5)
    row = (await orders(stage))[-1]
    assert fang.text() == reads(fang, ResumeNotice(row.id, FRIDAY, fang.wall(FRIDAY, time(8)), 1))
    assert fang.labels() == []


async def test_a_resume_with_another_amount_asks_it_back_until_it_was_read(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, reason="infection")
    await fang.until(WEDNESDAY, 12)
    await stage.order("017", OrderKind.DOSE, WEDNESDAY, dose_mg=2.0)
    await fang.until(THURSDAY, 12)
    amount = (await orders(stage))[-1]
    await stage.order("017", OrderKind.RESUME, FRIDAY)
    await fang.until(THURSDAY, 12, 5)
    notice = ResumeNotice(amount.id, FRIDAY, fang.wall(FRIDAY, time(8)), 2, (1, 2, 3))
    assert fang.text() == reads(fang, notice)
    await fang.tap(Verb.READ_BACK, "2", message=fang.last())
    assert fang.text() == reads(fang, ReadBackKept(2, right=True))
    await stage.order("017", OrderKind.HOLD, SATURDAY, reason="fever")
    await fang.until(THURSDAY, 13)
    await stage.order("017", OrderKind.RESUME, SUNDAY)
    await fang.until(THURSDAY, 13, 5)
    assert fang.labels() == []  # the amount is known


async def test_while_nobody_knows_of_the_first_dose_a_resume_names_no_amount(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 9)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, until_on=THURSDAY, reason="fever")
    await fang.until(WEDNESDAY, 12)
    await stage.order("017", OrderKind.RESUME, THURSDAY)
    await fang.until(WEDNESDAY, 12, 5)
    assert "片" not in fang.text()
    assert "3月5日" in fang.text()


async def test_a_hold_and_a_resume_that_may_not_have_arrived_are_told_to_staff(stage: Stage) -> None:
    fang = await after_the_first(stage)
    for kind in (OrderKind.HOLD, OrderKind.RESUME):
        await fang.until(WEDNESDAY, 12 if kind is OrderKind.HOLD else 13)
        stage.emulator.faults.add(kind="deliver_then_drop", method="sendMessage")
        await stage.order("017", kind, THURSDAY, reason="x")
    await fang.until(WEDNESDAY, 13, 5)
    assert [prompt.state for prompt in await stage.prompts() if prompt.kind is PromptKind.ORDER_NOTICE] == [
        PromptState.UNKNOWN,
        PromptState.UNKNOWN,
    ]
    await fang.until(THURSDAY, 8)
    told = [alert for alert in await stage.alerts() if alert.kind is AlertKind.READ_BACK]
    assert len(told) == 2


async def test_a_dose_taken_on_hold_is_recorded_and_told_to_staff(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.HOLD, WEDNESDAY, reason="fever")
    await fang.until(WEDNESDAY, 9)
    await stage.call("017", 2)
    assert (await stage.dose(2)).state is DoseState.TAKEN
    assert AlertKind.TAKEN_ON_HOLD in {alert.kind for alert in await stage.alerts()}


async def test_another_amount_is_told_read_back_and_holds_from_its_day_only(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(TUESDAY, 12)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await fang.until(TUESDAY, 12, 5)
    row = (await orders(stage))[-1]
    assert fang.text() == reads(fang, OrderNotice(row.id, THURSDAY, 2, 1, held=False, choices=(1, 2, 3)))
    await fang.tap(Verb.READ_BACK, "2")
    assert fang.text() == reads(fang, ReadBackKept(2, right=True))
    row = (await orders(stage))[-1]
    assert (row.read_back_units, row.read_back_at) == (2, stage.clock.now() - timedelta(seconds=1))
    await fang.until(WEDNESDAY, 8)
    assert "1片" in fang.text()
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 8)
    assert "2片" in fang.text()
    await fang.tap(Verb.TAKEN)
    assert [(d.units, d.order_version, d.units_taken) for d in (await stage.doses())[:3]] == [
        (2, 1, 2),
        (1, 1, 1),
        (2, 2, 2),
    ]
    assert [day.mg_taken for day in (await study_days(stage))[:3]] == [2.0, 1.0, 2.0]
    assert AlertKind.READ_BACK not in {alert.kind for alert in await stage.alerts()}


async def test_a_wrong_read_back_or_none_is_a_task_before_the_first_new_dose(stage: Stage) -> None:
    fang, other = await after_the_first(stage), await stage.at_home("018")
    await fang.until(TUESDAY, 12)
    for code in ("017", "018"):
        await stage.order(code, OrderKind.DOSE, THURSDAY, dose_mg=2.0)
    await fang.until(TUESDAY, 12, 5)
    await fang.tap(Verb.READ_BACK, "3")
    assert fang.text() == reads(fang, ReadBackKept(3, right=False))
    assert AlertKind.READ_BACK in {alert.kind for alert in await stage.alerts("017")}
    assert AlertKind.READ_BACK not in {alert.kind for alert in await stage.alerts("018")}
    await other.until(WEDNESDAY, 11, 59)
    assert AlertKind.READ_BACK not in {alert.kind for alert in await stage.alerts("018")}
    await other.until(WEDNESDAY, 12, 15)
    assert AlertKind.READ_BACK in {alert.kind for alert in await stage.alerts("018")}


async def test_an_alternating_amount_names_the_right_count_each_day_and_a_missed_day_shifts_nothing(
    stage: Stage,
) -> None:
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.DOSE, WEDNESDAY, dose_mg=1.0, then_mg=(2.0, 3.0))
    await fang.until(TUESDAY, 12)
    row = (await orders(stage))[-1]
    notice = OrderNotice(row.id, WEDNESDAY, 1, 1, held=False, choices=(1, 2), then_units=(2, 3))
    assert fang.text() == reads(fang, notice)
    for day, units in ((WEDNESDAY, 1), (THURSDAY, 2), (FRIDAY, 3), (SATURDAY, 1), (SUNDAY, 2)):
        await fang.until(day, 8)
        assert f"{units}片" in fang.text()
        if day != THURSDAY:
            await fang.tap(Verb.TAKEN)
    assert [dose.units for dose in (await stage.doses())[:6]] == [2, 1, 2, 3, 1, 2]
    assert [(row.dose_mg, row.then_mg) for row in await study_rows(stage, StudyDoseOrder)] == [(1.0, ""), (1.0, "2 3")]


async def test_an_amount_in_turn_that_tablets_cannot_make_is_refused(stage: Stage) -> None:
    await stage.at_home()
    with pytest.raises(NotComposableError):
        await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=1.0, then_mg=(1.5,))
    with pytest.raises(PatternError):
        await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=1.0, then_mg=(2.0,), every_days=2)
    assert [row.version for row in await orders(stage)] == [1]


async def test_every_other_day_asks_on_those_days_alone(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=1.0, every_days=2)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 8)
    await fang.tap(Verb.TAKEN)
    count = len(fang.messages())
    await fang.until(FRIDAY, 23)
    assert len(fang.messages()) == count
    await fang.until(SATURDAY, 8)
    assert fang.offers(Verb.TAKEN)
    assert [dose.due_on for dose in await stage.doses()][:4] == [TUESDAY, WEDNESDAY, THURSDAY, SATURDAY]


async def test_after_a_discontinuation_no_prompt_comes_and_nothing_recorded_is_lost(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8, 5)
    await stage.order("017", OrderKind.DISCONTINUE, WEDNESDAY, reason="rash")
    await fang.until(FRIDAY, 12)
    assert await asked(stage) == 2
    assert (await stage.participant()).state is ParticipantState.DISCONTINUED
    assert [dose.state for dose in await stage.doses()] == [DoseState.TAKEN]
    assert [day.state for day in await study_days(stage)] == [DoseState.TAKEN]
    await fang.type("我不舒服")  # safety goes on
    assert AlertKind.FEELS_UNWELL in {alert.kind for alert in await stage.alerts()}


async def test_a_discontinuation_from_a_day_to_come_asks_for_every_dose_before_it(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await stage.order("017", OrderKind.DISCONTINUE, SATURDAY, reason="planned end")
    for day in (WEDNESDAY, THURSDAY, FRIDAY):
        await fang.until(day, 8)
        assert fang.offers(Verb.TAKEN)
        await fang.tap(Verb.TAKEN)
    count = await asked(stage)
    await fang.until(SUNDAY, 12)
    assert await asked(stage) == count
    assert [dose.due_on for dose in await stage.doses()] == [TUESDAY, WEDNESDAY, THURSDAY, FRIDAY]
    assert (await study_sums(stage)).taken == 4


async def test_an_order_that_tablets_cannot_make_is_refused_and_leaves_nothing(stage: Stage) -> None:
    await stage.at_home()
    before = [(d.id, d.units) for d in await stage.doses()]
    with pytest.raises(NotComposableError):
        await stage.order("017", OrderKind.DOSE, THURSDAY, dose_mg=1.5)
    assert [row.version for row in await orders(stage)] == [1]
    assert [(d.id, d.units) for d in await stage.doses()] == before
    assert await delivered(stage, PromptKind.ORDER_NOTICE) == []


async def test_orders_replan_what_is_open_and_leave_the_past_reproducible(stage: Stage) -> None:
    fang = await after_the_first(stage)
    await fang.until(WEDNESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(THURSDAY, 9)

    def past(doses: list) -> list:  # type: ignore[type-arg]
        return [
            (d.ordinal, d.due_on, d.dose_mg, d.units, d.order_version, d.state) for d in doses if d.due_on < THURSDAY
        ]

    before = past(await stage.doses())
    study_before = [(day.ordinal, day.dose_mg, day.state) for day in (await study_days(stage))[:2]]
    await stage.order("017", OrderKind.DOSE, FRIDAY, dose_mg=3.0)
    await stage.order("017", OrderKind.HOLD, SATURDAY, until_on=SATURDAY, reason="surgery")
    await stage.order("017", OrderKind.DOSE, SUNDAY, dose_mg=2.0)
    assert past(await stage.doses()) == before
    assert [(day.ordinal, day.dose_mg, day.state) for day in (await study_days(stage))[:2]] == study_before
    open_ones = {dose.due_on: (dose.units, dose.state) for dose in await stage.doses() if dose.due_on >= THURSDAY}
    assert open_ones[THURSDAY] == (1, DoseState.OPEN)
    assert open_ones[FRIDAY] == (3, DoseState.OPEN)
    assert open_ones[SATURDAY] == (3, DoseState.HELD)
    assert [row.version for row in await orders(stage)] == [1, 2, 3, 4]
