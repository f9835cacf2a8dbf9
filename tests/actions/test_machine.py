"""Whatever is tapped, typed, called, ordered and moved, in any order: what must always hold holds after every step."""

import asyncio
import tempfile
from collections.abc import Coroutine
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlmodel import col, select

from actions.calls import CallError, DayEntry, record_call
from actions.dose_orders import NewOrder, order_dose, unblock
from actions.facts import participant_by_code
from actions.read_backs import OrderError
from actions.settings import set_zone
from models.audit import audit_problems
from models.dose import DoseEvent, DoseOrderRow, ScheduledDose
from models.ledger import AuditEntry, OutboxEntry
from models.participant import Participant
from models.prompt import Prompt
from models.site import Staff
from protocol.ladder import OF_ITS_DAY, TAKE_NOW
from protocol.plan import is_first
from protocol.screens import Answer, DoseReminder
from protocol.taps import Tap, Verb
from protocol.terms import DoseAnswer, DoseState, OrderKind, ParticipantState, PromptKind, PromptState
from protocol.visit_prompts import ABOUT_A_VISIT
from tests.actions.clinic import CODE, TRIAL, Clinic, open_clinic

T = TypeVar("T")
TOOK = (DoseAnswer.TAKEN, DoseAnswer.EXTRA)
TAKEN = (DoseState.TAKEN, DoseState.TAKEN_PARTLY)
WORDS = ["吃了", "没吃", "taken 8:30", "taken 2 tablets", "later", "today", "8:30", "I feel unwell", "and so on"]
ZONES = ["Asia/Shanghai", "Europe/London", "America/New_York", "Pacific/Auckland"]
AMOUNTS = {1.0, 2.0, 3.0}

OF_NO_DOSE = {PromptKind.ORDER_NOTICE, PromptKind.SYMPTOM_CHECK, PromptKind.SYMPTOM_AGAIN, *ABOUT_A_VISIT}


class Days(RuleBasedStateMachine):
    """One participant's days, as they may come."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory()
        self.superseded: dict[str, dict[str, Any]] = {}
        self.seen: set[str] = set()

    def run(self, what: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(what)

    @initialize()
    def opens(self) -> None:
        self.clinic: Clinic = self.run(open_clinic(Path(self.folder.name)))

    def teardown(self) -> None:
        if hasattr(self, "clinic"):
            self.run(self._whole())
            self.run(self.clinic.close())
        self.runner.close()
        self.folder.cleanup()

    # --- what may happen

    @rule(hours=st.integers(0, 14), minutes=st.integers(0, 59))
    def waits(self, hours: int, minutes: int) -> None:
        self.run(self.clinic.until(self.clinic.at + timedelta(hours=hours, minutes=minutes)))

    @rule(late=st.integers(0, 16))
    def takes_the_next_dose(self, late: int) -> None:
        self.run(self._takes(timedelta(hours=late)))

    @rule(data=st.data(), twice=st.booleans())
    def taps(self, data: st.DataObject, *, twice: bool) -> None:
        bubbles = [bubble for bubble in self.clinic.phone.bubbles[-8:] if bubble.taps()]
        if not bubbles:
            return
        bubble = data.draw(st.sampled_from(bubbles), label="message")
        tap = data.draw(st.sampled_from(bubble.taps()), label="tap")
        self._look_at(self.run(self.clinic.say(tap, bubble)))
        if twice:
            self._says_again()

    @rule(words=st.sampled_from(WORDS), twice=st.booleans())
    def types(self, words: str, *, twice: bool) -> None:
        self._look_at(self.run(self.clinic.say(words)))
        if twice:
            self._says_again()

    def _says_again(self) -> None:
        """The same update comes once more: it has had its effect."""
        before = self.run(self._count())
        self.run(self.clinic.say(self.clinic.last, again=True))
        assert self.run(self._count()) == before

    @rule(clock=st.sampled_from(["0000", "0600", "0800", "1230", "2000", "2345"]))
    def chooses_another_time(self, clock: str) -> None:
        self.run(self.clinic.say(Tap(Verb.REMINDER_TIME, "", clock)))

    @rule(tz=st.sampled_from(ZONES))
    def travels(self, tz: str) -> None:
        self.run(self._travels(tz))

    @rule(
        back=st.integers(0, 5),
        answer=st.sampled_from([DoseAnswer.TAKEN, DoseAnswer.NOT_TAKEN, DoseAnswer.UNDONE]),
        units=st.sampled_from([None, 1, 2]),
        sure=st.booleans(),
    )
    def staff_write_down_a_call(self, back: int, answer: DoseAnswer, units: int | None, *, sure: bool) -> None:
        on = self.clinic.at.date() - timedelta(days=back)
        self.run(self._call(DayEntry(on, answer, units if answer is DoseAnswer.TAKEN else None), sure=sure))

    @rule(
        kind=st.sampled_from([OrderKind.DOSE, OrderKind.DOSE, OrderKind.HOLD, OrderKind.RESUME]),
        ahead=st.integers(0, 3),
        dose_mg=st.sampled_from(sorted(AMOUNTS)),
        every_days=st.integers(1, 2),
        days=st.one_of(st.none(), st.integers(0, 3)),
    )
    def an_investigator_orders(
        self, kind: OrderKind, ahead: int, dose_mg: float, every_days: int, days: int | None
    ) -> None:
        from_on = self.clinic.at.date() + timedelta(days=ahead)
        is_dose = kind is OrderKind.DOSE
        until_on = from_on + timedelta(days=days) if kind is OrderKind.HOLD and days is not None else None
        amount, spacing = (dose_mg, every_days) if is_dose else (0.0, 1)
        self.run(self._order(NewOrder(kind, from_on, "a reason", "han", amount, spacing, until_on)))

    @rule(data=st.data())
    def treatment_ends(self, data: st.DataObject) -> None:
        if data.draw(st.integers(0, 4)) == 0:  # seldom, or most runs would end early
            self.run(
                self._order(NewOrder(OrderKind.DISCONTINUE, self.clinic.at.date() + timedelta(days=1), "x", "han"))
            )

    @rule()
    def an_investigator_resumes(self) -> None:
        self.run(self._unblock())

    # --- what must always hold

    @invariant()
    def a_dose_has_one_ordinal_and_its_own_amount(self) -> None:
        if hasattr(self, "clinic"):
            self.run(self._doses_hold())

    @invariant()
    def each_event_left_its_traces_and_a_superseded_one_stays(self) -> None:
        if hasattr(self, "clinic"):
            self.run(self._events_hold())

    @invariant()
    def no_prompt_says_take_it_too_soon_or_too_late(self) -> None:
        if hasattr(self, "clinic"):
            self.run(self._prompts_hold())

    # --- how it is looked at

    def _look_at(self, answers: list[Answer]) -> None:
        """An answer that says "take it now" keeps the minimum gap as well."""
        for item in answers:
            if isinstance(item.screen, DoseReminder):
                self.run(self._keeps_the_gap(item.screen.dose.dose_id))

    async def _keeps_the_gap(self, dose_id: str) -> None:
        async with self.clinic.store.read() as session:
            close = await session.scalars(
                select(DoseEvent).where(
                    DoseEvent.dose_id != dose_id,
                    col(DoseEvent.superseded).is_(False),
                    col(DoseEvent.answer).in_(TOOK),
                    col(DoseEvent.taken_at) > self.clinic.at - TRIAL.windows.minimum_gap,
                )
            )
            assert [event.id for event in close] == []

    async def _takes(self, late: timedelta) -> None:
        async with self.clinic.store.read() as session:
            dose = await session.scalar(
                select(ScheduledDose)
                .where(
                    ScheduledDose.state == DoseState.OPEN,
                    col(ScheduledDose.cancelled_at).is_(None),
                    col(ScheduledDose.due_at) > self.clinic.at - timedelta(hours=12),
                )
                .order_by(col(ScheduledDose.ordinal))
                .limit(1)
            )
        if dose is not None:
            await self.clinic.until(max(self.clinic.at, dose.due_at + late))
            await self.clinic.say(Tap(Verb.TAKEN, dose.id, str(dose.units)))

    async def _count(self) -> int:
        async with self.clinic.store.read() as session:
            return len(list(await session.scalars(select(DoseEvent.id))))

    async def _travels(self, tz: str) -> None:
        async with self.clinic.change() as change:
            await set_zone(change, await participant_by_code(change, CODE), tz, "a journey", TRIAL)

    async def _call(self, entry: DayEntry, *, sure: bool) -> None:
        try:
            async with self.clinic.change() as change:
                li = await change.session.get_one(Staff, "li")
                person = await participant_by_code(change, CODE)
                await record_call(change, person, [entry], li, TRIAL, reason="a call", sure=sure)
        except CallError:
            return

    async def _order(self, order: NewOrder) -> None:
        try:
            async with self.clinic.change() as change:
                await order_dose(change, await participant_by_code(change, CODE), order, TRIAL)
        except OrderError:
            return

    async def _unblock(self) -> None:
        async with self.clinic.change() as change:
            await unblock(change, await participant_by_code(change, CODE), "seen", TRIAL)

    async def _doses_hold(self) -> None:
        async with self.clinic.store.read() as session:
            doses = list(await session.scalars(select(ScheduledDose).order_by(col(ScheduledDose.ordinal))))
        assert [dose.ordinal for dose in doses] == list(range(1, len(doses) + 1))
        first_taken = min((dose.ordinal for dose in doses if dose.state in TAKEN), default=None)
        for dose in doses:
            if dose.state is not DoseState.OPEN or dose.cancelled_at is not None:
                continue
            first = is_first(dose.ordinal, first_taken)
            assert dose.is_first == first
            assert dose.dose_mg == TRIAL.regimen.first_dose_mg if first else dose.dose_mg in AMOUNTS
            assert dose.units == dose.dose_mg / TRIAL.product.strength_mg

    async def _events_hold(self) -> None:
        async with self.clinic.store.read() as session:
            events = list(await session.scalars(select(DoseEvent)))
            owed = await session.execute(
                select(OutboxEntry.record_id, OutboxEntry.created_at).where(OutboxEntry.record_type == "dose_event")
            )
            noted = await session.execute(
                select(AuditEntry.record_id, AuditEntry.at).where(AuditEntry.record_type == "dose_event")
            )
            recorded = {(event.id, event.recorded_at) for event in events}
            assert recorded <= {(row[0], row[1]) for row in owed}
            assert recorded == {(row[0], row[1]) for row in noted}
        for event in events:
            values = event.values()
            before = self.superseded.get(event.id)
            assert before in (None, values)
            if event.superseded:
                self.superseded[event.id] = values

    async def _prompts_hold(self) -> None:
        """Of the messages that have left since the last look."""
        async with self.clinic.store.read() as session:
            rows = await session.scalars(select(Prompt).where(Prompt.state == PromptState.DELIVERED))
            fresh = [row for row in rows if row.id not in self.seen]
            self.seen |= {row.id for row in fresh}
            for row in fresh:
                await self._prompt_holds(session, row)

    async def _prompt_holds(self, session: Any, row: Prompt) -> None:
        assert row.sent_at is not None
        assert row.due_at <= row.sent_at < row.expires_at
        if row.dose_id is None:
            assert row.kind in OF_NO_DOSE
            return
        dose = await session.get_one(ScheduledDose, row.dose_id)
        assert dose.cancelled_at is None or dose.cancelled_at >= row.sent_at
        person = (await session.scalars(select(Participant))).one()
        if person.state is ParticipantState.DISCONTINUED and row.kind in OF_ITS_DAY:
            assert dose.due_on < await self._ends_on(session)
        if row.kind in TAKE_NOW:
            known = await session.scalars(
                select(DoseEvent).where(
                    DoseEvent.dose_id != row.dose_id,
                    col(DoseEvent.answer).in_(TOOK),
                    col(DoseEvent.superseded).is_(False),
                    col(DoseEvent.recorded_at) < row.sent_at,
                    col(DoseEvent.taken_at) <= row.sent_at,
                    col(DoseEvent.taken_at) > row.sent_at - TRIAL.windows.minimum_gap,
                )
            )
            assert [event.id for event in known] == []

    async def _ends_on(self, session: Any) -> date:
        rows = await session.scalars(select(DoseOrderRow).where(DoseOrderRow.kind == OrderKind.DISCONTINUE))
        days: list[date] = [row.from_on for row in rows]
        return max(days)

    async def _whole(self) -> None:
        async with self.clinic.store.read() as session:
            assert await audit_problems(session) == []


Days.TestCase.settings = settings(max_examples=25, stateful_step_count=30, suppress_health_check=list(HealthCheck))
test_days = pytest.mark.slow(Days.TestCase)
