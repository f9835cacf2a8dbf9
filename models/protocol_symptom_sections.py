"""The tables of a protocol file about symptoms, medicines, duty and alerts as pydantic models."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar

from pydantic import BeforeValidator, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from models.protocol_fields import BothLanguages, Count, Key, Length, Section, WallTime, Written
from protocol.alert_clock import AlertClock
from protocol.medicines import Effect, MedicineGroup
from protocol.red_words import RedWords
from protocol.symptoms import (
    Applies,
    Ask,
    AtLeast,
    CheckTimes,
    Condition,
    Has,
    Item,
    Occasion,
    Rule,
    ScaleWord,
    SymptomSheet,
    Tier,
    WorseBy,
)
from protocol.terms import Level

Member = TypeVar("Member", bound=StrEnum)
Number = Annotated[float, Field(allow_inf_nan=False)]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2)]

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CONDITIONS = ("at_least", "has", "worse_by")


def one_of(members: type[Member], *left_out: Member) -> Callable[[object], Member]:
    """Reads a member of a closed set from its value."""
    known = [member for member in members if member not in left_out]

    def read(value: object) -> Member:
        if not isinstance(value, str) or value not in known:
            raise PydanticCustomError(
                "member", "There is no such choice.", {"remedy": f"Choose one of: {', '.join(known)}."}
            )
        return members(value)

    return read


def _weekday(value: object) -> int:
    if value not in WEEKDAYS:
        raise PydanticCustomError(
            "weekday", "This is no day of the week.", {"remedy": f"Choose one of: {', '.join(WEEKDAYS)}."}
        )
    return WEEKDAYS.index(str(value)) + 1


OneOccasion = Annotated[Occasion, BeforeValidator(one_of(Occasion))]


class CheckTable(Section):
    weekday: Annotated[int, BeforeValidator(_weekday)]
    wall_time: WallTime
    repeats: list[Length]
    closes_after: Length
    goes_on_after_drug: Length

    def times(self) -> CheckTimes:
        return CheckTimes(**self.values())


class ConditionTable(Section):
    """One condition. Whatever is not "at least" is refused: it could lower the level when an answer gets worse."""

    item: Key
    at_least: str | Number | None = None
    has: Key | None = None
    worse_by: Count | None = None

    @model_validator(mode="before")
    @classmethod
    def _only_rising(cls, raw: object) -> object:
        names = set(raw) - {"item"} if isinstance(raw, dict) else set()
        if isinstance(raw, dict) and (len(names) != 1 or not names <= set(CONDITIONS)):
            raise PydanticCustomError(
                "condition",
                "A condition names an item and one of at_least, has, worse_by; any other could lower the level"
                " when an answer gets worse.",
                {"remedy": 'Write it like { item = "cough", at_least = "bad" }.'},
            )
        return raw

    def condition(self) -> Condition:
        if self.has is not None:
            return Has(self.item, self.has)
        if self.worse_by is not None:
            return WorseBy(self.item, self.worse_by)
        return AtLeast(self.item, str(self.at_least))


class ItemTable(BothLanguages):
    ask: Annotated[Ask, BeforeValidator(one_of(Ask))]
    occasions: list[OneOccasion] = Field(default_factory=lambda: [Occasion.WEEKLY, Occasion.UNWELL], min_length=1)
    options: dict[Key, BothLanguages] = Field(default_factory=dict)
    ranked: bool = False
    asked_if: list[ConditionTable] = Field(default_factory=list)
    applies: Annotated[Applies, BeforeValidator(one_of(Applies))] | None = None
    self_only: bool = False
    min: Number | None = None
    max: Number | None = None
    days_back: Count | None = None

    def item(self, key: str) -> Item:
        return Item(
            key=key,
            ask=self.ask,
            text=self.texts(),
            occasions=tuple(self.occasions),
            options={name: option.texts() for name, option in self.options.items()},
            ranked=self.ranked,
            asked_if=tuple(one.condition() for one in self.asked_if),
            applies=self.applies,
            self_only=self.self_only,
            min=self.min,
            max=self.max,
            days_back=self.days_back,
        )


class EffectsTable(Section):
    """What a rule, or red words, ask for."""

    tier: Annotated[Tier, BeforeValidator(one_of(Tier, Tier.GREEN))]
    emergency: bool | None = None  # unless it says otherwise, red shows the emergency text
    possible_sae: bool = False
    pages_investigator: bool = False
    holds_dose: bool = False

    @model_validator(mode="after")
    def _only_red(self) -> Self:
        if self.emergency and self.tier is not Tier.RED:
            raise PydanticCustomError(
                "emergency", "Only red shows the emergency text.", {"remedy": "Make it red, or leave it out."}
            )
        return self

    def effects(self) -> dict[str, Any]:
        return {
            "tier": self.tier,
            "emergency": self.tier is Tier.RED if self.emergency is None else self.emergency,
            "possible_sae": self.possible_sae,
            "pages_investigator": self.pages_investigator,
            "holds_dose": self.holds_dose,
        }


class RuleTable(EffectsTable):
    when: Annotated[list[ConditionTable], Field(min_length=1)]
    again_after: Length | None = None

    def rule(self, key: str) -> Rule:
        when = tuple(one.condition() for one in self.when)
        return Rule(key=key, when=when, again_after=self.again_after, **self.effects())


class RedWordsTable(EffectsTable):
    zh: Annotated[list[Word], Field(min_length=1)]
    en: Annotated[list[Word], Field(min_length=1)]

    def red_words(self, key: str) -> RedWords:
        return RedWords(key=key, words=(*self.zh, *self.en), **self.effects())


class MedicineTable(Section):
    effect: Annotated[Effect, BeforeValidator(one_of(Effect))]
    strong: bool
    zh: Annotated[list[Written], Field(min_length=1)]
    en: Annotated[list[Written], Field(min_length=1)]

    def group(self, key: str) -> MedicineGroup:
        return MedicineGroup(key, self.effect, self.strong, (*self.zh, *self.en))


class ScaleTable(Section):
    none: BothLanguages
    light: BothLanguages
    moderate: BothLanguages
    bad: BothLanguages
    very_bad: BothLanguages
    yes: BothLanguages
    no: BothLanguages
    none_of_these: BothLanguages


class DutyTable(Section):
    staffed_from: WallTime
    staffed_until: WallTime
    on_call_ahead: Length


class ClockTable(Section):
    always: bool
    repeat_every: Length
    next_after: Length


class AlertsTable(Section):
    red: ClockTable
    amber: ClockTable

    def clocks(self) -> dict[Level, AlertClock]:
        return {Level.RED: AlertClock(**self.red.values()), Level.AMBER: AlertClock(**self.amber.values())}


class SaeTable(Section):
    outer_limit: Length
    exempt_admissions: list[Written]


class ProCtcaeTable(Section):
    items: Annotated[list[Count], Field(min_length=1)]
    every: Length


def sheet_of(items: dict[str, ItemTable], scale: ScaleTable) -> SymptomSheet:
    """The sheet that the tables [items] and [scale] describe."""
    words = {word: getattr(scale, word.value).texts() for word in ScaleWord}
    return SymptomSheet({key: table.item(key) for key, table in items.items()}, words)
