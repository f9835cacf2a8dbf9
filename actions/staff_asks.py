"""What a member of staff asks in their own chat becomes a screen or an effect, behind the role and the site wall."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import col, func, select

from actions.alerts import acknowledge, note_seen, take_over
from actions.enrolment import next_dose_at
from actions.facts import locked_participant
from actions.menu import day_line
from actions.staff_alerts import locked_alert, open_items, staff_alert
from actions.staff_chat import StaffChat, change_language, end_staff_chats
from actions.staff_messages import MessageRefusedError, write_to
from models.access import AccessDeniedError, access_alert, access_participant
from models.dose import DoseEvent, ScheduledDose
from models.participant import Participant
from models.session import Change
from models.site import Staff
from protocol.moments import within_wall_times
from protocol.roles import ANSWERS, READS
from protocol.screens import (
    Answer,
    How,
    LanguageQuestion,
    Screen,
    StaffAnswerHow,
    StaffHelp,
    StaffHowTo,
    StaffNothingHere,
    StaffNotSent,
    StaffPerson,
    StaffReadOnly,
    StaffUnlinked,
    StaffUnlinkQuestion,
    StaffWillSend,
)
from protocol.taps import Command, Intent, Tap, Typed, Verb
from protocol.terms import Channel, Language, Source
from protocol.trial import Trial

CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9-]{0,19}")
PAGES_MAX: Final = 999
OWN_WORDS: Final = (Source.PARTICIPANT, Source.HELPER)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, in which transaction; `about` is the code of the message that was replied to."""

    change: Change
    chat: StaffChat
    trial: Trial
    about: str = ""

    @property
    def reads(self) -> bool:
        return self.chat.role in READS

    @property
    def answers(self) -> bool:
        return self.chat.role in ANSWERS


@dataclass(frozen=True, slots=True)
class WorkAsked:
    """A page of the worklist of the own site; a report is to be read for it."""

    page: int
    how: How


@dataclass(frozen=True, slots=True)
class FiguresAsked:
    """The adherence of one participant of the own site; a report is to be read for it."""

    participant_code: str


Found = Answer | WorkAsked | FiguresAsked


async def answer_staff(asked: Asked, intent: Intent) -> Found:
    """One intent of a staff chat, one effect, and what to show for it. What is foreign looks like what is not there."""
    try:
        if isinstance(intent, Tap):
            return await _tap(asked, intent)
        if isinstance(intent, Command):
            return await _command(asked, intent)
        if isinstance(intent, Typed) and asked.about:
            return Answer(await _write(asked, asked.about, intent.text))
    except AccessDeniedError:
        return Answer(StaffNothingHere())
    return Answer(StaffHowTo())


async def _command(asked: Asked, command: Command) -> Found:
    if command.name == "language":
        return Answer(LanguageQuestion(first=False))
    if command.name == "stop":
        return Answer(StaffUnlinkQuestion())
    if command.name == "worklist":
        return WorkAsked(1, How.SEND) if asked.reads else Answer(StaffReadOnly())
    if command.name == "who":
        return await _who(asked, command.argument)
    if command.name == "adherence":
        return await _figures(asked, command.argument)
    if command.name == "answer":
        code, _, text = command.argument.partition(" ")
        return Answer(await _write(asked, code, text))
    return Answer(StaffHelp(asked.chat.role))


async def _tap(asked: Asked, tap: Tap) -> Found:
    if tap.verb is Verb.LANGUAGE and tap.argument in set(Language):
        await change_language(asked.change, asked.chat.link_id, Language(tap.argument))
        return Answer(StaffHelp(asked.chat.role), How.EDIT)
    if tap.verb is Verb.STAFF_STOP:
        await end_staff_chats(asked.change, asked.chat.staff_id, reason="asked for in the chat")
        return Answer(StaffUnlinked(), How.EDIT)
    if tap.verb is Verb.STAFF_WORK:
        return WorkAsked(_page(tap.argument), How.EDIT) if asked.reads else Answer(StaffReadOnly())
    if tap.verb is Verb.STAFF_WHO:
        return await _who(asked, tap.argument)
    if tap.verb is Verb.STAFF_ADHERENCE:
        return await _figures(asked, tap.argument)
    if tap.verb is Verb.STAFF_ANSWER:
        return await _how_to_write(asked, tap.argument)
    if tap.verb is Verb.STAFF_ALERT:
        return await _look_at(asked, tap.record_id)
    if tap.verb in (Verb.STAFF_SEEN, Verb.STAFF_TAKE):
        return await _act_on(asked, tap)
    return Answer(StaffHelp(asked.chat.role))


def _page(argument: str) -> int:
    return min(max(int(argument), 1), PAGES_MAX) if argument.isdecimal() and len(argument) < 4 else 1  # noqa: PLR2004


async def _theirs(asked: Asked, typed: str) -> Participant:
    """The participant of a typed code within the own site. Raises AccessDeniedError, whatever is wrong with it."""
    code = unicodedata.normalize("NFKC", typed).strip().upper()
    if CODE.fullmatch(code) is None:
        raise AccessDeniedError
    return await access_participant(asked.change.session, asked.change.actor, code)


# --- what is asked --------------------------------------------------------------------------------------------------


async def _who(asked: Asked, code: str) -> Answer:
    if not asked.reads:
        return Answer(StaffReadOnly())
    one = await _theirs(asked, code)
    coming = await next_dose_at(asked.change, one)
    newest = await _newest_dose(asked.change, one.id)
    return Answer(
        StaffPerson(
            participant_code=one.code,
            state=one.state,
            by_phone=one.channel is Channel.PHONE,
            chat_refused=one.unreachable_at is not None,
            messages_stopped=one.messages_stopped_at is not None,
            waits_for_investigator=one.blocked_at is not None,
            newest=day_line(newest) if newest else None,
            last_said_at=await _last_said_at(asked.change, one.id),
            next_due_at=coming.due_at if coming else None,
            alerts=await open_items(asked.change, one),
            read_only=not asked.answers,
        )
    )


async def _newest_dose(change: Change, participant_id: str) -> ScheduledDose | None:
    """Today's, or the last one whose time had come."""
    return await change.session.scalar(
        select(ScheduledDose)
        .where(
            ScheduledDose.participant_id == participant_id,
            col(ScheduledDose.due_at) <= change.at,
            col(ScheduledDose.cancelled_at).is_(None),
        )
        .order_by(col(ScheduledDose.ordinal).desc())
        .limit(1)
    )


async def _last_said_at(change: Change, participant_id: str) -> datetime | None:
    found: datetime | None = await change.session.scalar(
        select(func.max(DoseEvent.reported_at)).where(
            DoseEvent.participant_id == participant_id, col(DoseEvent.source).in_(OWN_WORDS)
        )
    )
    return found


async def _figures(asked: Asked, code: str) -> Found:
    if not asked.reads:
        return Answer(StaffReadOnly())
    return FiguresAsked((await _theirs(asked, code)).code)


# --- alerts ---------------------------------------------------------------------------------------------------------


async def _look_at(asked: Asked, alert_id: str) -> Answer:
    """Opening it is looking at it: the first look of who answers alerts is kept."""
    if not asked.reads:
        return Answer(StaffReadOnly())
    alert = await access_alert(asked.change.session, asked.change.actor, alert_id)
    if asked.answers and alert.closed_at is None:
        alert = await note_seen(asked.change, alert.id, asked.chat.name)
    return Answer(await staff_alert(asked.change, alert, asked.chat.role))


async def _act_on(asked: Asked, tap: Tap) -> Answer:
    """Acknowledges, or takes over; who comes second sees who was first. The message shows how it stands."""
    if not asked.answers:
        return Answer(StaffReadOnly())
    found = await access_alert(asked.change.session, asked.change.actor, tap.record_id)
    alert = await locked_alert(asked.change, found.id)
    if alert.closed_at is None and tap.verb is Verb.STAFF_SEEN:
        await acknowledge(asked.change, alert.id, asked.chat.name)
    elif alert.closed_at is None and alert.owner is None:
        await take_over(asked.change, alert.id, asked.chat.name)
    return Answer(await staff_alert(asked.change, alert, asked.chat.role), How.EDIT)


# --- messages to participants ---------------------------------------------------------------------------------------


async def _how_to_write(asked: Asked, code: str) -> Answer:
    if not asked.answers:
        return Answer(StaffReadOnly())
    return Answer(StaffAnswerHow((await _theirs(asked, code)).code))


async def _write(asked: Asked, code: str, text: str) -> Screen:
    if not asked.answers:
        return StaffReadOnly()
    found = await _theirs(asked, code)
    if not text.strip():
        return StaffAnswerHow(found.code)
    one = await locked_participant(asked.change, found.id)
    staff = await asked.change.session.get_one(Staff, asked.chat.staff_id)
    try:
        await write_to(asked.change, one, text, staff, trial=asked.trial)
    except MessageRefusedError as error:
        return StaffNotSent(error.word, error.too_long)
    ladder = asked.trial.ladder
    quiet = within_wall_times(asked.change.at, ladder.quiet_from, ladder.quiet_until, one.wall)
    return StaffWillSend(one.code, quiet)
