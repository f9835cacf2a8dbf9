"""The guards that keep watching beside the doses: what is said again, to whom, how often, and until when."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from protocol.symptoms import Applies
from protocol.texts import Texts


class GuardFor(StrEnum):
    """Whom a guard concerns."""

    EVERYBODY = "everybody"
    MAY_BECOME_PREGNANT = "may_become_pregnant"
    PARTNER_MAY = "partner_may"  # a male participant, whose partner may become pregnant


class GuardNoteKind(StrEnum):
    """What is written down about a guard."""

    COUNSELLED = "counselled"  # somebody of staff spoke with the participant about it
    UNDERSTOOD = "understood"  # the participant pressed the button under the message
    IN_ERROR = "in_error"  # the counselling that it names never was


@dataclass(frozen=True, slots=True)
class Guard:
    """One matter of the protocol file. `text` names no drug: it is read in a chat.

    `name` is for staff; `counselled`: somebody of staff has to speak with the participant about it.
    `first_after` is counted from study day 1, `every` from when it was said last, `goes_on` from the last dose.
    """

    key: str
    concerns: tuple[GuardFor, ...]
    first_after: timedelta
    every: timedelta
    goes_on: timedelta
    text: Texts
    name: Texts
    counselled: bool = False


@dataclass(frozen=True, slots=True)
class Treated:
    """A participant as the guards see one; days are those of the participant's wall.

    `last_dose_on` is None while the drug goes on. `concerns`: which pregnancy item applies, None for neither.
    """

    day_one: date
    last_dose_on: date | None
    concerns: Applies | None


_PREGNANCY = {
    Applies.PREGNANCY_SELF: GuardFor.MAY_BECOME_PREGNANT,
    Applies.PREGNANCY_PARTNER: GuardFor.PARTNER_MAY,
}


def applies(guard: Guard, who: Treated) -> bool:
    """Whether the guard concerns this participant at all."""
    of = {GuardFor.EVERYBODY, *((_PREGNANCY[who.concerns],) if who.concerns else ())}
    return not of.isdisjoint(guard.concerns)


def ends_on(guard: Guard, who: Treated) -> date | None:
    """The last day of a guard; None while the drug goes on."""
    return None if who.last_dose_on is None else who.last_dose_on + guard.goes_on


def due_on(guard: Guard, who: Treated, said_on: date | None) -> date | None:
    """The day from which it is to be said again; None where it does not concern them, or is over by then."""
    if not applies(guard, who):
        return None
    first = who.day_one + guard.first_after
    on = first if said_on is None else max(first, said_on + guard.every)
    last = ends_on(guard, who)
    return on if last is None or on <= last else None


def due_guard(guards: Iterable[Guard], who: Treated, said: Mapping[str, date], today: date) -> Guard | None:
    """The one to be said today: what has waited longest, of two alike the one that stands first in the file.

    One at a time, and none that is over by today: what is late because the system was away is said once.
    """
    waiting = []
    for guard in guards:
        on, last = due_on(guard, who, said.get(guard.key)), ends_on(guard, who)
        if on is not None and on <= today and (last is None or today <= last):
            waiting.append((on, guard))
    return min(waiting, key=lambda pair: pair[0])[1] if waiting else None
