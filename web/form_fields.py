"""Fields that the forms of the trial share: days as far as they are known, members of closed sets, the own words."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TypeVar

from protocol.partial_day import PartialDay, PartialDayError
from web.asking import Asking, Field, FieldKind, Typed, WrongError

E = TypeVar("E", bound=StrEnum)


def known_day_field(asking: Asking, name: str, label: str, *, required: bool = False, value: str = "") -> Field:
    """A day, or its month, or its year."""
    hint = asking.say("As far as it is known: 2026-03-31, 2026-03 or 2026.")
    return Field(name, label, hint=hint, required=required, value=value)


def known_day_typed(asking: Asking, typed: Typed, name: str) -> PartialDay | None:
    """None where nothing was typed. Raises WrongError."""
    if not typed[name]:
        return None
    try:
        return PartialDay.read(typed[name])
    except PartialDayError:
        raise WrongError(name, asking.say("This is no date; write it like 2026-03-31, 2026-03 or 2026.")) from None


def known_day_needed(asking: Asking, typed: Typed, name: str) -> PartialDay:
    """The same where it must not stay empty. Raises WrongError."""
    found = known_day_typed(asking, typed, name)
    if found is None:
        raise WrongError(name, asking.say("Fill this in."))
    return found


def members_field(
    name: str, label: str, members: Iterable[E], said: Callable[[E], str], *, empty: str | None = None, value: str = ""
) -> Field:
    """One of a closed set; `empty` says what it means to choose none, None: one has to be chosen."""
    options = tuple((one.value, said(one)) for one in members)
    none = () if empty is None else (("", empty),)
    return Field(name, label, FieldKind.CHOICE, options=none + options, required=empty is None, value=value)


def narrative_field(asking: Asking) -> Field:
    """Own words, sealed."""
    hint = asking.say("In own words; kept sealed, and never told to the study database.")
    return Field("narrative", asking.say("Narrative"), FieldKind.LONG, hint=hint, required=False)
