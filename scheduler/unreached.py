"""A dose of which no prompt gets through is a matter for staff in time, once a dose, whatever the reason is."""

from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from actions.alerts import open_alert
from actions.facts import locked_participant
from models.alert import Alert
from models.prompt import Prompt
from models.session import Change
from protocol.terms import AlertKind, PromptState
from protocol.trial import Trial
from protocol.unreached import tells_staff
from scheduler.checks import PromptFacts


async def tell_unreached(change: Change, facts: PromptFacts, trial: Trial) -> None:
    """After a try in vain, in a transaction of its own: the person is locked first, as everybody locks."""
    if facts.dose is None:
        return
    participant = await locked_participant(change, facts.participant_id)
    of_dose = Prompt.dose_id == facts.dose.dose_id
    next_at = await change.session.scalar(
        select(func.min(col(Prompt.visible_at))).where(of_dose, Prompt.state == PromptState.WAITING)
    )
    zone = ZoneInfo(facts.tz)
    dose = facts.dose
    if not tells_staff(
        due_at=dose.due_at, is_first=dose.is_first, at=change.at, next_at=next_at, zone=zone, trial=trial
    ):
        return
    through = select(Prompt.id).where(of_dose, Prompt.state == PromptState.DELIVERED).limit(1)
    if await change.session.scalar(through) is None and not await _is_told(change, participant.id, dose.dose_id):
        await open_alert(change, AlertKind.UNREACHABLE, participant, dose_id=dose.dose_id)


async def _is_told(change: Change, participant_id: str, dose_id: str) -> bool:
    """An open one stands for all doses; a closed one of this dose has been seen to."""
    mine = (Alert.participant_id == participant_id, Alert.kind == AlertKind.UNREACHABLE)
    known = select(Alert.id).where(*mine, (col(Alert.closed_at).is_(None)) | (Alert.dose_id == dose_id)).limit(1)
    return await change.session.scalar(known) is not None
