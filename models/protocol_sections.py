"""The tables of a protocol file as pydantic models: types, spellings and single values; nothing across tables."""

from datetime import date
from typing import Annotated

from pydantic import Field

from models.protocol_fields import Amount, BothLanguages, Count, Key, Length, Section, WallTime, Written
from models.protocol_guard_sections import GuardTable
from models.protocol_lab_sections import LabTable, OutcomesTable, ResponseTable, TroughTable
from models.protocol_symptom_sections import (
    AlertsTable,
    CheckTable,
    DutyTable,
    ItemTable,
    MedicineTable,
    ProCtcaeTable,
    RedWordsTable,
    RuleTable,
    SaeTable,
    ScaleTable,
)
from models.protocol_tablet_sections import ExpectedLevelTable, TabletsTable
from models.protocol_visit_sections import ProcedureTable, VisitPromptsTable, VisitTable
from protocol.terms import Mark, Purpose
from protocol.trial import ConsentText, Criterion


class ProductTable(Section):
    name: BothLanguages
    unit_name: BothLanguages
    strength_mg: Amount


class RegimenTable(Section):
    first_dose_mg: Amount
    daily_dose_mg: Amount
    months_min: Count


class WindowsTable(Section):
    opens_before: Length
    late_cutoff: Length
    minimum_gap: Length
    unreported_after: Length
    late_report_after: Length
    report_closes_after: Length
    listening: Length


class LadderTable(Section):
    repeats: list[Length]
    evening_time: WallTime
    quiet_from: WallTime
    quiet_until: WallTime
    record_lead: Length
    snoozes: list[Length]
    snoozes_max: Annotated[int, Field(ge=0)]


class RunsTable(Section):
    not_taken_alert: Count
    unreported_alert: Count
    not_taken_block: Count
    unreported_call: Count


class DrawDayTable(Section):
    notice_time: WallTime
    morning_from: WallTime
    release_time: WallTime


class DoseOrdersTable(Section):
    call_before: Length
    trough_from: Length
    trough_until: Length


class MetricsTable(Section):
    timing: Annotated[list[Length], Field(min_length=1)]
    interval_tolerance: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]
    holiday_days: Count
    persistence_gap_days: Count


class CriterionTable(BothLanguages):
    inclusion: bool

    def criterion(self, key: str) -> Criterion:
        return Criterion(key, self.texts(), self.inclusion)


class ConsentTable(BothLanguages):
    version: Written

    def consent(self) -> ConsentText:
        return ConsentText(self.version, self.texts())


class ConsentsTable(Section):
    messaging: ConsentTable
    sensitive_data: ConsentTable
    cross_border: ConsentTable

    def consents(self) -> dict[str, ConsentText]:
        return {purpose.value: getattr(self, purpose.value).consent() for purpose in Purpose}


class TextsTable(Section):
    emergency: BothLanguages
    late_before_cutoff: BothLanguages
    late_after_cutoff: BothLanguages
    double_dose: BothLanguages
    ask_team: BothLanguages
    silence_no_stop: BothLanguages
    not_watched: BothLanguages
    privacy_notice: BothLanguages
    stop_drug: BothLanguages


class EmergencyNames(Section):
    zh: Annotated[list[Written], Field(min_length=1)]
    en: Annotated[list[Written], Field(min_length=1)]


class WordingTable(Section):
    """What the wording for participants is held to; not a value of the trial."""

    forbidden: Annotated[list[Written], Field(min_length=1)]
    emergency_names: EmergencyNames


class MarksTable(Section):
    """Paths by mark; a path covers what lies below it, and the longest one decides."""

    registered: list[Written] = Field(default_factory=list)
    proposed: list[Written] = Field(default_factory=list)
    approved: list[Written] = Field(default_factory=list)

    def by_path(self) -> list[tuple[str, Mark]]:
        return [(path, mark) for mark in Mark for path in getattr(self, mark.value)]


class ApprovalTable(Section):
    investigator: Written
    approved_on: date
    ethics_reference: Written
    version: Written


class ProtocolTable(Section):
    """The whole file."""

    code: Written
    version: Written
    registry_id: Written
    participants_max: Count
    age_min: Count
    age_max: Count
    title: BothLanguages
    product: ProductTable
    regimen: RegimenTable
    windows: WindowsTable
    ladder: LadderTable
    runs: RunsTable
    draw_day: DrawDayTable
    dose_orders: DoseOrdersTable
    visit_prompts: VisitPromptsTable
    procedures: Annotated[dict[Key, ProcedureTable], Field(min_length=1)]
    visits: Annotated[dict[Key, VisitTable], Field(min_length=1)]
    metrics: MetricsTable
    criteria: Annotated[dict[Key, CriterionTable], Field(min_length=1)]
    consents: ConsentsTable
    texts: TextsTable
    check: CheckTable
    scale: ScaleTable
    items: Annotated[dict[Key, ItemTable], Field(min_length=1)]
    rules: Annotated[dict[Key, RuleTable], Field(min_length=1)]
    red_words: Annotated[dict[Key, RedWordsTable], Field(min_length=1)]
    medicines: Annotated[dict[Key, MedicineTable], Field(min_length=1)]
    duty: DutyTable
    alerts: AlertsTable
    sae: SaeTable
    pro_ctcae: ProCtcaeTable
    tablets: TabletsTable
    guards: Annotated[dict[Key, GuardTable], Field(min_length=1)]
    expected_level: ExpectedLevelTable
    trough: TroughTable
    labs: Annotated[dict[Key, LabTable], Field(min_length=1)]
    outcomes: OutcomesTable
    response: ResponseTable
    wording: WordingTable
    marks: MarksTable
    approval: ApprovalTable | None = None
