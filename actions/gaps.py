"""Receiving gaps: when the bot did not listen is written down, and open items are asked again afterwards."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import update
from sqlmodel import col, select

from actions.planning import AGAIN_RUNG
from models.dose import ScheduledDose
from models.inbox import Note, ReceivingGap
from models.prompt import Prompt
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from protocol.ladder import OF_ITS_DAY, TAKE_NOW
from protocol.terms import DoseState, PromptKind, PromptState

GAP = timedelta(minutes=2)  # a tap lives 150 seconds at Telegram: a longer silence of ours may have lost one
LISTENING = "listening"
DAY = timedelta(days=1)

_NOTE: Final = table_of(Note)
_LISTENED: Final = Statement(select(_NOTE.c.at).where(_NOTE.c.name == LISTENING).with_for_update())
_LISTENS: Final = Statement(update(_NOTE).where(_NOTE.c.name == LISTENING))


async def note_listening(change: Change, since: datetime) -> ReceivingGap | None:
    """The bot has listened from `since` until now. What lies between the last time it listened and `since` is a gap:
    a long one is written down, and open items are asked again.
    """
    found = await change.rows(_LISTENED)
    if not found:
        change.session.add(Note(name=LISTENING, value="", at=change.at))
        return None
    last: datetime = found[0].at
    if change.at > last:
        await change.run(_LISTENS, at=change.at)
    if since - last <= GAP:
        return None
    gap = ReceivingGap(id=change.new_id(), from_at=last, until_at=since)
    change.session.add(gap)
    change.audit("note_gap", "receiving_gap", gap.id, new={"from": gap.from_at, "until": gap.until_at})
    change.owe(gap, participant_id=None)
    await _ask_again(change, gap)
    return gap


async def _ask_again(change: Change, gap: ReceivingGap) -> None:
    """Each open dose of the last day that had been asked about gets one prompt more; its answer may have been lost.

    It asks as the newest prompt did and no longer than that one may: "take now" does not outlive its cut-off because
    an evening question does, and a first dose that is asked about is not named.
    """
    rows = await change.session.execute(
        select(Prompt.dose_id, Prompt.participant_id, Prompt.kind, Prompt.expires_at)
        .join(ScheduledDose, col(ScheduledDose.id) == col(Prompt.dose_id))
        .where(
            ScheduledDose.state == DoseState.OPEN,
            col(ScheduledDose.due_at) > gap.until_at - DAY,
            col(Prompt.kind).in_(OF_ITS_DAY | {PromptKind.FIRST_DOSE_QUESTION}),
            Prompt.state == PromptState.DELIVERED,
            col(Prompt.expires_at) > change.at,
        )
        .order_by(col(Prompt.sent_at), col(Prompt.id))
    )
    newest = {row.dose_id: row for row in rows if row.dose_id is not None}
    for dose_id, row in newest.items():
        change.session.add(
            Prompt(
                id=change.new_id(),
                key=f"{dose_id}:again:{gap.id}",
                participant_id=row.participant_id,
                dose_id=dose_id,
                kind=PromptKind.DOSE_REPEAT if row.kind in TAKE_NOW else row.kind,
                rung=0 if row.kind is PromptKind.FIRST_DOSE_QUESTION else AGAIN_RUNG,  # a later one calls staff
                due_at=change.at,
                expires_at=row.expires_at,
                visible_at=change.at,
                state=PromptState.WAITING,
            )
        )
