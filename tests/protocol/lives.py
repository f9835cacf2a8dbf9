"""A participant's stored doses between two plannings: what the store would hold, without a store."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from models.protocol_file import load_trial
from protocol.orders import DoseOrder
from protocol.plan import DoseFact, Plan, PlanFacts, PlannedDose, plan
from protocol.terms import DoseState, OrderKind
from protocol.travel import Journey

TRIAL = load_trial(None)
SHANGHAI = ZoneInfo("Asia/Shanghai")
LONDON = ZoneInfo("Europe/London")
ZONES = [
    ZoneInfo(name)
    for name in (
        "Asia/Shanghai",
        "Europe/London",
        "Australia/Lord_Howe",
        "America/Santiago",
        "Pacific/Apia",
        "Asia/Kathmandu",
        "Asia/Pyongyang",
        "Pacific/Kiritimati",
        "America/St_Johns",
    )
]
HORIZON = timedelta(hours=48)
LONG_AGO = date(2000, 1, 1)


def daily(dose_mg: float = 1.0, from_on: date = LONG_AGO, version: int = 1, every_days: int = 1) -> DoseOrder:
    return DoseOrder(version, OrderKind.DOSE, from_on, dose_mg, every_days)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@dataclass
class Life:
    """Plans, stores the plan, and answers doses."""

    starts_at: datetime
    zone: ZoneInfo = SHANGHAI
    reminder_time: time = time(8)
    orders: tuple[DoseOrder, ...] = (daily(),)
    doses: dict[int, DoseFact] = field(default_factory=dict)
    blocked: bool = False
    prompted: bool = True
    journeys: tuple[Journey, ...] = ()

    def facts(self) -> PlanFacts:
        done = (DoseState.TAKEN, DoseState.TAKEN_PARTLY)
        taken = [dose for dose in self.doses.values() if dose.state in done]
        return PlanFacts(
            reminder_time=self.reminder_time,
            zone=self.zone,
            starts_at=self.starts_at,
            orders=self.orders,
            doses=tuple(self.doses[ordinal] for ordinal in sorted(self.doses)),
            first_taken_ordinal=min((dose.ordinal for dose in taken), default=None),
            last_taken_at=max((dose.taken_at for dose in taken if dose.taken_at), default=None),
            prompted=self.prompted,
            blocked=self.blocked,
            journeys=self.journeys,
        )

    def planned(self, at: datetime, until: datetime | None = None) -> Plan:
        return plan(self.facts(), TRIAL, at=at, until=until or at + HORIZON)

    def store(self, at: datetime, until: datetime | None = None) -> Plan:
        """Plans and keeps what was planned; doses to come that are no longer called for go."""
        found = self.planned(at, until)
        called_for = {dose.ordinal for dose in found.doses}
        movable = (DoseState.OPEN, DoseState.HELD)
        self.doses = {
            ordinal: dose
            for ordinal, dose in self.doses.items()
            if ordinal in called_for or dose.nominal_at <= at or dose.state not in movable
        }
        for dose in found.doses:
            self.doses[dose.ordinal] = _stored(dose, self.doses.get(dose.ordinal))
        return found

    def take(self, ordinal: int, taken_at: datetime) -> None:
        self.settle(ordinal, DoseState.TAKEN)
        self.doses[ordinal] = replace(self.doses[ordinal], taken_at=taken_at)

    def settle(self, ordinal: int, state: DoseState) -> None:
        self.doses[ordinal] = replace(self.doses[ordinal], state=state)

    def settle_silence(self, at: datetime) -> None:
        for dose in list(self.doses.values()):
            if dose.state is DoseState.OPEN and at >= dose.due_at + TRIAL.windows.unreported_after:
                self.settle(dose.ordinal, DoseState.UNREPORTED)


def _stored(dose: PlannedDose, before: DoseFact | None) -> DoseFact:
    return DoseFact(
        dose_id=f"dose-{dose.ordinal}",
        ordinal=dose.ordinal,
        nominal_at=dose.nominal_at,
        due_at=dose.due_at,
        due_on=dose.due_on,
        dose_mg=dose.dose_mg,
        units=dose.units,
        order_version=dose.order_version,
        state=dose.state,
        zone=dose.zone,
        taken_at=before.taken_at if before else None,
        snoozed_until=before.snoozed_until if before else None,
        snoozes=before.snoozes if before else 0,
    )


def gaps(moments: Sequence[datetime]) -> list[timedelta]:
    return [later - earlier for earlier, later in pairwise(moments)]
