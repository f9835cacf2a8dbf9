"""Every screen has its words: one function per screen, found by its type."""

from collections.abc import Callable
from typing import Any

from messages import (
    answers,
    doses,
    draws,
    entry,
    guards,
    menu,
    orders,
    self_rated,
    staff,
    symptoms,
    tablets,
    today,
    travel,
    visits,
)
from messages.courier import Wording
from messages.text import Voice
from protocol import screens
from protocol.screens import Reader, Screen
from protocol.terms import Language
from protocol.trial import Trial

WORDS: dict[type[Any], Callable[[Any, Voice, Reader, Trial], Wording]] = {
    screens.DoseReminder: doses.reminder,
    screens.EveningQuestion: doses.evening,
    screens.RecordQuestion: doses.record_question,
    screens.FirstDoseQuestion: doses.first_question,
    screens.AskTeam: doses.ask_team,
    screens.DrawNotice: draws.notice,
    screens.DrawWait: draws.wait,
    screens.DrawNoted: draws.noted,
    screens.DrawAfterDose: draws.after_dose,
    screens.HowManyQuestion: doses.how_many,
    screens.WhenQuestion: doses.when,
    screens.WhyQuestion: doses.why,
    screens.SnoozeQuestion: doses.snooze,
    screens.Snoozed: doses.snoozed,
    screens.Recorded: answers.recorded,
    screens.Undone: answers.undone,
    screens.CorrectQuestion: answers.correct,
    screens.WhichDayQuestion: answers.which_day,
    screens.DoubleDoseQuestion: answers.double_question,
    screens.DoubleDoseTold: answers.double_told,
    screens.NothingChanged: answers.nothing_changed,
    screens.ReportClosed: answers.closed,
    screens.OrderNotice: orders.order_notice,
    screens.ResumeNotice: orders.resume_notice,
    screens.ReadBackKept: orders.read_back,
    screens.LanguageQuestion: entry.language,
    screens.PrivacyNotice: entry.notice,
    screens.ConsentQuestion: entry.consent,
    screens.ConsentRefused: entry.consent_refused,
    screens.ReminderTimeQuestion: entry.reminder_time,
    screens.FoodQuestion: entry.food,
    screens.PracticeQuestion: entry.practice,
    screens.SetUpDone: entry.set_up_done,
    screens.HelperConsentQuestion: entry.helper,
    screens.HelperReady: entry.helper_ready,
    screens.InvitationRefused: entry.refused,
    screens.Today: today.today,
    screens.History: today.history,
    screens.Settings: menu.settings,
    screens.SettingChanged: menu.setting_changed,
    screens.Help: menu.help_text,
    screens.Contact: menu.contact,
    screens.StopQuestion: menu.stop_question,
    screens.StopConfirm: menu.stop_confirm,
    screens.StopAnswered: menu.stop_answered,
    screens.MessagesResumed: menu.messages_resumed,
    screens.Unwell: menu.unwell,
    screens.KeptForStaff: menu.kept,
    screens.PhotoNotKept: menu.photo_not_kept,
    screens.AskAgain: menu.ask_again,
    screens.Slower: menu.slower,
    screens.Emergency: symptoms.emergency,
    screens.SymptomOffer: symptoms.offer,
    screens.SymptomQuestion: symptoms.question,
    screens.SymptomStopped: symptoms.stopped,
    screens.SymptomThanks: symptoms.thanks,
    screens.CheckTimeQuestion: symptoms.check_time,
    screens.CheckTimeChanged: symptoms.check_time_changed,
    screens.SelfRatedOffer: self_rated.offer,
    screens.SelfRatedQuestion: self_rated.question,
    screens.SelfRatedStopped: self_rated.stopped,
    screens.SelfRatedThanks: self_rated.thanks,
    screens.TabletQuestion: tablets.question,
    screens.TabletCountKept: tablets.count_kept,
    screens.RefillNotice: tablets.refill,
    screens.PlaceQuestion: travel.place_question,
    screens.TravelDayQuestion: travel.day_question,
    screens.ClockQuestion: travel.clock_question,
    screens.JourneyShown: travel.journey,
    screens.JourneyOver: travel.over,
    screens.JourneyNotPossible: travel.not_possible,
    screens.GuardNotice: guards.notice,
    screens.GuardUnderstood: guards.understood,
    screens.VisitNotice: visits.notice,
    screens.VisitAsked: visits.asked,
    screens.VisitTakenBack: visits.taken_back,
    screens.VisitConfirmed: visits.confirmed,
    screens.VisitOtherDay: visits.other_day,
    screens.VisitWishKept: visits.wish_kept,
    screens.VisitAttended: visits.attended,
    screens.VisitWay: visits.way,
    screens.Visits: visits.coming,
    screens.StaffAlert: staff.alert,
    screens.StaffWelcome: staff.welcome,
    screens.StaffHelp: staff.help_text,
    screens.StaffWork: staff.work,
    screens.StaffPerson: staff.person,
    screens.StaffAdherence: staff.adherence,
    screens.StaffNothingHere: staff.nothing_here,
    screens.StaffReadOnly: staff.read_only,
    screens.StaffAnswerHow: staff.answer_how,
    screens.StaffHowTo: staff.how_to,
    screens.StaffWillSend: staff.will_send,
    screens.StaffNotSent: staff.not_sent,
    screens.StaffUnlinkQuestion: staff.unlink_question,
    screens.StaffUnlinked: staff.unlinked,
    screens.StaffWrites: staff.writes,
}


def word(screen: Screen, reader: Reader, trial: Trial) -> Wording:
    """The screen as this reader reads it."""
    return WORDS[type(screen)](screen, Voice(reader.language, reader.tz), reader, trial)


def home_keyboard(language: Language) -> tuple[str, ...]:
    """The small keyboard under the chat: today, unwell, call."""
    voice = Voice(language, "UTC")
    return (voice.say("Today"), voice.say("I feel unwell"), voice.say("Call"))
