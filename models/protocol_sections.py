"""The tables of a protocol file as pydantic models: types, spellings and single values; nothing across tables."""

import re
from datetime import date, time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from protocol.terms import Language, Mark, Purpose
from protocol.trial import ConsentText, Criterion, Texts

LENGTH = re.compile(r"^(\d+(?:\.\d+)?) ?(min|h|days?)$")
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "day": timedelta(days=1), "days": timedelta(days=1)}
WALL_TIME = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")


def _length(value: object) -> timedelta:
    found = LENGTH.match(value) if isinstance(value, str) else None
    if found is None or float(found[1]) == 0:
        raise PydanticCustomError(
            "length", "This is no length of time.", {"remedy": 'Write it like "30 min", "12 h" or "3 days".'}
        )
    return float(found[1]) * UNITS[found[2]]


def _wall_time(value: object) -> time:
    if not isinstance(value, str) or not WALL_TIME.match(value):
        raise PydanticCustomError("wall_time", "This is no time of day.", {"remedy": 'Write it like "20:30".'})
    return time.fromisoformat(value)


Length = Annotated[timedelta, BeforeValidator(_length)]
WallTime = Annotated[time, BeforeValidator(_wall_time)]
Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Count = Annotated[int, Field(gt=0)]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Section(BaseModel):
    """A table: an unknown key is refused, a number in quotes is not a number."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def values(self) -> dict[str, Any]:
        """Field by field, texts as the trial holds them."""
        return {
            name: value.texts()
            if isinstance(value, BothLanguages)
            else tuple(value)
            if isinstance(value, list)
            else value
            for name, value in self
        }


class BothLanguages(Section):
    zh: Written
    en: Written

    def texts(self) -> Texts:
        return {Language.ZH: self.zh, Language.EN: self.en}


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

    registered: list[Written] = []
    proposed: list[Written] = []
    approved: list[Written] = []

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
    metrics: MetricsTable
    criteria: Annotated[dict[Key, CriterionTable], Field(min_length=1)]
    consents: ConsentsTable
    texts: TextsTable
    wording: WordingTable
    marks: MarksTable
    approval: ApprovalTable | None = None
