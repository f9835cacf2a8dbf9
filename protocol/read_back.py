"""The read-back: how many units the participant says they will take, and when staff have to call about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class ReadBack(StrEnum):
    """What is known of the participant's own answer to a changed amount."""

    ASKED = "asked"
    RIGHT = "right"
    WRONG = "wrong"
    SILENT = "silent"  # no answer by the time that is left for a call


@dataclass(frozen=True, slots=True)
class DoseOrderRules:
    """What follows a changed amount. `call_before`: so long before the first new dose staff call the silent.

    `trough_from`, `trough_until`: days from the first new dose to the level that shows what it does.
    """

    call_before: timedelta
    trough_from: timedelta
    trough_until: timedelta


@dataclass(frozen=True, slots=True)
class ReadBackFacts:
    """One question and its newest answer; moments in UTC. `units`: of the first new dose."""

    units: int
    asked_at: datetime
    first_dose_at: datetime
    answered_units: int | None = None
    answered_at: datetime | None = None


def read_back_state(facts: ReadBackFacts, at: datetime, *, lead: timedelta) -> ReadBack:
    """How it stands at a moment. An answer counts whenever it comes, also after staff were told of the silence."""
    if facts.answered_units is not None:
        return ReadBack.RIGHT if facts.answered_units == facts.units else ReadBack.WRONG
    return ReadBack.SILENT if at >= silence_ends_at(facts, lead=lead) else ReadBack.ASKED


def call_due_at(facts: ReadBackFacts, *, lead: timedelta) -> datetime | None:
    """When the call becomes a task for staff: a wrong answer at once, silence by its time, a right answer never."""
    if facts.answered_units is None:
        return silence_ends_at(facts, lead=lead)
    return None if facts.answered_units == facts.units else facts.answered_at or facts.asked_at


def choices(units: int) -> tuple[int, ...]:
    """What may be read back: the right number between its neighbours."""
    return tuple(range(max(1, units - 1), units + 2))


def silence_ends_at(facts: ReadBackFacts, *, lead: timedelta) -> datetime:
    """`lead` before the first new dose; where that leaves less than half of the time, at half of it.

    So it lies before the dose wherever the question does; a question that came no earlier than the dose is a task at
    once. Raises ValueError for a lead that is not positive, as the call would come with the dose.
    """
    if lead <= timedelta(0):
        raise ValueError("the call comes before the first new dose: give a lead that is more than nothing")
    left = facts.first_dose_at - facts.asked_at
    return facts.asked_at if left <= timedelta(0) else max(facts.first_dose_at - lead, facts.asked_at + left / 2)
