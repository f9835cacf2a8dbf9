"""What can be asked for at any time: today, history, settings, stop, contact, and "I feel unwell"."""

from datetime import date, timedelta

from sqlmodel import col, func, select

from actions.alerts import open_alert
from actions.check_settings import check_day_question
from actions.dose_reports import ANSWERED, dose_screen, has_to_wait
from actions.enrolment import next_dose_at
from actions.entry import STEPS, TIMES, reminder_time_of, set_reminder_time
from actions.hearing import Heard, ask_typed, doses_in_reach, forget_question, open_question
from actions.planning import replan
from actions.read_backs import plan_read_backs
from actions.tablet_counts import tablet_question
from actions.travel_answers import travel_screen
from actions.visit_answers import coming_visits
from models.dose import ScheduledDose
from protocol.moments import local_date
from protocol.screens import (
    Contact,
    DayLine,
    FoodQuestion,
    Help,
    History,
    LanguageQuestion,
    MessagesResumed,
    PrivacyNotice,
    ReminderTimeQuestion,
    Screen,
    SettingChanged,
    Settings,
    StopAnswered,
    StopConfirm,
    StopQuestion,
    Today,
    Unwell,
)
from protocol.taps import Intent, Tap, Verb
from protocol.terms import AlertKind, DoseState, FoodMode, Language, LinkRole, StopKind


async def today(heard: Heard) -> Screen:
    """What there is to answer now, else what stands for today and what comes next."""
    reach = await doses_in_reach(heard)
    if reach and reach[0].state not in (*ANSWERED, DoseState.HELD) and not has_to_wait(reach, heard.at, heard.trial):
        return await dose_screen(heard, reach[0])
    on = local_date(heard.at, heard.participant.wall)
    lines = tuple(day_line(dose) for dose in reversed(reach) if dose.due_on == on or dose is reach[0])
    coming = await next_dose_at(heard.change, heard.participant)
    return Today(lines, coming.due_at if coming else None, held=bool(reach) and reach[0].state is DoseState.HELD)


def day_line(dose: ScheduledDose) -> DayLine:
    late = dose.taken_at is not None and dose.taken_at > dose.due_at + timedelta(hours=4)
    return DayLine(dose.due_on, dose.state, dose.units_taken, dose.taken_at, late)


async def history(heard: Heard, month: str = "") -> Screen:
    """One month of doses; `month` is YYYYMM, else the current one."""
    first = _month(month) or local_date(heard.at, heard.participant.wall).replace(day=1)
    after = (first + timedelta(days=32)).replace(day=1)
    mine = (
        ScheduledDose.participant_id == heard.participant.id,
        col(ScheduledDose.cancelled_at).is_(None),
        col(ScheduledDose.nominal_at) <= heard.at + heard.trial.windows.opens_before,
    )
    rows = await heard.change.session.scalars(
        select(ScheduledDose)
        .where(*mine, col(ScheduledDose.due_on) >= first, col(ScheduledDose.due_on) < after)
        .order_by(col(ScheduledDose.ordinal))
    )
    earliest: date | None = await heard.change.session.scalar(select(func.min(ScheduledDose.due_on)).where(*mine))
    latest: date | None = await heard.change.session.scalar(select(func.max(ScheduledDose.due_on)).where(*mine))
    return History(
        month=first,
        days=tuple(day_line(row) for row in rows),
        earlier=earliest is not None and earliest < first,
        later=latest is not None and latest >= after,
    )


def _month(text: str) -> date | None:
    if len(text) != 6 or not text.isdigit() or not 1 <= int(text[4:]) <= 12 or int(text[:4]) < 2000:  # noqa: PLR2004
        return None
    return date(int(text[:4]), int(text[4:]), 1)


async def settings(heard: Heard) -> Screen:
    person = heard.participant
    return Settings(person.language, person.reminder_time, person.food, person.messages_stopped_at is not None)


async def setting_question(heard: Heard, what: str) -> Screen:
    """The settings, or the question behind one button of them."""
    if not what:
        return await settings(heard)
    if what == "language":
        return LanguageQuestion(first=False)
    if what == "food":
        return FoodQuestion(heard.participant.food)
    if what == "check":
        return check_day_question(heard)
    await ask_typed(heard, "reminder_time")
    return ReminderTimeQuestion(TIMES, heard.participant.reminder_time)


async def change_setting(heard: Heard, intent: Intent) -> Screen | None:
    """Changes language, time or food mode by a button or a typed time; None where it is no such answer."""
    person = heard.participant
    chosen = reminder_time_of(intent)
    if chosen is not None:
        what, old = "time", person.reminder_time
        await set_reminder_time(heard, chosen)
        await forget_question(heard)
    elif isinstance(intent, Tap) and intent.verb is Verb.LANGUAGE and intent.argument in set(Language):
        what, old = "language", person.language  # type: ignore[assignment]
        person.language = Language(intent.argument)
    elif isinstance(intent, Tap) and intent.verb is Verb.FOOD and intent.argument in set(FoodMode):
        what, old = "food", person.food  # type: ignore[assignment]
        person.food = FoodMode(intent.argument)
    else:
        return None
    heard.change.audit(
        "change_setting",
        "participant",
        person.id,
        participant_id=person.id,
        old={what: old},
        new={"language": person.language, "time": person.reminder_time, "food": person.food},
    )
    heard.change.owe(person, participant_id=person.id)
    await replan(heard.change, person, heard.trial)
    await plan_read_backs(heard.change, person, heard.trial)
    await heard.change.session.flush()
    coming = await next_dose_at(heard.change, person)
    return SettingChanged(what, person.reminder_time, person.food, coming.due_at if coming else None)


async def stop(heard: Heard, what: str, *, sure: bool) -> Screen | None:
    """The question which of the four is meant, or the answer to it; None for what is none of them."""
    if not what and not sure:
        return StopQuestion()
    return await _stop(heard, StopKind(what), sure=sure) if what in set(StopKind) else None


async def _stop(heard: Heard, kind: StopKind, *, sure: bool) -> Screen:
    """Only messages can be stopped here, after one more question; the other three are a matter for people."""
    if kind is StopKind.MESSAGES and not sure:
        return StopConfirm()
    if kind is StopKind.MESSAGES:
        heard.participant.messages_stopped_at = heard.at
        heard.change.owe(heard.participant, participant_id=heard.participant.id)
    await open_alert(heard.change, AlertKind.STOP_ASKED, heard.participant, cause=kind)
    heard.change.audit(
        "ask_to_stop",
        "participant",
        heard.participant.id,
        participant_id=heard.participant.id,
        new={"kind": kind},
    )
    return StopAnswered(kind)


async def resume_messages(heard: Heard) -> Screen:
    """Messages may come again; what has passed in between is not asked about."""
    heard.participant.messages_stopped_at = None
    heard.change.audit("resume_messages", "participant", heard.participant.id, participant_id=heard.participant.id)
    heard.change.owe(heard.participant, participant_id=heard.participant.id)
    coming = await next_dose_at(heard.change, heard.participant)
    return MessagesResumed(coming.due_at if coming else None)


async def unwell(heard: Heard) -> Screen:
    """The emergency text at once, and a red alert for staff."""
    await open_alert(heard.change, AlertKind.FEELS_UNWELL, heard.participant)
    question = await open_question(heard)
    if question is None or question.question not in STEPS:  # entry goes on where it was
        await ask_typed(heard, "unwell")
    return Unwell()


async def command_screen(heard: Heard, name: str) -> Screen | None:
    """The screen of a slash command; None for one that does not exist."""
    if name == "today":
        return await today(heard)
    if name == "history":
        return await history(heard)
    if name == "tablets":
        return await tablet_question(heard)
    if name == "symptom":
        return await unwell(heard)
    own = heard.chat.role is LinkRole.OWN
    if name == "settings" and own:
        return await settings(heard)
    if name == "language" and own:
        return LanguageQuestion(first=False)
    if name == "travel" and own:
        return await travel_screen(heard)
    if name == "visits" and own:
        return await coming_visits(heard)
    if name == "stop" and own:
        return StopQuestion()
    at_home = is_at_home(heard)
    plain: dict[str, Screen] = {
        "help": Help(at_home),
        "contact": Contact(at_home),
        "privacy": PrivacyNotice(asks=False),
    }
    return plain.get(name)


def is_at_home(heard: Heard) -> bool:
    """The participant's own chat, and entry is done: settings and stopping are theirs to ask for."""
    return heard.chat.role is LinkRole.OWN and heard.participant.set_up_at is not None
