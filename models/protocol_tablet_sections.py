"""The tables of a protocol file that speak of tablets and of the level they make, as pydantic models."""

from typing import Annotated

from pydantic import Field

from models.protocol_fields import Amount, Count, Length, Section


class TabletsTable(Section):
    refill_lead_days: Count
    units_max: Count
    discrepancy_points: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)]


class ExpectedLevelTable(Section):
    half_life: Length
    trough_per_mg: Amount
    band_factor: Annotated[float, Field(gt=1, allow_inf_nan=False)]
