"""When the weekly check is offered, and when a raised temperature is asked about again: planned ahead as prompts."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from models.last_dose import last_asked_on
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from protocol.moments import local_date, moment
from protocol.standing import in_follow_up
from protocol.terms import Channel, PromptKind, PromptState
from protocol.trial import Trial

DAY: Final = timedelta(days=1)
WEEK: Final = 7
AGAIN_EXPIRES: Final = DAY  # after quiet hours it is asked in the morning; later, another check has taken its place


def chosen_time(participant: Participant, trial: Trial) -> tuple[int, time]:
    """The weekday (Monday is 1) and wall time of the weekly check."""
    return participant.check_weekday or trial.check.weekday, participant.check_time or trial.check.wall_time


def next_check_at(participant: Participant, trial: Trial, at: datetime) -> datetime | None:
    """The next weekly check after `at`, and after the day of entry; None for who is not asked in a chat."""
    if not in_follow_up(participant.state) or participant.set_up_at is None or participant.channel is Channel.PHONE:
        return None
    zone = participant.wall
    weekday, wall = chosen_time(participant, trial)
    first = max(local_date(at, zone), local_date(participant.set_up_at, zone) + DAY)
    on = first + DAY * ((weekday - first.isoweekday()) % WEEK)
    found = moment(on, wall, zone)
    return found if found > at else moment(on + WEEK * DAY, wall, zone)


async def plan_check(change: Change, participant: Participant, trial: Trial) -> None:
    """Brings the prompts of the next weekly check to where they should stand; those of one that has begun stay.

    Who has stopped the drug is asked up to the limit of the protocol file, and not any more after it.
    """
    wanted = next_check_at(participant, trial, change.at)
    if wanted is not None and wanted != participant.check_at:
        wanted = next_check_at(participant, trial, await _earliest(change, participant, trial))
    if wanted is not None and await _is_over(change, participant, trial, wanted):
        wanted = None
    if wanted == participant.check_at:
        return
    old, participant.check_at = participant.check_at, wanted
    if old is not None and old > change.at:
        await _take_back(change, participant, old, "not_called_for")
    if wanted is not None:
        for rung, after in enumerate((timedelta(0), *trial.check.repeats)):
            until = wanted + trial.check.closes_after
            key = f"{_key(participant, wanted)}:{rung}"
            await _put(change, participant, PromptKind.SYMPTOM_CHECK, key, wanted + after, until, rung)
    change.audit("plan_check", "participant", participant.id, participant_id=participant.id, new={"check_at": wanted})


async def _is_over(change: Change, participant: Participant, trial: Trial, wanted: datetime) -> bool:
    ends = await last_asked_on(change.session, [participant], trial.check.goes_on_after_drug)
    return participant.id in ends and local_date(wanted, ZoneInfo(participant.tz)) > ends[participant.id]


async def _earliest(change: Change, participant: Participant, trial: Trial) -> datetime:
    """A new day, time or zone brings no check before the last one has closed."""
    last_at: datetime | None = await change.session.scalar(
        select(func.max(Prompt.due_at)).where(
            col(Prompt.participant_id) == participant.id,
            col(Prompt.kind) == PromptKind.SYMPTOM_CHECK,
            col(Prompt.rung) == 0,
            col(Prompt.due_at) <= change.at,
            col(Prompt.state) != PromptState.CANCELLED,
        )
    )
    return change.at if last_at is None else max(change.at, last_at + trial.check.closes_after)


def _key(participant: Participant, at: datetime) -> str:
    return f"check:{participant.id}:{at:%Y%m%dT%H%M}"


async def ask_again_at(change: Change, participant: Participant, check_id: str, at: datetime | None) -> None:
    """Asks again at this moment about what was told in this check; None: not any more."""
    key = f"again:{check_id}"
    if at is not None:
        await _put(change, participant, PromptKind.SYMPTOM_AGAIN, key, at, at + AGAIN_EXPIRES, 0)
        return
    found = await change.session.scalar(select(Prompt).where(Prompt.key == key).with_for_update())
    if found is not None and found.state is PromptState.WAITING:
        found.state, found.reason, found.settled_at = PromptState.CANCELLED, "not_called_for", change.at


async def _put(
    change: Change, participant: Participant, kind: PromptKind, key: str, at: datetime, until: datetime, rung: int
) -> None:
    """A waiting prompt; one that was taken back and not sent stands again."""
    found = await change.session.scalar(select(Prompt).where(Prompt.key == key).with_for_update())
    if found is None:
        found = Prompt(
            id=change.new_id(),
            key=key,
            participant_id=participant.id,
            kind=kind,
            rung=rung,
            due_at=at,
            expires_at=until,
            visible_at=at,
            state=PromptState.WAITING,
        )
        change.session.add(found)
    elif found.state is PromptState.CANCELLED:
        found.state, found.reason, found.settled_at = PromptState.WAITING, "", None
        found.due_at, found.visible_at, found.expires_at = at, at, until


async def _take_back(change: Change, participant: Participant, at: datetime, reason: str) -> None:
    rows = await change.session.scalars(
        select(Prompt)
        .where(
            col(Prompt.participant_id) == participant.id,
            col(Prompt.key).startswith(f"{_key(participant, at)}:", autoescape=True),
            col(Prompt.state) == PromptState.WAITING,
        )
        .with_for_update()
    )
    for row in rows:
        row.state, row.reason, row.settled_at = PromptState.CANCELLED, reason, change.at
