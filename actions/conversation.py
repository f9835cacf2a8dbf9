"""The conversation: what was said in a chat becomes an effect and the screens that answer it. Channel-neutral."""

import json
from dataclasses import replace
from datetime import timedelta

from actions.alerts import open_alert
from actions.dose_answers import answer_tap
from actions.dose_orders import OrderError, read_back
from actions.dose_reports import first_is_asked
from actions.entry import entry_answer
from actions.hearing import Heard, doses_in_reach, forget_question, newer_open_dose, open_question, own_dose, shown
from actions.menu import (
    change_setting,
    command_screen,
    history,
    resume_messages,
    setting_question,
    stop,
    today,
    unwell,
)
from actions.taking import typed_time
from models.identity import ParticipantMessage
from models.participant import OpenQuestion
from protocol.screens import (
    Answer,
    AskAgain,
    Contact,
    FirstDoseQuestion,
    How,
    KeptForStaff,
    NothingChanged,
    ReadBackKept,
    Screen,
    WhichDayQuestion,
)
from protocol.taps import Command, Intent, Media, MediaKind, Phrase, Sure, Tap, Typed, Verb
from protocol.terms import AlertKind, DoseState, LinkRole, StopKind

QUESTION_LIVES = timedelta(hours=2)  # a typed time later than that may mean another dose
URGENT_COMMANDS = ("symptom", "contact", "help", "privacy")
TYPED_VERBS = {Phrase.TAKEN: Verb.TAKEN, Phrase.NOT_TAKEN: Verb.NOT_TAKEN, Phrase.LATER: Verb.LATER}


async def answer(heard: Heard, intent: Intent) -> list[Answer]:
    """One intent, one effect, and what to show for it."""
    if _is_urgent(intent):
        return [Answer(await _urgent(heard, intent), keyboard=True)]
    if not _is_about_a_dose(heard, intent) and (asked := await entry_answer(heard, intent)) is not None:
        return [*await _kept(heard, intent), *asked] if _is_free(intent) else asked
    if heard.chat.role is LinkRole.OWN and heard.participant.set_up_at is None:
        return await _kept(heard, intent)  # consent refused: nothing is asked, nothing is lost
    if isinstance(intent, Tap):
        return await _tap(heard, intent)
    if isinstance(intent, Command):
        screen = await command_screen(heard, intent.name)
        return [Answer(screen or AskAgain(None), keyboard=screen is None)]
    if isinstance(intent, Typed):
        return await _typed(heard, intent)
    return await _kept(heard, intent)


def _is_urgent(intent: Intent) -> bool:
    """What must be answered whatever question is open."""
    if isinstance(intent, Command):
        return intent.name in URGENT_COMMANDS
    if isinstance(intent, Tap):
        return intent.verb is Verb.UNWELL
    return isinstance(intent, Typed) and intent.phrase in (Phrase.UNWELL, Phrase.CALL)


def _is_about_a_dose(heard: Heard, intent: Intent) -> bool:
    """On a new phone, entered once more: a prompt's button counts before the questions of entry do."""
    own = heard.chat.role is LinkRole.OWN and heard.participant.set_up_at is not None
    return own and isinstance(intent, Tap) and bool(intent.record_id)


def _is_free(intent: Intent) -> bool:
    """Words, a photo or a voice message that no question has asked for."""
    return isinstance(intent, Media) or (isinstance(intent, Typed) and intent.phrase is Phrase.UNKNOWN)


async def _urgent(heard: Heard, intent: Intent) -> Screen:
    if isinstance(intent, Command) and intent.name != "symptom":
        return await command_screen(heard, intent.name) or Contact()
    if isinstance(intent, Typed) and intent.phrase is Phrase.CALL:
        return Contact()
    if isinstance(intent, Typed | Command):
        await _keep(heard, "text", intent.text if isinstance(intent, Typed) else intent.argument)
    return await unwell(heard)


async def _tap(heard: Heard, tap: Tap) -> list[Answer]:
    if tap.verb in MENU:
        screen = await _menu(heard, tap)
        return [Answer(screen or NothingChanged(), How.EDIT if screen else How.SEND)]
    if tap.verb is Verb.READ_BACK:
        return [await _read_back(heard, tap)]
    if tap.record_id:
        return await answer_tap(heard, tap)
    return [Answer(await today(heard))]


async def _read_back(heard: Heard, tap: Tap) -> Answer:
    if heard.chat.role is not LinkRole.OWN:
        return Answer(NothingChanged())
    try:
        row, right = await read_back(heard.change, heard.participant, tap.record_id, _number(tap.argument))
    except OrderError:  # a client can send anything
        return Answer(NothingChanged())
    return Answer(ReadBackKept(row.read_back_units or 0, right), How.EDIT)


MENU = frozenset(
    {Verb.LANGUAGE, Verb.REMINDER_TIME, Verb.FOOD, Verb.SETTINGS, Verb.STOP, Verb.STOP_SURE, Verb.RESUME_MESSAGES}
    | {Verb.TODAY, Verb.HISTORY}
)
OWN_ONLY = MENU - {Verb.TODAY, Verb.HISTORY}


async def _menu(heard: Heard, tap: Tap) -> Screen | None:
    if tap.verb in OWN_ONLY and heard.chat.role is not LinkRole.OWN:
        return None
    if tap.verb is Verb.TODAY:
        return await today(heard)
    if tap.verb is Verb.HISTORY:
        return await history(heard, tap.argument)
    if tap.verb is Verb.SETTINGS:
        return await setting_question(heard, tap.argument)
    if tap.verb is Verb.RESUME_MESSAGES:
        return await resume_messages(heard)
    if tap.verb in (Verb.STOP, Verb.STOP_SURE):
        if tap.argument not in set(StopKind):
            return None
        return await stop(heard, StopKind(tap.argument), sure=tap.verb is Verb.STOP_SURE)
    return await change_setting(heard, tap)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 4 else 0  # noqa: PLR2004


async def _typed(heard: Heard, typed: Typed) -> list[Answer]:
    question = await open_question(heard)
    if question is not None and (screen := await _to_question(heard, question, typed)) is not None:
        return [Answer(screen)]
    if typed.phrase is Phrase.TODAY:
        return [Answer(await today(heard), keyboard=True)]
    if typed.phrase in TYPED_VERBS:
        return [Answer(await _about_a_dose(heard, typed))]
    return await _kept(heard, typed)


async def _to_question(heard: Heard, question: OpenQuestion, typed: Typed) -> Screen | None:
    """A typed word as the answer to the question that is open; None where it answers something else."""
    if question.question == "reminder_time" and typed.clock is not None:
        return await change_setting(heard, typed)
    if question.question == "unwell":
        await _keep(heard, "text", typed.text)
        await forget_question(heard)
        return KeptForStaff()
    if question.question == "when" and typed.clock is not None and question.dose_id:
        dose = await own_dose(heard, question.dose_id)
        if dose is not None and heard.at - question.at < QUESTION_LIVES:
            units, _, sure = question.argument.partition(":")
            return await typed_time(heard, dose, typed.clock, _number(units) or dose.units, sure)
    return None


async def _about_a_dose(heard: Heard, typed: Typed) -> Screen:
    """A typed answer belongs to the one open dose; with two of them it asks which, with none it says so."""
    reach = [dose for dose in await doses_in_reach(heard) if dose.state is not DoseState.HELD]
    unanswered = [dose for dose in reach if dose.state in (DoseState.OPEN, DoseState.UNREPORTED, DoseState.NOT_ASKED)]
    if not reach:
        return AskAgain(None)
    newest = unanswered[0] if unanswered else reach[0]
    if await first_is_asked(heard, newest):
        return FirstDoseQuestion(shown(newest))
    tap = Tap(TYPED_VERBS[typed.phrase], newest.id, str(typed.units or newest.units))
    older = [dose for dose in unanswered if dose.ordinal == newest.ordinal - 1 and dose.state is DoseState.OPEN]
    if older and typed.phrase is not Phrase.LATER:
        chosen = replace(tap, sure=str(Sure.DAY))
        return WhichDayQuestion(shown(older[0]), shown(newest), replace(chosen, record_id=older[0].id), chosen)
    if typed.clock is not None and typed.phrase is Phrase.TAKEN:
        return await typed_time(heard, newest, typed.clock, typed.units or newest.units, "")
    newer = await newer_open_dose(heard, newest)
    if newer is not None:
        tap = replace(tap, sure=str(Sure.DAY))
    return (await answer_tap(heard, tap))[0].screen


async def _kept(heard: Heard, intent: Intent) -> list[Answer]:
    """Everything else is kept for staff and answered at once: this is not watched."""
    if isinstance(intent, Media):
        await _keep(heard, intent.kind, json.dumps({"reference": intent.reference, "caption": intent.caption}))
        return [Answer(KeptForStaff(intent.kind), keyboard=True)]
    if isinstance(intent, Typed) and intent.phrase is Phrase.UNKNOWN:
        await _keep(heard, "text", intent.text)
        return [Answer(KeptForStaff(), keyboard=True)]
    reach = await doses_in_reach(heard)
    return [Answer(AskAgain(shown(reach[0]) if reach else None), keyboard=True)]


async def _keep(heard: Heard, kind: str | MediaKind, body: str) -> None:
    if not body.strip():
        return
    row_id = heard.change.new_id()
    heard.change.session.add(
        ParticipantMessage(
            id=row_id,
            participant_id=heard.participant.id,
            link_id=heard.chat.link_id,
            kind=str(kind),
            body=heard.change.vault.seal(f"participant_message.body/{row_id}", body),
            received_at=heard.at,
        )
    )
    heard.change.audit(
        "keep_message", "participant_message", row_id, participant_id=heard.participant.id, new={"kind": str(kind)}
    )
    await open_alert(heard.change, AlertKind.MESSAGE, heard.participant)
