"""What staff write and what does not surely arrive is a matter for staff, exactly once, whatever became of it."""

from datetime import timedelta

import pytest

from actions.alerts import close
from actions.facts import participant_by_code
from actions.staff_messages import tell_undelivered
from models.alert import Alert
from models.session import Actor
from protocol.terms import AlertKind, Level, ParticipantState, PromptKind, PromptState
from tests.stories.colleagues import PLEASE, Colleague, colleague
from tests.stories.sight import chain_problems
from tests.stories.stage import Member, Stage

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
"""No statement here is new but one look at the alerts."""

BLOCKED = {"kind": "status", "code": 403, "description": "Forbidden: bot was blocked by the user"}
REFUSED = {"kind": "status", "code": 400, "description": "Bad Request: message text is empty"}


async def lost(stage: Stage) -> list[Alert]:
    return [alert for alert in await stage.alerts() if alert.kind is AlertKind.NOT_DELIVERED]


async def state(stage: Stage) -> PromptState:
    (found,) = [prompt.state for prompt in await stage.prompts() if prompt.kind is PromptKind.STAFF_MESSAGE]
    return found


async def at_night(stage: Stage) -> tuple[Member, Colleague]:
    """Half past eleven: what is written now waits for the morning."""
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    await fang.until(stage.clock.now().date(), 23, 30)
    return fang, li


async def passes(stage: Stage, hours: int = 9) -> None:
    await stage.until(stage.clock.now() + timedelta(hours=hours))


@pytest.mark.parametrize(
    ("fault", "ends"),
    [
        (REFUSED, PromptState.FAILED),
        (BLOCKED, PromptState.FAILED),
        ({"kind": "deliver_then_drop"}, PromptState.UNKNOWN),
        ({"kind": "html_502", "takes_effect": True}, PromptState.UNKNOWN),
    ],
    ids=["refused", "blocked", "answer lost", "answer unreadable"],
)
async def test_one_that_is_refused_and_one_whose_answer_is_lost_raise_one_alert(
    stage: Stage, fault: dict[str, object], ends: PromptState
) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    stage.emulator.faults.add(method="sendMessage", chat_id=fang.user, **fault)  # type: ignore[arg-type]
    await li.type(f"/answer 017 {PLEASE}")
    await stage.settle()
    assert await state(stage) is ends
    (alert,) = await lost(stage)
    assert (alert.level, alert.times, alert.paged) == (Level.AMBER, 1, False)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        await close(change, alert.id, "li", "called instead")
        (prompt,) = [one for one in await stage.prompts() if one.kind is PromptKind.STAFF_MESSAGE]
        await change.session.flush()
        await tell_undelivered(change, prompt.participant_id, prompt.id)  # another process settles the same one
    assert len(await lost(stage)) == 1, "it is told once, also when it has been closed"
    assert await chain_problems(stage) == []


async def test_one_that_arrives_raises_none(stage: Stage) -> None:
    await stage.at_home()
    li = await colleague(stage, "li", 5001)
    await li.type(f"/answer 017 {PLEASE}")
    await passes(stage, 3)
    assert (await state(stage), await lost(stage)) == (PromptState.DELIVERED, [])


async def test_each_message_is_a_matter_of_its_own(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    for _ in range(2):
        stage.emulator.faults.add(method="sendMessage", chat_id=fang.user, **REFUSED)  # type: ignore[arg-type]
        await li.type(f"/answer 017 {PLEASE}")
        await stage.settle()
    assert [alert.times for alert in await lost(stage)] == [1, 1]


@pytest.mark.slow
async def test_one_that_expires_while_the_system_is_away_raises_one(stage: Stage) -> None:
    _fang, li = await at_night(stage)
    await li.type(f"/answer 017 {PLEASE}")
    await stage.stop()
    await stage.start(stage.clock.now() + timedelta(hours=25))
    await passes(stage, 2)
    assert await state(stage) is PromptState.EXPIRED
    assert len(await lost(stage)) == 1


@pytest.mark.slow
async def test_a_process_that_dies_while_it_sends_leaves_one_alert_behind(stage: Stage) -> None:
    """Nobody knows whether it arrived; the next process finds the lease ended."""
    _fang, li = await at_night(stage)
    await li.type(f"/answer 017 {PLEASE}")
    await stage.dies(passes(stage), before="sendMessage")
    await stage.start(stage.clock.now() + timedelta(minutes=5))
    await passes(stage)
    assert await state(stage) is PromptState.UNKNOWN
    assert [alert.times for alert in await lost(stage)] == [1]


@pytest.mark.slow
async def test_who_stops_messages_before_it_goes_out_never_reads_it_and_staff_hear_that(stage: Stage) -> None:
    _fang, li = await at_night(stage)
    await li.type(f"/answer 017 {PLEASE}")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        (await participant_by_code(change, "017")).messages_stopped_at = change.at
    await passes(stage)
    assert await state(stage) is PromptState.SKIPPED
    assert len(await lost(stage)) == 1


@pytest.mark.slow
async def test_of_somebody_who_has_died_nobody_is_asked_to_call(stage: Stage) -> None:
    _fang, li = await at_night(stage)
    await li.type(f"/answer 017 {PLEASE}")
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", "li")) as change:
        (await participant_by_code(change, "017")).state = ParticipantState.DIED
    await passes(stage)
    assert await state(stage) is PromptState.SKIPPED
    assert await lost(stage) == []
