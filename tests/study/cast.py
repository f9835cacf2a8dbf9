"""Fang and her doses as rows of the store, each owed to the study."""

from datetime import UTC, date, datetime, time, timedelta

from models.dose import DoseEvent, DoseOrderRow, ScheduledDose
from models.participant import Participant
from models.session import Change
from models.site import Site
from protocol.terms import (
    Channel,
    DoseAnswer,
    DoseState,
    FoodMode,
    Language,
    OrderKind,
    ParticipantState,
    Source,
)

DAY_1 = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # 12:00 in Shanghai
DUE = datetime(2026, 3, 2, 0, tzinfo=UTC)  # 08:00 in Shanghai


async def enrol(change: Change, code: str = "PUMCH-001", site: str = "PUMCH") -> Participant:
    """A site, a participant and the first order."""
    if await change.session.get(Site, site) is None:
        change.session.add(
            Site(code=site, contact_name="Li", contact_phone="+861069150000", tz="Asia/Shanghai", created_at=change.at)
        )
        await change.session.flush()
    participant = Participant(
        id=f"id-{code}",
        code=code,
        site_code=site,
        state=ParticipantState.ACTIVE,
        channel=Channel.TELEGRAM,
        language=Language.ZH,
        tz="Asia/Shanghai",
        reminder_time=time(8),
        food=FoodMode.WITH,
        enrolled_at=change.at,
        starts_at=change.at,
        protocol_version="1",
    )
    change.session.add(participant)
    await change.session.flush()
    change.owe(participant, participant_id=participant.id)
    return participant


def order(
    change: Change, participant: Participant, version: int, kind: OrderKind = OrderKind.DOSE, from_on: date = DAY_1
) -> DoseOrderRow:
    row = DoseOrderRow(
        id=f"{participant.id}-o{version}",
        participant_id=participant.id,
        version=version,
        kind=kind,
        from_on=from_on,
        dose_mg=1.0 if kind is OrderKind.DOSE else 0.0,
        units=1 if kind is OrderKind.DOSE else 0,
        reason="protocol",
        ordered_by="protocol",
        recorded_at=change.at,
    )
    change.session.add(row)
    change.owe(row, participant_id=participant.id)
    return row


def schedule(
    change: Change, participant: Participant, ordinal: int, state: DoseState = DoseState.OPEN
) -> ScheduledDose:
    """The dose of day `ordinal`, at 08:00 in Shanghai; the first is 2 mg."""
    first = ordinal == 1
    due_at = DUE + timedelta(days=ordinal - 1)
    row = ScheduledDose(
        id=f"{participant.id}-d{ordinal}",
        participant_id=participant.id,
        ordinal=ordinal,
        nominal_at=due_at,
        due_at=due_at,
        due_on=DAY_1 + timedelta(days=ordinal - 1),
        due_tz=participant.tz,
        dose_mg=2.0 if first else 1.0,
        units=2 if first else 1,
        order_version=1,
        is_first=first,
        state=state,
    )
    change.session.add(row)
    change.owe(row, participant_id=participant.id)
    return row


def report(
    change: Change,
    dose: ScheduledDose,
    answer: DoseAnswer = DoseAnswer.TAKEN,
    *,
    number: int = 1,
    units: int | None = None,
    taken_at: datetime | None = None,
    supersedes: DoseEvent | None = None,
) -> DoseEvent:
    """What was said about a dose; what it supersedes is owed again."""
    amount = 0 if answer in (DoseAnswer.NOT_TAKEN, DoseAnswer.UNDONE) else dose.units if units is None else units
    row = DoseEvent(
        id=f"{dose.id}-e{number}",
        dose_id=dose.id,
        participant_id=dose.participant_id,
        answer=answer,
        units=amount,
        dose_mg=float(amount),
        taken_at=taken_at,
        recorded_at=change.at,
        reported_at=change.at,
        source=Source.PARTICIPANT,
        reported_by="link-1",
        supersedes_id=supersedes.id if supersedes else None,
        cause_key=f"{dose.id}-e{number}",
    )
    change.session.add(row)
    change.owe(row, participant_id=dose.participant_id)
    if supersedes is not None:
        supersedes.superseded = True
        change.owe(supersedes, participant_id=dose.participant_id)
    return row


def hours(day: int, clock: float) -> datetime:
    """The moment at which the wall in Shanghai shows `clock` hours on that day of the plan."""
    return DUE + timedelta(days=day - 1, hours=clock - 8)
