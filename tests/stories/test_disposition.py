"""The ends of taking part: each one ends what it ends and nothing else, at once, and can be taken back."""

from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlmodel import select

from actions.disposition import complete, lose, record_death, withdraw
from actions.disposition_rows import steps_of
from actions.facts import participant_by_code
from actions.returning import take_back
from messages.screens import word
from models.ledger import AuditEntry, OutboxEntry
from models.safety_event import SafetyEvent
from models.session import Actor, Change
from models.study.disposition import StudyDispositionEvent
from protocol.disposition import DispositionKind
from protocol.taps import Verb
from protocol.terms import AlertKind, Channel, OrderKind, ParticipantState, PromptKind, PromptState
from scheduler.claims import claim
from scheduler.prompts import Post, send_claimed
from study.reconcile import reconcile
from tests.stories.colleagues import PLEASE, colleague
from tests.stories.sight import chain_problems, study_rows, study_sums
from tests.stories.stage import Member, Stage

pytestmark = pytest.mark.parametrize("kind", ["sqlite"])
"""The statements are those of the unit tests; the fence runs on both databases in the house."""

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = (date(2026, 3, day) for day in range(2, 9))


Deed = Callable[[Change, Any, Any], Awaitable[object]]


async def does(stage: Stage, deed: Deed, name: str = "han") -> None:
    staff = await stage.staff(name)
    async with stage.system.store.change(at=stage.clock.now(), actor=Actor("staff", name)) as change:
        await deed(change, await participant_by_code(change, "017"), staff)
    stage.look_now()


async def dies(stage: Stage, on: date = TUESDAY) -> None:
    await does(stage, lambda change, one, staff: record_death(change, one, on, staff, stage.system.trial))


async def is_lost(stage: Stage) -> None:
    await does(stage, lambda change, one, staff: lose(change, one, "no answer for weeks", staff, stage.system.trial))


async def is_taken_back(stage: Stage, reason: str = "another person") -> None:
    await does(stage, lambda change, one, staff: take_back(change, one, reason, staff, stage.system.trial))


def post_of(stage: Stage) -> Post:
    system = stage.system
    return Post(system.store, system.trial, word, {Channel.TELEGRAM: system.courier}, stage.clock.now)


async def states(stage: Stage) -> set[PromptState]:
    return {prompt.state for prompt in await stage.prompts()}


async def kinds(stage: Stage) -> list[DispositionKind]:
    async with stage.system.store.change(at=stage.clock.now()) as change:
        return [row.kind for row in await steps_of(change, await participant_by_code(change, "017"))]


async def of_kind(stage: Stage, kind: AlertKind) -> int:
    return len([alert for alert in await stage.alerts() if alert.kind is kind])


async def events(stage: Stage) -> list[str]:
    async with stage.system.store.read() as session:
        return [row.cause for row in await session.scalars(select(SafetyEvent))]


def written(*members: Member) -> list[int]:
    return [len(member.messages()) for member in members]


async def test_a_death_silences_what_is_queued_and_what_a_sender_has_claimed_already(stage: Stage) -> None:
    fang = await stage.at_home()
    helper = await stage.helper()
    li = await colleague(stage, "li", 5001)
    await fang.until(MONDAY, 23)
    await li.type(f"/answer 017 {PLEASE}")  # waits for the morning
    await fang.until(MONDAY, 23, 5)
    before = written(fang, helper)
    at = fang.wall(TUESDAY, time(8))
    claimed = await claim(stage.system.store, at, owner="another process", limit=40)
    assert {one.kind for one in claimed} >= {PromptKind.STAFF_MESSAGE, PromptKind.DOSE_REMINDER}
    await dies(stage, MONDAY)
    await send_claimed(post_of(stage), claimed, at)
    await fang.until(TUESDAY, 12)
    assert written(fang, helper) == before
    assert not {PromptState.WAITING, PromptState.CLAIMED, PromptState.SENDING} & await states(stage)
    assert await of_kind(stage, AlertKind.NOT_DELIVERED) == 0
    assert await of_kind(stage, AlertKind.NOT_SENT) == 1, "who wrote it learns that it never left"


async def test_what_staff_wrote_and_a_leaving_took_back_is_told_once(stage: Stage) -> None:
    fang = await stage.at_home()
    li = await colleague(stage, "li", 5001)
    await fang.until(MONDAY, 23)
    await li.type(f"/answer 017 {PLEASE}")  # waits for the morning
    await dies(stage, MONDAY)
    await fang.until(TUESDAY, 12)
    assert await of_kind(stage, AlertKind.NOT_SENT) == 1
    assert await of_kind(stage, AlertKind.NOT_DELIVERED) == 0


async def test_an_answer_that_a_dying_process_kept_is_not_shown_after_a_death(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    prompt = fang.last()
    await stage.dies(fang.tap(Verb.TAKEN), before="editMessageText")
    await stage.start(stage.clock.now() + timedelta(minutes=1))
    await dies(stage, TUESDAY)
    await fang.until(TUESDAY, 12)
    assert (fang.last().id, fang.last().text) == (prompt.id, prompt.text)


async def test_silence_from_before_a_death_calls_nobody(stage: Stage) -> None:
    """Doses that stood open settle later all the same."""
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await fang.until(SATURDAY, 12)
    assert await of_kind(stage, AlertKind.DOSES_UNREPORTED) == 0
    await dies(stage, SATURDAY)
    await fang.until(SUNDAY, 12)
    assert await of_kind(stage, AlertKind.DOSES_UNREPORTED) == 0


async def test_a_death_opens_one_possible_serious_event_however_often_it_is_recorded(stage: Stage) -> None:
    await stage.at_home()
    await dies(stage, MONDAY)
    assert await events(stage) == ["death"]
    await is_taken_back(stage)
    await dies(stage, MONDAY)
    assert await events(stage) == ["death"]
    assert await kinds(stage) == [DispositionKind.DIED, DispositionKind.TAKEN_BACK, DispositionKind.DIED]


async def test_a_wrong_death_is_taken_back_and_only_what_is_to_come_is_asked_about(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 12)
    await dies(stage, TUESDAY)
    await fang.until(WEDNESDAY, 12)
    await is_taken_back(stage)
    async with stage.system.store.read() as session:
        (entry,) = await session.scalars(select(AuditEntry).where(AuditEntry.action == "take_back_disposition"))
        owed = set(await session.scalars(select(OutboxEntry.record_type).where(OutboxEntry.created_at == entry.at)))
    assert entry.actor == "staff:han"
    assert {"disposition", "participant", "dose_order"} <= owed
    assert (await stage.participant()).state is ParticipantState.ACTIVE
    called_for = [dose.due_on for dose in await stage.doses() if dose.cancelled_at is None]
    assert not [on for on in called_for if on <= WEDNESDAY]
    assert THURSDAY in called_for
    assert await chain_problems(stage) == []


async def test_who_was_lost_and_writes_again_is_an_alert_and_comes_back_with_a_reason(stage: Stage) -> None:
    fang = await stage.at_home()
    await is_lost(stage)
    count = len(fang.messages())
    await fang.until(TUESDAY, 12)
    assert len(fang.messages()) == count
    assert await of_kind(stage, AlertKind.HEARD_AGAIN) == 0
    await fang.type("我回来了")
    assert await of_kind(stage, AlertKind.HEARD_AGAIN) == 1
    await is_taken_back(stage, "was on a journey")
    await fang.until(WEDNESDAY, 8)
    assert fang.offers(Verb.TAKEN)
    called_for = [dose.due_on for dose in await stage.doses() if dose.cancelled_at is None]
    assert min(called_for) == WEDNESDAY


async def test_who_has_completed_gets_no_prompt_and_the_chat_still_answers(stage: Stage) -> None:
    fang = await stage.at_home()
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    await does(stage, lambda change, one, staff: complete(change, one, TUESDAY, "24 months", staff, stage.system.trial))
    count = len(fang.messages())
    await fang.until(THURSDAY, 9)
    assert len(fang.messages()) == count
    await fang.type("/history")
    assert len(fang.messages()) == count + 1
    (told,) = await study_rows(stage, StudyDispositionEvent)
    assert (told.kind, told.previous, told.state, told.happened_on) == (
        DispositionKind.COMPLETED, ParticipantState.ACTIVE, ParticipantState.COMPLETED, TUESDAY,
    )  # fmt: skip
    assert await reconcile(stage.system.store, stage.system.study, stage.system.trial) == []


async def test_who_has_stopped_the_drug_is_still_asked_how_they_are(stage: Stage) -> None:
    await stage.at_home()
    await stage.order("017", OrderKind.DISCONTINUE, TUESDAY, reason="rash")
    person, waiting = (
        await stage.participant(),
        [one for one in await stage.prompts() if one.state is PromptState.WAITING],
    )
    assert (person.state, person.check_at is not None) == (ParticipantState.DISCONTINUED, True)
    assert PromptKind.SYMPTOM_CHECK in {one.kind for one in waiting}
    assert await kinds(stage) == [DispositionKind.DRUG_STOPPED]


@pytest.mark.parametrize(("how", "is_an_event"), [("died", False), ("completed", False), ("withdrew", True)])
async def test_persistence_ends_with_a_withdrawal_and_is_censored_by_death_and_completion(
    stage: Stage, how: str, is_an_event: bool
) -> None:
    fang, trial = await stage.at_home(), stage.system.trial
    await fang.until(TUESDAY, 8)
    await fang.tap(Verb.TAKEN)
    if how == "died":
        await dies(stage, TUESDAY)
    elif how == "completed":
        await does(stage, lambda change, one, staff: complete(change, one, TUESDAY, "done", staff, trial))
    else:
        await does(stage, lambda change, one, staff: withdraw(change, one, "moves away", staff, trial))
    sums = await study_sums(stage)
    assert (sums.persistence_days, sums.persistence_ended) == (1, is_an_event)
