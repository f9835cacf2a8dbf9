"""Every screen has its words: one function per screen, found by its type."""

from collections.abc import Callable
from typing import Any

from messages import answers, doses, entry, menu, orders, today
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
    screens.AskAgain: menu.ask_again,
    screens.Slower: menu.slower,
}


def word(screen: Screen, reader: Reader, trial: Trial) -> Wording:
    """The screen as this reader reads it."""
    return WORDS[type(screen)](screen, Voice(reader.language, reader.tz), reader, trial)


def home_keyboard(language: Language) -> tuple[str, ...]:
    """The small keyboard under the chat: today, unwell, call."""
    voice = Voice(language, "UTC")
    return (voice.say("Today"), voice.say("I feel unwell"), voice.say("Call"))
