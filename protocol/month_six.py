"""The registered outcome: which haemoglobin counts at 6 months and at 2 years, and what was decided at month 6.

Nothing here asks whether the drug is still taken: people off the drug are counted like everybody else.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from protocol.transfusions import days_since

HAEMOGLOBIN: Final = "haemoglobin"
"""Its key in [labs] of the protocol file."""


class HaemoglobinRule(StrEnum):
    """Which of several values in a window counts; of two alike the earlier one."""

    NEAREST = "nearest"  # to the target day
    FIRST = "first"
    LAST = "last"


class MonthSixChoice(StrEnum):
    """What was decided at month 6."""

    CONTINUE = "continue"
    STOP = "stop"


RULE_TEXTS: Final = {
    HaemoglobinRule.NEAREST: "of the verified values in the window the nearest to the target day, of two the earlier",
    HaemoglobinRule.FIRST: "the first verified value in the window",
    HaemoglobinRule.LAST: "the last verified value in the window",
}


@dataclass(frozen=True, slots=True)
class OutcomeWindow:
    """So many days before and after a target day still belong to it, both included."""

    before: timedelta
    after: timedelta

    def holds(self, on: date, target_on: date) -> bool:
        return target_on - self.before <= on <= target_on + self.after


@dataclass(frozen=True, slots=True)
class OutcomeRules:
    """How the outcomes are read: `months` after day 1, each `before` and `after` of the same place around it."""

    haemoglobin_rule: HaemoglobinRule
    months: tuple[int, ...]
    before: tuple[timedelta, ...]
    after: tuple[timedelta, ...]

    def windows(self) -> dict[int, OutcomeWindow]:
        """Each month's window."""
        pairs = zip(self.months, self.before, self.after, strict=True)
        return {month: OutcomeWindow(before, after) for month, before, after in pairs}


@dataclass(frozen=True, slots=True)
class Haemoglobin:
    """One value (g/L). `drawn_on` on the participant's wall; `verified`: not merely typed by the participant."""

    result_id: str
    drawn_at: datetime
    drawn_on: date
    g_l: float
    verified: bool = True


@dataclass(frozen=True, slots=True)
class RegisteredHaemoglobin:
    """The value that counts, and what it has to be read with. `haemoglobin` None: there is none.

    `days_since_transfusion` None: no transfusion before it is known, which is no proof that there was none.
    """

    target_on: date
    rule: HaemoglobinRule
    haemoglobin: Haemoglobin | None
    in_window: int  # verified values among which the rule chose
    unverified: int  # values in the window that do not count
    days_since_transfusion: int | None


def target_day(day_one: date, months: int) -> date:
    """The day so many calendar months after day 1, on the last day of a shorter month."""
    years, month = divmod(day_one.month - 1 + months, 12)
    year = day_one.year + years
    return date(year, month + 1, min(day_one.day, monthrange(year, month + 1)[1]))


def months_between(first_on: date, last_on: date) -> int:
    """Whole calendar months, the last day included; the day before the same day of a later month completes one."""
    months = 12 * (last_on.year - first_on.year) + last_on.month - first_on.month
    return months if last_on >= target_day(first_on, months) - timedelta(days=1) else months - 1


def decision_problems(
    decided_on: date, choice: MonthSixChoice, months_on_drug: int, reason: str, *, today: date, months_min: int
) -> Iterator[str]:
    """Why it cannot stand so: to stop, or less than the trial's months on the drug, has a reason."""
    if decided_on > today:
        yield f"decided: {decided_on} lies ahead; today is {today}"
    if not reason and choice is MonthSixChoice.STOP:
        yield "reason: say why the drug is stopped"
    elif not reason and months_on_drug < months_min:
        yield f"reason: {months_on_drug} months on the drug are fewer than {months_min}; say why"


def registered_haemoglobin(
    results: Iterable[Haemoglobin],
    target_on: date,
    window: OutcomeWindow,
    rule: HaemoglobinRule,
    transfused_on: Iterable[date] = (),
) -> RegisteredHaemoglobin:
    """The value that the rule chooses among the verified ones in the window; `transfused_on` are all known days."""
    within = [one for one in results if window.holds(one.drawn_on, target_on)]
    verified = sorted((one for one in within if one.verified), key=lambda one: (one.drawn_at, one.result_id))
    chosen = _chosen(verified, target_on, rule) if verified else None
    return RegisteredHaemoglobin(
        target_on,
        rule,
        chosen,
        len(verified),
        len(within) - len(verified),
        None if chosen is None else days_since(transfused_on, chosen.drawn_on),
    )


def _chosen(in_order: Sequence[Haemoglobin], target_on: date, rule: HaemoglobinRule) -> Haemoglobin:
    if rule is HaemoglobinRule.LAST:
        newest_on = in_order[-1].drawn_on
        return next(one for one in in_order if one.drawn_on == newest_on)
    if rule is HaemoglobinRule.FIRST:
        return in_order[0]
    return min(in_order, key=lambda one: abs(one.drawn_on - target_on))
