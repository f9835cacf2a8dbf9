"""What the last look knows about a visit, and what the phone shows once a message about it has gone out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from models.dose import ScheduledDose
from models.prompt import Prompt
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from models.visit import Visit
from protocol.screens import Screen, VisitAsked, VisitNotice, VisitOccasion, VisitShown, VisitTakenBack
from protocol.terms import PromptKind, PromptState
from protocol.visit_prompts import ABOUT_A_VISIT, SAID_WITH_THE_DRAW, visit_and_slot
from protocol.visits import VisitState

OCCASIONS: Final = {
    PromptKind.VISIT_WEEK: VisitOccasion.WEEK,
    PromptKind.VISIT_EVE: VisitOccasion.EVE,
    PromptKind.VISIT_DAY: VisitOccasion.DAY,
    PromptKind.VISIT_MOVED: VisitOccasion.MOVED,
}
MAY_STILL_GO: Final = (PromptState.WAITING, PromptState.CLAIMED)
WENT: Final = (PromptState.SENDING, PromptState.DELIVERED, PromptState.UNKNOWN)

_PROMPT: Final = table_of(Prompt)
_DOSE: Final = table_of(ScheduledDose)
_VISIT: Final = table_of(Visit)
_VISITS: Final = Statement(
    select(
        _VISIT.c.id,
        _VISIT.c.participant_id,
        _VISIT.c.planned_on,
        _VISIT.c.planned_time,
        _VISIT.c.fasting,
        _VISIT.c.state,
        _VISIT.c.drawn_at,
        _VISIT.c.told_on,
        _VISIT.c.told_time,
    )
    .where(_VISIT.c.id.in_(bindparam("visits", expanding=True)))
    .order_by(_VISIT.c.id)
    .with_for_update()
)
_DRAWS: Final = Statement(
    select(_PROMPT.c.participant_id, _PROMPT.c.kind, _PROMPT.c.state, _PROMPT.c.due_at, _PROMPT.c.sent_at)
    .add_columns(_DOSE.c.due_on)
    .join_from(_PROMPT, _DOSE, _DOSE.c.id == _PROMPT.c.dose_id)
    .where(
        _PROMPT.c.participant_id.in_(bindparam("participants", expanding=True)),
        _PROMPT.c.kind.in_(tuple(SAID_WITH_THE_DRAW.values())),
        _PROMPT.c.state.in_((*MAY_STILL_GO, *WENT)),
        _PROMPT.c.expires_at > bindparam("since", type_=_PROMPT.c.expires_at.type),
    )
)
_TOLD: Final = Statement(update(_VISIT).where(_VISIT.c.id == bindparam("visit")))


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A visit as it stands now. `planned_for`: the slot that the message was planned for, as its key has it.

    `said_at`, `is_said_at`: a message of the draw went out in its place, or waits until then to do so.
    """

    shown: VisitShown
    state: VisitState
    planned_for: str
    is_drawn: bool = False
    said_at: datetime | None = None
    is_said_at: datetime | None = None


def visit_screen(kind: PromptKind, fact: VisitFact) -> Screen:
    """The message about a visit."""
    if kind is PromptKind.VISIT_ASKED:
        return VisitAsked(fact.shown)
    return (
        VisitTakenBack(fact.shown) if kind is PromptKind.VISIT_CANCELLED else VisitNotice(fact.shown, OCCASIONS[kind])
    )


async def visits_meant(change: Change, rows: Sequence[Any]) -> dict[str, VisitFact]:
    """By the id of the prompt: the visit that each of these prompts, rows with kind, key and due_at, is about."""
    about = {row.id: visit_and_slot(row.key) for row in rows if row.kind in ABOUT_A_VISIT}
    if not about:
        return {}
    found = await change.rows(_VISITS, visits=sorted({visit_id for visit_id, _ in about.values()}))
    visits = {row.id: row for row in found}
    people = sorted({row.participant_id for row in visits.values()})
    since = min(row.due_at for row in rows if row.id in about)
    draws = await change.rows(_DRAWS, participants=people, since=since)
    return {
        row.id: _fact(row, visits[visit_id], planned_for, draws)
        for row in rows
        if row.id in about
        for visit_id, planned_for in (about[row.id],)
        if visit_id in visits
    }


def _fact(row: Any, visit: Any, planned_for: str, draws: Sequence[Any]) -> VisitFact:
    instead = [
        one
        for one in draws
        if one.kind is SAID_WITH_THE_DRAW.get(row.kind)
        and one.participant_id == visit.participant_id
        and one.due_on == visit.planned_on
    ]
    shown = shown_of(visit)
    if row.kind is PromptKind.VISIT_CANCELLED and visit.told_on is not None:
        shown = VisitShown(visit.id, visit.told_on, visit.told_time, visit.fasting, confirmed=False)
    return VisitFact(
        shown,
        visit.state,
        planned_for,
        is_drawn=visit.drawn_at is not None,
        said_at=next((one.due_at for one in instead if one.state in WENT), None),
        is_said_at=next((one.due_at for one in instead if one.state in MAY_STILL_GO), None),
    )


def shown_of(visit: Any) -> VisitShown:
    """A row with the columns of a visit, as a message names it."""
    is_confirmed = visit.state is VisitState.CONFIRMED
    return VisitShown(visit.id, visit.planned_on, visit.planned_time, visit.fasting, is_confirmed)


async def note_told(change: Change, kind: PromptKind, fact: VisitFact | None) -> None:
    """From here on the phone may show this day; written before it leaves, since nobody may hear that it arrived."""
    if fact is None or kind is PromptKind.VISIT_ASKED:
        return
    shown: VisitShown | None = fact.shown
    if kind is PromptKind.VISIT_CANCELLED:
        shown = None
    told_on: date | None = shown.on if shown else None
    await change.run(_TOLD, visit=fact.shown.visit_id, told_on=told_on, told_time=shown.at if shown else None)
