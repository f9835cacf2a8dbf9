"""The table [guards] of a protocol file: what keeps being said beside the doses, as a pydantic model."""

from datetime import timedelta
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from models.protocol_fields import BothLanguages, Length, Section
from protocol.guards import Guard, GuardFor

Member = Annotated[GuardFor, Field(strict=False)]
WEEK = timedelta(days=7)


class GuardTable(Section):
    name: BothLanguages  # for staff
    counselled: bool = False  # somebody has to speak about it
    concerns: Annotated[list[Member], Field(min_length=1)]
    first_after: Length
    every: Length
    goes_on: Length | None = None  # without it the guard ends with the last dose
    text: BothLanguages

    @model_validator(mode="after")
    def _leaves_people_alone(self) -> Self:
        if self.every < WEEK:
            raise PydanticCustomError(
                "guard", "It would be said more than once a week.", {"remedy": "Set every to 7 days or more."}
            )
        return self

    def guard(self, key: str) -> Guard:
        return Guard(
            key,
            tuple(self.concerns),
            self.first_after,
            self.every,
            self.goes_on or timedelta(0),
            self.text.texts(),
            self.name.texts(),
            self.counselled,
        )
