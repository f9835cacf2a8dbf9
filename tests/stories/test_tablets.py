"""Tablets at home: counted when asked or offered, and a refill is asked for before they run out, once."""

from datetime import date, timedelta

from actions.channel import reach_by_phone
from actions.facts import participant_by_code
from actions.refill import look_at_box
from actions.tablet_ledger import NewMovement, add_movement, new_row, next_number, standing_movements
from actions.tablets import move_tablets
from models.alert import Alert
from models.session import Actor
from models.study.tablet import StudyTabletMovement
from models.tablet import TabletMovement
from protocol.screens import RefillNotice, TabletCountKept, TabletQuestion
from protocol.tablets import MovementKind, MovementSource
from protocol.taps import Verb
from protocol.terms import AlertKind, Language, OrderKind, PromptKind, PromptState
from tests.stories.sight import delivered, kept_messages, reads, study_rows
from tests.stories.stage import LONDON, Stage

DAYS = [date(2026, 3, 2) + timedelta(days=number) for number in range(20)]


async def move(stage: Stage, kind: MovementKind, units: int, code: str = "017") -> None:
    """Staff write down what they have given out or counted, now."""
    li = await stage.staff("li")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        one = await participant_by_code(change, code)
        await move_tablets(change, one, NewMovement(kind, units, change.at), li, stage.system.trial)
    stage.look_now()


async def dispense(stage: Stage, units: int) -> None:
    await move(stage, MovementKind.DISPENSED, units)


async def counts(stage: Stage) -> list[TabletMovement]:
    one = await stage.participant()
    async with stage.system.store.read() as session:
        rows = await standing_movements(session, one.id)
    return [row for row in rows if row.kind is MovementKind.COUNTED]


async def alerts(stage: Stage, kind: AlertKind) -> list[Alert]:
    return [alert for alert in await stage.alerts() if alert.kind is kind]


async def refills(stage: Stage) -> list[PromptState]:
    return [row.state for row in await stage.prompts() if row.kind is PromptKind.REFILL]


async def test_a_count_is_asked_for_and_kept_as_the_participants_own_number(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 30)
    await fang.type("/tablets")
    assert fang.text() == reads(fang, TabletQuestion())
    await fang.type("还剩28片")
    assert fang.text() == reads(fang, TabletCountKept(28))
    (row,) = await counts(stage)
    assert (row.units, row.source, row.movement().is_verified) == (28, MovementSource.PARTICIPANT, False)
    assert "28" in [str(one.units) for one in await study_rows(stage, StudyTabletMovement)]
    assert await alerts(stage, AlertKind.TABLET_COUNT) == []


async def test_commands_are_never_needed(stage: Stage) -> None:
    emma = await stage.at_home(language=Language.EN, tz=LONDON)
    await dispense(stage, 30)
    await emma.type("/settings")
    await emma.tap(Verb.TABLETS)
    await emma.type("28")
    assert emma.text() == reads(emma, TabletCountKept(28))
    await emma.tap(Verb.TABLETS)
    await emma.type("27")
    assert [row.units for row in await counts(stage)] == [28, 27]


async def test_what_cannot_be_is_asked_about_once_more_and_then_kept_for_staff(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 30)
    await fang.type("/tablets")
    await fang.type("82")
    assert fang.text() == reads(fang, TabletQuestion(again=True))
    assert await counts(stage) == []
    await fang.type("28")
    assert fang.text() == reads(fang, TabletCountKept(28))
    await fang.type("/tablets")
    await fang.type("82")
    await fang.type("82")
    assert fang.text() == reads(fang, TabletCountKept(82, told=True))
    assert [row.units for row in await counts(stage)] == [28, 82]
    assert len(await alerts(stage, AlertKind.TABLET_COUNT)) == 1


async def test_a_difference_from_the_reports_is_never_held_against_anybody(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 30)
    await fang.until(DAYS[3], 12)
    await fang.type("/tablets")
    await fang.type("3")
    assert [row.units for row in await counts(stage)] == [3]
    assert await alerts(stage, AlertKind.TABLET_COUNT) == []


async def test_words_that_are_no_number_go_their_own_way(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 30)
    await fang.until(DAYS[1], 8, 1)
    await fang.type("/tablets")
    await fang.type("吃了2片")
    assert await counts(stage) == []
    await fang.type("/tablets")
    await fang.type("药盒摔坏了")
    assert len(await kept_messages(stage)) == 1
    await fang.type("27")
    assert [row.units for row in await counts(stage)] == [27]


async def test_a_bare_number_hours_later_is_no_count(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 30)
    await fang.type("/tablets")
    await stage.until(stage.clock.now() + timedelta(hours=3))
    await fang.type("28")
    assert await counts(stage) == []


async def test_a_helper_counts_too_and_is_named_as_the_source(stage: Stage) -> None:
    await stage.at_home()
    await dispense(stage, 30)
    helper = await stage.helper()
    await helper.type("/tablets")
    await helper.type("28")
    assert [row.source for row in await counts(stage)] == [MovementSource.HELPER]


async def test_a_refill_is_asked_for_a_week_before_once_and_dispensing_ends_it(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 12)
    await fang.until(DAYS[3], 17)
    assert await refills(stage) == []
    await fang.until(DAYS[9], 19)
    assert await refills(stage) == [PromptState.DELIVERED]
    (sent,) = await delivered(stage, PromptKind.REFILL)
    assert fang.wall(DAYS[3], sent.due_at.time()) <= sent.due_at <= fang.wall(DAYS[6], sent.due_at.time())
    assert reads(fang, RefillNotice()) in [message.text for message in fang.messages()]
    (task,) = await alerts(stage, AlertKind.REFILL)
    assert (task.level, task.times, task.closed_at) == ("task", 1, None)
    await dispense(stage, 30)
    (task,) = await alerts(stage, AlertKind.REFILL)
    assert (task.closed_by, task.outcome, task.action) == ("li", "dispensed", "dispensed 30")
    await fang.until(DAYS[14], 19)
    assert await refills(stage) == [PromptState.DELIVERED]


async def test_who_writes_that_few_are_left_is_followed_at_once(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 60)
    await fang.until(DAYS[1], 12)
    await fang.type("/tablets")
    await fang.type("没有了")
    assert fang.text() == reads(fang, TabletCountKept(0, refill=True))
    assert len(await alerts(stage, AlertKind.REFILL)) == 1


async def test_a_refill_given_out_meanwhile_is_not_asked_for(stage: Stage) -> None:
    """The prompt waits for the end of quiet hours; in between tablets are given out."""
    fang = await stage.at_home()
    await dispense(stage, 9)
    async with stage.system.store.change(at=stage.clock.now()) as change:
        one = await participant_by_code(change, "017")
        one.tablets_at = fang.wall(DAYS[4], change.at.time().replace(hour=23, minute=0))
    stage.look_now()
    await fang.until(DAYS[4], 23, 30)
    assert await refills(stage) == [PromptState.WAITING]
    await dispense(stage, 30)
    await fang.until(DAYS[5], 12)
    assert await refills(stage) == [PromptState.CANCELLED]


async def test_the_last_look_sees_a_box_that_was_given_out_while_the_message_was_under_way(stage: Stage) -> None:
    """A message that is claimed is not taken back by the dispensing; the sender looks once more."""
    fang = await stage.at_home()
    await dispense(stage, 5)
    async with stage.system.store.change(at=stage.clock.now()) as change:
        one = await participant_by_code(change, "017")
        assert await look_at_box(change, one, stage.system.trial)
        new = NewMovement(MovementKind.DISPENSED, 30, change.at)
        row = new_row(change, one, new, stage.system.trial, by="li")
        row.number = await next_number(change, one)
        await add_movement(change, row)
    stage.look_now()
    await fang.until(DAYS[0], 20)
    assert await refills(stage) == [PromptState.SKIPPED]
    assert reads(fang, RefillNotice()) not in [message.text for message in fang.messages()]


async def test_staff_are_told_of_who_has_no_chat(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 9)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await reach_by_phone(change, await participant_by_code(change, "017"), "wants none", stage.system.trial)
    stage.look_now()
    await fang.until(DAYS[5], 12)
    assert await refills(stage) == [PromptState.SKIPPED]
    assert len(await alerts(stage, AlertKind.REFILL)) == 1


async def test_nobody_on_hold_or_without_the_drug_is_asked(stage: Stage) -> None:
    fang = await stage.at_home()
    await dispense(stage, 9)
    await stage.order("017", OrderKind.DISCONTINUE, DAYS[1])
    await fang.until(DAYS[10], 12)
    assert await refills(stage) == []
    assert (await stage.participant()).tablets_at is None
