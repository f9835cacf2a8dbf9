"""The decision at month 6: continue or stop, by an investigator, with the months on the drug; a record and no order."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.forms import today_of
from actions.numbered import append_row, correction_problems, newest, numbered
from models.dose import ScheduledDose
from models.lab import MonthSixDecision
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.forms import checked
from protocol.moments import local_date
from protocol.month_six import MonthSixChoice, decision_problems, months_between
from protocol.terms import DoseState, Role
from protocol.trial import Trial

TAKEN = (DoseState.TAKEN, DoseState.TAKEN_PARTLY)


async def decide_month_six(
    change: Change,
    participant: Participant,
    choice: MonthSixChoice,
    decided_on: date,
    staff: Staff,
    trial: Trial,
    *,
    reason: str = "",
) -> MonthSixDecision:
    """Records what an investigator decided; the order itself is given apart. Raises FormError.

    `participant` is locked by the caller.
    """
    earlier = [row for row in await newest(change.session, MonthSixDecision, participant.id) if not row.in_error]
    checked([f"it is decided already: decision {row.number}; correct that one" for row in earlier])
    number = len(await newest(change.session, MonthSixDecision, participant.id)) + 1
    row = MonthSixDecision(
        id=change.new_id(),
        participant_id=participant.id,
        number=number,
        version=1,
        choice=choice,
        decided_on=decided_on,
        months_on_drug=0,
        reason=reason.strip(),
        recorded_by=staff.name,
        recorded_at=change.at,
    )
    await _checked(change, participant, row, staff, trial)
    return await append_row(change, row, "decide_month_six")


async def correct_month_six(
    change: Change,
    participant: Participant,
    number: int,
    changes: Mapping[str, Any],
    staff: Staff,
    trial: Trial,
    *,
    reason: str,
) -> MonthSixDecision:
    """One more version; `changes`: `choice`, `decided_on` or `in_error`. Raises FormError."""
    old = await numbered(change, MonthSixDecision, participant.id, number)
    told = {name: value for name, value in changes.items() if getattr(old, name) != value}
    checked(correction_problems(old, told, reason))
    kept = {name: getattr(old, name) for name in MonthSixDecision.model_fields}
    row = MonthSixDecision(**kept | told | {"id": change.new_id(), "version": old.version + 1})
    row.reason, row.recorded_by, row.recorded_at = reason.strip(), staff.name, change.at
    await _checked(change, participant, row, staff, trial)
    return await append_row(change, row, "correct_month_six", old=old)


async def _checked(change: Change, participant: Participant, row: MonthSixDecision, staff: Staff, trial: Trial) -> None:
    """Fills in the months on the drug, and refuses what cannot stand."""
    row.months_on_drug = await _months_on_drug(change, participant, row.decided_on)
    problems = [
        *decision_problems(
            row.decided_on,
            row.choice,
            row.months_on_drug,
            row.reason,
            today=today_of(change, participant),
            months_min=trial.regimen.months_min,
        )
    ]
    if staff.role is not Role.INVESTIGATOR:
        problems.append("an investigator has to decide it")
    if row.decided_on < local_date(participant.enrolled_at, ZoneInfo(participant.tz)):
        problems.append("decided: the day lies before the enrolment; correct it")
    checked(problems)


async def _months_on_drug(change: Change, participant: Participant, until: date) -> int:
    """Whole calendar months from the first dose reported taken to the last one up to this day."""
    query = select(col(ScheduledDose.due_on)).where(
        ScheduledDose.participant_id == participant.id,
        col(ScheduledDose.state).in_(TAKEN),
        col(ScheduledDose.due_on) <= until,
    )
    days = sorted(await change.session.scalars(query))
    return months_between(days[0], days[-1]) if days else 0
