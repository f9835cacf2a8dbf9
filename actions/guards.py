"""Guards: when one is said in the chat, that it was understood, and that staff have spoken with the participant."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from actions.check_plan import chosen_time
from actions.guard_times import look_next, next_time, treated
from actions.planning import cancel_waiting
from models.guard import GuardNote
from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from models.site import Staff
from protocol.guards import Guard, GuardNoteKind, applies, due_guard
from protocol.moments import local_date
from protocol.terms import Channel, PromptKind, PromptState
from protocol.trial import Trial

EXPIRES: Final = timedelta(days=2)
SAID: Final = (
    PromptState.WAITING,
    PromptState.CLAIMED,
    PromptState.SENDING,
    PromptState.DELIVERED,
    PromptState.UNKNOWN,
)
"""Of a message in one of these states it counts as said, or as about to be: what may have arrived is not said twice."""


class GuardError(ValueError):
    """Nothing was written down; the text says why."""


async def look_at_guards(change: Change, participant: Participant, trial: Trial) -> None:
    """Says the one that is due, and notes when to look again. `participant` is locked.

    On the day of the weekly check nothing is added. Who is followed by phone hears it from staff,
    whom the worklist tells what.
    """
    who, today = treated(participant), local_date(change.at, ZoneInfo(participant.tz))
    if who is None:
        participant.guards_at = None
        return
    said = await said_days(change.session, participant)
    weekday, _ = chosen_time(participant, trial)
    found = due_guard(trial.guards, who, said, today)
    if found is not None and today.isoweekday() != weekday and participant.channel is not Channel.PHONE:
        await _say(change, participant, found, today)
        said[found.key] = today
    participant.guards_at = look_next(participant, trial, who, said, today)


async def said_days(session: AsyncSession, participant: Participant) -> dict[str, date]:
    """By guard, the day it was last said in the chat or by staff."""
    zone = ZoneInfo(participant.tz)
    said: dict[str, date] = {}
    query = select(Prompt.key, Prompt.due_at).where(
        Prompt.participant_id == participant.id, Prompt.kind == PromptKind.GUARD, col(Prompt.state).in_(SAID)
    )
    days = [(guard_of(key), local_date(due_at, zone)) for key, due_at in await session.execute(query)]
    days += [(note.guard, note.on_day) for note in await counselled(session, participant.id)]
    for guard, on in days:
        said[guard] = max(on, said.get(guard, on))
    return said


async def counselled(session: AsyncSession, participant_id: str) -> list[GuardNote]:
    """The counselling that stands, by day."""
    notes = await guard_notes(session, participant_id)
    gone = {note.annuls_id for note in notes if note.kind is GuardNoteKind.IN_ERROR}
    return [note for note in notes if note.kind is GuardNoteKind.COUNSELLED and note.id not in gone]


async def guard_notes(session: AsyncSession, participant_id: str) -> Sequence[GuardNote]:
    """Everything written down about one participant's guards, by day."""
    query = select(GuardNote).where(GuardNote.participant_id == participant_id)
    return (await session.scalars(query.order_by(col(GuardNote.on_day), col(GuardNote.recorded_at)))).all()


async def counsel(
    change: Change, participant: Participant, key: str, on: date, by_name: str, staff: Staff, trial: Trial
) -> GuardNote:
    """Staff have spoken about it: the calendar begins anew, and what waited to be said is taken back.

    Raises GuardError. `participant` is locked.
    """
    guard = next((one for one in trial.guards if one.key == key), None)
    if guard is None:
        raise GuardError(f"there is no guard {key}; choose from: {', '.join(one.key for one in trial.guards)}")
    today = local_date(change.at, ZoneInfo(participant.tz))
    if on > today:
        raise GuardError(f"{on} lies ahead; it is {today}")
    if not by_name.strip():
        raise GuardError("say who has spoken with the participant")
    who = treated(participant)
    if who is not None and not applies(guard, who):
        raise GuardError(f"{key} does not concern {participant.code}; `anshi symptom pregnancy` sets whom one concerns")
    await take_back(change, participant.id, key)
    row = _note(change, participant, key, GuardNoteKind.COUNSELLED, on, staff.name)
    row.by_name = by_name.strip()
    participant.guards_at = next_time(participant, trial, change.at) if who is not None else participant.guards_at
    return await _kept(change, row, "counsel")


async def take_counsel_back(
    change: Change, participant: Participant, note_id: str, staff: Staff, trial: Trial, *, reason: str
) -> GuardNote:
    """It never was: the note stays, and does not count any more. Raises GuardError. `participant` is locked."""
    if not reason.strip():
        raise GuardError("say why")
    old = next((one for one in await counselled(change.session, participant.id) if one.id == note_id), None)
    if old is None:
        raise GuardError("there is no such counselling; `anshi guard list` has their ids")
    row = _note(change, participant, old.guard, GuardNoteKind.IN_ERROR, old.on_day, staff.name)
    row.annuls_id, row.reason = old.id, reason.strip()
    if treated(participant) is not None:
        participant.guards_at = next_time(participant, trial, change.at)
    return await _kept(change, row, "take_counsel_back")


async def understood(change: Change, participant: Participant, key: str, trial: Trial) -> Guard | None:
    """The participant has pressed the button; a second press on one day adds nothing. None: there is no such guard."""
    guard = next((one for one in trial.guards if one.key == key), None)
    if guard is None:
        return None
    today = local_date(change.at, ZoneInfo(participant.tz))
    before = await guard_notes(change.session, participant.id)
    if not any(note.guard == key and note.on_day == today and note.kind is GuardNoteKind.UNDERSTOOD for note in before):
        row = _note(change, participant, key, GuardNoteKind.UNDERSTOOD, today, "participant")
        await _kept(change, row, "understand_guard")
    return guard


async def take_back(change: Change, participant_id: str, key: str | None = None) -> None:
    """What waits to be said is not said: of one guard, or of all where it has to be seen anew whom they concern."""
    waiting = await change.session.scalars(
        select(Prompt).where(
            Prompt.participant_id == participant_id,
            Prompt.kind == PromptKind.GUARD,
            Prompt.state == PromptState.WAITING,
        )
    )
    cancel_waiting([row for row in waiting if key in (None, guard_of(row.key))], change.at, "not_called_for")


def guard_of(key: str) -> str:
    """The guard that a prompt of this key says."""
    return key.split(":")[2]


async def _say(change: Change, participant: Participant, guard: Guard, today: date) -> None:
    key = f"guard:{participant.id}:{guard.key}:{today:%Y%m%d}"
    if await change.session.scalar(select(Prompt.id).where(Prompt.key == key)) is not None:
        return
    prompt = Prompt(
        id=change.new_id(),
        key=key,
        participant_id=participant.id,
        kind=PromptKind.GUARD,
        due_at=change.at,
        expires_at=change.at + EXPIRES,
        visible_at=change.at,
        state=PromptState.WAITING,
    )
    change.session.add(prompt)
    change.audit("say_guard", "prompt", prompt.id, participant_id=participant.id, new={"guard": guard.key})


def _note(
    change: Change, participant: Participant, key: str, kind: GuardNoteKind, on: date, recorded_by: str
) -> GuardNote:
    return GuardNote(
        id=change.new_id(),
        participant_id=participant.id,
        guard=key,
        kind=kind,
        on_day=on,
        recorded_by=recorded_by,
        recorded_at=change.at,
    )


async def _kept(change: Change, row: GuardNote, action: str) -> GuardNote:
    change.session.add(row)
    await change.session.flush()
    new = {"guard": row.guard, "kind": row.kind, "on": row.on_day, "names": row.annuls_id}
    change.audit(action, "guard_note", row.id, participant_id=row.participant_id, new=new, reason=row.reason)
    change.owe(row, participant_id=row.participant_id)
    return row
