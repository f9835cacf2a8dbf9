"""Entry: language, privacy notice, consents per purpose, reminder time, food mode, practice tap. One question a screen.

language -> notice -> messaging -> sensitive_data -> cross_border -> time -> food -> practice -> done
                           any "no" -> a polite end, staff are told, the study goes on by phone

After a "no" nothing is sent by itself. What the person writes is kept for staff and answered, without asking again;
the buttons of the question stay, and a start or a command shows it once more: a mind may change.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from actions.alerts import open_alert
from actions.enrolment import next_dose_at
from actions.hearing import Heard, ask_typed, forget_question, open_question
from actions.planning import replan
from actions.symptoms import has_baseline
from models.identity import ChatLink
from models.participant import Consent
from protocol.draw_day import gives_morning_trough
from protocol.moments import local_date
from protocol.screens import (
    Answer,
    ConsentQuestion,
    ConsentRefused,
    FoodQuestion,
    HelperConsentQuestion,
    HelperReady,
    How,
    LanguageQuestion,
    PracticeQuestion,
    PrivacyNotice,
    ReminderTimeQuestion,
    Screen,
    SetUpDone,
    SymptomOffer,
)
from protocol.symptoms import Occasion
from protocol.taps import Intent, Media, Phrase, Tap, Typed, Verb
from protocol.terms import AlertKind, FoodMode, Language, ParticipantState, Purpose

PURPOSES = tuple(Purpose)
TIMES = (time(7), time(7, 30), time(8), time(8, 30), time(9), time(20))
REFUSED = "refused"  # the argument of a question that was answered with "no"


async def entry_answer(heard: Heard, intent: Intent) -> list[Answer] | None:
    """The answer while entry is under way; None when this chat has nothing left to be asked."""
    question = await open_question(heard)
    if question is None or question.question not in STEPS:
        return None
    if question.argument == REFUSED and isinstance(intent, Typed | Media):
        return None if _is_words(intent) else [Answer(question_screen(heard, question.question))]
    taken = await _take(heard, question.question, intent)
    now_open = await open_question(heard)
    step = now_open.question if now_open is not None else ""
    if isinstance(taken, SetUpDone):
        return [Answer(taken, How.SEND, keyboard=True), *await _baseline(heard)]
    if taken is not None:
        return [Answer(taken, How.SEND)]
    how = How.EDIT if isinstance(intent, Tap) and step not in (question.question, "practice") else How.SEND
    return [Answer(question_screen(heard, step), how)]


def question_screen(heard: Heard, step: str) -> Screen:
    """The screen of one step."""
    if step == "language":
        return LanguageQuestion(first=True)
    if step == "notice":
        return PrivacyNotice(asks=True)
    if step in set(Purpose):
        purpose = Purpose(step)
        return ConsentQuestion(purpose, PURPOSES.index(purpose) + 1, len(PURPOSES))
    if step == "time":
        return ReminderTimeQuestion(TIMES, heard.participant.reminder_time)
    if step == "food":
        return FoodQuestion(heard.participant.food)
    if step == "helper":
        return HelperConsentQuestion()
    return PracticeQuestion()


async def _take(heard: Heard, step: str, intent: Intent) -> Screen | None:
    """Takes an answer to this step and opens the next one; a screen where entry ends here."""
    tap = intent if isinstance(intent, Tap) else None
    if step == "helper":
        return await _helper(heard, tap)
    if step == "language" and tap and tap.verb is Verb.LANGUAGE and tap.argument in set(Language):
        heard.participant.language = Language(tap.argument)
        heard.change.owe(heard.participant, participant_id=heard.participant.id)
        await ask_typed(heard, "notice")
        return None
    if step == "notice" and tap and tap.verb is Verb.NOTICE_READ:
        await ask_typed(heard, PURPOSES[0])
        return None
    if step in set(Purpose) and tap and tap.verb is Verb.CONSENT:
        return await _consent(heard, Purpose(step), tap)
    if step == "time":
        return await _time(heard, intent)
    if step == "food" and tap and tap.verb is Verb.FOOD and tap.argument in set(FoodMode):
        heard.participant.food = FoodMode(tap.argument)
        heard.change.owe(heard.participant, participant_id=heard.participant.id)
        await ask_typed(heard, "practice")
        return None
    if step == "practice" and tap and tap.verb is Verb.PRACTICE:
        return await _finish(heard)
    return None


async def _consent(heard: Heard, purpose: Purpose, tap: Tap) -> Screen | None:
    named, _, answer = tap.argument.partition(":")
    if named != purpose or answer not in ("yes", "no"):
        return None  # a button of an earlier question: asks the open one again
    given = answer == "yes"
    await record_consent(heard, purpose, given=given)
    if not given:
        await open_alert(heard.change, AlertKind.CONSENT_REFUSED, heard.participant, cause=purpose)
        await ask_typed(heard, purpose, argument=REFUSED)
        return ConsentRefused(purpose)
    position = PURPOSES.index(purpose) + 1
    await ask_typed(heard, PURPOSES[position] if position < len(PURPOSES) else "time")
    return None


def _is_words(intent: Typed | Media) -> bool:
    """No known phrase: something for people to read."""
    return isinstance(intent, Media) or intent.phrase is Phrase.UNKNOWN


async def record_consent(heard: Heard, purpose: Purpose, *, given: bool) -> None:
    """One more answer to one purpose, with the version of the text that was shown."""
    version = heard.trial.consents[purpose].version
    row = Consent(
        id=heard.change.new_id(),
        participant_id=heard.participant.id,
        purpose=purpose,
        text_version=version,
        given=given,
        recorded_at=heard.at,
    )
    heard.change.session.add(row)
    heard.change.audit(
        "record_consent",
        "consent",
        row.id,
        participant_id=heard.participant.id,
        new={"purpose": purpose, "given": given, "version": version},
    )
    heard.change.owe(row, participant_id=heard.participant.id)


async def _time(heard: Heard, intent: Intent) -> Screen | None:
    chosen = reminder_time_of(intent)
    if chosen is None:
        return None
    await set_reminder_time(heard, chosen)
    await ask_typed(heard, "food")
    return None


def reminder_time_of(intent: Intent) -> time | None:
    """The time of a button ("0830") or of a typed clock time."""
    if isinstance(intent, Typed):
        return intent.clock
    if isinstance(intent, Tap) and intent.verb is Verb.REMINDER_TIME:
        try:
            return datetime.strptime(intent.argument, "%H%M").time()  # noqa: DTZ007  a wall time has no zone
        except ValueError:
            return None
    return None


async def set_reminder_time(heard: Heard, chosen: time) -> None:
    """Sets the wall time; who takes it at another time than the morning gives no morning trough, so staff are told."""
    heard.participant.reminder_time = chosen
    heard.change.owe(heard.participant, participant_id=heard.participant.id)
    if not gives_morning_trough(chosen, heard.trial.draw_day):
        await open_alert(heard.change, AlertKind.EVENING_TAKER, heard.participant)


async def _finish(heard: Heard) -> Screen:
    """The practice tap has come through: from here on doses are prompted for."""
    participant = heard.participant
    participant.set_up_at = heard.at
    if participant.state is ParticipantState.ENROLLED:
        participant.state = ParticipantState.ACTIVE
    heard.change.audit("finish_entry", "participant", participant.id, participant_id=participant.id)
    heard.change.owe(participant, participant_id=participant.id)
    await forget_question(heard)
    await replan(heard.change, participant, heard.trial)
    await heard.change.session.flush()
    coming = await next_dose_at(heard.change, participant)
    return SetUpDone(participant.reminder_time, participant.food, coming.due_at if coming else None)


async def _baseline(heard: Heard) -> list[Answer]:
    """How somebody usually is, is asked once: later answers are judged against it."""
    on = local_date(heard.at, ZoneInfo(heard.participant.tz))
    if await has_baseline(heard.change, heard.participant):
        return []
    return [Answer(SymptomOffer(Occasion.BASELINE, on))]


async def _helper(heard: Heard, tap: Tap | None) -> Screen | None:
    """A helper agrees in the own chat before anything is shown there."""
    if tap is None or tap.verb is not Verb.HELPER or tap.argument not in ("yes", "no"):
        return None
    link = await heard.change.session.get_one(ChatLink, heard.chat.link_id)
    accepted = tap.argument == "yes"
    if accepted:
        link.accepted_at = heard.at
    else:
        link.unlinked_at = heard.at
    heard.change.audit(
        "answer_helper_consent",
        "chat_link",
        link.id,
        participant_id=heard.participant.id,
        new={"accepted": accepted},
    )
    await forget_question(heard)
    return HelperReady(accepted)


STEPS = frozenset({"language", "notice", *PURPOSES, "time", "food", "practice", "helper"})
