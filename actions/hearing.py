"""What an answer needs to know: whose chat spoke, when, and about which dose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, delete
from sqlmodel import col, select

from actions.chatter import Chatter
from models.chat_access import Chat
from models.dose import ScheduledDose
from models.participant import OpenQuestion, Participant
from models.session import Change
from models.statements import Statement
from models.tables import table_of
from protocol.screens import Shown
from protocol.terms import DoseState, LinkRole, Source
from protocol.trial import Trial

# Built once: building a statement costs more than running it.
_MOMENT: Final = table_of(ScheduledDose).c.nominal_at.type
_IN_REACH: Final = (
    select(ScheduledDose)
    .where(
        ScheduledDose.participant_id == bindparam("participant"),
        col(ScheduledDose.cancelled_at).is_(None),
        col(ScheduledDose.nominal_at) <= bindparam("latest", type_=_MOMENT),
        col(ScheduledDose.nominal_at) > bindparam("earliest", type_=_MOMENT),
    )
    .order_by(col(ScheduledDose.ordinal).desc())
)

_QUESTION: Final = table_of(OpenQuestion)
_FORGET: Final = Statement(delete(_QUESTION).where(_QUESTION.c.link_id == bindparam("link")))


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was said, on its way to an answer."""

    change: Change
    chat: Chat
    participant: Participant
    trial: Trial
    cause_key: str  # one effect per update
    said_at: datetime  # the channel's own time of it
    chatter: Chatter | None = None  # what the chat has said lately; None counts nothing

    @property
    def at(self) -> datetime:
        return self.change.at

    @property
    def source(self) -> Source:
        return Source.HELPER if self.chat.role is LinkRole.HELPER else Source.PARTICIPANT


def shown(dose: ScheduledDose) -> Shown:
    return Shown(dose.id, dose.ordinal, dose.due_at, dose.due_on, dose.units, dose.is_first)


async def own_dose(heard: Heard, dose_id: str) -> ScheduledDose | None:
    """The dose a button names, if it is this participant's: a client can send anything.

    Nobody else changes it meanwhile: the participant is locked.
    """
    dose = await heard.change.session.get(ScheduledDose, dose_id)
    if dose is None or dose.participant_id != heard.participant.id or dose.cancelled_at is not None:
        return None
    return dose


async def doses_in_reach(heard: Heard) -> list[ScheduledDose]:
    """Doses that the chat may still speak about, newest first; the first one's window is open."""
    windows = heard.trial.windows
    between = {"earliest": heard.at - windows.report_closes_after, "latest": heard.at + windows.opens_before}
    return list(await heard.change.session.scalars(_IN_REACH, {"participant": heard.participant.id} | between))


async def newer_open_dose(heard: Heard, dose: ScheduledDose) -> ScheduledDose | None:
    """A later dose whose window is open already, so that a word about `dose` may mean that one."""
    return newer_open(await doses_in_reach(heard), dose)


def newer_open(reach: Sequence[ScheduledDose], dose: ScheduledDose) -> ScheduledDose | None:
    """The same, among the doses in reach."""
    newer = (other for other in reach if other.ordinal > dose.ordinal and other.state is not DoseState.HELD)
    return next(newer, None)


async def ask_typed(heard: Heard, question: str, dose_id: str | None = None, argument: str = "") -> None:
    """Remembers the question whose answer may be typed; a new one takes its place."""
    row = await heard.change.session.get(OpenQuestion, heard.chat.link_id)
    if row is None:
        heard.change.session.add(
            OpenQuestion(link_id=heard.chat.link_id, question=question, dose_id=dose_id, argument=argument, at=heard.at)
        )
    else:
        row.question, row.dose_id, row.argument, row.at = question, dose_id, argument, heard.at


async def open_question(heard: Heard) -> OpenQuestion | None:
    return await heard.change.session.get(OpenQuestion, heard.chat.link_id)


async def forget_question(heard: Heard) -> None:
    await heard.change.run(_FORGET, link=heard.chat.link_id)
    for row in [row for row in heard.change.session if isinstance(row, OpenQuestion)]:
        heard.change.session.expunge(row)
