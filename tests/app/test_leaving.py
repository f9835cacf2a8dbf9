"""Leaving: withdrawal, death and withdrawal of consent are three things; each one silences, none deletes."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import col, func, select

from actions.calls import DayEntry, record_call
from actions.disposition import DispositionError, record_death, withdraw, withdraw_consent
from actions.enrolment import invite
from actions.facts import participant_by_code
from actions.linking import link_chat
from actions.planning import replan
from actions.settling import settle_silence
from models.dose import DoseEvent, DoseOrderRow, ScheduledDose
from models.identity import ChatLink
from models.ledger import AuditEntry, OutboxEntry
from models.participant import Consent, Invitation, Participant
from models.prompt import Prompt
from models.session import Change, Store
from models.site import Staff
from protocol.terms import (
    Channel,
    DoseAnswer,
    DoseState,
    LinkRole,
    OrderKind,
    ParticipantState,
    PromptState,
    Purpose,
)
from protocol.trial import Trial
from tests.app.conftest import Desk, admit, days_ago, open_store

ENROLLED_AT = datetime(2026, 3, 1, 4, tzinfo=UTC)  # noon in Shanghai
FRIDAY = datetime(2026, 3, 6, 8, tzinfo=UTC)  # day 5, 16:00 in Shanghai
TODAY = date(2026, 3, 6)


@pytest.fixture
async def store(furnished_store: str, trial: Trial) -> AsyncIterator[Store]:
    """017 with a chat, every consent and an unused invitation for a helper; doses and prompts planned to Saturday."""
    opened = open_store(furnished_store)
    async with opened.change(at=ENROLLED_AT) as change:
        found = await admit(change, trial)
        invited = await invite(change, found)
        await change.session.flush()
        await link_chat(change, Channel.TELEGRAM, "4001", invited.token)
        for purpose in Purpose:
            change.session.add(
                Consent(
                    id=change.new_id(),
                    participant_id=found.id,
                    purpose=purpose,
                    text_version="1",
                    given=True,
                    recorded_at=change.at,
                )
            )
        found.set_up_at, found.state = change.at, ParticipantState.ACTIVE
        await invite(change, found, LinkRole.HELPER)
    async with opened.change(at=FRIDAY) as change:
        await replan(change, await participant_by_code(change, "017"), trial)
    yield opened
    await opened.close()


async def wu(change: Change) -> Staff:
    return (await change.session.scalars(select(Staff).where(Staff.name == "Wu"))).one()


async def leave(store: Store, trial: Trial, how: str, *, at: datetime = FRIDAY, on: date = TODAY) -> None:
    async with store.change(at=at) as change:
        found, staff = await participant_by_code(change, "017"), await wu(change)
        if how == "withdraw":
            await withdraw(change, found, "moves away", staff, trial)
        elif how == "died":
            await record_death(change, found, on, staff, trial)
        else:
            await withdraw_consent(change, found, "asked by letter", staff, trial)


WAYS = ("withdraw", "died", "consent")


@pytest.mark.parametrize("how", WAYS)
async def test_from_that_moment_nothing_waits_to_be_sent_or_used(store: Store, trial: Trial, how: str) -> None:
    async with store.read() as session:
        assert await session.scalar(select(func.count()).where(Prompt.state == PromptState.WAITING))
    await leave(store, trial, how)
    async with store.read() as session:
        assert not await session.scalar(select(func.count()).where(Prompt.state == PromptState.WAITING))
        usable = (col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))
        assert not await session.scalar(select(func.count()).where(*usable))
        found = (await session.scalars(select(Participant))).one()
    assert found.plan_due_at is None
    assert found.state is (ParticipantState.DIED if how == "died" else ParticipantState.WITHDRAWN)


@pytest.mark.parametrize("how", WAYS)
async def test_a_later_look_at_the_plan_wakes_nothing_up(store: Store, trial: Trial, how: str) -> None:
    await leave(store, trial, how)
    async with store.change(at=FRIDAY + timedelta(minutes=1)) as change:
        await replan(change, await participant_by_code(change, "017"), trial)
    async with store.read() as session:
        coming = (col(ScheduledDose.due_on) >= TODAY, col(ScheduledDose.cancelled_at).is_(None))
        assert not await session.scalar(select(func.count()).where(*coming))
        assert not await session.scalar(select(func.count()).where(Prompt.state == PromptState.WAITING))


@pytest.mark.parametrize("how", WAYS)
async def test_an_order_is_written_and_everything_before_stays(store: Store, trial: Trial, how: str) -> None:
    async with store.change(at=FRIDAY) as change:
        found, staff = await participant_by_code(change, "017"), await wu(change)
        await record_call(change, found, [DayEntry(TODAY, DoseAnswer.TAKEN)], staff, trial)
    await leave(store, trial, how, at=FRIDAY + timedelta(hours=1))
    async with store.read() as session:
        kinds = list(await session.scalars(select(col(DoseOrderRow.kind)).order_by(col(DoseOrderRow.version))))
        events = await session.scalar(select(func.count()).select_from(DoseEvent))
        today = (await session.scalars(select(ScheduledDose).where(ScheduledDose.due_on == TODAY))).one()
    assert kinds == [OrderKind.DOSE, OrderKind.DISCONTINUE]
    assert events == 1
    assert (today.state, today.cancelled_at) == (DoseState.TAKEN, None)


@pytest.mark.parametrize("how", WAYS)
async def test_the_study_and_the_audit_learn_of_it(store: Store, trial: Trial, how: str) -> None:
    await leave(store, trial, how)
    action = {"withdraw": "withdraw", "died": "record_death", "consent": "withdraw_consent"}[how]
    async with store.read() as session:
        assert (
            await session.scalars(select(AuditEntry.actor).where(AuditEntry.action == action))
        ).one() == "system:anshi"
        newest = select(OutboxEntry.payload).where(OutboxEntry.record_type == "participant")
        payload = (await session.scalars(newest.order_by(col(OutboxEntry.seq).desc()).limit(1))).one()
    assert ('"state":"died"' if how == "died" else '"state":"withdrawn"') in payload


async def test_a_withdrawal_keeps_the_chat_and_the_other_two_end_it(store: Store, trial: Trial) -> None:
    async def chats() -> int:
        async with store.read() as session:
            return await session.scalar(select(func.count()).where(col(ChatLink.unlinked_at).is_(None))) or 0

    await leave(store, trial, "withdraw")
    assert await chats() == 1
    await leave(store, trial, "consent", at=FRIDAY + timedelta(days=1))
    assert await chats() == 0


async def test_consent_is_withdrawn_by_new_answers_beside_the_old_ones(store: Store, trial: Trial) -> None:
    await leave(store, trial, "consent")
    async with store.read() as session:
        rows = list(await session.scalars(select(Consent.given)))
    assert sorted(rows) == [False] * 3 + [True] * 3


async def test_doses_after_a_death_that_is_told_later_are_not_called_for(store: Store, trial: Trial) -> None:
    async with store.change(at=FRIDAY) as change:
        found = await participant_by_code(change, "017")
        silent = await change.session.scalars(select(ScheduledDose).where(col(ScheduledDose.due_on) < date(2026, 3, 5)))
        for dose in silent.all():
            await settle_silence(change, found, dose, trial)
    await leave(store, trial, "died", on=date(2026, 3, 4))
    async with store.change(at=FRIDAY + timedelta(minutes=1)) as change:
        await replan(change, await participant_by_code(change, "017"), trial)
    async with store.read() as session:
        called = select(col(ScheduledDose.due_on)).where(col(ScheduledDose.cancelled_at).is_(None))
        days = list(await session.scalars(called.order_by(col(ScheduledDose.ordinal))))
    assert days == [date(2026, 3, 2), date(2026, 3, 3)]


async def test_a_death_before_a_dose_that_was_taken_is_refused(store: Store, trial: Trial) -> None:
    async with store.change(at=FRIDAY) as change:
        found, staff = await participant_by_code(change, "017"), await wu(change)
        await record_call(change, found, [DayEntry(TODAY, DoseAnswer.TAKEN)], staff, trial)
    with pytest.raises(DispositionError, match="2026-03-06 is recorded as taken"):
        await leave(store, trial, "died", on=date(2026, 3, 4))


@pytest.mark.parametrize(("on", "told"), [(date(2026, 3, 7), "future"), (date(2026, 2, 1), "before the enrolment")])
async def test_the_day_of_a_death_is_a_possible_one(store: Store, trial: Trial, on: date, told: str) -> None:
    with pytest.raises(DispositionError, match=told):
        await leave(store, trial, "died", on=on)


async def test_nobody_leaves_twice_in_the_same_way(store: Store, trial: Trial) -> None:
    await leave(store, trial, "withdraw")
    with pytest.raises(DispositionError, match="has left the study already"):
        await leave(store, trial, "withdraw")
    await leave(store, trial, "died")
    with pytest.raises(DispositionError, match="is recorded already"):
        await leave(store, trial, "died")


def test_the_commands_say_where_the_participant_stands(enrolled: Desk) -> None:
    leaves = ("participant", "withdraw", "018", "--reason", "moves away", "--as", "Li")
    asked = enrolled.misused(*leaves)
    assert "--because" in asked
    assert "withdrawal_by_subject" in asked
    assert "'death' is not one of" in enrolled.misused(*leaves, "--because", "death")
    withdrawn = enrolled.data(*leaves, "--because", "adverse_event")
    assert withdrawn == {"code": "018", "state": "withdrawn"}
    assert "has left the study already" in enrolled.refused(*leaves, "--because", "other")
    died = ("participant", "died", "018", "--on", days_ago(0), "--as", "Wu")
    assert "--reason" in enrolled.misused(*died), "who told the site is asked for"
    known = enrolled.data(*died, "--reason", "told by the family")
    assert known == {"code": "018", "state": "died"}
    gone = enrolled.data("participant", "consent-withdrawn", "017", "--reason", "by letter", "--as", "Li")
    assert gone == {"code": "017", "state": "withdrawn"}
    assert "has left the study" in enrolled.refused("participant", "invite", "017", "--as", "Li")
    assert "say why" in enrolled.refused("participant", "consent-withdrawn", "017", "--reason", " ", "--as", "Li")
