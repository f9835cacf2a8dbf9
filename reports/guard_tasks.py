"""Guards that somebody of staff has to speak about: never counselled, or due and followed by phone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from models.guard import GuardNote
from models.participant import Participant
from protocol.guards import Guard, GuardNoteKind, Treated, applies, due_on, ends_on
from protocol.moments import local_date
from protocol.standing import FOLLOWED
from protocol.terms import Channel
from protocol.trial import Trial


@dataclass(frozen=True, slots=True)
class GuardTask:
    """What one participant is to be told, by the keys of the protocol file, since the earliest of them was due."""

    participant: Participant
    guards: tuple[str, ...]
    since: date
    by_phone: bool


async def guard_tasks(session: AsyncSession, trial: Trial, as_of: datetime) -> list[GuardTask]:
    """Of all sites. Who has a chat hears the guards there; what asks for counselling somebody speaks about once."""
    on_the_drug = (col(Participant.state).in_(FOLLOWED), col(Participant.visits_from).is_not(None))
    query = select(Participant).where(*on_the_drug)
    people = list(await session.scalars(query))
    spoken = await _counselled(session, as_of) if people else {}
    tasks = []
    for one in people:
        who = Treated(one.visits_from or one.enrolled_at.date(), one.last_dose_on, one.pregnancy_item)
        today, said = local_date(as_of, ZoneInfo(one.tz)), spoken.get(one.id, {})
        by_phone = one.channel is Channel.PHONE
        due = _due(trial.guards, who, said, today, by_phone=by_phone)
        if due:
            tasks.append(GuardTask(one, tuple(due), min(due.values()), by_phone))
    return tasks


def _due(
    guards: Sequence[Guard], who: Treated, said: Mapping[str, date], today: date, *, by_phone: bool
) -> dict[str, date]:
    """By guard, the day since which somebody is to speak about it."""
    found = {}
    for guard in guards:
        last = ends_on(guard, who)
        if not applies(guard, who) or (last is not None and today > last):
            continue
        if guard.counselled and guard.key not in said:
            found[guard.key] = who.day_one
        elif by_phone and (on := due_on(guard, who, said.get(guard.key))) is not None and on <= today:
            found[guard.key] = on
    return found


async def _counselled(session: AsyncSession, as_of: datetime) -> dict[str, dict[str, date]]:
    """By participant and guard, the newest day of a counselling that stands."""
    query = select(GuardNote).where(col(GuardNote.recorded_at) <= as_of).order_by(col(GuardNote.on_day))
    notes = list(await session.scalars(query))
    gone = {note.annuls_id for note in notes if note.kind is GuardNoteKind.IN_ERROR}
    found: dict[str, dict[str, date]] = {}
    for note in notes:
        if note.kind is GuardNoteKind.COUNSELLED and note.id not in gone:
            found.setdefault(note.participant_id, {})[note.guard] = note.on_day
    return found
