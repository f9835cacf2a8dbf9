"""When the self-rated items are offered next: planned ahead as one prompt, and never within the days they ask about."""

from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from actions.check_plan import chosen_time
from models.participant import Participant
from models.prompt import Prompt
from models.self_rated import SelfRatedCheck
from models.session import Change
from protocol.moments import local_date, moment
from protocol.terms import Channel, ParticipantState, PromptKind, PromptState
from protocol.trial import Trial

DAY: Final = timedelta(days=1)
WEEK: Final = 7


def may_rate(participant: Participant, trial: Trial) -> bool:
    """An active participant with a chat, in a trial whose site has the wording."""
    takes_part = participant.state is ParticipantState.ACTIVE and participant.set_up_at is not None
    return takes_part and participant.channel is not Channel.PHONE and trial.self_rated is not None


async def plan_self_rated(change: Change, participant: Participant, trial: Trial) -> None:
    """Brings the prompt of the next round to where it should stand; one that has gone out stays."""
    planned = participant.self_rated_at
    if planned is None and not may_rate(participant, trial):
        return
    wanted = await _next_at(change, participant, trial)
    if wanted == planned:
        return
    participant.self_rated_at = wanted
    if planned is not None and planned > change.at:
        await _take_back(change, participant, planned)
    if wanted is not None:
        await _put(change, participant, wanted, wanted + trial.check.closes_after)
    seen = {"self_rated_at": wanted}
    change.audit("plan_self_rated", "participant", participant.id, participant_id=participant.id, new=seen)


async def last_rated_on(change: Change, participant: Participant) -> date | None:
    """The day of the newest round, on the participant's wall."""
    begun_at = await change.session.scalar(
        select(func.max(SelfRatedCheck.begun_at)).where(SelfRatedCheck.participant_id == participant.id)
    )
    return None if begun_at is None else local_date(begun_at, participant.wall)


async def _next_at(change: Change, participant: Participant, trial: Trial) -> datetime | None:
    """The day after the weekly check, at its time; later ones follow the last round or offer by the protocol's step."""
    if not may_rate(participant, trial) or participant.set_up_at is None:
        return None
    zone = participant.wall
    weekday, wall = chosen_time(participant, trial)
    last = await _last_on(change, participant, zone)
    first = max(local_date(change.at, zone), local_date(participant.set_up_at, zone) + DAY)
    on = first + DAY * ((weekday + 1 - first.isoweekday()) % WEEK)
    if last is not None:
        on = max(last + trial.pro_ctcae.every, local_date(change.at, zone))
    found = moment(on, wall, zone)
    return found if found > change.at else moment(on + (DAY if last else WEEK * DAY), wall, zone)


async def _last_on(change: Change, participant: Participant, zone: ZoneInfo) -> date | None:
    """The day of the last round or offer, whichever is newer: a missed one is not made up for."""
    offered_at = await change.session.scalar(
        select(func.max(Prompt.due_at)).where(
            col(Prompt.participant_id) == participant.id,
            col(Prompt.kind) == PromptKind.SELF_RATED,
            col(Prompt.due_at) <= change.at,
            col(Prompt.state) != PromptState.CANCELLED,
        )
    )
    offered_on = None if offered_at is None else local_date(offered_at, zone)
    rated_on = await last_rated_on(change, participant)
    return max((on for on in (offered_on, rated_on) if on is not None), default=None)


def _key(participant: Participant, at: datetime) -> str:
    return f"self_rated:{participant.id}:{at:%Y%m%dT%H%M}"


async def _put(change: Change, participant: Participant, at: datetime, until: datetime) -> None:
    """A waiting prompt; one that was taken back and not sent stands again."""
    found = await change.session.scalar(select(Prompt).where(Prompt.key == _key(participant, at)).with_for_update())
    if found is None:
        found = Prompt(
            id=change.new_id(),
            key=_key(participant, at),
            participant_id=participant.id,
            kind=PromptKind.SELF_RATED,
            rung=0,
            due_at=at,
            expires_at=until,
            visible_at=at,
            state=PromptState.WAITING,
        )
        change.session.add(found)
    elif found.state is PromptState.CANCELLED:
        found.state, found.reason, found.settled_at = PromptState.WAITING, "", None
        found.due_at, found.visible_at, found.expires_at = at, at, until


async def _take_back(change: Change, participant: Participant, at: datetime) -> None:
    found = await change.session.scalar(select(Prompt).where(Prompt.key == _key(participant, at)).with_for_update())
    if found is not None and found.state is PromptState.WAITING:
        found.state, found.reason, found.settled_at = PromptState.CANCELLED, "not_called_for", change.at
