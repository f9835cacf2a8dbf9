"""The words of the pages for the closed sets of the trial: states, causes, alerts, roles, and what to do."""

from gettext import NullTranslations

from protocol.terms import (
    AlertKind,
    Cause,
    Channel,
    DoseState,
    Level,
    NotTakenReason,
    OrderKind,
    ParticipantState,
    Role,
    TravelClock,
)
from reports.worklist import Row, Why
from web.marks import Mark


class Words:
    """Whole sentences in one language; a member without a sentence is a KeyError in the tests, not a blank."""

    def __init__(self, texts: NullTranslations) -> None:
        self._gettext = texts.gettext
        self._pgettext = texts.pgettext

    def state(self, state: DoseState) -> str:
        pgettext = self._pgettext
        return {
            DoseState.OPEN: pgettext("dose", "Waiting for a report"),
            DoseState.TAKEN: pgettext("dose", "Taken"),
            DoseState.TAKEN_PARTLY: pgettext("dose", "Taken in part"),
            DoseState.NOT_TAKEN: pgettext("dose", "Not taken"),
            DoseState.UNREPORTED: pgettext("dose", "Not reported"),
            DoseState.NOT_ASKED: pgettext("dose", "Not asked by the system"),
            DoseState.HELD: pgettext("dose", "Held by order"),
        }[state]

    def mark(self, mark: Mark) -> str:
        pgettext = self._pgettext
        extra = {
            Mark.LATE: pgettext("dose", "Taken late (same day)"),
            Mark.EXTRA: pgettext("dose", "More than one dose"),
        }
        return extra[mark] if mark in extra else self.state(DoseState(mark.value))

    def cause(self, cause: Cause) -> str:
        _ = self._gettext
        return {
            Cause.OUTAGE: _("the system was down"),
            Cause.BLOCKED: _("the chat refused the message"),
            Cause.BEFORE_CONSENT: _("before consent to messages"),
            Cause.NO_CHAT: _("no chat, and nobody called"),
            Cause.SAFETY: _("an investigator has to decide first"),
            Cause.FIRST_DOSE_UNKNOWN: _("the first dose was not known"),
            Cause.UNKNOWN_DELIVERY: _("delivery is not certain"),
            Cause.ORDER: _("held by an order"),
            Cause.MESSAGES_STOPPED: _("the participant wants no messages"),
        }[cause]

    def not_taken(self, reason: NotTakenReason) -> str:
        pgettext = self._pgettext
        return {
            NotTakenReason.FORGOT: pgettext("not taken", "Forgot"),
            NotTakenReason.UNWELL: pgettext("not taken", "Felt unwell"),
            NotTakenReason.RAN_OUT: pgettext("not taken", "Had none left"),
            NotTakenReason.DOCTORS_ADVICE: pgettext("not taken", "A doctor said so"),
            NotTakenReason.CHOSE_NOT_TO: pgettext("not taken", "Did not want to"),
            NotTakenReason.OTHER: pgettext("not taken", "Another reason"),
        }[reason]

    def level(self, level: Level) -> str:
        _ = self._gettext
        return {Level.RED: _("Red"), Level.AMBER: _("Amber"), Level.TASK: _("Task")}[level]

    def role(self, role: Role) -> str:
        _ = self._gettext
        return {
            Role.COORDINATOR: _("Coordinator (CRC)"),
            Role.INVESTIGATOR: _("Investigator"),
            Role.MONITOR: _("Monitor"),
            Role.DATA_MANAGER: _("Data manager"),
            Role.ADMINISTRATOR: _("Administrator"),
        }[role]

    def participant(self, state: ParticipantState) -> str:
        _ = self._gettext
        return {
            ParticipantState.ENROLLED: _("Entry not finished"),
            ParticipantState.ACTIVE: _("On treatment"),
            ParticipantState.DISCONTINUED: _("Drug stopped, followed up"),
            ParticipantState.COMPLETED: _("Completed the study"),
            ParticipantState.LOST: _("Lost to follow-up"),
            ParticipantState.WITHDRAWN: _("Withdrawn from the study"),
            ParticipantState.DIED: _("Died"),
        }[state]

    def order(self, kind: OrderKind) -> str:
        _ = self._gettext
        return {
            OrderKind.DOSE: _("Dose"),
            OrderKind.HOLD: _("Hold"),
            OrderKind.RESUME: _("Resume"),
            OrderKind.DISCONTINUE: _("Discontinue"),
        }[kind]

    def clock(self, clock: TravelClock) -> str:
        _ = self._gettext
        return {
            TravelClock.HOME: _("As at home, at the same moments"),
            TravelClock.LOCAL: _("The usual time on the clock there"),
        }[clock]

    def channel(self, channel: Channel) -> str:
        _ = self._gettext
        return {Channel.TELEGRAM: _("Telegram"), Channel.PHONE: _("By phone")}[channel]

    def why(self, row: Row) -> str:
        """Why a row is on the list."""
        return self.alert(row.kind) if row.kind else self._why(row.why)

    def todo(self, row: Row) -> str:
        """What to do about it."""
        return self._todo_alert(row.kind) if row.kind else self._todo(row.why)

    def alert(self, kind: AlertKind) -> str:
        _ = self._gettext
        return {
            AlertKind.FEELS_UNWELL: _("Says: I feel unwell"),
            AlertKind.DOUBLE_DOSE: _("Two doses taken too close together"),
            AlertKind.FIRST_DOSE_PARTLY: _("Took only part of the first dose"),
            AlertKind.FIRST_DOSE_UNKNOWN: _("The first dose was never confirmed"),
            AlertKind.DOSES_NOT_TAKEN: _("Several doses in a row not taken"),
            AlertKind.DOSES_UNREPORTED: _("Several doses in a row not reported"),
            AlertKind.SEVEN_NOT_TAKEN: _("7 days not taken: no dose is asked for until an investigator decides"),
            AlertKind.SEVEN_UNREPORTED: _("7 days without a report"),
            AlertKind.TAKEN_PARTLY: _("Took another number of tablets than ordered"),
            AlertKind.TAKEN_ON_HOLD: _("Took a dose although it is held"),
            AlertKind.LATE_BEYOND_CUTOFF: _("Not taken before the cut-off for a late dose"),
            AlertKind.UNREACHABLE: _("The chat cannot be reached"),
            AlertKind.STOP_ASKED: _("Asked to stop"),
            AlertKind.MESSAGE: _("Sent a message that has to be read"),
            AlertKind.READ_BACK: _("A changed order was not read back rightly"),
            AlertKind.BAD_UPDATE: _("An incoming message could not be handled"),
            AlertKind.BAD_OUTBOX_ROW: _("A record does not reach the study database"),
            AlertKind.EVENING_TAKER: _("Takes the tablets in the evening: no morning trough"),
            AlertKind.CONSENT_REFUSED: _("Did not agree to a purpose"),
            AlertKind.CLOCK: _("The server's clock jumped"),
            AlertKind.SYMPTOM: _("Reported a symptom that needs a look"),
            AlertKind.WORDS: _("Words in a message need a look"),
            AlertKind.VOMITED_DOSE: _("Vomited after a dose"),
            AlertKind.DOSE_BEFORE_DRAW: _("Took the dose before the blood draw"),
            AlertKind.NOBODY_ON_CALL: _("Hours ahead have nobody on call"),
            AlertKind.SERIOUS_EVENT: _("Staff recorded a serious event"),
            AlertKind.NOT_DELIVERED: _("A message of staff did not surely arrive"),
            AlertKind.NOT_SENT: _("A message of staff was not sent: the participant had left"),
            AlertKind.DEATH: _("A death is recorded"),
            AlertKind.REFILL: _("The tablets will be used up in some days"),
            AlertKind.TABLET_COUNT: _("Counted more tablets than were given out"),
            AlertKind.VISIT_CANNOT_COME: _("Cannot come to a visit"),
            AlertKind.VISIT_MISSED: _("Did not come to a visit"),
            AlertKind.HEARD_AGAIN: _("Somebody lost to follow-up has written"),
        }[kind]

    def _todo_alert(self, kind: AlertKind) -> str:
        _ = self._gettext
        call_now = _("Call now; an investigator decides about the next dose.")
        call = _("Call, ask what happened, and record the answer.")
        operator = _("Tell whoever operates the system.")
        return {
            AlertKind.FEELS_UNWELL: call_now,
            AlertKind.DOUBLE_DOSE: call_now,
            AlertKind.FIRST_DOSE_PARTLY: _("Tell an investigator; never a top-up."),
            AlertKind.FIRST_DOSE_UNKNOWN: _("Call and ask whether the first dose was taken."),
            AlertKind.DOSES_NOT_TAKEN: call,
            AlertKind.DOSES_UNREPORTED: call,
            AlertKind.SEVEN_NOT_TAKEN: _("An investigator decides whether to resume."),
            AlertKind.SEVEN_UNREPORTED: _("Call today; silence is no instruction to stop."),
            AlertKind.TAKEN_PARTLY: _("Ask how many tablets are left and why."),
            AlertKind.TAKEN_ON_HOLD: _("Call and explain the hold; tell an investigator."),
            AlertKind.LATE_BEYOND_CUTOFF: _("Note it; the next dose comes at the usual time."),
            AlertKind.UNREACHABLE: _("Call, and follow by phone until the chat works."),
            AlertKind.STOP_ASKED: _("Call and ask what is meant: messages, drug, study or consent."),
            AlertKind.MESSAGE: _("Read it and answer by phone."),
            AlertKind.READ_BACK: _("Explain the new dose before the first one is due."),
            AlertKind.BAD_UPDATE: operator,
            AlertKind.BAD_OUTBOX_ROW: operator,
            AlertKind.EVENING_TAKER: _("Arrange how the blood level will be drawn."),
            AlertKind.CONSENT_REFUSED: _("Follow by phone, or talk about it at the next visit."),
            AlertKind.CLOCK: operator,
            AlertKind.SYMPTOM: _("Call now, read the check, and record what was done."),
            AlertKind.WORDS: _("Read the message now, and call."),
            AlertKind.DOSE_BEFORE_DRAW: _("Decide about another sample; the next dose is never skipped."),
            AlertKind.VOMITED_DOSE: _("Ask an investigator; a repeat is never advised by the bot."),
            AlertKind.NOBODY_ON_CALL: _("Enter a name and a phone for these hours."),
            AlertKind.SERIOUS_EVENT: _("Report it at once; an investigator judges whether it is serious."),
            AlertKind.NOT_DELIVERED: _("Call, and say what the message said."),
            AlertKind.NOT_SENT: _("Nothing is sent any more; decide whether anybody should be told in person."),
            AlertKind.DEATH: _("An investigator judges the possible serious event."),
            AlertKind.REFILL: _("Arrange with the participant when more are fetched; dispensing closes this."),
            AlertKind.TABLET_COUNT: _("Call, count together, and compare what was dispensed."),
            AlertKind.VISIT_CANNOT_COME: _(
                "Read what was said, and arrange another day; moving the visit closes this."
            ),
            AlertKind.VISIT_MISSED: _("Call, ask how they are, and arrange another day; moving the visit closes this."),
            AlertKind.HEARD_AGAIN: _("Call, and take the loss back if it is over."),
        }[kind]

    def _why(self, why: Why) -> str:
        _ = self._gettext
        return {
            Why.ALERT: _("An open alert"),
            Why.SILENT: _("No answer yet about today's dose"),
            Why.NOT_TAKEN: _("Answered that the dose was not taken"),
            Why.TAKEN_PARTLY: _("Took another number of tablets than ordered"),
            Why.UNREPORTED: _("Never answered about the dose"),
            Why.FIRST_DOSE_UNKNOWN: _("Nobody knows whether the first dose was taken"),
            Why.CALL_TODAY: _("Today's dose: nobody has asked yet"),
            Why.CALL_YESTERDAY: _("Yesterday's dose: nobody has asked yet"),
            Why.CHAT_REFUSED: _("The chat refuses our messages"),
            Why.MESSAGES_STOPPED: _("Wants no messages"),
            Why.NOT_LINKED: _("Invited, the link was not opened yet"),
            Why.ENTRY_UNFINISHED: _("Opened the link, did not finish the questions"),
            Why.INVITATION_EXPIRED: _("There is no invitation that still works"),
            Why.CHECK_UNANSWERED: _("The weekly questions were not answered"),
            Why.CHECK_BY_PHONE: _("The weekly questions are due by phone"),
            Why.EVENT_UNSIGNED: _("An adverse event is not signed"),
            Why.MEDICATION_UNSIGNED: _("A medication is not signed"),
            Why.PREGNANCY_UNSIGNED: _("A pregnancy is not signed"),
            Why.GUARD_NOT_COUNSELLED: _("Nobody has spoken about it yet"),
            Why.GUARD_BY_PHONE: _("To be said again, by phone"),
            Why.TROUGH_PROPOSED: _("The new amount asks for a level; a day is proposed"),
            Why.VISIT_AWAY: _("A visit falls into a journey"),
            Why.VISIT_TODAY: _("A visit is planned for today"),
            Why.VISIT_TOMORROW: _("A visit is planned for tomorrow"),
            Why.VISIT_NOT_RECORDED: _("Nobody has written down whether they came"),
            Why.LAB_UNVERIFIED: _("A laboratory value of the participant's own waits"),
            Why.MONTH_SIX_UNDECIDED: _("Month 6 has come, and nothing is decided"),
            Why.PROPOSAL_UNSIGNED: _("A proposed order waits for a signature"),
            Why.READ_BACK_OPEN: _("A changed amount is not read back yet"),
        }[why]

    def _todo(self, why: Why) -> str:
        _ = self._gettext
        call = _("Call, ask what happened, and record the answer.")
        sign = _("An investigator reads the newest version and signs it.")
        return {
            Why.ALERT: _("Look at it."),
            Why.SILENT: _("The evening question is still to come; call if you expect a problem."),
            Why.NOT_TAKEN: call,
            Why.TAKEN_PARTLY: _("Ask how many tablets are left and why."),
            Why.UNREPORTED: call,
            Why.FIRST_DOSE_UNKNOWN: _("Call and ask whether the first dose was taken."),
            Why.CALL_TODAY: call,
            Why.CALL_YESTERDAY: call,
            Why.CHAT_REFUSED: _("Call, and follow by phone until the chat works."),
            Why.MESSAGES_STOPPED: _("Follow by phone."),
            Why.NOT_LINKED: _("Help with scanning the code."),
            Why.ENTRY_UNFINISHED: _("Help with the questions, or call."),
            Why.INVITATION_EXPIRED: _("Make a new invitation."),
            Why.CHECK_UNANSWERED: _("Ask how they are when you call next."),
            Why.CHECK_BY_PHONE: _("Call, ask the questions, and record the answers."),
            Why.EVENT_UNSIGNED: sign,
            Why.MEDICATION_UNSIGNED: sign,
            Why.PREGNANCY_UNSIGNED: sign,
            Why.GUARD_NOT_COUNSELLED: _("Speak about it, and record day and name."),
            Why.GUARD_BY_PHONE: _("Say it when you call, and record day and name."),
            Why.TROUGH_PROPOSED: _("Arrange it with the participant: accept, move or cancel the visit."),
            Why.VISIT_AWAY: _("Arrange another day, and move the visit."),
            Why.VISIT_TODAY: _("Record that they came."),
            Why.VISIT_TOMORROW: _("Call whoever has not said that they come."),
            Why.VISIT_NOT_RECORDED: _("Ask, and record whether they came."),
            Why.LAB_UNVERIFIED: _("Ask for the sheet, then verify the value or refuse it."),
            Why.MONTH_SIX_UNDECIDED: _("An investigator decides: continue or stop, and why."),
            Why.PROPOSAL_UNSIGNED: _("An investigator signs or refuses it."),
            Why.READ_BACK_OPEN: _("Wait; without the right answer in time it becomes an alert."),
        }[why]
