"""Messages about visits, brought to where they should stand whenever a visit changes: planned, moved, taken back."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from models.participant import Participant
from models.prompt import Prompt
from models.session import Change
from models.visit import Visit
from protocol.moments import local_date, moment
from protocol.terms import PromptKind, PromptState
from protocol.trial import Trial
from protocol.visit_prompts import (
    ABOUT_A_VISIT,
    DAY,
    MIDNIGHT,
    VisitPrompt,
    VisitSlot,
    prompt_key,
    visit_and_slot,
    visit_prompts,
)
from protocol.visits import TO_COME, VisitState

Wanted = dict[str, VisitPrompt]


async def plan_visit_prompts(change: Change, participant: Participant, visits: Sequence[Visit], trial: Trial) -> None:
    """What waits for another day is taken back, what the new one calls for is planned; a phone that shows the old
    day is told. The prompts are locked before the visits, as the sender locks them.
    """
    ids = {visit.id for visit in visits}
    with change.session.no_autoflush:
        rows = await change.session.scalars(
            select(Prompt)
            .where(col(Prompt.participant_id) == participant.id, col(Prompt.kind).in_(ABOUT_A_VISIT))
            .order_by(col(Prompt.id))
            .with_for_update()
        )
        stored = {row.key: row for row in rows if visit_and_slot(row.key)[0] in ids}
    await change.session.flush()
    fresh = await change.session.scalars(
        select(Visit)
        .where(col(Visit.id).in_(ids))
        .order_by(col(Visit.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    by_id = {visit.id: visit for visit in fresh}
    wanted = {key: item for visit in by_id.values() for key, item in _wanted(change, participant, visit, trial)}
    for key, item in wanted.items():
        _put(change, participant, stored.get(key), key, item)
    for key, row in stored.items():
        if key not in wanted and row.state is PromptState.WAITING and row.expires_at > change.at:
            reason = _reason(by_id[visit_and_slot(key)[0]], key)
            row.state, row.reason, row.settled_at = PromptState.CANCELLED, reason, change.at
    await change.session.flush()


def _reason(visit: Visit, key: str) -> str:
    if visit.state is VisitState.CANCELLED:
        return "visit_cancelled"
    return "visit_moved" if visit_and_slot(key)[1] != visit.slot().written() else "not_called_for"


def _wanted(change: Change, participant: Participant, visit: Visit, trial: Trial) -> Iterator[tuple[str, VisitPrompt]]:
    zone, slot, told = ZoneInfo(participant.tz), visit.slot(), visit.told()
    if visit.state is VisitState.CANCELLED and told is not None and told.on >= local_date(change.at, zone):
        yield _news(change, visit, PromptKind.VISIT_CANCELLED, told, _over(told, zone))
    if visit.state not in TO_COME:
        return
    if told is None and slot.on <= local_date(change.at, zone):
        return  # nobody could have said that they come: day 1 itself, or what staff arrange for today face to face
    if told is not None and told != slot and _over(slot, zone) > change.at:
        yield _news(change, visit, PromptKind.VISIT_MOVED, slot, _over(slot, zone))
    for item in visit_prompts(slot, zone, trial.visit_prompts):
        if item.expires_at > change.at:
            yield prompt_key(visit.id, slot, item.kind), item


def _over(slot: VisitSlot, zone: ZoneInfo) -> datetime:
    """When there is nothing more to tell of it."""
    return moment(slot.on, slot.at, zone) if slot.at is not None else moment(slot.on + DAY, MIDNIGHT, zone)


def _news(change: Change, visit: Visit, kind: PromptKind, slot: VisitSlot, until: datetime) -> tuple[str, VisitPrompt]:
    """Told at once, one for each change of the visit."""
    return prompt_key(visit.id, slot, kind, visit.version), VisitPrompt(kind, change.at, until)


def _put(change: Change, participant: Participant, row: Prompt | None, key: str, item: VisitPrompt) -> None:
    """What was to come before this moment is not made up for; what was taken back and lies ahead stands again."""
    if row is None:
        if item.due_at >= change.at:
            change.session.add(_new_prompt(change, participant, key, item))
        return
    again = row.state is PromptState.CANCELLED and item.due_at >= change.at
    if again:
        row.state, row.reason, row.settled_at = PromptState.WAITING, "", None
    if again or (row.state is PromptState.WAITING and row.kind not in _NEWS):
        if row.due_at != item.due_at:
            row.due_at = row.visible_at = item.due_at
        row.expires_at = item.expires_at


def _new_prompt(change: Change, participant: Participant, key: str, item: VisitPrompt) -> Prompt:
    return Prompt(
        id=change.new_id(),
        key=key,
        participant_id=participant.id,
        kind=item.kind,
        due_at=item.due_at,
        expires_at=item.expires_at,
        visible_at=item.due_at,
        state=PromptState.WAITING,
    )


_NEWS = (PromptKind.VISIT_MOVED, PromptKind.VISIT_CANCELLED)
