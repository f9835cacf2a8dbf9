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
    ResumeNotice,
    Shown,
    Snoozed,
    SnoozeQuestion,
    Today,
    Undone,
    WhenQuestion,
    WhichDayQuestion,
    WhyQuestion,
)
from protocol.screens.draws import DrawAfterDose, DrawNoted, DrawNotice, DrawWait
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
from protocol.screens.guards import GuardNotice, GuardUnderstood
from protocol.screens.menu import (
    AskAgain,
    Contact,
    Help,
    KeptForStaff,
    MessagesResumed,
    PhotoNotKept,
    SettingChanged,
    Settings,
    Slower,
    StopAnswered,
    StopConfirm,
    StopQuestion,
    Unwell,
)
from protocol.screens.self_rated import SelfRatedOffer, SelfRatedQuestion, SelfRatedStopped, SelfRatedThanks
from protocol.screens.staff import (
    StaffAdherence,
    StaffAlert,
    StaffAnswerHow,
    StaffHelp,
    StaffHowTo,
    StaffItem,
    StaffNothingHere,
    StaffNotSent,
    StaffPerson,
    StaffReadOnly,
    StaffUnlinked,
    StaffUnlinkQuestion,
    StaffWelcome,
    StaffWillSend,
    StaffWork,
    StaffWrites,
)
from protocol.screens.symptoms import (
    CheckTimeChanged,
    CheckTimeQuestion,
    Emergency,
    SymptomOffer,
    SymptomQuestion,
    SymptomStopped,
    SymptomThanks,
)
from protocol.screens.tablets import RefillNotice, TabletCountKept, TabletQuestion
from protocol.screens.travel import (
    ClockQuestion,
    JourneyNotPossible,
    JourneyOver,
    JourneyShown,
    PlaceQuestion,
    TravelDayQuestion,
    TravelDoseLine,
)
from protocol.screens.visits import (
    VisitAsked,
    VisitAttended,
    VisitConfirmed,
    VisitNotice,
    VisitOccasion,
    VisitOtherDay,
    Visits,
    VisitShown,
    VisitTakenBack,
    VisitWay,
    VisitWishKept,
)
from protocol.terms import Language

__all__ = [
    "Answer",
    "AskAgain",
    "AskTeam",
    "CheckTimeChanged",
    "CheckTimeQuestion",
    "ClockQuestion",
    "ConsentQuestion",
    "ConsentRefused",
    "Contact",
    "CorrectQuestion",
    "DayLine",
    "DoseReminder",
    "DoubleDoseQuestion",
    "DoubleDoseTold",
    "DrawAfterDose",
    "DrawNoted",
    "DrawNotice",
    "DrawWait",
    "Emergency",
    "EveningQuestion",
    "FirstDoseQuestion",
    "FoodQuestion",
    "GuardNotice",
    "GuardUnderstood",
    "Help",
    "HelperConsentQuestion",
    "HelperReady",
    "History",
    "How",
    "HowManyQuestion",
    "InvitationRefused",
    "JourneyNotPossible",
    "JourneyOver",
    "JourneyShown",
    "KeptForStaff",
    "LanguageQuestion",
    "LateAdvice",
    "MessagesResumed",
    "NothingChanged",
    "OrderNotice",
    "PhotoNotKept",
    "PlaceQuestion",
    "PracticeQuestion",
    "PrivacyNotice",
    "ReadBackKept",
    "Reader",
    "RecordQuestion",
    "Recorded",
    "RefillNotice",
    "ReminderTimeQuestion",
    "ReportClosed",
    "ResumeNotice",
    "Screen",
    "SelfRatedOffer",
    "SelfRatedQuestion",
    "SelfRatedStopped",
    "SelfRatedThanks",
    "SetUpDone",
    "SettingChanged",
    "Settings",
    "Shown",
    "Slower",
    "SnoozeQuestion",
    "Snoozed",
    "StaffAdherence",
    "StaffAlert",
    "StaffAnswerHow",
    "StaffHelp",
    "StaffHowTo",
    "StaffItem",
    "StaffNotSent",
    "StaffNothingHere",
    "StaffPerson",
    "StaffReadOnly",
    "StaffUnlinkQuestion",
    "StaffUnlinked",
    "StaffWelcome",
    "StaffWillSend",
    "StaffWork",
    "StaffWrites",
    "StopAnswered",
    "StopConfirm",
    "StopQuestion",
    "SymptomOffer",
    "SymptomQuestion",
    "SymptomStopped",
    "SymptomThanks",
    "TabletCountKept",
    "TabletQuestion",
    "Today",
    "TravelDayQuestion",
    "TravelDoseLine",
    "Undone",
    "Unwell",
    "VisitAsked",
    "VisitAttended",
    "VisitConfirmed",
    "VisitNotice",
    "VisitOccasion",
    "VisitOtherDay",
    "VisitShown",
    "VisitTakenBack",
    "VisitWay",
    "VisitWishKept",
    "Visits",
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
    | DrawNotice
    | DrawWait
    | DrawNoted
    | DrawAfterDose
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
    | ResumeNotice
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
    | PhotoNotKept
    | AskAgain
    | Slower
    | Emergency
    | SymptomOffer
    | SymptomQuestion
    | SymptomStopped
    | SymptomThanks
    | CheckTimeQuestion
    | CheckTimeChanged
    | SelfRatedOffer
    | SelfRatedQuestion
    | SelfRatedStopped
    | SelfRatedThanks
    | TabletQuestion
    | PlaceQuestion
    | TravelDayQuestion
    | ClockQuestion
    | JourneyShown
    | JourneyOver
    | JourneyNotPossible
    | TabletCountKept
    | RefillNotice
    | GuardNotice
    | GuardUnderstood
    | VisitAsked
    | VisitAttended
    | VisitConfirmed
    | VisitNotice
    | VisitOtherDay
    | Visits
    | VisitTakenBack
    | VisitWay
    | VisitWishKept
    | StaffAdherence
    | StaffAlert
    | StaffAnswerHow
    | StaffHelp
    | StaffHowTo
    | StaffNotSent
    | StaffNothingHere
    | StaffPerson
    | StaffReadOnly
    | StaffUnlinkQuestion
    | StaffUnlinked
    | StaffWelcome
    | StaffWillSend
    | StaffWork
    | StaffWrites
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
