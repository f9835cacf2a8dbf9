"""Which days of a participant are draw days, and staff who are told when a dose was taken before the draw."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from actions.alerts import open_alert
from actions.visit_plan import BY_PROTOCOL, set_visit
from models.dose import ScheduledDose
from models.participant import Participant
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from models.visit import Visit
from protocol.draw_day import DrawDay, Wait, wait_of
from protocol.terms import AlertKind
from protocol.trial import Trial
from protocol.visits import MAY_DRAW

DAY: Final = timedelta(days=1)
AHEAD: Final = timedelta(days=4)  # beyond the horizon of any plan
BACK: Final = timedelta(days=2)

_VISIT: Final = table_of(Visit)
_ON: Final = _VISIT.c.planned_on.type
_DRAWS: Final = Statement(
    select(_VISIT.c.id, _VISIT.c.planned_on, _VISIT.c.fasting, _VISIT.c.drawn_at, _VISIT.c.dose_before_at)
    .where(
        _VISIT.c.participant_id == bindparam("participant"),
        _VISIT.c.draw.is_(True),
        _VISIT.c.state.in_(MAY_DRAW),
        _VISIT.c.planned_on >= bindparam("first", type_=_ON),
        _VISIT.c.planned_on <= bindparam("last", type_=_ON),
    )
    .order_by(_VISIT.c.planned_on)
)


async def draws_of(change: Change, participant_id: str, at: datetime) -> tuple[DrawDay, ...]:
    """Those of the days around a moment, on the participant's wall."""
    first, last = (at - BACK).date(), (at + AHEAD).date()
    rows = await change.rows(_DRAWS, participant=participant_id, first=first, last=last)
    return tuple(
        DrawDay(row.id, row.planned_on, row.fasting, row.drawn_at, told=row.dose_before_at is not None) for row in rows
    )


async def wait_for_draw(change: Change, dose: ScheduledDose, trial: Trial) -> Wait | None:
    """How this dose waits for blood to be taken; None where it does not."""
    return _wait(dose, await draws_of(change, dose.participant_id, dose.due_at), trial)


async def tell_of_early_doses(
    change: Change, participant: Participant, doses: Sequence[ScheduledDose], draws: Sequence[DrawDay], trial: Trial
) -> None:
    """A dose was taken while it had to wait for blood: staff decide about another sample, once for each visit."""
    for dose in doses:
        wait = _wait(dose, draws, trial)
        if wait is None or wait.draw.told or dose.taken_at is None or dose.taken_at >= wait.until:
            continue
        visit = await change.session.get_one(Visit, wait.draw.visit_id)
        set_visit(change, visit, BY_PROTOCOL, dose_before_at=change.at)
        await open_alert(change, AlertKind.DOSE_BEFORE_DRAW, participant, cause=visit.id, dose_id=dose.id)


def _wait(dose: ScheduledDose, draws: Sequence[DrawDay], trial: Trial) -> Wait | None:
    return wait_of(
        due_at=dose.due_at,
        due_on=dose.due_on,
        is_first=dose.is_first,
        draws=draws,
        zone=ZoneInfo(dose.due_tz),
        rules=trial.draw_day,
    )
