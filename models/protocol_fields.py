"""How single values of a protocol file are written: lengths, wall times, texts, and what every table refuses."""

import re
from datetime import time, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from protocol.terms import Language
from protocol.texts import Texts

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
