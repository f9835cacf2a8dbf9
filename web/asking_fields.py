"""Fields that many actions have, and what was typed into them, read; errors are in the reader's language."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from protocol.moments import moment
from web.asking import Asking, Field, FieldKind, Typed, WrongError


def day_typed(asking: Asking, typed: Typed, name: str, *, least: date | None = None) -> date:
    """A date of the form. Raises WrongError."""
    try:
        found = date.fromisoformat(typed[name])
    except ValueError:
        raise WrongError(name, asking.say("This is no date; write it like 2026-03-31.")) from None
    if least is not None and found < least:
        raise WrongError(name, asking.say("This day is over; choose today or a later day."))
    return found


def number_typed(asking: Asking, typed: Typed, name: str) -> float:
    """A number of the form, with a point or a comma. Raises WrongError."""
    try:
        found = float(typed[name].replace(",", ".").replace("，", "."))
    except ValueError:
        raise WrongError(name, asking.say("This is no number.")) from None
    if not 0 < found < float("inf"):
        raise WrongError(name, asking.say("This is no number."))
    return found


def reason_field(asking: Asking) -> Field:
    """Why: every change of what is recorded or ordered says so."""
    hint = asking.say("It stays in the record. No names, no phone numbers.")
    return Field("reason", asking.say("Reason"), FieldKind.LONG, hint=hint)


def time_typed(asking: Asking, typed: Typed, name: str) -> time | None:
    """A time of day of the form; None where it stayed empty. Raises WrongError."""
    try:
        return time.fromisoformat(typed[name]) if typed[name] else None
    except ValueError:
        raise WrongError(name, asking.say("This is no time; write it like 08:10.")) from None


def moment_typed(asking: Asking, typed: Typed, on: str, at: str) -> datetime:
    """A date and a time on the participant's wall, as a moment. Raises WrongError."""
    wall = time_typed(asking, typed, at)
    if wall is None:
        raise WrongError(at, asking.say("Fill this in."))
    return moment(day_typed(asking, typed, on), wall, ZoneInfo(asking.person.tz))


def yes_or_no(asking: Asking, name: str, label: str, *, value: str = "no") -> Field:
    """A question with two answers."""
    say = asking.say
    return Field(name, label, FieldKind.CHOICE, value=value, options=(("no", say("No")), ("yes", say("Yes"))))
