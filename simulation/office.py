"""The office: a coordinator, an investigator and one of another site, who work beside the process, on its databases."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from actions.alerts import acknowledge, close
from actions.calls import CallError, DayEntry, record_call
from actions.disposition import DispositionError, withdraw
from actions.dose_orders import NewOrder, order_dose
from actions.duty import cover_all_hours
from actions.enrolment import DEMO, STORE_KIND, Invited, invite
from actions.facts import participant_by_code
from actions.read_backs import OrderError
from actions.settings import set_zone
from actions.sites import add_site
from actions.staff_chat import StaffInvited, invite_staff
from actions.travel import NewJourney, end_journey, tell_journey
from models.alert import Alert
from models.dose import ScheduledDose
from models.inbox import Note
from models.participant import Participant
from models.session import Actor, Change, Store
from models.site import Staff
from protocol.moments import local_date
from protocol.standing import has_left
from protocol.terms import DoseAnswer, DoseState, OrderKind, ParticipantState, Role, Source, TravelClock
from protocol.travel import DAY, JourneyError
from protocol.trial import Trial

OPERATOR = Actor("system", "simulation")
SITE, ELSEWHERE = "PUMCH", "OTHER"
STAFF = (
    ("li", Role.COORDINATOR, SITE),
    ("han", Role.INVESTIGATOR, SITE),
    ("otto", Role.COORDINATOR, ELSEWHERE),
)
SEEN_AFTER = timedelta(minutes=40)
CLOSED_AFTER = timedelta(hours=20)
TRIES = 5


@dataclass(frozen=True, slots=True)
class Rates:
    """How often an order is changed, per participant and day."""

    dose: float
    hold: float
    discontinue: float
    withdraw: float


BUSY_RATES = Rates(dose=0.03, hold=0.03, discontinue=0.004, withdraw=0.003)
QUIET_RATES = Rates(dose=0.004, hold=0.003, discontinue=0.0, withdraw=0.0)


class Office:
    """What staff do; each deed is one transaction of a store of their own."""

    def __init__(self, store: Store, trial: Trial, now: Callable[[], datetime], random: Random, rates: Rates) -> None:
        self.store = store
        self.trial = trial
        self._now = now
        self._random = random
        self._rates = rates
        self.staff: dict[str, Staff] = {}

    async def opens(self) -> None:
        """A site with two people, and another one's coordinator."""
        async with self.store.change(at=self._now(), actor=OPERATOR) as change:
            change.session.add(Note(name=STORE_KIND, value=DEMO, at=change.at))
            await cover_all_hours(
                change, await add_site(change, SITE, "研究团队 Study team", "010-5550 0100", "Asia/Shanghai")
            )
            await add_site(change, ELSEWHERE, "研究团队 Study team", "010-5550 0200", "Asia/Shanghai")
            await change.session.flush()
            for name, role, site in STAFF:
                given: dict[str, Any] = {"id": change.new_id(), "name": name, "role": role, "site_code": site}
                account = Staff(**given, password_hash="", totp_secret="", created_at=change.at)
                change.session.add(account)
                self.staff[name] = account

    async def invites_staff(self, name: str) -> str:
        """The token of a link to a chat of their own; empty where the store is too busy."""

        async def deed(change: Change) -> StaffInvited:
            return await invite_staff(change, self.staff[name])

        found = await self.does(name, deed)
        return found.token if found else ""

    async def does(self, name: str, deed: Callable[[Change], Awaitable[Any]]) -> Any:
        """One transaction by a member of staff, tried again where the store is busy; None where it is refused."""
        actor = Actor("staff", name, self.staff[name].role)
        for _ in range(TRIES):
            try:
                async with self.store.change(at=self._now(), actor=actor) as change:
                    return await deed(change)
            except SQLAlchemyError:
                continue
            except (OrderError, CallError, DispositionError):
                return None
        return None

    # --- alerts and calls

    async def goes_through_alerts(self) -> None:
        """Acknowledges what is open, closes what was seen a day ago."""

        async def deed(change: Change) -> None:
            opened = await change.session.scalars(
                select(Alert)
                .where(col(Alert.closed_at).is_(None), col(Alert.opened_at) < change.at - SEEN_AFTER)
                .order_by(col(Alert.opened_at), col(Alert.id))
            )
            for alert in list(opened):
                await acknowledge(change, alert.id, "li")
                if alert.opened_at < change.at - CLOSED_AFTER:
                    await close(change, alert.id, "li", "Called; nothing further to do.")

        await self.does("li", deed)

    async def decides_on_blocked(self) -> None:
        """An investigator lets "take now" go on where it waits for one."""
        async with self.store.read() as session:
            rows = await session.scalars(
                select(Participant.code).where(
                    col(Participant.blocked_at).is_not(None), Participant.state == ParticipantState.ACTIVE
                )
            )
            codes = sorted(rows)
        for code in codes:
            if self._random.random() < 0.6:  # noqa: PLR2004
                await self.orders(code, OrderKind.RESUME, "seen and talked over")

    async def calls(self, code: str) -> None:
        """Asks on the phone about the last days that nobody answered for."""

        async def deed(change: Change) -> None:
            participant = await participant_by_code(change, code)
            entries = [self._told(dose) for dose in await self._unanswered(change, participant)]
            if entries:
                await record_call(
                    change, participant, entries, self.staff["li"], self.trial, reason="told on the phone", sure=True
                )

        await self.does("li", deed)

    async def _unanswered(self, change: Change, participant: Participant) -> list[ScheduledDose]:
        rows = await change.session.scalars(
            select(ScheduledDose)
            .where(
                ScheduledDose.participant_id == participant.id,
                col(ScheduledDose.nominal_at) < change.at,
                col(ScheduledDose.nominal_at) > change.at - timedelta(days=5),
                col(ScheduledDose.cancelled_at).is_(None),
                col(ScheduledDose.state).in_((DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED)),
            )
            .order_by(col(ScheduledDose.ordinal))
        )
        return list(rows)

    def _told(self, dose: ScheduledDose) -> DayEntry:
        answer = DoseAnswer.TAKEN if self._random.random() < 0.7 else DoseAnswer.NOT_TAKEN  # noqa: PLR2004
        return DayEntry(dose.due_on, answer)

    # --- orders and leaving

    async def maybe_changes_orders(self, code: str) -> None:
        """Draws what an investigator orders for this participant today."""
        draw, rates = self._random.random(), self._rates
        for kind, share in (
            (OrderKind.DOSE, rates.dose),
            (OrderKind.HOLD, rates.hold),
            (OrderKind.DISCONTINUE, rates.discontinue),
        ):
            if draw < share:
                await self.orders(code, kind, "as the visit showed")
                return
            draw -= share
        if draw < rates.withdraw:
            await self.withdraws(code)

    async def withdraws(self, code: str) -> None:
        """The participant leaves the study."""

        async def deed(change: Change) -> None:
            participant = await participant_by_code(change, code)
            await withdraw(change, participant, "wants to", self.staff["han"], self.trial)

        await self.does("han", deed)

    async def orders(self, code: str, kind: OrderKind, reason: str, *, from_today: bool = False) -> None:
        """An order of this kind, from one of the next days on."""
        days, mg = self._random.randint(0, 2), self._random.choice((1.0, 2.0, 3.0))
        every, length = self._random.choice((1, 1, 1, 2)), self._random.randint(1, 4)

        async def deed(change: Change) -> None:
            participant = await participant_by_code(change, code)
            today = local_date(change.at, ZoneInfo(participant.tz))
            order = NewOrder(kind, _from(today, 0 if from_today else days, kind), reason, "han")
            if kind is OrderKind.DOSE:
                order = replace(order, dose_mg=mg, every_days=every)
            elif kind is OrderKind.HOLD:
                order = replace(order, until_on=order.from_on + timedelta(days=length))
            await order_dose(change, participant, order, self.trial)

        await self.does("han", deed)

    async def moves(self, code: str, tz: str) -> None:
        """The participant lives in another zone from now on."""

        async def deed(change: Change) -> None:
            participant = await participant_by_code(change, code)
            if participant.state is ParticipantState.ACTIVE:
                await set_zone(change, participant, tz, "travels", self.trial)

        await self.does("li", deed)

    async def sends_away(self, code: str, tz: str) -> None:
        """A journey of some days is told, now or ahead; or they are back from one, or do not go."""
        ahead, nights = self._random.randint(0, 3), self._random.randint(0, 6)
        clock, back = self._random.choice(list(TravelClock)), self._random.random() < 0.5  # noqa: PLR2004

        async def deed(change: Change) -> None:
            participant = await participant_by_code(change, code)
            if participant.state is not ParticipantState.ACTIVE:
                return
            today = local_date(change.at, ZoneInfo(participant.tz))
            new = NewJourney(tz, today + ahead * DAY, today + (ahead + nights) * DAY, clock)
            try:
                if back and participant.turns_at is not None:
                    await end_journey(change, participant, self.trial, Source.STAFF_CALL, "li")
                else:
                    await tell_journey(change, participant, new, self.trial, Source.STAFF_CALL, "li")
            except JourneyError:
                return  # in the days of another one, or over: nothing was changed

        await self.does("li", deed)

    async def invites(self, code: str) -> str:
        """A fresh invitation for another phone; empty where the participant has left."""

        async def deed(change: Change) -> Invited | None:
            participant = await participant_by_code(change, code)
            if has_left(participant.state):
                return None
            return await invite(change, participant)

        found = await self.does("li", deed)
        return found.token if found else ""


def _from(today: date, days: int, kind: OrderKind) -> date:
    return today if kind is OrderKind.RESUME else today + timedelta(days=days)
