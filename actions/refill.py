"""A refill is asked for in time: a message to the participant and a task for staff, once for each box given out."""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from actions.alerts import close, open_alert
from actions.check_plan import chosen_time
from actions.planning import cancel_waiting
from actions.tablet_box import box_of
from actions.tablet_ledger import standing_movements
from models.alert import Alert
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from models.site import Staff
from protocol.moments import first_wall_time, local_date
from protocol.standing import on_treatment
from protocol.tablets import MovementKind
from protocol.terms import AlertKind, PromptKind, PromptState
from protocol.trial import Trial

EXPIRES: Final = timedelta(days=2)
DISPENSED: Final = MovementKind.DISPENSED


def look_soon(participant: Participant, trial: Trial, at: datetime) -> None:
    """The box is looked at again at the next time of day at which the weekly check would come."""
    _, wall = chosen_time(participant, trial)
    participant.tablets_at = first_wall_time(at, wall, participant.wall)


async def look_at_box(change: Change, participant: Participant, trial: Trial, *, in_chat: bool = False) -> bool:
    """Whether the box has to be filled by now; looked at once a day while doses are called for.

    `in_chat`: somebody has just written how many are left, so staff alone are told. `participant` is locked.
    """
    given = [row for row in await standing_movements(change.session, participant.id) if row.kind is DISPENSED]
    if not given or not on_treatment(participant.state):
        participant.tablets_at = None
        return False
    look_soon(participant, trial, change.at)
    box = await box_of(change.session, participant, trial, change.at)
    today = local_date(change.at, ZoneInfo(participant.tz))
    if box is None or box.refill_due_on is None or today < box.refill_due_on:
        return False
    if in_chat or await _ask(change, participant, max(row.number for row in given)):
        await open_alert(change, AlertKind.REFILL, participant)
    return True


async def refilled(change: Change, participant: Participant, units: int, staff: Staff) -> None:
    """Tablets were given out: what waited to be said is taken back, and the task is done by it."""
    waiting = await change.session.scalars(
        select(Prompt).where(
            Prompt.participant_id == participant.id,
            Prompt.kind == PromptKind.REFILL,
            Prompt.state == PromptState.WAITING,
        )
    )
    cancel_waiting(waiting, change.at, "not_called_for")
    tasks = await change.session.scalars(
        select(Alert).where(
            Alert.participant_id == participant.id,
            Alert.kind == AlertKind.REFILL,
            col(Alert.closed_at).is_(None),
        )
    )
    for task in tasks.all():
        await close(change, task.id, staff.name, DISPENSED, f"dispensed {units}")


async def _ask(change: Change, participant: Participant, number: int) -> bool:
    """Once for each box, by the number of the movement with which it was given out; false where that was done.

    Who has no chat, or wants no messages, is left out by the last look of the sender: the task stands all the same.
    """
    key = f"refill:{participant.id}:{number}"
    if await change.session.scalar(select(Prompt.id).where(Prompt.key == key)) is not None:
        return False
    prompt = Prompt(
        id=change.new_id(),
        key=key,
        participant_id=participant.id,
        kind=PromptKind.REFILL,
        due_at=change.at,
        expires_at=change.at + EXPIRES,
        visible_at=change.at,
        state=PromptState.WAITING,
    )
    change.session.add(prompt)
    change.audit("ask_for_refill", "prompt", prompt.id, participant_id=participant.id, new={"box": number})
    return True
