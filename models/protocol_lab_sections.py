"""The tables of a protocol file that speak of levels, laboratory values, outcomes and response, as pydantic models."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from models.protocol_fields import Amount, BothLanguages, Count, Length, Section, Written
from models.protocol_symptom_sections import one_of
from protocol.labs import UNITS, Analyte
from protocol.month_six import HaemoglobinRule

NotBelowZero = Annotated[float, Field(ge=0, allow_inf_nan=False)]


def _unit(value: object) -> str:
    if not isinstance(value, str) or value not in UNITS:
        raise PydanticCustomError("unit", "There is no such unit.", {"remedy": f"Choose one of: {', '.join(UNITS)}."})
    return value


class TroughTable(Section):
    valid_from: Length
    valid_until: Length
    doses_back: Length
    void_for: Length
    target_low: Amount
    target_high: Amount

    @model_validator(mode="after")
    def _rises(self) -> Self:
        if self.valid_from >= self.valid_until:
            raise PydanticCustomError(
                "trough", "No level could be a trough.", {"remedy": "Set valid_until to more than valid_from."}
            )
        if self.target_low >= self.target_high:
            raise PydanticCustomError(
                "target", "No level could lie in the target band.", {"remedy": "Set target_high above target_low."}
            )
        return self


class LabTable(Section):
    name: BothLanguages
    unit: Annotated[str, BeforeValidator(_unit)]
    plausible_min: NotBelowZero
    plausible_max: Amount
    fasting: bool = False
    specimen: Written | None = None
    assay_needed: bool = False
    molar_mass: Amount | None = None
    molar_mass_source: Written | None = None

    @model_validator(mode="after")
    def _stands(self) -> Self:
        if self.plausible_min >= self.plausible_max:
            raise PydanticCustomError(
                "plausible", "Every value would be asked about.", {"remedy": "Set plausible_max above plausible_min."}
            )
        if (self.molar_mass is None) != (self.molar_mass_source is None):
            raise PydanticCustomError(
                "molar_mass", "A molar mass and its source stand together.", {"remedy": "Give both, or neither."}
            )
        return self

    def analyte(self, key: str) -> Analyte:
        return Analyte(key=key, **self.values())


class OutcomesTable(Section):
    haemoglobin_rule: Annotated[HaemoglobinRule, BeforeValidator(one_of(HaemoglobinRule))]
    months: Annotated[list[Count], Field(min_length=1)]
    before: list[Length]
    after: list[Length]

    @model_validator(mode="after")
    def _as_many(self) -> Self:
        if not len(self.months) == len(self.before) == len(self.after):
            raise PydanticCustomError(
                "outcomes", "Months and their windows are not as many.", {"remedy": "Give before and after per month."}
            )
        return self


class ResponseTable(Section):
    complete_g_l: Amount
    partial_rise_g_l: Amount
    transfusion_free: Length
