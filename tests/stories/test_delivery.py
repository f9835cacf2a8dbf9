"""Delivery: refusals, waits and cut connections on the way out; duplicates, disorder and nonsense on the way in."""

from datetime import date, datetime, timedelta

from sqlmodel import select

from models.alert import Alert
from models.inbox import InboxUpdate
from models.participant import Participant
from protocol.taps import Verb
from protocol.terms import AlertKind, Cause, DoseState, PromptKind, PromptState
from tests.stories.stage import OPERATOR, Member, Stage

TUESDAY, WEDNESDAY, THURSDAY = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
FRIDAY = date(2026, 3, 6)


def sends(stage: Stage, member: Member) -> int:
    """How often the bot has tried to send this member something."""
    calls = [call for call in stage.emulator.phone.calls if call.method == "sendMessage"]
    return sum(str(call.params.get("chat_id")) == str(member.user) for call in calls)


async def updates(stage: Stage) -> list[InboxUpdate]:
    async with stage.system.store.read() as session:
        return list(await session.scalars(select(InboxUpdate).order_by(InboxUpdate.update_id)))  # type: ignore[arg-type]


async def set_tz(stage: Stage, code: str, tz: str) -> None:
    """Spoils or repairs a row behind everyone's back."""
    async with stage.system.store.change(at=stage.clock.now(), actor=OPERATOR) as change:
        row = (await change.session.scalars(select(Participant).where(Participant.code == code))).one()
        row.tz = tz


async def test_a_chat_that_refuses_us_is_left_alone_until_it_lets_us_in_again(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(TUESDAY, 22)
    person = stage.emulator.phone.person(fang.user)
    person.blocked = True  # and the update that would tell us never came
    before = sends(stage, fang)
    await fang.until(THURSDAY, 21)
    assert sends(stage, fang) == before + 1
    assert (await stage.participant()).unreachable_at is not None
    assert [alert.kind for alert in await stage.alerts()] == [AlertKind.UNREACHABLE]
    await fang.until(FRIDAY, 7)
    second = await stage.dose(2)
    assert (second.state, second.cause) == (DoseState.NOT_ASKED, Cause.BLOCKED)

    stage.emulator.phone.unblock(fang.user)
    await fang.until(FRIDAY, 8)
    assert (await stage.participant()).unreachable_at is None
    assert fang.offers(Verb.TAKEN)


async def test_a_chat_that_blocks_us_is_known_before_the_next_reminder(stage: Stage) -> None:
    fang = await stage.set_up()
    stage.emulator.phone.block(fang.user)
    await stage.settle()
    assert [alert.kind for alert in await stage.alerts()] == [AlertKind.UNREACHABLE]
    before = sends(stage, fang)
    await fang.until(WEDNESDAY, 21)
    assert sends(stage, fang) == before


async def test_a_pause_that_telegram_asks_for_is_kept_and_then_it_is_sent_once(stage: Stage) -> None:
    fang = await stage.set_up()
    before = len(fang.messages())
    await fang.until(TUESDAY, 7, 59)
    stage.emulator.faults.add(kind="status", method="sendMessage", retry_after=40)
    await fang.until(TUESDAY, 8, 10)
    assert len(fang.messages()) == before + 1
    shown_at = fang.last().date
    assert shown_at is not None
    assert shown_at >= fang.wall(TUESDAY, fang.reminder) + timedelta(seconds=40)


async def test_a_message_that_may_have_arrived_is_never_sent_again_as_the_same_rung(stage: Stage) -> None:
    for kind, arrives in (("deliver_then_drop", 1), ("html_502", 0)):
        code = {"deliver_then_drop": "017", "html_502": "018"}[kind]
        fang = await stage.set_up(code)
        on = stage.clock.now().date() + timedelta(days=1)
        before = len(fang.messages())
        await fang.until(on, 7, 59)
        stage.emulator.faults.add(kind=kind, method="sendMessage", chat_id=fang.user)
        await fang.until(on, 8, 29)
        assert len(fang.messages()) == before + arrives
        reminder = next(prompt for prompt in await stage.prompts(code) if prompt.kind is PromptKind.DOSE_REMINDER)
        assert reminder.state is PromptState.UNKNOWN
        await fang.until(on, 8, 31)
        assert len(fang.messages()) == before + arrives + 1
        await fang.tap(Verb.TAKEN)
        assert (await stage.dose(1, code)).state is DoseState.TAKEN


async def test_a_message_that_surely_did_not_leave_is_sent_a_little_later_once(stage: Stage) -> None:
    fang = await stage.set_up()
    before = len(fang.messages())
    await fang.until(TUESDAY, 7, 59)
    stage.emulator.faults.add(kind="drop_before_accept", method="sendMessage", times=3)
    await fang.until(TUESDAY, 8, 29)
    assert len(fang.messages()) == before + 1


async def test_a_message_that_never_leaves_becomes_a_call_task(stage: Stage) -> None:
    """Fifty tries in vain: nobody is left waiting for a message that nobody knows is missing."""
    fang = await stage.set_up()
    await fang.until(TUESDAY, 7, 59)
    stage.emulator.faults.add(kind="drop_before_accept", method="sendMessage", times=None, chat_id=fang.user)
    await fang.until(TUESDAY, 20)
    failed = [prompt for prompt in await stage.prompts() if prompt.state is PromptState.FAILED]
    assert failed
    assert AlertKind.UNREACHABLE in {alert.kind for alert in await stage.alerts()}


async def test_an_edit_that_telegram_refuses_becomes_a_new_message(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    count = len(fang.messages())
    stage.emulator.faults.add(
        kind="status", method="editMessageText", code=400, description="Bad Request: message can't be edited"
    )
    await fang.tap(Verb.TAKEN)
    assert len(fang.messages()) == count + 1
    assert fang.offers(Verb.UNDO)


async def test_an_answer_that_could_not_be_shown_is_shown_later(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    stage.emulator.faults.add(kind="drop_before_accept", method="editMessageText", times=2)
    await fang.tap(Verb.TAKEN)
    assert not fang.offers(Verb.UNDO)
    await fang.until(TUESDAY, 10)
    assert fang.offers(Verb.UNDO)


async def test_a_malformed_update_is_set_aside_with_an_alert_and_the_others_are_handled(stage: Stage) -> None:
    fang, emma = await stage.set_up("017"), await stage.set_up("018")
    await fang.until(TUESDAY, 8)
    stage.emulator.phone.send_text(fang.user, "吃了")
    stage.emulator.phone.raw_update({"message": {"message_id": 1, "date": "yesterday", "chat": {"id": "x"}}})
    stage.emulator.phone.raw_update({"callback_query": 7})
    stage.emulator.phone.send_text(emma.user, "吃了")
    await stage.settle()
    for code in ("017", "018"):
        assert (await stage.dose(1, code)).state is DoseState.TAKEN
    states = [update.state for update in await updates(stage)][-4:]
    assert sorted(states) == ["done", "done", "set_aside", "set_aside"]
    async with stage.system.store.read() as session:
        alerts = list(await session.scalars(select(Alert).where(Alert.kind == AlertKind.BAD_UPDATE)))
    assert len(alerts) >= 1


async def test_duplicated_and_reordered_updates_change_nothing(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    stage.emulator.faults.add(kind="duplicate", times=2)
    stage.emulator.faults.add(kind="reorder", times=2)
    await fang.tap(Verb.TAKEN)
    await fang.tap(Verb.UNDO)
    await fang.tap(Verb.NOT_TAKEN)
    await fang.tap(Verb.REASON, "forgot")
    assert len(await stage.events()) == 3
    assert (await stage.dose(1)).state is DoseState.NOT_TAKEN
    keys = [update.update_id for update in await updates(stage)]
    assert len(keys) == len(set(keys))


async def test_a_person_whose_updates_cannot_be_handled_holds_up_nobody_else(stage: Stage) -> None:
    fang, emma = await stage.set_up("017"), await stage.set_up("018")
    await fang.until(TUESDAY, 8)
    await set_tz(stage, "017", "Nowhere/Land")
    stage.emulator.phone.send_text(fang.user, "吃了")
    stage.emulator.phone.send_text(fang.user, "今天")
    stage.emulator.phone.send_text(emma.user, "吃了")
    await stage.settle()
    assert (await stage.dose(1, "018")).state is DoseState.TAKEN
    assert (await stage.dose(1, "017")).state is DoseState.OPEN
    await set_tz(stage, "017", "Asia/Shanghai")
    await fang.until(TUESDAY, 8, 2)
    assert (await stage.dose(1, "017")).state is DoseState.TAKEN
    mine = [update for update in await updates(stage) if update.attempts]
    assert [update.state for update in mine] == ["done"]


async def test_an_update_that_always_fails_is_set_aside_after_five_tries_and_the_next_one_is_handled(
    stage: Stage,
) -> None:
    fang = await stage.set_up("017")
    await fang.until(TUESDAY, 8)
    await set_tz(stage, "017", "Nowhere/Land")
    stage.emulator.phone.send_text(fang.user, "吃了")
    await fang.until(TUESDAY, 8, 10)
    poison = [update for update in await updates(stage) if update.attempts]
    assert [(update.state, update.attempts) for update in poison] == [("set_aside", 5)]
    await set_tz(stage, "017", "Asia/Shanghai")
    await fang.type("吃了")
    assert (await stage.dose(1)).state is DoseState.TAKEN


async def test_a_person_who_cannot_be_written_to_holds_up_nobody_elses_reminder(stage: Stage) -> None:
    """Their prompts travel in one group: one row that cannot be read must not keep the others from leaving."""
    people = [await stage.set_up(code) for code in ("017", "018", "019")]
    before = [len(person.messages()) for person in people]
    await people[0].until(TUESDAY, 7, 59)
    await set_tz(stage, "017", "Nowhere/Land")
    await people[1].until(TUESDAY, 8, 1)
    assert [len(person.messages()) for person in people] == [before[0], before[1] + 1, before[2] + 1]
    await set_tz(stage, "017", "Asia/Shanghai")
    await people[0].until(TUESDAY, 9, 59)
    assert len(people[0].messages()) == before[0] + 1  # the repeat of 8:30; the reminder has been overtaken by it
    states = {prompt.kind: prompt.reason for prompt in await stage.prompts("017") if prompt.due_at <= stage.clock.now()}
    assert states[PromptKind.DOSE_REMINDER] == "merged"


async def test_one_persons_updates_take_effect_in_the_order_they_were_made(stage: Stage) -> None:
    fang = await stage.set_up()
    await fang.until(TUESDAY, 8)
    shown, data = fang.button(Verb.TAKEN)
    stage.emulator.phone.tap(fang.user, data=data, message_id=shown.id)
    stage.emulator.phone.send_text(fang.user, "今天")
    stage.emulator.phone.send_text(fang.user, "/contact")
    await stage.settle()
    done = [(update.update_id, update.done_at) for update in await updates(stage)]
    assert done == sorted(done, key=lambda item: item[0])
    moments = [at for _, at in done if at is not None]
    assert moments == sorted(moments)
    assert isinstance(moments[0], datetime)
    assert "010-69150000" in fang.text()
