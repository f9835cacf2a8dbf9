"""Neutral words for the closed sets, as they stand in a staff chat: no symptom, no treatment, no result."""

from collections.abc import Callable

from messages.text import Voice
from protocol.screens import DayLine
from protocol.terms import AlertKind, DoseState, Level, ParticipantState

WHY: dict[str, Callable[[Voice], str]] = {
    "alert": lambda voice: voice.say("An open alert"),
    "silent": lambda voice: voice.say("No answer yet about today's dose"),
    "not_taken": lambda voice: voice.say("Answered that the dose was not taken"),
    "taken_partly": lambda voice: voice.say("Took another number of tablets than ordered"),
    "unreported": lambda voice: voice.say("Never answered about the dose"),
    "first_dose_unknown": lambda voice: voice.say("Nobody knows whether the first dose was taken"),
    "call_today": lambda voice: voice.say("Today's dose: nobody has asked yet"),
    "call_yesterday": lambda voice: voice.say("Yesterday's dose: nobody has asked yet"),
    "chat_refused": lambda voice: voice.say("The chat refuses our messages"),
    "messages_stopped": lambda voice: voice.say("Wants no messages"),
    "not_linked": lambda voice: voice.say("Invited, the link was not opened yet"),
    "entry_unfinished": lambda voice: voice.say("Opened the link, did not finish the questions"),
    "invitation_expired": lambda voice: voice.say("There is no invitation that still works"),
    "check_unanswered": lambda voice: voice.say("The weekly questions were not answered"),
    "check_by_phone": lambda voice: voice.say("The weekly questions are due by phone"),
    "event_unsigned": lambda voice: voice.say("A form is not signed"),
    "medication_unsigned": lambda voice: voice.say("A form is not signed"),
    "pregnancy_unsigned": lambda voice: voice.say("A form is not signed"),
    "guard_not_counselled": lambda voice: voice.say("Something is to be spoken about"),
    "guard_by_phone": lambda voice: voice.say("Something is to be spoken about"),
    "visit_today": lambda voice: voice.say("A visit is planned for today"),
    "visit_tomorrow": lambda voice: voice.say("A visit is planned for tomorrow"),
    "visit_not_recorded": lambda voice: voice.say("Nobody has written down whether they came"),
    "lab_unverified": lambda voice: voice.say("Something that was told waits to be verified"),
    "month_six_undecided": lambda voice: voice.say("Something waits for an investigator"),
    "proposal_unsigned": lambda voice: voice.say("Something waits for an investigator"),
    "read_back_open": lambda voice: voice.say("A question is open; nothing to do yet"),
    "visit_away": lambda voice: voice.say("A visit falls into a journey; please find another day"),
    "trough_proposed": lambda voice: voice.say("A day is proposed; please accept or change it"),
}
"""By the reasons of the worklist; a new one of them fails a test until it stands here."""


def why_name(voice: Voice, why: str) -> str:
    """Why a row is on the worklist."""
    return WHY[why](voice)


def level_name(voice: Voice, level: Level) -> str:
    return {Level.RED: voice.say("Red"), Level.AMBER: voice.say("Amber"), Level.TASK: voice.say("Task")}[level]


def person_name(voice: Voice, state: ParticipantState) -> str:
    names = {
        ParticipantState.ENROLLED: voice.say("Entry not finished"),
        ParticipantState.ACTIVE: voice.say("Takes part"),
        ParticipantState.DISCONTINUED: voice.say("Tablets stopped, followed up"),
        ParticipantState.COMPLETED: voice.say("Completed the study"),
        ParticipantState.LOST: voice.say("Lost to follow-up"),
        ParticipantState.WITHDRAWN: voice.say("Has left"),
        ParticipantState.DIED: voice.say("Follow-up has ended"),
    }
    return names[state]


def dose_name(voice: Voice, line: DayLine) -> str:
    """The newest dose whose time has come: its day, what is known, and since when."""
    names = {
        DoseState.OPEN: voice.say("waiting for a report"),
        DoseState.TAKEN: voice.say("taken"),
        DoseState.TAKEN_PARTLY: voice.say("taken in part"),
        DoseState.NOT_TAKEN: voice.say("not taken"),
        DoseState.UNREPORTED: voice.say("not reported"),
        DoseState.NOT_ASKED: voice.say("not asked by the system"),
        DoseState.HELD: voice.say("held by order"),
    }
    day = voice.day(line.due_on)
    if line.taken_at is None:
        return voice.say("Dose of %(day)s: %(state)s", day=day, state=names[line.state])
    at = voice.moment(line.taken_at)
    return voice.say("Dose of %(day)s: %(state)s, %(at)s", day=day, state=names[line.state], at=at)


def alert_name(voice: Voice, kind: AlertKind) -> str:
    """What an alert is about, so that a stranger who reads it learns nothing of an illness."""
    names = {
        AlertKind.FEELS_UNWELL: voice.say("Says: I feel unwell"),
        AlertKind.DOUBLE_DOSE: voice.say("Two doses taken too close together"),
        AlertKind.FIRST_DOSE_PARTLY: voice.say("Took only part of the first dose"),
        AlertKind.FIRST_DOSE_UNKNOWN: voice.say("The first dose was never confirmed"),
        AlertKind.DOSES_NOT_TAKEN: voice.say("Several doses in a row not taken"),
        AlertKind.DOSES_UNREPORTED: voice.say("Several doses in a row not reported"),
        AlertKind.SEVEN_NOT_TAKEN: voice.say("7 days not taken: an investigator decides"),
        AlertKind.SEVEN_UNREPORTED: voice.say("7 days without a report"),
        AlertKind.TAKEN_PARTLY: voice.say("Took another number of tablets than ordered"),
        AlertKind.TAKEN_ON_HOLD: voice.say("Took a dose although it is held"),
        AlertKind.LATE_BEYOND_CUTOFF: voice.say("Not taken before the cut-off for a late dose"),
        AlertKind.UNREACHABLE: voice.say("The chat cannot be reached"),
        AlertKind.STOP_ASKED: voice.say("Asked to stop"),
        AlertKind.MESSAGE: voice.say("Sent a message that has to be read"),
        AlertKind.READ_BACK: voice.say("A changed order was not read back rightly"),
        AlertKind.BAD_UPDATE: voice.say("An incoming message could not be handled"),
        AlertKind.BAD_OUTBOX_ROW: voice.say("A record does not reach the study database"),
        AlertKind.EVENING_TAKER: voice.say("Takes the tablets in the evening"),
        AlertKind.CONSENT_REFUSED: voice.say("Did not agree to a purpose"),
        AlertKind.CLOCK: voice.say("The server's clock jumped"),
        AlertKind.SYMPTOM: voice.say("A report that needs a look"),
        AlertKind.WORDS: voice.say("Words in a message need a look"),
        AlertKind.DOSE_BEFORE_DRAW: voice.say("A dose came before its test"),
        AlertKind.VOMITED_DOSE: voice.say("A question about a dose, for an investigator"),
        AlertKind.NOBODY_ON_CALL: voice.say("Hours ahead have nobody on call"),
        AlertKind.SERIOUS_EVENT: voice.say("Staff recorded a serious event"),
        AlertKind.NOT_DELIVERED: voice.say("A message of staff did not surely arrive"),
        AlertKind.NOT_SENT: voice.say("A message of staff was not sent"),
        AlertKind.DEATH: voice.say("Follow-up has ended"),
        AlertKind.REFILL: voice.say("The tablets will be used up in some days"),
        AlertKind.TABLET_COUNT: voice.say("Counted more tablets than were given out"),
        AlertKind.VISIT_CANNOT_COME: voice.say("Cannot come on the day that was planned"),
        AlertKind.VISIT_MISSED: voice.say("Did not come on the day that was planned"),
        AlertKind.HEARD_AGAIN: voice.say("Somebody lost to follow-up has written"),
    }
    return names[kind]
