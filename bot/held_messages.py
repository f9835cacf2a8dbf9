"""Reminders that stand in a chat when "take now" begins to wait for an investigator: they no longer invite to take."""

from typing import Any, Final

from sqlalchemy import bindparam, select

from actions.hearing import Heard
from bot.door import Door, Showing
from models.chat_access import open_chat
from models.dose import ScheduledDose
from models.identity import ChatLink
from models.prompt import Prompt
from models.statements import Statement
from models.tables import table_of
from protocol.ladder import TAKE_NOW
from protocol.screens import AskTeam, Reader, Shown
from protocol.terms import DoseState, Lane, PromptKind, PromptState

INVITING: Final = (*TAKE_NOW, PromptKind.DOSE_EVENING, PromptKind.FIRST_DOSE_QUESTION)

_LINK: Final = table_of(ChatLink)
_PROMPT: Final = table_of(Prompt)
_DOSE: Final = table_of(ScheduledDose)
_STANDING: Final = Statement(
    select(_PROMPT.c.message, _LINK.c.id.label("link_id"), _LINK.c.chat)
    .add_columns(*(_DOSE.c[name] for name in ("id", "ordinal", "due_at", "due_on", "units", "is_first")))
    .join_from(_PROMPT, _LINK, _LINK.c.id == _PROMPT.c.link_id)
    .join(_DOSE, _DOSE.c.id == _PROMPT.c.dose_id)
    .where(
        _PROMPT.c.participant_id == bindparam("participant"),
        _PROMPT.c.state == PromptState.DELIVERED,
        _PROMPT.c.kind.in_(INVITING),
        _PROMPT.c.message.is_not(None),
        _LINK.c.unlinked_at.is_(None),
        _DOSE.c.state == DoseState.OPEN,
        _DOSE.c.cancelled_at.is_(None),
    )
)


async def held_messages(door: Door, heard: Heard, reader: Reader) -> list[Showing]:
    """What to show in their place, where the hold began with what was just said."""
    if heard.participant.blocked_at != heard.at:
        return []
    rows = await heard.change.rows(_STANDING, participant=heard.participant.id)
    return [_in_its_place(door, row, reader) for row in rows]


def _in_its_place(door: Door, row: Any, reader: Reader) -> Showing:
    dose = Shown(row.id, row.ordinal, row.due_at, row.due_on, row.units, row.is_first)
    chat = open_chat(door.store.vault, row.link_id, row.chat)
    return Showing(chat, door.word(AskTeam(dose), reader, door.trial), row.message, Lane.REPLY)
