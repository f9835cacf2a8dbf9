"""Receiving gaps: when the bot did not listen is written down, and open items are asked again afterwards."""

from datetime import datetime, timedelta

from sqlmodel import col, select

from actions.planning import AGAIN_RUNG
from models.dose import ScheduledDose
from models.inbox import Note, ReceivingGap
from models.prompt import Prompt
from models.session import Change
from protocol.ladder import OF_ITS_DAY
from protocol.terms import DoseState, PromptKind, PromptState

GAP = timedelta(minutes=2)  # a tap lives 150 seconds at Telegram: a longer silence of ours may have lost one
LISTENING = "listening"
DAY = timedelta(days=1)


async def note_listening(change: Change, since: datetime) -> ReceivingGap | None:
    """The bot has listened from `since` until now. What lies between the last time it listened and `since` is a gap:
    a long one is written down, and open items are asked again.
    """
    note = await change.session.get(Note, LISTENING, with_for_update=True)
    if note is None:
        change.session.add(Note(name=LISTENING, value="", at=change.at))
        return None
    last, note.at = note.at, max(note.at, change.at)
    if since - last <= GAP:
        return None
    gap = ReceivingGap(id=change.new_id(), from_at=last, until_at=since)
    change.session.add(gap)
    change.audit("note_gap", "receiving_gap", gap.id, new={"from": gap.from_at, "until": gap.until_at})
    change.owe(gap, participant_id=None)
    await _ask_again(change, gap)
    return gap


async def _ask_again(change: Change, gap: ReceivingGap) -> None:
    """Each open dose of the last day that had been asked about gets one prompt more; its answer may have been lost."""
    rows = await change.session.execute(
        select(Prompt.dose_id, Prompt.participant_id, Prompt.expires_at)
        .join(ScheduledDose, col(ScheduledDose.id) == col(Prompt.dose_id))
        .where(
            ScheduledDose.state == DoseState.OPEN,
            col(ScheduledDose.due_at) > gap.until_at - DAY,
            col(Prompt.kind).in_(OF_ITS_DAY | {PromptKind.FIRST_DOSE_QUESTION}),
            Prompt.state == PromptState.DELIVERED,
            col(Prompt.expires_at) > change.at,
        )
    )
    asked: dict[str, tuple[str, datetime]] = {}
    for dose_id, participant_id, expires_at in rows:
        if dose_id is not None:
            asked[dose_id] = (participant_id, expires_at)
    for dose_id, (participant_id, expires_at) in asked.items():
        change.session.add(
            Prompt(
                id=change.new_id(),
                key=f"{dose_id}:again:{gap.id}",
                participant_id=participant_id,
                dose_id=dose_id,
                kind=PromptKind.DOSE_REPEAT,
                rung=AGAIN_RUNG,
                due_at=change.at,
                expires_at=expires_at,
                visible_at=change.at,
                state=PromptState.WAITING,
            )
        )
