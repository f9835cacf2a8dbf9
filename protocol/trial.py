"""The trial as one frozen value: what a protocol file says, after it has been checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta

from protocol.alert_clock import AlertClock
from protocol.awareness import SaeRules
from protocol.draw_day import DrawDayRules
from protocol.duty import Duty
from protocol.expected_level import LevelModel
from protocol.guards import Guard
from protocol.labs import Analyte
from protocol.medicines import MedicineGroup
from protocol.month_six import OutcomeRules
from protocol.pro_ctcae import ProWording
from protocol.read_back import DoseOrderRules
from protocol.red_words import RedWords
from protocol.response import ResponseRules
from protocol.symptoms import CheckTimes, Rule, SymptomSheet
from protocol.tablets import TabletRules
from protocol.terms import Level, Mark
from protocol.texts import Texts as Texts
from protocol.trough import TroughRules
from protocol.visit_prompts import VisitPromptRules
from protocol.visits import Procedure, VisitPlan


@dataclass(frozen=True, slots=True)
class Product:
    """What is dispensed. `strength_mg` is the content of one unit; units are never split."""

    name: Texts
    unit_name: Texts
    strength_mg: float


@dataclass(frozen=True, slots=True)
class Regimen:
    """First dose once, then the daily dose (mg). Registered: 2 mg, then 1 mg, for 6 months and more."""

    first_dose_mg: float
    daily_dose_mg: float
    months_min: int


@dataclass(frozen=True, slots=True)
class Windows:
    """When a dose may be asked for and reported; every length counts from the dose's due moment."""

    opens_before: timedelta  # from here a report belongs to this dose
    late_cutoff: timedelta  # until here "you can still take today's dose"
    minimum_gap: timedelta  # two reported doses closer than this ask first
    unreported_after: timedelta  # silence becomes `unreported` or `not_asked`
    late_report_after: timedelta  # a report later than this is flagged
    report_closes_after: timedelta  # then only staff correct
    listening: timedelta  # so long the bot must have listened for silence to be the participant's


@dataclass(frozen=True, slots=True)
class Ladder:
    """The prompts of one dose."""

    repeats: tuple[timedelta, ...]
    evening_time: time
    quiet_from: time
    quiet_until: time
    record_lead: timedelta  # yesterday's open dose is asked about this long before today's
    snoozes: tuple[timedelta, ...]
    snoozes_max: int


@dataclass(frozen=True, slots=True)
class Runs:
    """How many days in a row call a human."""

    not_taken_alert: int
    unreported_alert: int
    not_taken_block: int
    unreported_call: int


@dataclass(frozen=True, slots=True)
class Metrics:
    """Parameters of the adherence arithmetic."""

    timing: tuple[timedelta, ...]
    interval_tolerance: float
    holiday_days: int
    persistence_gap_days: int


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of eligibility, as the record states it."""

    key: str
    text: Texts
    inclusion: bool


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One purpose's text, with the version that a participant agrees to."""

    version: str
    text: Texts


@dataclass(frozen=True, slots=True)
class ApprovedTexts:
    """The wording an ethics committee approves, in both languages."""

    emergency: Texts
    late_before_cutoff: Texts
    late_after_cutoff: Texts
    double_dose: Texts
    ask_team: Texts
    silence_no_stop: Texts
    not_watched: Texts
    privacy_notice: Texts
    stop_drug: Texts


@dataclass(frozen=True, slots=True)
class ProCtcae:
    """The PRO-CTCAE items asked where a site has their wording, and how often at most."""

    items: tuple[int, ...]
    every: timedelta


@dataclass(frozen=True, slots=True)
class Approval:
    """Who approved which version of this file."""

    investigator: str
    approved_on: date
    ethics_reference: str
    version: str


@dataclass(frozen=True, slots=True)
class Trial:
    """A whole protocol file. `marks` holds, by dotted path, where each value comes from."""

    code: str
    version: str
    title: Texts
    registry_id: str
    participants_max: int
    age_min: int
    age_max: int
    product: Product
    regimen: Regimen
    windows: Windows
    ladder: Ladder
    runs: Runs
    draw_day: DrawDayRules
    dose_orders: DoseOrderRules
    visit_prompts: VisitPromptRules
    procedures: tuple[Procedure, ...]
    visits: tuple[VisitPlan, ...]
    metrics: Metrics
    criteria: tuple[Criterion, ...]
    consents: Mapping[str, ConsentText]  # by Purpose
    texts: ApprovedTexts
    check: CheckTimes
    sheet: SymptomSheet  # the tables [items] and [scale]
    rules: tuple[Rule, ...]
    red_words: tuple[RedWords, ...]
    medicines: tuple[MedicineGroup, ...]
    duty: Duty
    alerts: Mapping[Level, AlertClock]
    sae: SaeRules
    pro_ctcae: ProCtcae
    tablets: TabletRules
    guards: tuple[Guard, ...]
    expected_level: LevelModel
    trough: TroughRules
    labs: tuple[Analyte, ...]
    outcomes: OutcomeRules
    response: ResponseRules
    forbidden: tuple[str, ...]  # what no chat may say: the table [wording], and the trial's own names
    approval: Approval | None
    marks: Mapping[str, Mark]
    self_rated: ProWording | None = None  # the site's own file; None: nothing of it is offered

    def approved(self) -> bool:
        """A real study may enrol only when the approval names this very version."""
        return self.approval is not None and self.approval.version == self.version

    def unconfirmed(self) -> tuple[str, ...]:
        """The dotted paths of the values that are still proposals."""
        return tuple(path for path, mark in self.marks.items() if mark is Mark.PROPOSED)
