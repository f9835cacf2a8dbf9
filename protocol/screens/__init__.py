"""What a person is shown, as plain facts: actions choose a screen, messages word it, a door carries it."""

from dataclasses import dataclass
from enum import StrEnum

from protocol.screens.doses import (
    AskTeam,
    CorrectQuestion,
    DayLine,
    DoseReminder,
    DoubleDoseQuestion,
    DoubleDoseTold,
    EveningQuestion,
    FirstDoseQuestion,
    History,
    HowManyQuestion,
    LateAdvice,
    NothingChanged,
    OrderNotice,
    ReadBackKept,
    Recorded,
    RecordQuestion,
    ReportClosed,
    Shown,
    Snoozed,
    SnoozeQuestion,
    Today,
    Undone,
    WhenQuestion,
    WhichDayQuestion,
    WhyQuestion,
)
from protocol.screens.entry import (
    ConsentQuestion,
    ConsentRefused,
    FoodQuestion,
    HelperConsentQuestion,
    HelperReady,
    InvitationRefused,
    LanguageQuestion,
    PracticeQuestion,
    PrivacyNotice,
    ReminderTimeQuestion,
    SetUpDone,
)
from protocol.screens.menu import (
    AskAgain,
    Contact,
    Help,
    KeptForStaff,
    MessagesResumed,
    SettingChanged,
    Settings,
    Slower,
    StopAnswered,
    StopConfirm,
    StopQuestion,
    Unwell,
)
from protocol.terms import Language

__all__ = [
    "Answer",
    "AskAgain",
    "AskTeam",
    "ConsentQuestion",
    "ConsentRefused",
    "Contact",
    "CorrectQuestion",
    "DayLine",
    "DoseReminder",
    "DoubleDoseQuestion",
    "DoubleDoseTold",
    "EveningQuestion",
    "FirstDoseQuestion",
    "FoodQuestion",
    "Help",
    "HelperConsentQuestion",
    "HelperReady",
    "History",
    "How",
    "HowManyQuestion",
    "InvitationRefused",
    "KeptForStaff",
    "LanguageQuestion",
    "LateAdvice",
    "MessagesResumed",
    "NothingChanged",
    "OrderNotice",
    "PracticeQuestion",
    "PrivacyNotice",
    "ReadBackKept",
    "Reader",
    "RecordQuestion",
    "Recorded",
    "ReminderTimeQuestion",
    "ReportClosed",
    "Screen",
    "SetUpDone",
    "SettingChanged",
    "Settings",
    "Shown",
    "Slower",
    "SnoozeQuestion",
    "Snoozed",
    "StopAnswered",
    "StopConfirm",
    "StopQuestion",
    "Today",
    "Undone",
    "Unwell",
    "WhenQuestion",
    "WhichDayQuestion",
    "WhyQuestion",
]

Screen = (
    DoseReminder
    | EveningQuestion
    | RecordQuestion
    | FirstDoseQuestion
    | AskTeam
    | HowManyQuestion
    | WhenQuestion
    | WhyQuestion
    | SnoozeQuestion
    | Snoozed
    | Recorded
    | Undone
    | CorrectQuestion
    | WhichDayQuestion
    | DoubleDoseQuestion
    | DoubleDoseTold
    | NothingChanged
    | ReportClosed
    | Today
    | History
    | OrderNotice
    | ReadBackKept
    | LanguageQuestion
    | PrivacyNotice
    | ConsentQuestion
    | ConsentRefused
    | ReminderTimeQuestion
    | FoodQuestion
    | PracticeQuestion
    | SetUpDone
    | HelperConsentQuestion
    | HelperReady
    | InvitationRefused
    | Settings
    | SettingChanged
    | Help
    | Contact
    | StopQuestion
    | StopConfirm
    | StopAnswered
    | MessagesResumed
    | Unwell
    | KeptForStaff
    | AskAgain
    | Slower
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads it: language, zone, and the site's phone, shown in full."""

    language: Language
    tz: str
    contact_name: str
    contact_phone: str


class How(StrEnum):
    """How a screen reaches the reader."""

    SEND = "send"  # a new message
    EDIT = "edit"  # in place of the message whose button was pressed


@dataclass(frozen=True, slots=True)
class Answer:
    """One screen on its way to one reader."""

    screen: Screen
    how: How = How.SEND
    keyboard: bool = False  # show the small reply keyboard (today · unwell · call) with it
