"""The table [visits] of a protocol file: what is expected when, and what it asks of the morning."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.protocol_fields import BothLanguages, Count, Key, Length, Section, WallTime
from protocol.visits import Procedure, VisitAnchor, VisitPlan


class VisitPromptsTable(Section):
    week_before: Length
    week_time: WallTime
    eve_time: WallTime
    day_time: WallTime
    asked_time: WallTime
    unanswered_for: Length


class ProcedureTable(BothLanguages):
    draw: bool = False
    fasting: bool = False

    def procedure(self, key: str) -> Procedure:
        return Procedure(key, self.texts(), self.draw, self.fasting)


class VisitTable(BothLanguages):
    """One visit. A day is counted from the anchor: 0 is the anchor's own day, 14 two weeks later."""

    anchor: VisitAnchor = Field(default=VisitAnchor.FIRST_DOSE, strict=False)
    days: Annotated[int, Field(ge=0)] | None = None
    months: Count | None = None
    window: Length | None = None  # on both sides
    window_before: Length | None = None  # in its place, where the sides differ
    window_after: Length | None = None
    procedures: list[Key] = Field(default_factory=list)
    outcome: bool = False

    @model_validator(mode="after")
    def _counts_once(self) -> Self:
        if (self.days is None) == (self.months is None):
            raise PydanticCustomError(
                "visit", "A visit is counted in days or in months.", {"remedy": "Give one of days and months."}
            )
        return self

    @model_validator(mode="after")
    def _has_one_window(self) -> Self:
        if self.window is not None and (self.window_before is not None or self.window_after is not None):
            raise PydanticCustomError(
                "window",
                "The window is given twice.",
                {"remedy": "Give window for both sides, or window_before and window_after."},
            )
        return self

    def sides(self) -> tuple[timedelta, timedelta]:
        """How long before and after its day the visit may be."""
        none = timedelta()
        return self.window or self.window_before or none, self.window or self.window_after or none

    def plan(self, key: str, procedures: Mapping[str, ProcedureTable]) -> VisitPlan:
        """`procedures`: those of the file; a key that is not among them has been refused before."""
        done = [procedures[name] for name in self.procedures]
        before, after = self.sides()
        return VisitPlan(
            key=key,
            label=self.texts(),
            anchor=self.anchor,
            days=self.days,
            months=self.months,
            before=before,
            after=after,
            procedures=tuple(self.procedures),
            draw=any(one.draw for one in done),
            fasting=any(one.fasting for one in done),
            outcome=self.outcome,
        )
