"""Where a participant is now: the column that everything said to them goes by, brought up to the journeys."""

from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select

from models.journey import JourneyRow
from models.participant import Participant
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from protocol.travel import Clocks, Journey

_JOURNEY: Final = table_of(JourneyRow)
_JOURNEYS: Final = Statement(
    select(_JOURNEY.c.number, _JOURNEY.c.tz, _JOURNEY.c.clock, _JOURNEY.c.starts_at, _JOURNEY.c.ends_at)
    .where(_JOURNEY.c.participant_id == bindparam("participant"))
    .order_by(_JOURNEY.c.number, _JOURNEY.c.version)
)


async def turn_the_clock(change: Change, participant: Participant) -> None:
    """Notes in which zone the participant is, and when that changes next. `participant` is locked."""
    if participant.turns_at is None:
        return
    clocks = Clocks(ZoneInfo(participant.tz), await journeys_to_plan(change, participant))
    participant.turns_at = clocks.changes_after(change.at)
    away = clocks.where(change.at).key if clocks.is_away(change.at) else None
    if away == participant.away_tz:
        return
    old, participant.away_tz = participant.away_tz, away
    change.audit(
        "turn_clock",
        "participant",
        participant.id,
        participant_id=participant.id,
        old={"away_tz": old},
        new={"away_tz": away},
    )


async def journeys_to_plan(change: Change, participant: Participant) -> tuple[Journey, ...]:
    """Those of now and to come, in order. Nearly nobody has one, so nearly nobody's are looked for."""
    if participant.turns_at is None:
        return ()
    newest = {row.number: row for row in await change.rows(_JOURNEYS, participant=participant.id)}.values()
    standing = (row for row in newest if row.ends_at > max(row.starts_at, change.at))
    found = (Journey(ZoneInfo(row.tz), row.clock, row.starts_at, row.ends_at) for row in standing)
    return tuple(sorted(found, key=lambda one: one.starts_at))
